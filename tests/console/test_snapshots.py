"""Pictures of the first screen, cell by cell, for fixed snapshots.

``UPDATE_SNAPSHOTS=1`` writes the files again; check the differences after it.
"""

import os
from pathlib import Path

import msgspec
import pytest

from impsy_tui.control.messages import Snapshot
from impsy_tui.control.states import ChannelState, LogState, MachineState
from tests.support import snapshots
from tests.support.console_app import LARGE, SMALL, console, performed

_FOLDER = Path(__file__).parent / "snapshots"

_PLAYING = snapshots.playing()
_OSC = _PLAYING.channels[0]

_IN_TROUBLE = msgspec.structs.replace(
    _PLAYING,
    dimension=65,
    names=(),
    marks=("muted", "held") + 62 * ("",),
    input=tuple(number / 64 for number in range(64)),
    players=(
        msgspec.structs.replace(
            _PLAYING.focused,
            kind="dummy",
            model="",
            mode="battle",
            turn="both",
            paused=True,
            output=tuple(1 - number / 64 for number in range(64)),
            upcoming=(),
        ),
    ),
    channels=(
        msgspec.structs.replace(_OSC, problem_age=1.0),
        ChannelState("midi", "waiting", "Faderfox UC4"),
        ChannelState("serial", "failed", "/dev/ttyACM0", problem="no such port", problem_age=3.0),
    ),
    log=LogState(enabled=True, file="", rows=165, written=101, problem="the disk is full", disk_free=100_000_000),
    lateness=0.012,
    load=0.8,
    machine=MachineState(temperature=84.0, undervoltage=True, throttled=True),
    jobs=(),
)


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "120x40"])
@pytest.mark.parametrize(("name", "snapshot"), [("playing", _PLAYING), ("in-trouble", _IN_TROUBLE)])
@performed
async def test_first_screen(name: str, snapshot: Snapshot, size: tuple[int, int], tmp_path: Path) -> None:
    async with console(tmp_path / "none.sock", size, connected=False) as here:
        await here.detach()
        here.app.say("reply", "what is known of no engine")
        await here.show(snapshot)
        text = "\n".join(line[9:] if line.endswith("of no engine") else line for line in here.lines) + "\n"
        file = _FOLDER / f"{name}-{size[0]}x{size[1]}.txt"
        if os.environ.get("UPDATE_SNAPSHOTS"):
            file.write_text(text)
        assert text == file.read_text()
