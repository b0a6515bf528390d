"""Snapshots and jobs in the form of the engine."""

from typing import Any

import msgspec

from impsy_tui.control.agent_state import AgentState
from impsy_tui.control.messages import Snapshot
from impsy_tui.control.states import (
    ChannelState,
    CueState,
    EnsembleState,
    JobState,
    LogState,
    MachineState,
    PendingState,
    PlayerState,
    ReplayState,
    TempoState,
)

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


_IN_TURN = snapshot(
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
    _SNAPSHOT,
    time=1_800_000_000.0,
    uptime=3725.0,
    dimension=9,
    input=(0.0, 0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 1.0),
    input_age=5.0,
    received=42,
    parameters={"thru": True},
    players=(_IN_TURN,),
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
        job(
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

QUARTET = EnsembleState(
    players=("lead", "p2", "p3", "p4"),
    gestures=(6, 1, 0, 3),
    seconds=("6" * 60, "0" * 30 + "1" * 30, "8", "3" * 60),
    forced=("p3",),
    features=(512.0, 300.0, 20.0, 10.0, 40.0, 30.0, 10.0, 8.5),
    lead_age=2.0,
    resting=False,
    flux=0.25,
    rise=0.4,
    entropy=1.5,
    state="divergence",
    new_idea=True,
    transitions=(1, 2, 0, 0, 0) + (0,) * 15 + (0, 0, 0, 0, 9),
)

AGENT = AgentState(
    hear="loudness-dB centroid",
    resting=False,
    level=-18.4,
    heard=0.01,
    rate=344,
    distance=0.42,
    distances=(0.0, 1.0, 2.0),
    musician=((0.5,), (1.0,), (0.0,), (0.0, 1.0) * 6, (0.5,) * 13),
    own=((0.0,), (0.5,), (1.0,), (1.0, 0.0) * 6, (0.0,) * 13),
)


def playing(**fields: Any) -> Snapshot:
    """Of a player of eight dimensions in its turn, next to a demo and a training, but for these fields."""
    return msgspec.structs.replace(_PLAYING, **fields)


def in_turn(**fields: Any) -> PlayerState:
    """The player of ``playing``, but for these of its fields and of its parameters."""
    fields["parameters"] = _IN_TURN.parameters | fields.get("parameters", {})
    return msgspec.structs.replace(_IN_TURN, **fields)


def ensemble(**fields: Any) -> PlayerState:
    """An ensemble of four, but for these fields of its state."""
    state = msgspec.structs.replace(QUARTET, **fields)
    return in_turn(name="band", kind="ensemble", model="gestures", mode="ensemble", turn="both", ensemble=state)


def agent(**fields: Any) -> PlayerState:
    """An agent that hears sound, but for these fields of its state."""
    values = {"aim": "imitate", "steer": "network", "budget": 0.5, "smooth": 0.2}
    state = msgspec.structs.replace(AGENT, **fields)
    return in_turn(
        name="ear", kind="agent", model="steerer", mode="duet", turn="both", parameters=values, agent=state
    )
