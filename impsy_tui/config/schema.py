"""Every setting there is: its name, kind, default and one line of help, each written once.

The loader, the file that ``impsy-tui init`` writes and the settings screen read the fields'
metadata. All tables and keys of IMPSY 1.2.1 are here under their own names.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from impsy_tui import terms
from impsy_tui.config.kinds import (
    Address,
    ByDevice,
    Choice,
    Controllers,
    Dimensions,
    Ends,
    Integer,
    Kind,
    MappingEntry,
    MidiMapping,
    Number,
    OneOrMany,
    PlayerName,
    Switch,
    Text,
    Vector,
)
from impsy_tui.terms import Range

_RATE = Number(Range(0.0, 10000.0, 0.0, "messages a second; 0 is no limit"))
_PORT = Integer(1, 65535)
_MAX_RESPONSE = Number(Range(0.0, terms.MAX_RESPONSE.high, 0.0, "s; 0 is for ever"))
_MAX_GAP = Number(Range(0.0, terms.MAX_GAP.high, 0.0, "s; 0 takes the model's own, else 5"))

BAND = "ensemble"
PLAYER_KINDS = ("mdrnn", "agent", BAND)
"""What a player can be."""
_NOTE = Integer(0, 127)
LOWEST, HIGHEST = 48, 84
"""MIDI notes of a band, unless others are said."""


def _setting(kind: Kind, default: Any, help: str) -> Any:
    metadata = {"kind": kind, "help": help}
    if isinstance(default, dict):
        return field(default_factory=default.copy, metadata=metadata)
    return field(default=default, metadata=metadata)


@dataclass(frozen=True, slots=True)
class Interaction:
    """``[interaction]``: how musician and player share the instrument."""

    mode: str = _setting(Choice(terms.MODE_NAMES), "callresponse", "how you and the player share the instrument")
    threshold: float = _setting(
        Number(terms.THRESHOLD),
        terms.THRESHOLD.default,
        "seconds of silence before it answers, in callresponse",
    )
    input_thru: bool = _setting(Switch(), False, "pass what you play on to every output")
    max_response: float = _setting(
        _MAX_RESPONSE,
        0.0,
        "seconds after which an answer ends by itself; 0 is never",
    )


@dataclass(frozen=True, slots=True)
class Model:
    """``[model]``: who plays."""

    dimension: int = _setting(
        Integer(int(terms.DIMENSION.low), int(terms.DIMENSION.high)),
        0,
        "number of values plus one for time; read from the model file where there is one",
    )
    file: str = _setting(Text(), "", "the model: .tflite, .keras or .h5; without one a dummy plays")
    size: str = _setting(Choice(terms.SIZES), "s", "size to train by default")
    sigmatemp: float = _setting(
        Number(terms.SIGMA_TEMPERATURE), terms.SIGMA_TEMPERATURE.default, "how far it strays from an idea"
    )
    pitemp: float = _setting(
        Number(terms.PI_TEMPERATURE),
        terms.PI_TEMPERATURE.default,
        "how adventurous the choice between ideas is",
    )
    timescale: float = _setting(
        Number(terms.TIMESCALE), terms.TIMESCALE.default, "stretches its time: 2 is twice as slow"
    )
    names: tuple[str, ...] = _setting(
        OneOrMany(Text()), (), 'what your values are called, for the meters, such as ["pitch", "decay"]'
    )
    max_gap: float = _setting(
        _MAX_GAP,
        0.0,
        "longest gap in seconds that the model is told of; 0 takes the model's own, else 5",
    )


@dataclass(frozen=True, slots=True)
class Player:
    """``[[player]]``: one of several players. What is left out is as in ``[interaction]`` and ``[model]``."""

    name: str = _setting(PlayerName(), "", "what it is called: @name before a command addresses it")
    kind: str = _setting(
        Choice(PLAYER_KINDS),
        PLAYER_KINDS[0],
        '"mdrnn" answers events, "agent" hears sound and steers a synth, "ensemble" is a band that answers touches',
    )
    file: str | None = _setting(
        Text(), None, "its model: .tflite, .keras or .h5, of an agent .npz; without one a dummy plays"
    )
    mode: str | None = _setting(Choice(terms.MODE_NAMES[:-1]), None, "how you and this player share the instrument")
    pitemp: float | None = _setting(Number(terms.PI_TEMPERATURE), None, "how adventurous the choice between ideas is")
    sigmatemp: float | None = _setting(Number(terms.SIGMA_TEMPERATURE), None, "how far it strays from an idea")
    timescale: float | None = _setting(Number(terms.TIMESCALE), None, "stretches its time: 2 is twice as slow")
    threshold: float | None = _setting(
        Number(terms.THRESHOLD), None, "seconds of silence before it answers, in callresponse"
    )
    max_response: float | None = _setting(
        _MAX_RESPONSE, None, "seconds after which an answer ends by itself; 0 is never"
    )
    max_gap: float | None = _setting(
        _MAX_GAP, None, "longest gap in seconds that the model is told of; 0 takes the model's own, else 5"
    )
    hears: tuple[str, ...] = _setting(
        Dimensions(), (), 'the values that it hears, such as "x1-x4"; else the first, as many as its model has'
    )
    plays: tuple[str, ...] = _setting(
        Dimensions(), (), 'the values that it plays, such as "x5-x8"; else the first, as many as its model has'
    )
    hears_channels: tuple[str, ...] | None = _setting(
        OneOrMany(Text()), None, 'what you play by these it hears, such as ["midi"]; [] is nothing, else all'
    )
    plays_channels: tuple[str, ...] | None = _setting(
        OneOrMany(Text()), None, 'what it plays goes to these, such as ["osc 1"]; else to all'
    )
    hears_players: tuple[str, ...] = _setting(
        OneOrMany(PlayerName()), (), 'players that it hears as if you had played, such as ["b"]'
    )
    aim: str = _setting(Choice(terms.AIMS), terms.AIMS[0], "of an agent: what it makes of what it hears")
    steer: str = _setting(
        Choice(terms.STEERS), terms.STEERS[0], "of an agent: what it has learned moves the synth, or plain seek"
    )
    hear: tuple[str, ...] = _setting(
        OneOrMany(Text()),
        (),
        'of an agent: descriptors that matter, such as ["loudness", "centroid"]; else as learned',
    )
    budget: float = _setting(
        Number(Range(0.0, terms.MOVES.high, 0.0, "a second; 0 is as far as it likes")),
        0.0,
        "of an agent: how far all parameters together may move in a second",
    )
    smooth: float = _setting(Number(terms.SMOOTH), 0.0, "of an agent: seconds in which its synth comes after it")
    rest: float = _setting(
        Number(terms.REST), terms.REST.default, "of an agent: softer than this, in dBFS, you are silent"
    )
    every: float = _setting(
        Number(Range(0.0, 10.0, 0.0, "s")),
        0.0,
        "of an agent: seconds between its moves; 0 moves with each frame heard",
    )
    players: int | None = _setting(
        Integer(int(terms.BAND_PLAYERS.low), int(terms.BAND_PLAYERS.high)),
        None,
        "of a band: how many play, you included; else 4",
    )
    lead: str | None = _setting(Text(), None, "of a band: whose touches lead, where a surface tells; else anybody's")
    lead_stops: str | None = _setting(
        Choice(terms.LEAD_STOPS), None, 'of a band: what it does while you do not lead; else "rest"'
    )
    clips: str | None = _setting(
        Choice(terms.CLIP_CHOICES), None, 'of a band: which clips of a gesture are played; else "random"'
    )
    clip_file: str | None = _setting(Text(), None, "of a band: its clips, .npz; else those that ship")
    classifier: str | None = _setting(Text(), None, "of a band: what tells gestures, .npz; else the one that ships")
    destinations: tuple[str, ...] = _setting(
        OneOrMany(Text()),
        (),
        'of a band: where each follower is heard, such as ["osc 1", "osc 2"]; else all of them everywhere',
    )
    midi_channels: tuple[int, ...] = _setting(
        OneOrMany(Integer(1, 16)), (), "of a band: the MIDI channel of each follower; else 1, 2, 3 …"
    )
    scale: str | None = _setting(
        Choice(terms.SCALES), None, 'of a band: the notes from left to right, as MIDI; else "pentatonic"'
    )
    lowest: int | None = _setting(_NOTE, None, "of a band: the note at the left edge; else 48")
    highest: int | None = _setting(_NOTE, None, "of a band: the note that none is above; else 84")


@dataclass(frozen=True, slots=True)
class Osc:
    """``[osc]``: vectors as OSC messages over UDP."""

    server_ip: str = _setting(
        Text(), "127.0.0.1", 'address to listen at; "0.0.0.0" lets the whole network in (a phone, say)'
    )
    server_port: int = _setting(_PORT, 6000, "port to listen at")
    client_ip: str = _setting(Text(), "127.0.0.1", "address of the synthesiser")
    client_port: int = _setting(_PORT, 6001, "its port")
    input_address: str = _setting(Address(), "/interface", "what your controller sends")
    output_address: tuple[str, ...] = _setting(
        OneOrMany(Address(), least=1),
        ("/prediction", "/impsy"),
        "what predictions are sent as, one message each",
    )
    string_address: tuple[str, ...] = _setting(
        OneOrMany(Address()), (), 'the same as one string of numbers, for patches of RL-impro\'s: "/agent-params"'
    )
    target_address: tuple[str, ...] = _setting(
        OneOrMany(Address()), (), 'a string of where the sound is that an agent aims for: "/target-params"'
    )
    silence_address: str = _setting(
        Address(), "/impsy/silence", "sent, without arguments, when the player falls silent"
    )
    max_rate: float = _setting(_RATE, 0.0, "most vectors a second on the way out, the latest wins; 0 is no limit")
    safe: tuple[float, ...] = _setting(Vector(), (), "where a fade takes the outputs; [] leaves them where they are")
    remote_commands: bool = _setting(
        Switch(), False, "take /impsy/command from other hosts (never one that ends or deletes)"
    )
    touches: tuple[str, ...] = _setting(
        OneOrMany(Text()),
        (),
        'touches for a band: "touchosc", "metatone", or an address and what its arguments are: "/pad/{finger} x y"',
    )
    playback: tuple[str, ...] = _setting(
        OneOrMany(Text()),
        ("metatone",),
        'what a band\'s touches are sent as: "metatone", or the same as for touches: "/synth/{player} x y velocity"',
    )
    touch_x: tuple[float, float] = _setting(
        Ends(), (0.0, 1.0), "x of such addresses, at the left and at the right edge"
    )
    touch_y: tuple[float, float] = _setting(Ends(), (0.0, 1.0), "y, at the top and at the bottom")
    touch_velocity: tuple[float, float] = _setting(
        Ends(), (0.0, 1.0), "velocity, of no movement and of one as wide as the surface"
    )


@dataclass(frozen=True, slots=True)
class Midi:
    """``[midi]``: vectors as MIDI messages through ports of this machine."""

    in_device: tuple[str, ...] = _setting(OneOrMany(Text()), (), "names, or parts of names, of inputs")
    out_device: tuple[str, ...] = _setting(OneOrMany(Text()), (), "names, or parts of names, of outputs")
    input: Mapping[str, tuple[MappingEntry, ...]] = _setting(
        ByDevice(MidiMapping(), "an input device"), {}, "what each input device's messages mean"
    )
    output: Mapping[str, tuple[MappingEntry, ...]] = _setting(
        ByDevice(MidiMapping(), "an output device"), {}, "what is sent to each output device"
    )
    feedback_protection: bool = _setting(Switch(), False, "drop what merely echoes the last output")
    feedback_threshold: float = _setting(
        Number(Range(0.0, 10.0, 0.02, "s")),
        0.02,
        "how soon after an output an echo is taken for one, in seconds",
    )
    feedback: Mapping[str, bool] = _setting(
        ByDevice(Switch(), "an input device"),
        {},
        "send predictions back to a controller: motor faders, LED rings; its knobs act once they pass the value",
    )
    touches: Mapping[str, tuple[int, int]] = _setting(
        ByDevice(Controllers(), "an input device"), {}, "two controllers that are a touch pad, for a band"
    )
    virtual: bool = _setting(Switch(), False, "make ports of these names, for others to connect to")
    api: str = _setting(
        Text(), "", "ALSA, JACK, CoreMIDI or WinMM; empty takes what MIDO_BACKEND says, else what there is"
    )
    max_rate: float = _setting(_RATE, 0.0, "most vectors a second on the way out, the latest wins; 0 is no limit")
    safe: tuple[float, ...] = _setting(Vector(), (), "where a fade takes the outputs; [] leaves them where they are")
    thru_matrix: Mapping[str, tuple[str, ...]] = _setting(
        ByDevice(OneOrMany(Text()), "an input device"), {}, "outputs that each input is passed on to"
    )


@dataclass(frozen=True, slots=True)
class WebSocket:
    """``[websocket]``: MIDI messages as text to and from browsers."""

    server_ip: str = _setting(Text(), "127.0.0.1", 'address to listen at; "0.0.0.0" lets the whole network in')
    server_port: int = _setting(_PORT, 5001, "port to listen at")
    input: tuple[MappingEntry, ...] = _setting(MidiMapping(), (), "what incoming messages mean")
    output: tuple[MappingEntry, ...] = _setting(MidiMapping(), (), "what is sent")
    touches: bool = _setting(Switch(), False, "its page is a touch pad, for a band, and shows what the band does")
    max_rate: float = _setting(_RATE, 0.0, "most vectors a second on the way out, the latest wins; 0 is no limit")
    safe: tuple[float, ...] = _setting(Vector(), (), "where a fade takes the outputs; [] leaves them where they are")


@dataclass(frozen=True, slots=True)
class Serial:
    """``[serial]``: vectors as lines of numbers over a serial port."""

    port: str = _setting(Text(), "/dev/ttyAMA0", "the serial port")
    baudrate: int = _setting(Integer(50, 4_000_000), 115200, "its speed in baud")
    max_rate: float = _setting(_RATE, 0.0, "most vectors a second on the way out, the latest wins; 0 is no limit")
    safe: tuple[float, ...] = _setting(Vector(), (), "where a fade takes the outputs; [] leaves them where they are")


@dataclass(frozen=True, slots=True)
class SerialMidi:
    """``[serialmidi]``: MIDI over a serial port, at 31250 baud."""

    port: str = _setting(Text(), "", "the serial port; without one, that of [serial]")
    input: tuple[MappingEntry, ...] = _setting(MidiMapping(), (), "what incoming messages mean")
    output: tuple[MappingEntry, ...] = _setting(MidiMapping(), (), "what is sent")
    max_rate: float = _setting(_RATE, 0.0, "most vectors a second on the way out, the latest wins; 0 is no limit")
    safe: tuple[float, ...] = _setting(Vector(), (), "where a fade takes the outputs; [] leaves them where they are")


@dataclass(frozen=True, slots=True)
class Audio:
    """``[audio]``: a microphone or a line, for players that hear sound."""

    device: str = _setting(Text(), "", "the name, or part of it, of an input; empty takes the usual one")
    input: int = _setting(Integer(1, 256), 1, "which of its inputs, from 1")
    gain: float = _setting(
        Number(Range(-60.0, 60.0, 0.0, "dB")), 0.0, "how much louder it is to be heard; see calibrate"
    )
    rate: int = _setting(Integer(0, 192_000), 0, "samples a second; 0 takes the device's own")
    window: int = _setting(Integer(64, 16_384), 256, "samples of a spectrum, as the agent has learned with")
    hop: int = _setting(Integer(16, 16_384), 128, "samples from a frame to the next")


@dataclass(frozen=True, slots=True)
class Demo:
    """``[demo]``: a simulated performer, for trying things out with no hardware."""

    seed: int = _setting(Integer(0, 2**31 - 1), 1, "which performance it gives")
    phrase: float = _setting(Number(Range(0.5, 600.0, 6.0, "s")), 6.0, "seconds it plays at a time")
    rest: float = _setting(Number(Range(0.0, 600.0, 5.0, "s")), 5.0, "seconds it rests between")
    touches: bool = _setting(Switch(), False, "it plays a touch-screen, for a band, and no faders")


@dataclass(frozen=True, slots=True)
class Training:
    """``[training]``: where models are trained."""

    agent_python: str = _setting(
        Text(), "", "the python of another environment, which agents are trained in; empty is the engine's own"
    )


@dataclass(frozen=True, slots=True)
class Console:
    """``[console]``: how the console looks. It is read from the engine, also by a console far away."""

    theme: str = _setting(Text(), "amber", "colours: amber, stage, contrast, sixteen, or a file of yours in themes/")
    lean: bool = _setting(Switch(), False, "fewer frames and digits, for bad links")
    mouse: bool = _setting(Switch(), False, "take the mouse; without, the terminal's own selecting works")
    animation: bool = _setting(Switch(), False, "let things slide into place")
    keys: Mapping[str, str] = _setting(
        ByDevice(Text(), "an action"), {}, 'keys by action, such as {panic = "f9"}; help lists the actions'
    )


@dataclass(frozen=True, slots=True)
class WebUi:
    """``[webui]``: the ports of IMPSY's web interface. Read so that its files load; not used."""

    monitor_port: int = _setting(_PORT, 4001, "not used")
    command_port: int = _setting(_PORT, 4002, "not used")


