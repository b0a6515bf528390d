"""The tables of channels: how what is played comes in, and where it goes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from impsy_tui.config.value_types import (
    Address,
    ByDevice,
    Controllers,
    Ends,
    Host,
    Integer,
    MappingEntry,
    MidiMapping,
    Number,
    OneOrMany,
    Origin,
    OscControl,
    Switch,
    Text,
    Vector,
    setting,
)
from impsy_tui.ranges import Range

PORT = Integer(1, 65535)
_RATE = Number(Range(0.0, 10000.0, 0.0, "messages a second; 0 is no limit"))


def _max_rate() -> Any:
    return setting(_RATE, 0.0, "most vectors a second on the way out, the latest wins; 0 is no limit")


def _safe() -> Any:
    return setting(Vector(), (), "where a fade takes the outputs; [] leaves them where they are")


@dataclass(frozen=True, slots=True)
class Osc:
    """``[osc]``: vectors as OSC messages over UDP."""

    server_ip: str = setting(
        Host(), "127.0.0.1", 'address to listen at; "0.0.0.0" lets the whole network in (a phone, say)'
    )
    server_port: int = setting(PORT, 6000, "port to listen at")
    client_ip: str = setting(Host(), "127.0.0.1", "address of the synthesiser")
    client_port: int = setting(PORT, 6001, "its port")
    input_address: str = setting(Address(), "/interface", "what your controller sends")
    input: tuple[str, ...] = setting(
        OneOrMany(OscControl()),
        (),
        'what a controller with a message for each fader sends, such as TouchOSC: "/1/fader{n}", or a list',
    )
    output: tuple[str, ...] = setting(
        OneOrMany(OscControl()),
        (),
        "a message for each value, in one bundle, sent besides output_address; written as for input",
    )
    output_address: tuple[str, ...] = setting(
        OneOrMany(Address(), least=1),
        ("/prediction", "/impsy"),
        "what predictions are sent as, one message each",
    )
    string_address: tuple[str, ...] = setting(
        OneOrMany(Address()), (), 'the same as one string of numbers, for patches of RL-impro\'s: "/agent-params"'
    )
    target_address: tuple[str, ...] = setting(
        OneOrMany(Address()), (), 'a string of where the sound is that an agent aims for: "/target-params"'
    )
    silence_address: str = setting(
        Address(), "/impsy/silence", "sent, without arguments, when the player falls silent"
    )
    max_rate: float = _max_rate()
    safe: tuple[float, ...] = _safe()
    remote_commands: bool = setting(
        Switch(), False, "other machines may send every command that OSC takes; false: parameters alone"
    )
    remote_parameters: bool = setting(
        Switch(), True, "other machines may set parameters that are numbers; false: they may only play"
    )
    touches: tuple[str, ...] = setting(
        OneOrMany(Text()),
        (),
        'touches for a band: "touchosc", "metatone", or an address and what its arguments are: "/pad/{finger} x y"',
    )
    playback: tuple[str, ...] = setting(
        OneOrMany(Text()),
        ("metatone",),
        'what a band\'s touches are sent as: "metatone", or the same as for touches: "/synth/{player} x y velocity"',
    )
    touch_x: tuple[float, float] = setting(
        Ends(), (0.0, 1.0), "x of such addresses, at the left and at the right edge"
    )
    touch_y: tuple[float, float] = setting(Ends(), (0.0, 1.0), "y, at the top and at the bottom")
    touch_velocity: tuple[float, float] = setting(
        Ends(), (0.0, 1.0), "velocity, of no movement and of one as wide as the surface"
    )


@dataclass(frozen=True, slots=True)
class Midi:
    """``[midi]``: vectors as MIDI messages through ports of this machine."""

    in_device: tuple[str, ...] = setting(OneOrMany(Text()), (), "names, or parts of names, of inputs")
    out_device: tuple[str, ...] = setting(OneOrMany(Text()), (), "names, or parts of names, of outputs")
    input: Mapping[str, tuple[MappingEntry, ...]] = setting(
        ByDevice(MidiMapping(), "an input device"), {}, "what each input device's messages mean"
    )
    output: Mapping[str, tuple[MappingEntry, ...]] = setting(
        ByDevice(MidiMapping(), "an output device"), {}, "what is sent to each output device"
    )
    feedback_protection: bool = setting(Switch(), False, "drop what merely echoes the last output")
    feedback_threshold: float = setting(
        Number(Range(0.0, 10.0, 0.02, "s")),
        0.02,
        "how soon after an output an echo is taken for one, in seconds",
    )
    feedback_pairs: Mapping[str, tuple[str, ...]] = setting(
        ByDevice(OneOrMany(Text()), "an input device"),
        {},
        "outputs whose messages each input may send back; an input without an entry may send back those of all",
    )
    feedback: Mapping[str, bool] = setting(
        ByDevice(Switch(), "an input device"),
        {},
        "send predictions back to a controller: motor faders, LED rings; its knobs act once they pass the value",
    )
    touches: Mapping[str, tuple[int, int]] = setting(
        ByDevice(Controllers(), "an input device"), {}, "two controllers that are a touch pad, for a band"
    )
    virtual: bool = setting(Switch(), False, "make ports of these names, for others to connect to")
    api: str = setting(
        Text(), "", "ALSA, JACK, CoreMIDI or WinMM; empty takes what MIDO_BACKEND says, else what there is"
    )
    max_rate: float = _max_rate()
    safe: tuple[float, ...] = _safe()
    thru_matrix: Mapping[str, tuple[str, ...]] = setting(
        ByDevice(OneOrMany(Text()), "an input device"), {}, "outputs that each input is passed on to"
    )


@dataclass(frozen=True, slots=True)
class WebSocket:
    """``[websocket]``: MIDI messages as text to and from browsers."""

    server_ip: str = setting(Host(), "127.0.0.1", 'address to listen at; "0.0.0.0" lets the whole network in')
    server_port: int = setting(PORT, 5001, "port to listen at")
    input: tuple[MappingEntry, ...] = setting(MidiMapping(), (), "what incoming messages mean")
    output: tuple[MappingEntry, ...] = setting(MidiMapping(), (), "what is sent")
    origins: tuple[str, ...] = setting(
        OneOrMany(Origin()),
        (),
        'other web pages that may connect: "https://editor.p5js.org"; "null" for any from a file. '
        "Pages of programs on this machine may connect without",
    )
    remote_commands: bool = setting(
        Switch(), False, "browsers on other machines may carry out every bound command; false: parameters alone"
    )
    remote_parameters: bool = setting(
        Switch(),
        True,
        "browsers on other machines may set bound parameters that are numbers; false: they may only play",
    )
    touches: bool = setting(Switch(), False, "its page is a touch pad, for a band, and shows what the band does")
    max_rate: float = _max_rate()
    safe: tuple[float, ...] = _safe()


@dataclass(frozen=True, slots=True)
class Serial:
    """``[serial]``: vectors as lines of numbers over a serial port."""

    port: str = setting(Text(), "/dev/ttyAMA0", "the serial port")
    baudrate: int = setting(Integer(50, 4_000_000), 115200, "its speed in baud")
    max_rate: float = _max_rate()
    safe: tuple[float, ...] = _safe()


@dataclass(frozen=True, slots=True)
class SerialMidi:
    """``[serialmidi]``: MIDI over a serial port, at 31250 baud."""

    port: str = setting(Text(), "", "the serial port; without one, that of [serial]")
    input: tuple[MappingEntry, ...] = setting(MidiMapping(), (), "what incoming messages mean")
    output: tuple[MappingEntry, ...] = setting(MidiMapping(), (), "what is sent")
    max_rate: float = _max_rate()
    safe: tuple[float, ...] = _safe()


@dataclass(frozen=True, slots=True)
class Audio:
    """``[audio]``: a microphone or a line, for players that hear sound."""

    device: str = setting(Text(), "", "the name, or part of it, of an input; empty takes the usual one")
    input: int = setting(Integer(1, 256), 1, "which of its inputs, from 1")
    gain: float = setting(
        Number(Range(-60.0, 60.0, 0.0, "dB")), 0.0, "how much louder it is to be heard; see calibrate"
    )
    rate: int = setting(Integer(0, 192_000), 0, "samples a second; 0 takes the device's own")
    window: int = setting(Integer(64, 16_384), 256, "samples of a spectrum, as the agent has learned with")
    hop: int = setting(Integer(16, 16_384), 128, "samples from a frame to the next")


@dataclass(frozen=True, slots=True)
class Demo:
    """``[demo]``: a simulated performer, for trying things out with no hardware."""

    seed: int = setting(Integer(0, 2**31 - 1), 1, "which performance it gives")
    phrase: float = setting(Number(Range(0.5, 600.0, 6.0, "s")), 6.0, "seconds it plays at a time")
    rest: float = setting(Number(Range(0.0, 600.0, 5.0, "s")), 5.0, "seconds it rests between")
    touches: bool = setting(Switch(), False, "it plays a touch-screen, for a band, and no faders")


CHANNEL_TABLES: Mapping[str, type] = {
    "osc": Osc,
    "midi": Midi,
    "websocket": WebSocket,
    "serial": Serial,
    "serialmidi": SerialMidi,
    "audio": Audio,
}
"""Tables that can stand once (``[osc]``) or any number of times (``[[osc]]``)."""
