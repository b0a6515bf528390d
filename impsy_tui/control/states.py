"""Parts of a snapshot; see ``messages.Snapshot``."""

from collections.abc import Sequence

import msgspec

from impsy_tui.control.agent_state import AgentState


class ChannelState(msgspec.Struct, frozen=True):
    """One channel; see ``channels.ChannelStatus``.

    ``problem_age`` is in seconds, -1 for never; ``nudge``, too, by which it is later than the others.
    """

    name: str
    state: str
    bound: str
    received: int = 0
    sent: int = 0
    received_rate: int = 0
    sent_rate: int = 0
    last_received: str = ""
    last_sent: str = ""
    problem: str = ""
    problem_age: float = -1.0
    problems: int = 0
    nudge: float = 0.0


class EnsembleState(msgspec.Struct, frozen=True):
    """State of an ensemble; gestures are indices of ``choices.GESTURES``.

    Attributes:
        players: what they are called, the lead first.
        gestures: what each does now.
        seconds: of each, the gestures of up to the last sixty seconds, a digit each, the newest last.
        forced: followers whose gestures were told them.
        features: of the lead's last five seconds; see ``ensemble.touches.features.FEATURES``.
        lead_age: seconds since the lead touched the surface, -1 for never.
        resting: whether the band rests because nobody leads, any more or as yet.
        clips: how clips are chosen.
        flux: how much changed in the last fifteen seconds, 0..1.
        rise: how much more that is than in the fifteen before.
        entropy: of the transitions between groups of gestures in the last fifteen, in bits.
        state: "stasis", "convergence", "divergence" or "development"; empty before the first second.
        new_idea: whether there was one just now.
        transitions: how often each of the five groups of gestures was followed by each, in the last fifteen seconds;
            row by row, a row for the group that was left.
        told_by: the classifier that tells the lead's gestures.
        auditioned: name of the model that answers in silence, empty for none.
        in_silence: what its followers do.
    """

    players: tuple[str, ...]
    gestures: tuple[int, ...]
    seconds: tuple[str, ...]
    forced: tuple[str, ...]
    features: tuple[float, ...]
    lead_age: float
    resting: bool
    clips: str
    flux: float
    rise: float
    entropy: float
    state: str
    new_idea: bool
    transitions: tuple[int, ...]
    told_by: str = ""
    auditioned: str = ""
    in_silence: tuple[int, ...] = ()


class GestureRecordingState(msgspec.Struct, frozen=True):
    """State of a recording of gestures.

    Attributes:
        gesture: one of ``choices.GESTURES``.
        plays: it is to be played now; else it comes.
        left: seconds until it is over, or begins.
        seconds: of these, how many there were at the beginning.
        number: which of the gestures it is, from 1.
        of: how many there are.
        touches: how many it has got so far.
        following: the gesture that comes after it, empty at the end.
    """

    gesture: str
    plays: bool
    left: float
    seconds: float
    number: int
    of: int
    touches: int
    following: str


class PlayerState(msgspec.Struct, frozen=True):
    """State of one player.

    Attributes:
        name: of the part.
        kind: "mdrnn", "agent" or "ensemble", or "dummy" where there is no model.
        model: name of the model.
        runtime: what computes it.
        mode: see ``modes.MODES``; "band" for a band.
        turn: "you", "player" or "both".
        paused: whether it may not play.
        parameters: values of its parameters, by name.
        max_gap: seconds.
        output: what it played last, empty for nothing yet.
        output_age: seconds since then.
        upcoming: what it will play next, empty if that is not known.
        upcoming_in: seconds until then.
        played: events played.
        skipped: events left out because they were late.
        replaced: events that gave way to a later one on their line of the grid.
        hears, plays: indices of the instrument's values (from 0), in the order of its own; empty for
            all of them.
        band: what a band does, None for other players.
        agent: how an agent is doing, None for other players.
    """

    name: str
    kind: str
    model: str
    runtime: str
    mode: str
    turn: str
    paused: bool
    parameters: dict[str, float | str | tuple[str, ...] | None]
    max_gap: float
    output: tuple[float, ...]
    output_age: float
    upcoming: tuple[float, ...]
    upcoming_in: float
    played: int
    skipped: int
    replaced: int = 0
    hears: tuple[int, ...] = ()
    plays: tuple[int, ...] = ()
    ensemble: EnsembleState | None = None
    agent: AgentState | None = None

    def number(self, name: str) -> float:
        """Returns the value of a parameter; 0 for a missing one."""
        value = self.parameters.get(name)
        return value if isinstance(value, int | float) else 0.0

    def place(self, values: Sequence[float], count: int) -> list[float | None]:
        """Returns played values by dimension; None for dimensions of other players."""
        placed: list[float | None] = [None] * count
        for index, value in zip(self.plays or range(count), values, strict=False):
            if index < count:
                placed[index] = value
        return placed


