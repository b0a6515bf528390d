"""All settings: name, type, default and one line of help, each declared once.

The loader, the file that ``impsy-tui init`` writes and the settings screen read the fields'
metadata. All tables and keys of IMPSY 1.2.1 keep their names.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from impsy_tui import choices, parameters, ranges
from impsy_tui.config.channel_schema import (
    CHANNEL_TABLES,
    PORT,
    Audio,
    Demo,
    Midi,
    Osc,
    Serial,
    SerialMidi,
    WebSocket,
    names_of,
)
from impsy_tui.config.quantity_types import AGE, SIZE
from impsy_tui.config.value_types import (
    HOST,
    PLAYER_NAME,
    Address,
    ByDevice,
    Choice,
    Dimensions,
    Integer,
    OneOrMany,
    Real,
    Switch,
    Text,
    live,
    setting,
)
from impsy_tui.ranges import Range

_MAX_GAP = Real(Range(0.0, ranges.MAX_GAP.high, 0.0, "s; 0 takes the value of the model, else 5"))


@dataclass(frozen=True, slots=True)
class Interaction:
    """``[interaction]``: how musician and player share the instrument."""

    mode: str = live(parameters.MODE)
    threshold: float = live(parameters.THRESHOLD)
    input_thru: bool = live(parameters.THRU)
    max_response: float = live(parameters.MAX_RESPONSE)
    hold_limit: float = setting(
        Real(ranges.HOLD_LIMIT),
        ranges.HOLD_LIMIT.default,
        "seconds beyond the threshold for which a held note counts as playing; 0 is no limit",
    )


@dataclass(frozen=True, slots=True)
class Model:
    """``[model]``: the model that plays."""

    dimension: int = setting(
        Integer(int(ranges.DIMENSION.low), int(ranges.DIMENSION.high)),
        0,
        "number of dimensions x1..xn plus one for time; a model file gives its own",
    )
    file: str = setting(Text(), "", "model file: .tflite, .keras, .h5 or .hdf5; empty: a dummy plays")
    size: str = setting(Choice(choices.SIZES), "s", "default size of a training")
    sigmatemp: float | str = live(parameters.SIGMA, default=parameters.TRAINED)
    pitemp: float | str = live(parameters.TEMP, default=parameters.TRAINED)
    timescale: float = live(parameters.TIMESCALE)
    names: tuple[str, ...] = setting(
        OneOrMany(Text()), (), 'names of the dimensions for the meters, such as ["pitch", "decay"]'
    )
    max_gap: float = setting(
        _MAX_GAP,
        0.0,
        "longest time between two events for the model, in seconds; 0 takes the value of the model, else 5",
    )


@dataclass(frozen=True, slots=True)
class PlayerTable:
    """``[[player]]``: one of several players. ``[interaction]`` and ``[model]`` give the values that are left out."""

    name: str = setting(PLAYER_NAME, "", "name of the player: @name before a command addresses the player")
    kind: str = setting(
        Choice(tuple(parameters.KINDS)),
        next(iter(parameters.KINDS)),
        ", ".join(f'"{kind.name}" {kind.summary}' for kind in parameters.KINDS.values()),
    )
    file: str | None = setting(
        Text(), None, "model file: .tflite, .keras, .h5 or .hdf5; .npz for an agent; empty: a dummy plays"
    )
    mode: str | None = live(parameters.MODE, own=True)
    pitemp: float | None = live(parameters.TEMP, own=True)
    sigmatemp: float | None = live(parameters.SIGMA, own=True)
    timescale: float | None = live(parameters.TIMESCALE, own=True)
    threshold: float | None = live(parameters.THRESHOLD, own=True)
    max_response: float | None = live(parameters.MAX_RESPONSE, own=True)
    max_gap: float | None = setting(
        _MAX_GAP,
        None,
        "longest time between two events for the model, in seconds; 0 takes the value of the model, else 5",
    )
    hears: tuple[str, ...] = setting(
        Dimensions(),
        (),
        'dimensions that the player hears, such as "x1-x4"; default: the first dimensions, as many as the model has',
    )
    plays: tuple[str, ...] = setting(
        Dimensions(),
        (),
        'dimensions that the player plays, such as "x5-x8"; default: the first dimensions, as many as the model has',
    )
    hears_channels: tuple[str, ...] | None = setting(
        OneOrMany(Text()), None, 'channels whose events the player hears, such as ["midi"]; [] is none; default: all'
    )
    plays_channels: tuple[str, ...] | None = setting(
        OneOrMany(Text()), None, 'channels that the player plays, such as ["osc 1"]; default: all'
    )
    hears_players: tuple[str, ...] = setting(
        OneOrMany(PLAYER_NAME), (), 'other players that the player hears like you, such as ["b"]'
    )
    aim: str = live(parameters.AIM)
    steer: str = live(parameters.STEER)
    hear: tuple[str, ...] = live(parameters.HEAR)
    budget: float = live(parameters.BUDGET)
    smooth: float = live(parameters.SMOOTH)
    rest: float = live(parameters.REST)
    every: float = live(parameters.EVERY)
    players: int | None = live(parameters.PLAYERS, own=True)
    lead: str | None = setting(
        Text(),
        None,
        "performer whose touches lead an ensemble, if the surface names performers; default: all touches",
    )
    lead_stops: str | None = live(parameters.LEAD_STOPS, own=True)
    clips: str | None = live(parameters.CLIPS, own=True)
    activity: float | None = live(parameters.ACTIVITY, own=True)
    clip_file: str | None = setting(Text(), None, "clips of an ensemble, .npz; default: the shipped clips")
    classifier: str | None = live(parameters.CLASSIFIER, own=True)
    destinations: tuple[str, ...] = setting(
        OneOrMany(Text()),
        (),
        'channel of each follower of an ensemble, such as ["osc 1", "osc 2"]; default: all channels for all',
    )
    midi_channels: tuple[int, ...] = setting(
        OneOrMany(Integer(1, 16)), (), "MIDI channel of each follower of an ensemble; default 1, 2, 3 …"
    )
    scale: str | None = live(parameters.SCALE, own=True)
    lowest: int | None = live(parameters.LOWEST, own=True)
    highest: int | None = live(parameters.HIGHEST, own=True)


@dataclass(frozen=True, slots=True)
class Start:
    """``[start]``: what the engine does at its start, for a set without a musician at a keyboard."""

    do: tuple[str, ...] = setting(
        OneOrMany(Text()),
        (),
        'line or lines carried out at a start that resumes no session, such as "cue night; next"',
    )
    keep_paused: bool = setting(
        Switch(), True, "players that were paused stay paused when a session resumes; false: all play"
    )


@dataclass(frozen=True, slots=True)
class Log:
    """``[log]``: limits of the log folder. With a limit, a new log begins at each midnight."""

    keep: str = setting(AGE, "", 'age at which logs are deleted for ever, such as "30 days"')
    max: str = setting(
        SIZE,
        "",
        'size of all logs at which the oldest are compressed, and then deleted for ever, such as "2 GB"',
    )


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """``[heartbeat]``: an OSC message at regular times, for a monitoring program."""

    client_ip: str = setting(HOST, "127.0.0.1", "address of the monitoring program")
    client_port: int = setting(PORT, 6002, "port of the monitoring program")
    address: str = setting(
        Address(),
        "/impsy/heartbeat",
        'address of the message; arguments: "playing" or "paused", seconds since the start, '
        "events received, channels that are not open",
    )
    every: float = setting(Real(Range(1.0, 3600.0, 10.0, "s")), 10.0, "seconds between two messages")


@dataclass(frozen=True, slots=True)
class Training:
    """``[training]``: training of models."""

    agent_python: str = setting(
        Text(), "", "Python of another environment for the training of agents; empty takes the engine's environment"
    )


@dataclass(frozen=True, slots=True)
class Sound:
    """``[sound]``: the Pure Data patch that ``play --sound`` runs."""

    patch: str = setting(Text(), "", "patch file: a path from this file, or an absolute path")


@dataclass(frozen=True, slots=True)
class Console:
    """``[console]``: appearance and keys of the console. Every console, also over SSH, uses them."""

    theme: str = setting(
        Text(), "amber", "colour theme: amber, stage, contrast, projector, sixteen, or the name of a file in themes/"
    )
    lean: bool = setting(Switch(), False, "fewer frames and digits, for a slow connection")
    mouse: bool = setting(Switch(), False, "use the mouse in the console; false: the terminal selects text")
    animation: bool = setting(Switch(), False, "animate changes of the layout")
    keys: Mapping[str, str] = setting(
        ByDevice(Text(), "an action"),
        {},
        'keys by action, such as {panic = "f9"}; the command help lists the actions',
    )


@dataclass(frozen=True, slots=True)
class WebUi:
    """``[webui]``: web interface of IMPSY 1.2.1 on this machine; without this table, no port is used."""

    monitor_port: int = setting(PORT, 4001, "port of the web interface, which shows input and output")
    command_port: int = setting(PORT, 4002, "port to listen at for commands of the web interface")


@dataclass(frozen=True, slots=True)
class Config:
    """Whole configuration. Optional tables are None or empty."""

    title: str = setting(Text(), "", "title of this set-up")
    owner: str = setting(Text(), "", "owner of this set-up")
    description: str = setting(Text(), "", "purpose of this set-up")
    verbose: bool = setting(Switch(), False, "print all incoming and outgoing messages (run only)")
    log_input: bool = setting(Switch(), True, "write your events to the log")
    log_predictions: bool = setting(Switch(), False, "write the events of the players to the log")
    realtime: bool = setting(Switch(), True, "real-time priority, if the system allows it (F4 shows it)")
    announce: bool = setting(
        Switch(), True, "announce OSC ports and web pages in the network, if they listen there (zeroconf)"
    )
    interaction: Interaction = field(default_factory=Interaction)
    model: Model = field(default_factory=Model)
    player: tuple[PlayerTable, ...] = ()
    osc: tuple[Osc, ...] = ()
    midi: tuple[Midi, ...] = ()
    websocket: tuple[WebSocket, ...] = ()
    serial: tuple[Serial, ...] = ()
    serialmidi: tuple[SerialMidi, ...] = ()
    audio: tuple[Audio, ...] = ()
    demo: Demo | None = None
    start: Start = field(default_factory=Start)
    log: Log = field(default_factory=Log)
    heartbeat: Heartbeat | None = None
    training: Training = field(default_factory=Training)
    sound: Sound = field(default_factory=Sound)
    console: Console = field(default_factory=Console)
    webui: WebUi | None = None
    bind: Mapping[str, str] = setting(
        ByDevice(Text(), "a trigger"), {}, 'commands by trigger, such as "cc 1 64" = "take" for a foot-switch'
    )
    map: Mapping[str, str] = setting(
        ByDevice(Text(), "a control"), {}, 'parameters by control, such as "cc 1 7" = "temp 0.2 3" for a knob'
    )

    @property
    def channel_tables(self) -> dict[str, str]:
        """Table of each channel by its name: ``osc``, or ``osc.0`` for the first of several."""
        tables: dict[str, str] = {}
        for kind in CHANNEL_TABLES:
            names = names_of(kind, getattr(self, kind))
            tables |= {name: kind if len(names) == 1 else f"{kind}.{index}" for index, name in enumerate(names)}
        return tables

    @property
    def channel_names(self) -> tuple[str, ...]:
        """Names of all channels."""
        names = tuple(self.channel_tables)
        return (*names, "demo") if self.demo is not None else names


SINGLE_TABLES: Mapping[str, type] = {
    "interaction": Interaction,
    "model": Model,
    "demo": Demo,
    "start": Start,
    "log": Log,
    "heartbeat": Heartbeat,
    "training": Training,
    "sound": Sound,
    "console": Console,
    "webui": WebUi,
}
"""Tables that may occur once."""

REPEATED_TABLES: Mapping[str, type] = {"player": PlayerTable, **CHANNEL_TABLES}
"""Tables that may occur any number of times."""
