"""The messages on the control socket: JSON objects, one a WebSocket message, told apart by ``type``.

The engine greets with ``hello``; the client answers with its own ``hello`` and may then send
commands and subscribe to snapshots at a rate it asks for. Unknown fields are ignored and missing
ones have defaults, so that neighbouring versions understand each other; ``PROTOCOL`` changes
only where they would not.
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
"""What can be asked about."""


class ConsoleSettings(msgspec.Struct, frozen=True):
    """How the engine's configuration wants a console to be; see ``[console]``."""

    theme: str = "amber"
    lean: bool = False
    mouse: bool = False
    animation: bool = False
    keys: dict[str, str] = {}


class Start(msgspec.Struct, frozen=True):
    """How an engine was started, so that a console can start it again.

    Attributes:
        arguments: of ``impsy-tui run``; empty if they are not known.
        folder: the folder that they were typed in.
        output: the file for what it prints.
        prints_there: it prints into that file, not into a terminal.
    """

    arguments: tuple[str, ...] = ()
    folder: str = ""
    output: str = ""
    prints_there: bool = False


class Hello(msgspec.Struct, tag="hello", frozen=True):
    """Who speaks. ``protocol`` must be the same on both sides.

    Attributes:
        start: how the engine was started.
    """

    protocol: int = PROTOCOL
    version: str = ""
    pid: int = 0
    console: ConsoleSettings = ConsoleSettings()
    start: Start = Start()


class Command(msgspec.Struct, tag="command", frozen=True):
    """Carry out a line of the command language; ``id`` comes back in the reply."""

    id: int
    line: str


class Subscribe(msgspec.Struct, tag="subscribe", frozen=True):
    """Send snapshots at this rate a second (0 for none, at most 50), and events as they happen.

    Of the events that were before, the last few come first, if they are later than ``since``
    (seconds since 1970).
    """

    rate: float = 20.0
    events: bool = True
    since: float = 0.0


class Ask(msgspec.Struct, tag="ask", frozen=True):
    """Ask for what is too large or too slow to find for every snapshot.

    The answer carries the same ``id``: a ``Files``, ``LogPlot``, ``Settings``, ``Rig``,
    ``Names`` or ``Ports``, or a ``Reply`` that says why there is none.

    Attributes:
        id: of the question, counted together with those of commands.
        about: what is asked for.
        name: of the log, for a picture.
        columns: how many the picture is to have.
    """

    id: int
    about: About
    name: str = ""
    columns: int = 0


class SetUp(msgspec.Struct, tag="set_up", frozen=True):
    """Write a new configuration, beside the one in force; ``id`` comes back in the reply."""

    id: int
    answers: Answers


class Reply(msgspec.Struct, tag="reply", frozen=True):
    """What became of a command, or of a set-up.

    Attributes:
        id: of the command.
        ok: whether it was done.
        text: the answer, or what was wrong.
        start: where the wrong word begins, -1 if no word is to blame.
        end: one past its last character.
    """

    id: int
    ok: bool
    text: str
    start: int = -1
    end: int = -1


class Event(msgspec.Struct, tag="event", frozen=True):
    """Something the performer should know.

    Attributes:
        time: seconds since 1970.
        level: how bad it is.
        source: channel, "player", "log", "engine" …
        text: in the performer's language.
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
        title: of the configuration.
        dimension: values of an event plus one for time.
        input: what the musician played last.
        input_age: seconds since then, -1 for never.
        heard: events heard.
        thru: whether input goes to every output.
        players: all of them, in the order of the configuration; ``main`` where it names none.
        channels: inputs and outputs.
        log: the performance log.
        load: share of time that the engine was busy in the last second, 0..1.
        lateness: seconds; the worst lateness of the last second.
        memory: resident bytes of the engine, -1 if unknown.
        loading: name of a model that is being loaded, empty for none.
        names: what the values are called, as many as were given.
        marks: of the focus, for each value "muted", "solo", "held", "inverted", "range" or nothing; empty if there is
            none.
        audition: a player that plays beside the focus in silence, if there is one.
        timer: seconds on the set timer.
        timer_runs: whether it goes on.
        machine: the machine's health.
        jobs: workers, the newest last.
        focus: the player that commands are about where they do not say.
        macros: words of the performer's own, as ``def`` takes them.
        keys: commands by key, such as ``f5``.
        pending: what is to be done later.
        cue: where the set is, if a set list is open.
        tempo: musical time, if it matters.
        replay: the log that is replayed, if one is.
        recording: whether commands are written down.
        guided: which gesture is to be played for a recording, while one is made.
        held: notes that the musician holds, such as "note 60"; empty for none.
    """

    time: float
    uptime: float
    title: str
    dimension: int
    input: tuple[float, ...]
    input_age: float
    heard: int
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

    @property
    def focused(self) -> PlayerState:
        """The player that has the focus."""
        return next((player for player in self.players if player.name == self.focus), self.players[0])


class FileFacts(msgspec.Struct, frozen=True):
    """One file of the user's.

    Attributes:
        kind: "log", "dataset" or "model".
        name: of the file.
        folder: where it is.
        size: bytes.
        time: when it was written last, seconds since 1970.
        dimension: 0 if unknown.
        rows: events in it, or that a model was trained on; -1 if unknown.
        seconds: that they took, -1 if unknown.
        layers, units: of a model, 0 if unknown.
        loss: of a model, nats an event held out, None if unknown.
        problem: why it cannot be used, empty if nothing is known against it.
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
    """All files of the user's."""

    id: int
    files: tuple[FileFacts, ...]


class LogPlot(msgspec.Struct, tag="log_picture", frozen=True):
    """A log, drawn over time in columns of equal length.

    Attributes:
        id: of the question.
        name: of the log.
        seconds: how long it is.
        rows: in it.
        values: a list a column of every value's mean there, 0..1, None before there was one.
        played: the musician's events in each column.
        predicted: the player's.
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
        key: dotted, as ``set`` takes it.
        value: in force, as TOML has it.
        default: likewise.
        origin: where the value came from: a line of a file, an option, "live", or "default".
        help: what it is.
        allowed: what may be given.
    """

    key: str
    value: str
    default: str
    origin: str
    help: str
    allowed: str


class Settings(msgspec.Struct, tag="settings", frozen=True):
    """The configuration in force, and the file it is kept in (empty for none)."""

    id: int
    file: str
    settings: tuple[Setting, ...]


class Check(msgspec.Struct, frozen=True):
    """One thing that was looked at before the doors open."""

    name: str
    state: Literal["ok", "warning", "error"]
    text: str


class Rig(msgspec.Struct, tag="rig", frozen=True):
    """The rig, checked."""

    id: int
    checks: tuple[Check, ...]


class Names(msgspec.Struct, tag="names", frozen=True):
    """The names of files, scenes and set lists, and of the cues of the one that is open, as commands take them.

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
    """What is plugged into the engine's machine.

    Attributes:
        id: of the question.
        inputs: names of MIDI inputs.
        outputs: names of MIDI outputs.
        serial: paths of serial ports.
        problem: why there is no MIDI, empty where there is.
    """

    id: int
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    serial: tuple[str, ...] = ()
    problem: str = ""


Answer = Files | LogPlot | Settings | Rig | Names | Ports
FromClient = Hello | Command | Subscribe | Ask | SetUp
FromEngine = Hello | Reply | Event | Snapshot | Answer