class LogState(msgspec.Struct, frozen=True):
    """The performance log.

    Attributes:
        enabled: whether it is written at all.
        file: the current file, empty before its first row.
        rows: handed over.
        written: of these, on the disk.
        problem: what keeps them from it, empty while all is well.
        disk_free: bytes left where it is written, -1 if unknown.
    """

    enabled: bool
    file: str
    rows: int
    written: int
    problem: str
    disk_free: int


class JobState(msgspec.Struct, frozen=True):
    """One worker; see ``workers.messages`` for how far it is.

    Attributes:
        number: by which it is named.
        kind: "dataset", "train" …
        name: what it works on.
        state: "running", "stopping", "finished", "failed" or "cancelled".
        stage: what it is doing.
        done, of: how much of that is done, and how much there is (0 if unknown).
        loss, validation: None while there are none.
        left: seconds, None if unknown.
        age: seconds since it began, and once it has ended, until then.
        curve: loss and validation loss over time, for as long as it runs.
        text: what came of it, or what is wrong.
        file: what it made.
        unit: of the losses.
    """

    number: int
    kind: str
    name: str
    state: str
    stage: str
    done: int
    of: int
    loss: float | None
    validation: float | None
    left: float | None
    age: float
    curve: tuple[tuple[float, float], ...]
    text: str
    file: str
    unit: str = "nats"


class MachineState(msgspec.Struct, frozen=True):
    """The machine; see ``engine.server.machine_health``. ``temperature`` is in degrees Celsius, None if unknown."""

    temperature: float | None = None
    undervoltage: bool = False
    throttled: bool = False


class PendingState(msgspec.Struct, frozen=True):
    """Pending command or running ramp.

    Attributes:
        number: by which it is cancelled.
        text: as it was typed.
        kind: "over", "after", "every", "at" or "whenever".
        due: seconds until it is done or, for "over", has arrived; -1 where nobody knows.
        share: how far it is, 0..1, for "over".
    """

    number: int
    text: str
    kind: str
    due: float = -1.0
    share: float = 0.0


class CueState(msgspec.Struct, frozen=True):
    """Position in a set list.

    Attributes:
        set: name of the set list.
        cue: name of the cue that was reached last, empty before the first.
        number: of that cue, from 1; 0 before the first.
        of: how many there are.
        following: name of the next one, empty at the end.
    """

    set: str
    cue: str
    number: int
    of: int
    following: str


class TempoState(msgspec.Struct, frozen=True):
    """Musical time.

    Attributes:
        beats: a minute.
        source: "own", or "clock" where one is followed.
        lost: the clock that is followed does not come; its last tempo is kept.
        runs: whether the clock that is followed has been started; always for an own tempo.
        beat: beats since the first bar began.
        grid: a note length such as "1/16", empty where nothing is quantised.
        swing: 0.5 is straight.
        hand_over: when turns change: "now", "beat" or "bar".
        sends: whether a clock is sent.
    """

    beats: float
    source: str = "own"
    lost: bool = False
    runs: bool = True
    beat: float = 0.0
    grid: str = ""
    swing: float = 0.5
    hand_over: str = "now"
    sends: bool = False


class ReplayState(msgspec.Struct, frozen=True):
    """Replay of a log: name, position and length in seconds of the log, speed."""

    name: str
    position: float
    length: float
    speed: float
