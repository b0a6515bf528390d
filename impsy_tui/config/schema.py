"""Every setting there is: its name, kind, default and one line of help, each written once.

The loader, the file that ``impsy-tui init`` writes and the settings screen read the fields'
metadata. All tables and keys of IMPSY 1.2.1 are here under their own names.
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
)
from impsy_tui.config.value_types import (
    ByDevice,
    Choice,
    Dimensions,
    Integer,
    Number,
    OneOrMany,
    PlayerName,
    Switch,
    Text,
    live,
    setting,
)
from impsy_tui.ranges import Range

_MAX_GAP = Number(Range(0.0, ranges.MAX_GAP.high, 0.0, "s; 0 takes the model's own, else 5"))

BAND = "ensemble"
PLAYER_KINDS = ("mdrnn", "agent", BAND)
"""What a player can be."""
_NOTE = Integer(0, 127)
LOWEST, HIGHEST = 48, 84
"""MIDI notes of a band, unless others are said."""


@dataclass(frozen=True, slots=True)
class Interaction:
    """``[interaction]``: how musician and player share the instrument."""

    mode: str = live(parameters.MODE)
    threshold: float = live(parameters.THRESHOLD)
    input_thru: bool = setting(Switch(), False, "pass what you play on to every output")
    max_response: float = live(parameters.MAX_RESPONSE)
    hold_limit: float = setting(
        Number(ranges.HOLD_LIMIT),
        ranges.HOLD_LIMIT.default,
        "seconds beyond the threshold for which a held note alone counts as playing; 0 is no limit",
    )


@dataclass(frozen=True, slots=True)
class Model:
    """``[model]``: who plays."""

    dimension: int = setting(
        Integer(int(ranges.DIMENSION.low), int(ranges.DIMENSION.high)),
        0,
        "number of values plus one for time; read from the model file where there is one",
    )
    file: str = setting(Text(), "", "the model: .tflite, .keras, .h5 or .hdf5; without one a dummy plays")
    size: str = setting(Choice(choices.SIZES), "s", "size to train by default")
    sigmatemp: float = live(parameters.SIGMA)
    pitemp: float = live(parameters.TEMP)
    timescale: float = live(parameters.TIMESCALE)
    names: tuple[str, ...] = setting(
        OneOrMany(Text()), (), 'what your values are called, for the meters, such as ["pitch", "decay"]'
    )
    max_gap: float = setting(
        _MAX_GAP,
        0.0,
        "longest gap in seconds that the model is told of; 0 takes the model's own, else 5",
    )


@dataclass(frozen=True, slots=True)
class Player:
    """``[[player]]``: one of several players. What is left out is as in ``[interaction]`` and ``[model]``."""

    name: str = setting(PlayerName(), "", "what it is called: @name before a command addresses it")
    kind: str = setting(
        Choice(PLAYER_KINDS),
        PLAYER_KINDS[0],
        '"mdrnn" answers events, "agent" hears sound and steers a synth, "ensemble" is a band that answers touches',
    )
    file: str | None = setting(
        Text(), None, "its model: .tflite, .keras, .h5 or .hdf5, of an agent .npz; without one a dummy plays"
    )
    mode: str | None = live(parameters.MODE, own=True)
    pitemp: float | None = live(parameters.TEMP, own=True)
    sigmatemp: float | None = live(parameters.SIGMA, own=True)
    timescale: float | None = live(parameters.TIMESCALE, own=True)
    threshold: float | None = live(parameters.THRESHOLD, own=True)
    max_response: float | None = live(parameters.MAX_RESPONSE, own=True)
    max_gap: float | None = setting(
        _MAX_GAP, None, "longest gap in seconds that the model is told of; 0 takes the model's own, else 5"
    )
    hears: tuple[str, ...] = setting(
        Dimensions(), (), 'the values that it hears, such as "x1-x4"; else the first, as many as its model has'
    )
    plays: tuple[str, ...] = setting(
        Dimensions(), (), 'the values that it plays, such as "x5-x8"; else the first, as many as its model has'
    )
    hears_channels: tuple[str, ...] | None = setting(
        OneOrMany(Text()), None, 'what you play by these it hears, such as ["midi"]; [] is nothing, else all'
    )
    plays_channels: tuple[str, ...] | None = setting(
        OneOrMany(Text()), None, 'what it plays goes to these, such as ["osc 1"]; else to all'
    )
    hears_players: tuple[str, ...] = setting(
        OneOrMany(PlayerName()), (), 'players that it hears as if you had played, such as ["b"]'
    )
    aim: str = live(parameters.AIM)
    steer: str = live(parameters.STEER)
    hear: tuple[str, ...] = live(parameters.HEAR)
    budget: float = live(parameters.BUDGET)
    smooth: float = live(parameters.SMOOTH)
    rest: float = live(parameters.REST)
    every: float = live(parameters.EVERY)
    players: int | None = setting(
        Integer(int(ranges.ENSEMBLE_PLAYERS.low), int(ranges.ENSEMBLE_PLAYERS.high)),
        None,
        "of a band: how many play, you included; else 4",
    )
    lead: str | None = setting(Text(), None, "of a band: whose touches lead, where a surface tells; else anybody's")
    lead_stops: str | None = setting(
        Choice(choices.LEAD_STOPS), None, 'of a band: what it does while you do not lead; else "rest"'
    )
    clips: str | None = live(parameters.CLIPS, own=True)
    clip_file: str | None = setting(Text(), None, "of a band: its clips, .npz; else those that ship")
    classifier: str | None = setting(Text(), None, "of a band: what tells gestures, .npz; else the one that ships")
    destinations: tuple[str, ...] = setting(
        OneOrMany(Text()),
        (),
        'of a band: where each follower is heard, such as ["osc 1", "osc 2"]; else all of them everywhere',
    )
    midi_channels: tuple[int, ...] = setting(
        OneOrMany(Integer(1, 16)), (), "of a band: the MIDI channel of each follower; else 1, 2, 3 …"
    )
    scale: str | None = setting(
        Choice(choices.SCALES), None, 'of a band: the notes from left to right, as MIDI; else "pentatonic"'
    )
    lowest: int | None = setting(_NOTE, None, "of a band: the note at the left edge; else 48")
    highest: int | None = setting(_NOTE, None, "of a band: the note that none is above; else 84")


@dataclass(frozen=True, slots=True)
class Training:
    """``[training]``: where models are trained."""

    agent_python: str = setting(
        Text(), "", "the python of another environment, which agents are trained in; empty is the engine's own"
    )


@dataclass(frozen=True, slots=True)
class Sound:
    """``[sound]``: the Pure Data patch that ``play --sound`` runs."""

    patch: str = setting(Text(), "", "the patch, next to this file or by its whole path")


@dataclass(frozen=True, slots=True)
class Console:
    """``[console]``: how the console looks. It is read from the engine, also by a console far away."""

    theme: str = setting(Text(), "amber", "colours: amber, stage, contrast, sixteen, or a file of yours in themes/")
    lean: bool = setting(Switch(), False, "fewer frames and digits, for bad links")
    mouse: bool = setting(Switch(), False, "take the mouse; without, the terminal's own selecting works")
    animation: bool = setting(Switch(), False, "let things slide into place")
    keys: Mapping[str, str] = setting(
        ByDevice(Text(), "an action"), {}, 'keys by action, such as {panic = "f9"}; help lists the actions'
    )


@dataclass(frozen=True, slots=True)
class WebUi:
    """``[webui]``: the ports of IMPSY's web interface. Read so that its files load; not used."""

    monitor_port: int = setting(PORT, 4001, "not used")
    command_port: int = setting(PORT, 4002, "not used")


