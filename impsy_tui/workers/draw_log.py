"""Worker that draws a log over time.

The worker prints the message that answers the question with this number. The engine forwards the message without
reading it.
"""

from pathlib import Path
from typing import Final

from impsy_tui.control.answers import LogPlot
from impsy_tui.control.messages import Reply
from impsy_tui.data.logs import draw_log
from impsy_tui.worker_requests import WorkerRequest
from impsy_tui.workers.messages import print_message

MOST_COLUMNS: Final = 400


class Request(WorkerRequest, frozen=True, tag="draw_log"):
    """Request for a picture of a log.

    Attributes:
        number: Number of the question.
        file: The log.
        columns: Width of the picture, 1 to 400.
    """

    number: int
    file: Path
    columns: int


def run(request: Request) -> None:
    """Prints the answer."""
    print_message(draw(request.number, request.file, request.columns))


def draw(number: int, file: Path, columns: int) -> LogPlot | Reply:
    """Returns a log over time, or a reply with the reason why the log cannot be drawn."""
    try:
        picture = draw_log(file, min(max(columns, 1), MOST_COLUMNS))
    except (OSError, ValueError) as error:
        return Reply(number, False, f"{file.name} cannot be drawn: {error}")
    return LogPlot(
        number,
        file.name,
        picture.seconds,
        picture.rows,
        tuple(tuple(None if x != x else round(x, 2) for x in column) for column in picture.values.tolist()),
        tuple(picture.played.tolist()),
        tuple(picture.predicted.tolist()),
    )
