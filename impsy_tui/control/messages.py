"""Messages on the control socket: JSON objects with a ``type``, one in a WebSocket message.

The engine sends ``hello``; the client answers with its own ``hello`` and may then send commands and subscribe to
snapshots at a rate. Unknown fields are ignored and missing fields have defaults, so that neighbouring versions
understand each other; ``PROTOCOL`` changes only if they would not.
"""

from typing import Final, Literal

import msgspec

from impsy_tui.control.states import (
    ChannelState,
    CueState,
    GestureRecordingState,
    JobState,
    LogState,
    MachineState,
    PendingState,
    PlayerState,
    ReplayState,
    TempoState,
)
from impsy_tui.setup_questions import Answers

PROTOCOL: Final = 1

Level = Literal["info", "warning", "error"]

About = Literal["files", "log", "settings", "rig", "names", "ports"]
"""Subjects of a query."""


class ConsoleSettings(msgspec.Struct, frozen=True):
    """Settings of the console in the engine's configuration; see ``[console]``."""

    theme: str = "amber"
    lean: bool = False
    mouse: bool = False
    animation: bool = False
    keys: dict[str, str] = {}


class Start(msgspec.Struct, frozen=True):
    """Arguments of an engine's start, so that a console can start the engine again.

    Attributes:
        arguments: arguments of ``impsy-tui run``; empty if unknown.
        folder: working folder.
        output: file for the output.
        prints_there: True if the output goes to that file, not to a terminal.
    """

    arguments: tuple[str, ...] = ()
    folder: str = ""
    output: str = ""
    prints_there: bool = False


class Hello(msgspec.Struct, tag="hello", frozen=True):
    """Greeting. ``protocol`` must be the same on both sides.

    Attributes:
        start: arguments of the engine's start.
    """

    protocol: int = PROTOCOL
    version: str = ""
    pid: int = 0
    console: ConsoleSettings = ConsoleSettings()
    start: Start = Start()


class Command(msgspec.Struct, tag="command", frozen=True):
    """Request to run a line of the command language; the reply has the same ``id``."""

    id: int
    line: str


class Subscribe(msgspec.Struct, tag="subscribe", frozen=True):
    """Request for snapshots at a rate in Hz (0 for none, at most 50), and for events.

    The last past events come first, if they are later than ``since`` (seconds since 1970).
    """

    rate: float = 20.0
    events: bool = True
    since: float = 0.0


class Ask(msgspec.Struct, tag="ask", frozen=True):
    """Query for data that is too large or too slow for every snapshot.

    The answer has the same ``id``: a ``Files``, ``LogPlot``, ``Settings``, ``Rig``, ``Names`` or ``Ports``, or a
    ``Reply`` with the reason of a failure.

    Attributes:
        id: number of the query; commands use the same count.
        about: subject.
        name: name of the log, for a picture.
        columns: columns of the picture.
    """

    id: int
    about: About
    name: str = ""
    columns: int = 0


class SetUp(msgspec.Struct, tag="set_up", frozen=True):
    """Request for a new configuration next to the current one; the reply has the same ``id``."""

    id: int
    answers: Answers


class Reply(msgspec.Struct, tag="reply", frozen=True):
    """Result of a command or a set-up.

    Attributes:
        id: number of the command.
        ok: True if the command succeeded.
        text: answer, or the reason of a failure.
        start: start of the wrong word, -1 without one.
        end: end of the wrong word, exclusive.
    """

    id: int
    ok: bool
    text: str
    start: int = -1
    end: int = -1


class Event(msgspec.Struct, tag="event", frozen=True):
    """Event for the performer.

    Attributes:
        time: seconds since 1970.
        level: severity.
        source: channel, "player", "log", "engine" …
        text: message.
        dropped: events left out before this one, for a client that did not keep up.
    """

    time: float
    level: Level
    source: str
    text: str
    dropped: int = 0


