"""Tables of the channels: inputs from controllers, outputs to synthesisers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from impsy_tui.config.mapping_targets import KINDS, MappingEntry, MidiMapping, OscTargets
from impsy_tui.config.value_types import (
    HOST,
    PLAYER_NAME,
    Address,
    ByDevice,
    Controllers,
    Ends,
    Integer,
    OneOrMany,
    Origin,
    Real,
    Switch,
    Text,
    TextOf,
    Vector,
    setting,
)
from impsy_tui.ranges import Range

PORT = Integer(1, 65535)
NAME = TextOf(
    "a name of at most 24 letters, digits, _ and -, that begins with a letter; not a word of mappings such as cc",
    lambda text: PLAYER_NAME.is_valid(text) and text not in (*KINDS, "osc") and not text[1:].isdigit(),
)
"""Name of a channel or a device in commands: before the messages of mappings."""
_RATE = Real(Range(0.0, 10000.0, 0.0, "messages a second; 0 is no limit"))


def _name() -> Any:
    name = TextOf(NAME.allowed, lambda text: not text or NAME.is_valid(text))
    return setting(name, "", 'name of the channel in commands, such as "synth"; default: its kind and its number')


def _max_rate() -> Any:
    return setting(_RATE, 0.0, "most vectors sent in a second; the latest wins; 0 is no limit")


def _safe() -> Any:
    return setting(Vector(), (), "vector at the end of a fade; [] leaves the outputs unchanged")


@dataclass(frozen=True, slots=True)
class Osc:
    """``[osc]``: vectors as OSC messages over UDP."""

    name: str = _name()
    server_ip: str = setting(
        HOST, "127.0.0.1", 'address to listen at; "0.0.0.0" accepts the whole network, such as a phone'
    )
    server_port: int = setting(PORT, 6000, "port to listen at")
    client_ip: str = setting(HOST, "127.0.0.1", "address of the synthesiser")
    client_port: int = setting(PORT, 6001, "port of the synthesiser")
    input_address: str = setting(Address(), "/interface", "address of the messages from your controller")
    input: tuple[str, ...] = setting(
        OneOrMany(OscTargets()),
        (),
        'addresses of a controller with one message for each fader: "/1/fader{n}" for TouchOSC, or a list; '
        'with ends: "/1/fader{n} 0 127"',
    )
    output: tuple[str, ...] = setting(
        OneOrMany(OscTargets()),
        (),
        "addresses of one message for each dimension, in one bundle, next to output_address; "
        'with ends: "/synth/cutoff 200 8000 log"',
    )
    output_address: tuple[str, ...] = setting(
        OneOrMany(Address(), least=1),
        ("/prediction", "/impsy"),
        "addresses of predictions: one message with the whole vector to each",
    )
    string_address: tuple[str, ...] = setting(
        OneOrMany(Address()),
        (),
        'addresses of predictions as one string of numbers, for patches of RL-impro: "/agent-params"',
    )
    target_address: tuple[str, ...] = setting(
        OneOrMany(Address()),
        (),
        'addresses of the sound that an agent aims for, as one string of numbers: "/target-params"',
    )
    silence_address: str = setting(
        Address(), "/impsy/silence", "address of a message without arguments, sent when the player falls silent"
    )
    max_rate: float = _max_rate()
    safe: tuple[float, ...] = _safe()
    remote_commands: bool = setting(
        Switch(), False, "other machines may send all OSC commands; false: parameters only"
    )
    remote_parameters: bool = setting(
        Switch(), True, "other machines may set numeric parameters; false: other machines may only play"
    )
    touches: tuple[str, ...] = setting(
        OneOrMany(Text()),
        (),
        'touches for an ensemble: "touchosc", "metatone", or an address and its arguments: "/pad/{finger} x y"',
    )
    playback: tuple[str, ...] = setting(
        OneOrMany(Text()),
        ("metatone",),
        'form of outgoing touches: "metatone", or an address and its arguments: "/synth/{player} x y velocity"',
    )
    touch_x: tuple[float, float] = setting(
        Ends(), (0.0, 1.0), "x of these addresses at the left and at the right edge"
    )
    touch_y: tuple[float, float] = setting(Ends(), (0.0, 1.0), "y of these addresses at the top and at the bottom")
    touch_velocity: tuple[float, float] = setting(
        Ends(), (0.0, 1.0), "velocity of no movement, and of a movement as wide as the surface"
    )


@dataclass(frozen=True, slots=True)
class Midi:
    """``[midi]``: vectors as MIDI messages through ports of this machine."""

    name: str = _name()
    in_device: tuple[str, ...] = setting(OneOrMany(Text()), (), "names, or parts of names, of inputs")
    out_device: tuple[str, ...] = setting(OneOrMany(Text()), (), "names, or parts of names, of outputs")
    names: Mapping[str, str] = setting(
        ByDevice(NAME, "a device"), {}, 'name of each device in commands, such as "KORG Volca" = "synth"'
    )
    input: Mapping[str, tuple[MappingEntry, ...]] = setting(
        ByDevice(MidiMapping(), "an input device"), {}, "meaning of the messages of each input device"
    )
    output: Mapping[str, tuple[MappingEntry, ...]] = setting(
        ByDevice(MidiMapping(), "an output device"), {}, "messages to each output device"
    )
    feedback_protection: bool = setting(Switch(), False, "drop messages that only echo the last output")
    feedback_threshold: float = setting(
        Real(Range(0.0, 10.0, 0.02, "s")),
        0.02,
        "time after an output in which a message counts as its echo, in seconds",
    )
    feedback_pairs: Mapping[str, tuple[str, ...]] = setting(
        ByDevice(OneOrMany(Text()), "an input device"),
        {},
        "outputs that each input can echo; an input without an entry can echo all outputs",
    )
    feedback: Mapping[str, bool] = setting(
        ByDevice(Switch(), "an input device"),
        {},
        "send predictions back to a controller: motor faders, LED rings; a knob acts after it passes the value",
    )
    touches: Mapping[str, tuple[int, int]] = setting(
        ByDevice(Controllers(), "an input device"), {}, "two controllers that form a touch pad, for an ensemble"
    )
    virtual: bool = setting(Switch(), False, "make ports with these names; other programs connect to them")
    api: str = setting(
        Text(), "", "ALSA, JACK, CoreMIDI or WinMM; empty takes MIDO_BACKEND, else the first that is available"
    )
    max_rate: float = _max_rate()
    safe: tuple[float, ...] = _safe()
    thru_matrix: Mapping[str, tuple[str, ...]] = setting(
        ByDevice(OneOrMany(Text()), "an input device"), {}, "outputs that receive the messages of each input"
    )


@dataclass(frozen=True, slots=True)
class WebSocket:
    """``[websocket]``: MIDI messages as text to and from browsers."""

    name: str = _name()
    server_ip: str = setting(HOST, "127.0.0.1", 'address to listen at; "0.0.0.0" accepts the whole network')
    server_port: int = setting(PORT, 5001, "port to listen at")
    input: tuple[MappingEntry, ...] = setting(MidiMapping(), (), "meaning of incoming messages")
    output: tuple[MappingEntry, ...] = setting(MidiMapping(), (), "outgoing messages")
    origins: tuple[str, ...] = setting(
        OneOrMany(Origin()),
        (),
        'other web pages that may play: "https://editor.p5js.org"; "null" for pages from a file. '
        "Pages of programs on this machine may always play; all others may only listen",
    )
    remote_commands: bool = setting(
        Switch(), False, "browsers on other machines may run all bound commands; false: parameters only"
    )
    remote_parameters: bool = setting(
        Switch(),
        True,
        "browsers on other machines may set bound numeric parameters; false: they may only play",
    )
    staff_token_file: str = setting(
        Text(),
        "",
        "file with the token of the page /staff; empty takes the environment variable IMPSY_TUI_STAFF_TOKEN",
    )
    touches: bool = setting(Switch(), False, "the page is a touch pad for an ensemble and shows the ensemble")
    max_rate: float = _max_rate()
    safe: tuple[float, ...] = _safe()


@dataclass(frozen=True, slots=True)
class Serial:
    """``[serial]``: vectors as lines of numbers over a serial port."""

    name: str = _name()
    port: str = setting(Text(), "/dev/ttyAMA0", "serial port")
    baudrate: int = setting(Integer(50, 4_000_000), 115200, "speed in baud")
    max_rate: float = _max_rate()
    safe: tuple[float, ...] = _safe()


@dataclass(frozen=True, slots=True)
class SerialMidi:
    """``[serialmidi]``: MIDI over a serial port, at 31250 baud."""

    name: str = _name()
    port: str = setting(Text(), "", "serial port; empty takes the port of [serial]")
    input: tuple[MappingEntry, ...] = setting(MidiMapping(), (), "meaning of incoming messages")
    output: tuple[MappingEntry, ...] = setting(MidiMapping(), (), "outgoing messages")
    max_rate: float = _max_rate()
    safe: tuple[float, ...] = _safe()


@dataclass(frozen=True, slots=True)
class Audio:
    """``[audio]``: a microphone or a line, for agents."""

    name: str = _name()
    device: str = setting(Text(), "", "name of an audio input, or part of the name; empty takes the default input")
    input: int = setting(Integer(1, 256), 1, "input of the device, from 1")
    gain: float = setting(
        Real(Range(-60.0, 60.0, 0.0, "dB")), 0.0, "gain of the input; the command calibrate sets it"
    )
    rate: int = setting(Integer(0, 192_000), 0, "samples a second; 0 takes the rate of the device")
    window: int = setting(Integer(64, 16_384), 256, "samples of a spectrum, the same as in the training of the agent")
    hop: int = setting(Integer(16, 16_384), 128, "samples from one frame to the next")


@dataclass(frozen=True, slots=True)
class Demo:
    """``[demo]``: a simulated performer, to try the program without hardware."""

    seed: int = setting(Integer(0, 2**31 - 1), 1, "random seed of the performance")
    phrase: float = setting(Real(Range(0.5, 600.0, 6.0, "s")), 6.0, "seconds of playing")
    rest: float = setting(Real(Range(0.0, 600.0, 5.0, "s")), 5.0, "seconds of rest after each phrase")
    touches: bool = setting(Switch(), False, "the performer plays a touch-screen for an ensemble, not faders")


CHANNEL_TABLES: Mapping[str, type] = {
    "osc": Osc,
    "midi": Midi,
    "websocket": WebSocket,
    "serial": Serial,
    "serialmidi": SerialMidi,
    "audio": Audio,
}
"""Tables that may occur once (``[osc]``) or any number of times (``[[osc]]``)."""


def names_of(kind: str, tables: Sequence[Any]) -> list[str]:
    """Returns the names of the channels of a kind: those of the tables, else ``osc``, or ``osc 1``, ``osc 2``."""
    several = len(tables) > 1
    return [
        getattr(table, "name", "") or (f"{kind} {number}" if several else kind)
        for number, table in enumerate(tables, 1)
    ]
