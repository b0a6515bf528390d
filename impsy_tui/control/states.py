"""Parts of a snapshot; see ``messages.Snapshot``."""

from collections.abc import Callable, Sequence

import msgspec

from impsy_tui.control.agent_state import AgentState
from impsy_tui.parameters import BLEND


class TargetState(msgspec.Struct, frozen=True, array_like=True):
    """Target of a dimension with its last value; see ``channels.base.PlayedTarget``. In JSON, a list of the three."""

    number: int
    target: str
    value: str


class ChannelState(msgspec.Struct, frozen=True):
    """One channel; see ``channels.base.ChannelStatus``.

    Attributes:
        problem_age: seconds, -1 for never.
        nudge: delay in seconds, compared with the other channels.
        targets: first targets of the dimensions, at most ``engine.server.snapshot.MOST_TARGETS``.
        more_targets: number of the other targets.
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
    expects: str = ""
    targets: tuple[TargetState, ...] = ()
    more_targets: int = 0


class EnsembleState(msgspec.Struct, frozen=True):
    """State of an ensemble; gestures are indices of ``choices.GESTURES``.

    Attributes:
        players: names of the players, the lead first.
        gestures: present gesture of each player.
        seconds: gestures of each player in up to the last sixty seconds, a digit each, the newest last.
        forced: followers with a forced gesture.
        features: features of the lead's last five seconds; see ``ensemble.touches.features.FEATURES``.
        lead_age: seconds since the lead's last touch; -1 for never.
        resting: True if the ensemble rests because the lead does not play.
        flux: share of changed gestures in the last fifteen seconds, 0..1.
        rise: difference of the flux to that of the fifteen seconds before.
        entropy: entropy in bits of the transitions between groups of gestures in the last fifteen seconds.
        state: "stasis", "convergence", "divergence" or "development"; empty before the first second.
        new_idea: True if the ensemble has just had a new idea.
        transitions: numbers of transitions between the five groups of gestures in the last fifteen seconds. Rows
            follow each other; a row belongs to the group before the transition.
        auditioned: name of the auditioned model; empty for none.
        in_silence: gestures of the auditioned model's followers.
        touches: place of the last touch of each player, x and y from 0 to 1 of the surface, y downwards; both are -1
            if the player has not touched the surface in the last five seconds.
    """

    players: tuple[str, ...]
    gestures: tuple[int, ...]
    seconds: tuple[str, ...]
    forced: tuple[str, ...]
    features: tuple[float, ...]
    lead_age: float
    resting: bool
    flux: float
    rise: float
    entropy: float
    state: str
    new_idea: bool
    transitions: tuple[int, ...]
    auditioned: str = ""
    in_silence: tuple[int, ...] = ()
    touches: tuple[tuple[float, float], ...] = ()


class GestureRecordingState(msgspec.Struct, frozen=True):
    """State of a recording of gestures.

    Attributes:
        gesture: one of ``choices.GESTURES``.
        plays: True if the gesture is requested now; False if it comes next.
        left: seconds until the end of the gesture, or until its beginning.
        seconds: whole duration of which ``left`` is the rest.
        number: number of the gesture, from 1.
        of: number of all gestures.
        touches: touches recorded for the gesture so far.
        following: next gesture; empty at the end.
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
        name: name of the player.
        kind: "mdrnn", "agent" or "ensemble"; "dummy" without a model.
        model: name of the model.
        blended: name of the second model; empty for none.
        origin: folder of the model, if another folder has another model of its name; else empty.
        runtime: library that computes the model.
        mode: see ``modes.MODES``; ``band`` for an ensemble.
        turn: "you", "player" or "both".
        paused: True if the player is paused.
        parameters: values of its parameters, by name.
        trained: parameters with the value that the training of the model found.
        max_gap: longest dt in seconds.
        output: last played values; empty before the first.
        output_age: seconds since the last played values.
        upcoming: next values; empty if unknown.
        upcoming_in: seconds until the next values.
        played: number of played events.
        skipped: number of events that were left out because they were late.
        replaced: number of events that a later one on the same grid line replaced.
        hears: indices (from 0) of the instrument's dimensions that the player hears, in the player's order. Empty for
            all.
        plays: the same for the dimensions that the player plays.
        band: state of an ensemble; None for other players.
        agent: state of an agent; None for other players.
        spread: one standard deviation of each of the next values, after the temperatures; empty if unknown.
        weights: weights of the components of the next event's mixture, after the temperatures.
        surprise: nats per event by which the musician surprises the player more than its training did.
    """

    name: str
    kind: str
    model: str
    runtime: str
    mode: str
    turn: str
    paused: bool
    parameters: dict[str, bool | float | str | tuple[str | float, ...] | None]
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
    trained: tuple[str, ...] = ()
    ensemble: EnsembleState | None = None
    agent: AgentState | None = None
    blended: str = ""
    spread: tuple[float, ...] = ()
    weights: tuple[float, ...] = ()
    surprise: float | None = None
    origin: str = ""

    def model_words(self, shown: Callable[[str], str] = str) -> str:
        """Returns the model; of a blend, both models with the share of the second.

        Args:
            shown: returns the text for the name of a model.
        """
        if not self.blended:
            return shown(self.model)
        return f"{shown(self.model)} + {BLEND.shown(self.number(BLEND.name))} {shown(self.blended)}"

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
        enabled: True if the log is on.
        file: current file; empty before its first row.
        rows: number of logged rows.
        written: number of rows on the disk.
        problem: problem of the disk; empty without one.
        disk_free: free bytes on the disk; -1 if unknown.
    """

    enabled: bool
    file: str
    rows: int
    written: int
    problem: str
    disk_free: int


