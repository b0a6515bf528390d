"""Snapshots and jobs in the form of the engine."""

from typing import Any

import msgspec

from impsy_tui.control.messages import Snapshot
from impsy_tui.control.states import CueState, JobState, LogState, PendingState, PlayerState, ReplayState, TempoState

_PLAYER = PlayerState(
    name="main",
    kind="mdrnn",
    model="pulse",
    runtime="numpy",
    mode="polyphony",
    turn="both",
    paused=False,
    parameters={"temp": 1.0, "sigma": 0.01, "timescale": 1.0, "threshold": 2.0, "max_response": None},
    max_gap=1.0,
    output=(),
    output_age=-1.0,
    upcoming=(),
    upcoming_in=0.0,
    played=0,
    skipped=0,
)

_SNAPSHOT = Snapshot(
    time=0.0,
    uptime=0.0,
    title="",
    dimension=4,
    input=(0.0, 0.0, 0.0),
    input_age=-1.0,
    received=0,
    players=(_PLAYER,),
    channels=(),
    log=LogState(enabled=True, file="", rows=0, written=0, problem="", disk_free=-1),
    load=0.0,
    lateness=0.0,
    memory=-1,
)

_JOB = JobState(
    number=1,
    kind="train",
    name="s",
    state="running",
    stage="fitting",
    done=3,
    of=10,
    loss=1.5,
    validation=1.6,
    left=60.0,
    age=5.0,
    curve=((3.0, 3.1), (2.0, 2.5), (1.5, 1.6)),
    text="",
    file="",
)


def snapshot(**player: Any) -> Snapshot:
    """Returns a snapshot of a player at rest, with these other fields and parameters."""
    player["parameters"] = _PLAYER.parameters | player.get("parameters", {})
    return msgspec.structs.replace(_SNAPSHOT, players=(msgspec.structs.replace(_PLAYER, **player),))


def job(**fields: Any) -> JobState:
    """Returns a running training, with these other fields."""
    return msgspec.structs.replace(_JOB, **fields)


def staged(**fields: Any) -> Snapshot:
    """Returns a snapshot in the middle of a set, with these other fields."""
    set_ = msgspec.structs.replace(
        _SNAPSHOT,
        cue=CueState("first", "drop", 3, 8, "break"),
        tempo=TempoState(9.5),
        parameters={"quantise": "1/16"},
        replay=ReplayState("2026-05-01T20-00-00-9d-mdrnn", 80.0, 245.0, 2.0),
        recording=True,
        pending=(
            PendingState(1, "over 8s temp 0.6 sigma 0.02", "over", 4.0, 0.5),
            PendingState(2, "whenever call temp 1", "whenever"),
            PendingState(3, "after 10s mode callresponse", "after", 2.0),
        ),
        keys={"f5": "drop", "f9": "take"},
        macros=("drop = mode battle; over 2s temp 1.8", "gone = shutdown"),
    )
    return msgspec.structs.replace(set_, **fields)
