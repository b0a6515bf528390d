"""Worker that draws a picture of a log, dataset or model."""

from functools import partial

from impsy_tui.errors import UserError
from impsy_tui.plots import pictures
from impsy_tui.plots.request import PlotRequest
from impsy_tui.plots.sheets import sheet
from impsy_tui.workers.jobs import run_job
from impsy_tui.workers.messages import Finished, Progress, Reporter
from impsy_tui.workers.requests import PictureRequest as Request


def run(request: Request) -> None:
    """Draws the picture of a request."""
    run_job(partial(_draw, request), request.picture)


def _draw(request: Request, reporter: Reporter) -> Finished:
    if problem := pictures.missing():
        raise UserError(problem)
    reporter.say(Progress("reading"))
    drawn = sheet(request.file, PlotRequest(pictures.COLUMNS, datasets=request.datasets))
    reporter.say(Progress("drawing"))
    request.picture.parent.mkdir(parents=True, exist_ok=True)
    pictures.draw(drawn, request.picture)
    return Finished(f"drawn: {request.picture}", str(request.picture))
