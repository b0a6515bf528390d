"""Shell lines of a page, carried out one after the other in a separate folder."""

import os
import re
import shlex
import signal
import subprocess
import sys
import wave
from pathlib import Path
from typing import Final

import numpy as np

from impsy_tui.ensemble.scores import Score, write_score
from impsy_tui.ensemble.synthetic.scores import scores
from impsy_tui.ensemble.synthetic.touches import play
from impsy_tui.ensemble.touches.touch import Touches, TouchRecording, write_touches

NEEDS: Final = {
    # Lines with these beginnings are not carried out. Another test checks their commands, options and scripts.
    r"sudo ": "rights of root",
    r"(~/impsy/bin/)?pip ": "network",
    r"git clone ": "network",
    r"cd (impsy-tui|~/instrument)": "a Raspberry Pi",
    r"impsy-tui attach --remote |ssh ": "another machine",
    r"impsy-tui train |impsy-tui evaluate |impsy-tui convert ": "TensorFlow or torch",
    r"impsy-tui agent (convert|evaluate) ": "an agent and recordings of the user's",
    r"impsy-tui (play|run) .*--sound": "sound",
    r"impsy-tui agent lookup --pd ": "a patch of the user's",
    r"impsy-tui agent map .*--osc ": "keys",
    r"impsy-tui init --guide": "keys",
    r"impsy-tui service ": "a service that is installed",
    r"\./scripts/|scripts/bench/|make |\.venv-dev/bin/|PYTHON |MINUTES=": "minutes, in the checkout itself",
}
"""Needs of a line that a test does not have, by pattern."""
QUICKER: Final = (("--points 20", "--points 2"), ("fm-20", "fm-2"))
"""Parts of lines that would take minutes, and replacements that take seconds."""
NAMES: Final = (
    ("gestures import DIR", "gestures import theirs"),
    ("gestures classify FILE", "gestures classify set-touches.csv"),
    ("gestures clips FILE", "gestures clips set-touches.csv"),
    ("--lead FILE", "--lead played/0.csv"),
    ("ensemble evaluate MODEL SCORES", "ensemble evaluate ensembleRNN-units16 played"),
    ("plot NAME", "plot 2026-01-01T12-00-00-9d-mdrnn"),
)
"""Names that the reader fills in."""
_ENGINE: Final = re.compile(r"impsy-tui( play| start| run|$| --fresh| --resume| attach)")
_CLIENT: Final = re.compile(r"impsy-tui (send|status|shutdown|attach)")


def needed(line: str) -> str:
    """Returns what a line needs that a test does not have; empty if the line can be carried out."""
    return next((needs for start, needs in NEEDS.items() if re.match(start, line)), "")


def make_user_files(place: Path) -> None:
    """Writes the files of a user that the pages work with: logs, touches, scores, recordings."""
    for name in ("logs", "played", "theirs/touches", "theirs/gestures", "recordings", "sets", "models"):
        (place / name).mkdir(parents=True)
    random = np.random.default_rng(1)
    lines = []
    for number in range(400):
        values = ",".join(f"{value:.3f}" for value in random.uniform(size=8))
        second = f"{number // 40:02d}.{number % 40 * 25000:06d}"
        lines.append(f"2026-01-01T12:00:{second},interface,{values}\n")
    (place / "logs" / "2026-01-01T12-00-00-9d-mdrnn.log").write_text("".join(lines))
    part = play(6, 30.0, random)
    touches = Touches(part.times + 1.7e9, part.fingers, part.x, part.y, part.velocities)
    write_touches(place / "set-touches.csv", TouchRecording("set", {"ann": touches}))
    for number, codes in enumerate(scores(3, 90, 6)[1:]):
        write_score(
            place / "played" / f"{number}.csv", Score("", ("ann", "bob", "eve", "joe")[: codes.shape[1]], codes)
        )
    (place / "theirs" / "touches" / "a-touches.csv").write_text(
        "time,device_id,x_pos,y_pos,velocity\n2014-01-01T12:00:00,p1,512,384,0.0\n"
    )
    (place / "theirs" / "gestures" / "a-gestures.csv").write_text("time,p1\n2014-01-01 12:00:00,1\n")
    with wave.open(str(place / "recordings" / "a.wav"), "wb") as file:
        file.setparams((1, 2, 44100, 0, "NONE", ""))
        file.writeframes((random.uniform(-0.3, 0.3, 22050) * 32767).astype("<i2").tobytes())


class Reader:
    """A reader of a page who types its shell lines.

    Args:
        place: folder with the user's files, which is also the home folder.
    """

    def __init__(self, place: Path) -> None:
        self._folder = place
        self._environment = {
            **os.environ,
            "HOME": str(place),
            "COLUMNS": "100",
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "XDG_STATE_HOME": str(place / "state"),
        }
        self._is_engine_running = False

    def type(self, line: str) -> None:
        """Carries out a line; fails if the line does."""
        for before, after in (*QUICKER, *NAMES):
            line = line.replace(before, after)
        words = shlex.split(line, comments=True)
        command = " ".join(words)
        if _ENGINE.match(command) and not command.startswith("impsy-tui attach"):
            self.end()
            if not (self._folder / "config.toml").exists():
                self._run("impsy-tui init")
        elif _CLIENT.match(command) and not self._is_engine_running:
            self._run("impsy-tui start -c demo")
            self._is_engine_running = True
        if words[0] == "cd":
            self._folder = self._folder / Path(words[1].replace("~", self._environment["HOME"]))
        elif command.startswith("impsy-tui run") or "--watch" in words:
            self._begin(line)
        else:
            self._run(line)
            self._is_engine_running |= bool(_ENGINE.match(command))
        self._is_engine_running &= command != "impsy-tui shutdown"

    def end(self) -> None:
        """Ends the engine."""
        if self._is_engine_running:
            self._run("impsy-tui shutdown")
            self._is_engine_running = False

    def _run(self, line: str) -> None:
        done = subprocess.run(
            ["bash", "-c", line],
            cwd=self._folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"

    def _begin(self, line: str) -> None:
        """Starts a line that goes on until Ctrl-C, waits for its first output and ends it."""
        with subprocess.Popen(
            # The tests may run in the background of a shell, where Ctrl-C is ignored.
            ["env", "--default-signal=INT", "bash", "-c", f"exec {line}"],
            cwd=self._folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdout is not None
            assert process.stdout.readline(), line
            process.send_signal(signal.SIGINT)
            process.stdout.read()
            assert process.wait(60) in (0, 130), line
