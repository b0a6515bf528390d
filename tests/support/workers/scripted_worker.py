"""Worker whose behaviour is the name of the dataset in its request; see ``scripted_python``."""

import json
import os
import shlex
import signal
import sys
import threading
from pathlib import Path
from types import FrameType

from impsy_tui.workers.messages import Failed, Finished, Progress, Reporter

_kept = threading.Event()


def _keep(number: int, frame: FrameType | None) -> None:
    _kept.set()


def main() -> None:
    """Carries out the behaviour of the request."""
    reporter = Reporter()
    match json.loads(sys.argv[-1])["name"]:
        case "well":
            for step in range(1, 4):
                reporter.say(Progress("step", step, 3, 1.0 / step, 2.0 / step, 3.0 - step))
            reporter.say(Progress("judging", loss=0.25))
            reporter.say(Finished("it is done", "made.txt"))
        case "badly":
            reporter.say(Failed("there is nothing to work on"))
        case "speechless":
            os.write(2, b"what went wrong\n")
            os._exit(3)
        case "garbage":
            nested = b'{"type": "progress", "stage": "x", "y": ' + b"[" * 60_000
            for line in (b"", b"\xff\xfe", b"5", b"[" * 300_000, nested, b'{"type": "dance"}', b"Epoch 1/10"):
                os.write(1, line + b"\n")
            reporter.say(Finished("done all the same"))
        case "keeping":
            signal.signal(signal.SIGINT, _keep)
            reporter.say(Progress("waiting"))
            _kept.wait()
            reporter.say(Finished("kept what there was"))
        case "deaf":
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            reporter.say(Progress("waiting"))
            threading.Event().wait()


def scripted_python(folder: Path, command: str = "") -> str:
    """Returns the path of an interpreter that runs this module instead of a worker.

    Args:
        folder: Folder for the interpreter.
        command: Shell command that it runs instead.
    """
    python = folder / "python"
    command = command or f'{shlex.quote(sys.executable)} -m tests.support.workers.scripted_worker "$@"'
    python.write_text(f"#!/bin/sh\nexec {command}\n")
    python.chmod(0o755)
    return str(python)


if __name__ == "__main__":
    main()
