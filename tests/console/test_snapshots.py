"""Pictures of the first screen, cell by cell, for fixed snapshots.

``UPDATE_SNAPSHOTS=1`` writes the files again; check the differences after it.
"""

import os
from pathlib import Path

import msgspec
import pytest

from impsy_tui.control.link import LinkState
from impsy_tui.control.messages import Snapshot
from impsy_tui.control.states import ChannelState, LogState, MachineState
from tests.support import snapshots
from tests.support.console_app import LARGE, SMALL, console, performed

_FOLDER = Path(__file__).parent / "snapshots"

_PLAYER = snapshots.snapshot(
    model="musicMDRNN-dim9-layers2-units64-mixtures5-scale10",
    runtime="litert",
    mode="callresponse",
    turn="player",
    parameters={"temp": 1.3, "sigma": 0.02, "timescale": 0.5, "threshold": 0.6, "max_response": 12.0},
    max_gap=5.0,
    output=(0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 1.0),
    output_age=0.2,
    upcoming=(0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2),
    upcoming_in=0.42,
    played=123,
).players[0]

_OSC = ChannelState(
    name="osc",
    state="open",
    bound="127.0.0.1:6000 → 127.0.0.1:6001",
    received=42,
    sent=123,
    received_rate=12,
    sent_rate=8,
    last_received="/interface 0.12 0.25",
    last_sent="/prediction 0.10 0.20",
    problem="no program listens at 127.0.0.1:6001",
    problem_age=75.0,
    problems=3,
)

_PLAYING = msgspec.structs.replace(
    snapshots.snapshot(),
    time=1_800_000_000.0,
    uptime=3725.0,
    dimension=9,
    input=(0.0, 0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 1.0),
    input_age=5.0,
    received=42,
    parameters={"thru": True},
    players=(_PLAYER,),
    channels=(_OSC, ChannelState("demo", "open", "simulated performer", received_rate=3)),
    log=LogState(enabled=True, file="logs/a.log", rows=165, written=165, problem="", disk_free=12_000_000_000),
    load=0.07,
    lateness=0.0012,
    memory=50_000_000,
    names=("pitch", "decay"),
    marks=("", "muted", "", "held", "", "", "solo", "shaped"),
    timer=83.0,
    timer_runs=True,
    machine=MachineState(temperature=61.0),
    jobs=(
        snapshots.job(
            number=2,
            name="s on training-dataset-9d",
            stage="epoch",
            done=34,
            of=100,
            loss=-5.25,
            validation=-4.75,
            left=95.0,
            age=60.0,
            curve=tuple((5.0 - step / 2, 5.5 - step / 2) for step in range(20)),
        ),
    ),
)

_IN_TROUBLE = msgspec.structs.replace(
    _PLAYING,
    dimension=65,
    names=(),
    marks=("muted", "held") + 62 * ("",),
    input=tuple(number / 64 for number in range(64)),
    players=(
        msgspec.structs.replace(
            _PLAYER,
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
        link = here.app._link
        assert here.app._linking is not None
        here.app._linking.cancel()
        here.app.say("reply", "what is known of no engine")
        await here.until(lambda: here.app._linking is not None and here.app._linking.done())
        link.state = LinkState.UP
        for _ in range(12):  # numbers change every few frames, and a pane that appears moves the others
            link.snapshot, link.received = snapshot, link.received + 1
            here.app._frame()
            await here.pilot.pause()
        text = "\n".join(line[9:] if line.endswith("of no engine") else line for line in here.lines) + "\n"
        file = _FOLDER / f"{name}-{size[0]}x{size[1]}.txt"
        if os.environ.get("UPDATE_SNAPSHOTS"):
            file.write_text(text)
        assert text == file.read_text()
