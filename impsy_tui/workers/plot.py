"""Draws pictures: ``python -m impsy_tui.workers.plot FILE PICTURE DATASETS``.

An existing picture is replaced. A model hears the newest dataset that fits it.
"""

import sys
from pathlib import Path

from impsy_tui.errors import UserError
from impsy_tui.limits import limit_process
from impsy_tui.plots import pictures
from impsy_tui.plots.request import PlotRequest
from impsy_tui.plots.sheets import sheet
from impsy_tui.workers.low_priority import step_back
from impsy_tui.workers.messages import Failed, Finished, Progress, Reporter


def main() -> None:
    """See the module."""
    step_back()
    file, picture, datasets = map(Path, sys.argv[1:])
    reporter = Reporter()
    if problem := pictures.missing():
        reporter.say(Failed(problem))
        return
    try:
        reporter.say(Progress("reading"))
        drawn = sheet(file, PlotRequest(pictures.COLUMNS, datasets=datasets))
        reporter.say(Progress("drawing"))
        picture.parent.mkdir(parents=True, exist_ok=True)
        pictures.draw(drawn, picture)
    except UserError as problem:
        reporter.say(Failed(str(problem)))
    except OSError as error:
        reporter.say(Failed(f"{error.filename or picture}: {error.strerror}"))
    else:
        reporter.say(Finished(f"drawn: {picture}", str(picture)))


if __name__ == "__main__":
    limit_process("impsy_tui.workers.plot")
    main()