@dataclass(frozen=True, slots=True)
class Config:
    """A whole configuration. Tables that may be left out are None or empty."""

    title: str = setting(Text(), "", "what this set-up is called")
    owner: str = setting(Text(), "", "whose it is")
    description: str = setting(Text(), "", "what it is for")
    verbose: bool = setting(Switch(), False, "print what comes in and goes out (run only)")
    log_input: bool = setting(Switch(), True, "write what you play to the log")
    log_predictions: bool = setting(Switch(), False, "write what the player plays to the log")
    realtime: bool = setting(Switch(), True, "go before other programs, where the system allows it (F4 tells)")
    interaction: Interaction = field(default_factory=Interaction)
    model: Model = field(default_factory=Model)
    player: tuple[Player, ...] = ()
    osc: tuple[Osc, ...] = ()
    midi: tuple[Midi, ...] = ()
    websocket: tuple[WebSocket, ...] = ()
    serial: tuple[Serial, ...] = ()
    serialmidi: tuple[SerialMidi, ...] = ()
    audio: tuple[Audio, ...] = ()
    demo: Demo | None = None
    training: Training = field(default_factory=Training)
    sound: Sound = field(default_factory=Sound)
    console: Console = field(default_factory=Console)
    webui: WebUi | None = None
    bind: Mapping[str, str] = setting(
        ByDevice(Text(), "a trigger"), {}, 'commands by trigger, such as "cc 1 64" = "take" for a foot-switch'
    )


SINGLE_TABLES: Mapping[str, type] = {
    "interaction": Interaction,
    "model": Model,
    "demo": Demo,
    "training": Training,
    "sound": Sound,
    "console": Console,
    "webui": WebUi,
}
"""Tables that can stand once."""

REPEATED_TABLES: Mapping[str, type] = {"player": Player, **CHANNEL_TABLES}
"""All tables that can stand any number of times."""