@dataclass(frozen=True, slots=True)
class Config:
    """A whole configuration. Tables that may be left out are None or empty."""

    title: str = _setting(Text(), "", "what this set-up is called")
    owner: str = _setting(Text(), "", "whose it is")
    description: str = _setting(Text(), "", "what it is for")
    verbose: bool = _setting(Switch(), False, "print what comes in and goes out (run only)")
    log_input: bool = _setting(Switch(), True, "write what you play to the log")
    log_predictions: bool = _setting(Switch(), False, "write what the player plays to the log")
    realtime: bool = _setting(Switch(), True, "go before other programs, where the system allows it (F4 tells)")
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
    console: Console = field(default_factory=Console)
    webui: WebUi | None = None
    bind: Mapping[str, str] = _setting(
        ByDevice(Text(), "a trigger"), {}, 'commands by trigger, such as "cc 1 64" = "take" for a foot-switch'
    )


SINGLE_TABLES: Mapping[str, type] = {
    "interaction": Interaction,
    "model": Model,
    "demo": Demo,
    "training": Training,
    "console": Console,
    "webui": WebUi,
}
"""Tables that can stand once."""

CHANNEL_TABLES: Mapping[str, type] = {
    "osc": Osc,
    "midi": Midi,
    "websocket": WebSocket,
    "serial": Serial,
    "serialmidi": SerialMidi,
    "audio": Audio,
}
"""Tables that can stand once (``[osc]``) or any number of times (``[[osc]]``)."""

REPEATED_TABLES: Mapping[str, type] = {"player": Player, **CHANNEL_TABLES}
"""All tables that can stand any number of times."""