class Snapshot(msgspec.Struct, tag="snapshot", frozen=True):
    """Everything a console shows.

    Attributes:
        time: seconds since 1970.
        uptime: seconds since the engine started.
        title: title of the configuration.
        dimension: number of dimensions x1..xn plus one for time.
        input: last vector of the musician.
        input_age: seconds since then, -1 for never.
        received: number of received events.
        thru: True if the input goes to every output.
        players: all of them, in the order of the configuration; ``main`` if it names none.
        channels: inputs and outputs.
        log: the performance log.
        load: share of time that the engine was busy in the last second, 0..1.
        lateness: seconds; the worst lateness of the last second.
        memory: resident bytes of the engine, -1 if unknown.
        loading: name of a model that is being loaded, empty for none.
        names: names of the dimensions, as many as are given.
        marks: marks of the focus for each dimension: "muted", "solo", "held", "inverted", "range" or empty.
        audition: auditioned player, which plays next to the focus in silence; None for none.
        timer: seconds on the set timer.
        timer_runs: True while the set timer runs.
        machine: the machine's health.
        jobs: workers, the newest last.
        focus: player of the commands that name no player.
        macros: macros of the performer, in the form of ``def``.
        keys: commands by key, such as ``f5``.
        pending: commands that run later.
        cue: position in the set list, if one is open.
        tempo: musical time, if it matters.
        replay: the log that is replayed, if one is.
        recording: True while commands are recorded.
        gesture_recording: gesture to play, during a recording of gestures.
        held: notes that the musician holds, such as "note 60"; empty for none.
        parameters: values of the parameters of the engine, by name.
    """

    time: float
    uptime: float
    title: str
    dimension: int
    input: tuple[float, ...]
    input_age: float
    received: int
    thru: bool
    players: tuple[PlayerState, ...]
    channels: tuple[ChannelState, ...]
    log: LogState
    load: float
    lateness: float
    memory: int
    loading: str = ""
    names: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    audition: PlayerState | None = None
    timer: float = 0.0
    timer_runs: bool = False
    machine: MachineState = MachineState()
    jobs: tuple[JobState, ...] = ()
    focus: str = "main"
    macros: tuple[str, ...] = ()
    keys: dict[str, str] = {}
    pending: tuple[PendingState, ...] = ()
    cue: CueState | None = None
    tempo: TempoState | None = None
    replay: ReplayState | None = None
    recording: bool = False
    gesture_recording: GestureRecordingState | None = None
    held: str = ""
    parameters: dict[str, bool | float | str | None] = {}

    @property
    def focused(self) -> PlayerState:
        """Player with the focus."""
        return next((player for player in self.players if player.name == self.focus), self.players[0])


class FileFacts(msgspec.Struct, frozen=True):
    """One file of the user.

    Attributes:
        kind: "log", "dataset" or "model".
        name: name of the file.
        folder: folder of the file.
        size: size in bytes.
        time: time of the last change, in seconds since 1970.
        dimension: dimension of the events; 0 if unknown.
        rows: number of events in the file, or of training events of a model; -1 if unknown.
        seconds: duration of the events; -1 if unknown.
        layers, units: layers of a model and units per layer; 0 if unknown.
        loss: held-out loss of a model in nats per event; None if unknown.
        problem: reason why the file cannot be used; empty if it can.
    """

    kind: str
    name: str
    folder: str
    size: int
    time: float
    dimension: int = 0
    rows: int = -1
    seconds: float = -1.0
    layers: int = 0
    units: int = 0
    loss: float | None = None
    problem: str = ""


class Files(msgspec.Struct, tag="files", frozen=True):
    """All files of the user."""

    id: int
    files: tuple[FileFacts, ...]


class LogPlot(msgspec.Struct, tag="log_picture", frozen=True):
    """Plot of a log over time in columns of equal length.

    Attributes:
        id: number of the query.
        name: name of the log.
        seconds: duration of the log.
        rows: number of rows.
        values: for each column the mean of each dimension, 0..1; None before the first value.
        played: number of the musician's events in each column.
        predicted: number of the player's events in each column.
    """

    id: int
    name: str
    seconds: float
    rows: int
    values: tuple[tuple[float | None, ...], ...]
    played: tuple[int, ...]
    predicted: tuple[int, ...]


class Setting(msgspec.Struct, frozen=True):
    """One setting.

    Attributes:
        key: dotted key, in the form of ``set``.
        value: present value in TOML.
        default: default value in TOML.
        origin: source of the value: a line of a file, an option, "live", or "default".
        help: description.
        allowed: allowed values.
    """

    key: str
    value: str
    default: str
    origin: str
    help: str
    allowed: str


class Settings(msgspec.Struct, tag="settings", frozen=True):
    """Current configuration and its file (empty for none)."""

    id: int
    file: str
    settings: tuple[Setting, ...]


class Check(msgspec.Struct, frozen=True):
    """One result of the rig check."""

    name: str
    state: Literal["ok", "warning", "error"]
    text: str


class Rig(msgspec.Struct, tag="rig", frozen=True):
    """Results of the rig check."""

    id: int
    checks: tuple[Check, ...]


class Names(msgspec.Struct, tag="names", frozen=True):
    """Names of files, scenes, set lists and cues in the form of commands.

    Tables are look-up tables of synths, corpora folders of analysed recordings, trash the files that were deleted.
    """

    id: int
    models: tuple[str, ...] = ()
    logs: tuple[str, ...] = ()
    datasets: tuple[str, ...] = ()
    scenes: tuple[str, ...] = ()
    sets: tuple[str, ...] = ()
    cues: tuple[str, ...] = ()
    ensembles: tuple[str, ...] = ()
    classifiers: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    corpora: tuple[str, ...] = ()
    trash: tuple[str, ...] = ()


class Ports(msgspec.Struct, tag="ports", frozen=True):
    """Ports of the engine's machine.

    Attributes:
        id: number of the query.
        inputs: names of MIDI inputs.
        outputs: names of MIDI outputs.
        serial: paths of serial ports.
        problem: reason why there is no MIDI; empty if there is.
    """

    id: int
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    serial: tuple[str, ...] = ()
    problem: str = ""


Answer = Files | LogPlot | Settings | Rig | Names | Ports
FromClient = Hello | Command | Subscribe | Ask | SetUp
FromEngine = Hello | Reply | Event | Snapshot | Answer