class JobState(msgspec.Struct, frozen=True):
    """One worker; see ``workers.messages`` for its progress.

    Attributes:
        number: number of the job in commands.
        kind: "dataset", "train" …
        name: input of the job.
        state: "running", "stopping", "finished", "failed" or "cancelled".
        stage: present task.
        done, of: finished amount and whole amount (0 if unknown).
        loss, validation: training loss and held-out loss; None while there are none.
        left: remaining seconds; None if unknown.
        age: seconds since the beginning; after the end, the whole duration.
        curve: loss and held-out loss over time while the job runs.
        text: result or problem.
        file: new file.
        unit: unit of the losses.
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

    @property
    def is_running(self) -> bool:
        """True until the worker has ended."""
        return self.state in ("running", "stopping")


class MachineState(msgspec.Struct, frozen=True):
    """The machine; see ``engine.server.machine_health``. ``temperature`` is in degrees Celsius, None if unknown."""

    temperature: float | None = None
    undervoltage: bool = False
    throttled: bool = False


class PendingState(msgspec.Struct, frozen=True):
    """Pending command or running ramp.

    Attributes:
        number: number of the command for ``cancel``.
        text: command as typed.
        kind: "over", "after", "every", "at", "whenever" or "pattern".
        due: seconds until the command runs or a pattern begins or, for "over", ends; -1 if unknown.
        share: progress of "over", or of the cycle of a pattern, 0..1.
        cycle: number of a pattern's cycle, from 0.
        step: value of the step of a pattern that sounds now.
    """

    number: int
    text: str
    kind: str
    due: float = -1.0
    share: float = 0.0
    cycle: int = 0
    step: str = ""


class CueState(msgspec.Struct, frozen=True):
    """Position in a set list.

    Attributes:
        set: name of the set list.
        cue: name of the present cue; empty before the first.
        number: number of the present cue, from 1; 0 before the first.
        of: number of all cues.
        following: name of the next cue; empty at the end.
    """

    set: str
    cue: str
    number: int
    of: int
    following: str


class EditedSet(msgspec.Struct, frozen=True):
    """Set list that consoles edit.

    Attributes:
        name: name of the set list.
        version: version of the file, as far as the engine knows it.
        editors: consoles that edit it.
    """

    name: str
    version: str
    editors: tuple[str, ...]


class TempoState(msgspec.Struct, frozen=True):
    """Position and clock of the musical time; the parameters of the engine have the tempo.

    Attributes:
        beat: beats since the beginning of the first bar.
        lost: True if the followed clock is missing; its last tempo is kept.
        runs: True if the followed clock runs; always True for the engine's tempo.
        peers: number of other programs in the session of Ableton Link.
    """

    beat: float = 0.0
    lost: bool = False
    runs: bool = True
    peers: int = 0


class ReplayState(msgspec.Struct, frozen=True):
    """Replay of a log: name, position and length in seconds of the log, speed."""

    name: str
    position: float
    length: float
    speed: float
