"""Messages on the control socket: JSON objects with a ``type``, one in a WebSocket message.

The engine sends ``hello``; the client answers with its own ``hello`` and may then send commands and subscribe to
snapshots at a rate. Unknown fields are ignored and missing fields have defaults, so that neighbouring versions
understand each other; ``PROTOCOL`` changes only if they would not.
"""

from typing import Any, Final, Literal

import msgspec

from impsy_tui.control.answers import Files, LogPlot, Names, Ports, Rig, SetText, Settings
from impsy_tui.control.states import (
    ChannelState,
    CueState,
    EditedSet,
    GestureRecordingState,
    JobState,
    LogState,
    MachineState,
    PendingState,
    PlayerState,
    ReplayState,
    TempoState,
)
from impsy_tui.parameters import THRU, Parameter
from impsy_tui.setup_questions import Answers

PROTOCOL: Final = 2
MOST_SCENES: Final = 10
"""Scenes in a snapshot: as many as there are keys for them."""

Level = Literal["info", "warning", "error"]
About = Literal["files", "log", "settings", "rig", "names", "ports"]
"""Subjects of a query."""


def level_of(word: str) -> Level:
    """Returns the severity of a word; "info" for an unknown one."""
    return "error" if word == "error" else "warning" if word == "warning" else "info"


class ConsoleSettings(msgspec.Struct, frozen=True):
    """Settings of the console in the engine's configuration; see ``[console]``."""

    theme: str = "amber"
    lean: bool = False
    mouse: bool = False
    animation: bool = False
    keys: dict[str, str] = {}


class EngineStart(msgspec.Struct, frozen=True):
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
    start: EngineStart = EngineStart()


class CommandRequest(msgspec.Struct, tag="command", frozen=True):
    """Request to run a line of the command language; the reply has the same ``id``.

    Attributes:
        id: number of the command.
        line: the line.
        force: True to run it in spite of the stage lock.
    """

    id: int
    line: str
    force: bool = False


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


class OpenSet(msgspec.Struct, tag="open_set", frozen=True):
    """Request for the text of a set list; the answer is a ``SetText``, or a ``Reply`` with the reason."""

    id: int
    name: str


class SaveSet(msgspec.Struct, tag="save_set", frozen=True):
    """Request to save a set list; the answer is a ``SetText`` without a text, or a ``Reply`` with the reason.

    Attributes:
        id: number of the request.
        name: name of the set list.
        text: new text.
        version: version of the text that the client has read or saved last; another version is not overwritten.
    """

    id: int
    name: str
    text: str
    version: str


class EditSet(msgspec.Struct, tag="edit_set", frozen=True):
    """Notice that this client edits a set list; an empty name is for none. There is no answer.

    Attributes:
        name: name of the set list.
        editor: user, machine and terminal of the client.
    """

    name: str
    editor: str = ""


class Reply(msgspec.Struct, tag="reply", frozen=True):
    """Result of a command or a set-up.

    Attributes:
        id: number of the command.
        ok: True if the command succeeded.
        text: answer, or the reason of a failure.
        start: start of the wrong word, -1 without one.
        end: end of the wrong word, exclusive.
        pending: numbers of the pending commands that the line left.
    """

    id: int
    ok: bool
    text: str
    start: int = -1
    end: int = -1
    pending: tuple[int, ...] = ()


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
        players: all of them, in the order of the configuration; ``main`` if it names none.
        channels: inputs and outputs.
        log: the performance log.
        load: share of time that the engine was busy in the last second, 0..1.
        lateness: seconds; the worst lateness of the last second.
        memory: resident bytes of the engine, -1 if unknown.
        loading: name of a model that is being loaded, empty for none.
        names: names of the dimensions, as many as are given.
        marks: marks of the focus for each dimension: "muted", "solo", "held", "inverted", "range", "routed",
            "given" or empty.
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
        locked: True while the stage lock is on.
        scenes: names of the first ``MOST_SCENES`` saved scenes, in the order of their file.
        scene: name of the scene that was recalled or saved last; empty for none.
        parameters: values of the parameters of the engine, by name.
        edited: set lists that consoles edit.
    """

    time: float
    uptime: float
    title: str
    dimension: int
    input: tuple[float, ...]
    input_age: float
    received: int
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
    locked: bool = False
    scenes: tuple[str, ...] = ()
    scene: str = ""
    parameters: dict[str, bool | float | str | None] = {}
    edited: tuple[EditedSet, ...] = ()

    def value(self, parameter: Parameter) -> Any:
        """Returns the value of a parameter of the engine."""
        return self.parameters.get(parameter.name, parameter.default)

    @property
    def thru(self) -> bool:
        """True if the input goes to every output."""
        return bool(self.value(THRU))

    @property
    def focused(self) -> PlayerState:
        """Player with the focus."""
        return next((player for player in self.players if player.name == self.focus), self.players[0])


Answer = Files | LogPlot | Settings | Rig | Names | Ports | SetText
Request = Ask | SetUp | OpenSet | SaveSet
"""Messages of clients that the engine answers."""
FromClient = Hello | CommandRequest | Subscribe | EditSet | Request
FromEngine = Hello | Reply | Event | Snapshot | Answer
