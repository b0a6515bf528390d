"""A guide through a first configuration: the questions, whoever asks them, and what was answered.

Pure: the shell and the console ask the same questions, each in its own way, and ``config.wizard``
makes a file of the answers.
"""

import re
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from impsy_tui.hosts import HOSTS, is_host
from impsy_tui.ranges import DIMENSION

PLAYED: Final = {
    "osc": "a program on this machine that speaks OSC (Pure Data, Max, SuperCollider)",
    "phone": "a phone or tablet with TouchOSC, over the network",
    "browser": "a phone or tablet with nothing but a browser, over the network",
    "midi": "a MIDI controller",
    "serial": "a micro-controller on a serial port, a line of numbers at a time",
    "serialmidi": "MIDI on a serial port, as on the pins of a Raspberry Pi",
    "demo": "nothing yet: a simulated performer",
}
HEARD: Final = {
    "osc": "a program that speaks OSC, on this machine",
    "midi": "a MIDI synthesiser",
    "same": "whatever it is played with",
}
_MOST_VALUES: Final = int(DIMENSION.high) - 1
_USUAL_VALUES: Final = 8
_NAMED: Final = re.compile(r"-dim(\d+)-")


@dataclass(frozen=True, slots=True)
class Question:
    """One question.

    Attributes:
        text: what is asked.
        choices: the answers that there are and what each is called; empty where any text will do.
        default: the text to begin with.
        problem: what is wrong: with the answer before, to the same question, or with what is asked for.
    """

    text: str
    choices: Mapping[str, str] = field(default_factory=dict)
    default: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Answers:
    """What was answered.

    Attributes:
        title: of the set-up.
        played: a key of ``PLAYED``.
        heard: a key of ``HEARD``.
        values: how many faders, knobs or keys there are.
        model: the model that plays, empty for none.
        device: name or path of the controller's port, where it has one.
        synth: name of the synthesiser's MIDI port, where it has one.
        phone: its address, where it shows what is played.
    """

    title: str
    played: str
    heard: str
    values: int
    model: str = ""
    device: str = ""
    synth: str = ""
    phone: str = ""

    def __str__(self) -> str:
        """In lines, for one more look."""
        played = PLAYED[self.played] + (f": {self.device or self.phone}" if self.device or self.phone else "")
        heard = HEARD[self.heard] + (f": {self.synth}" if self.synth else "")
        model = self.model or "a dummy, until there is one"
        said = {"played with": played, "heard": heard, "model": model, "values": str(self.values)}
        return "\n".join([self.title, *(f"{what:<13}{answer}" for what, answer in said.items())])


Asking = Generator[Question, str, Answers]
"""Gives questions, is sent an answer to each, and comes back with all of them."""


def ask(
    inputs: Sequence[str], outputs: Sequence[str], serial: Sequence[str], models: Sequence[str], trouble: str = ""
) -> Asking:
    """Ask the questions.

    Args:
        inputs: MIDI inputs that are plugged in.
        outputs: MIDI outputs.
        serial: serial ports.
        models: models that could play.
        trouble: why there is no MIDI, where there is none.
    """
    title = yield Question("What is this set-up called?", default="My instrument")
    played = yield Question("What do you play it with?", PLAYED)
    device = ""
    if played == "midi":
        device = yield from _port("Which MIDI input?", inputs, trouble)
    elif played in ("serial", "serialmidi"):
        device = (yield from _port("Which serial port?", serial)) or "/dev/ttyAMA0"
    heard = yield Question("What is heard?", HEARD)
    synth = (yield from _port("Which MIDI output?", outputs, trouble)) if heard == "midi" else ""
    phone = (yield from _address()) if (played, heard) == ("phone", "same") else ""
    model = ""
    if models:
        known = {name: name for name in models}
        model = yield Question("Which model plays?", {**known, "": "none yet: a dummy, until there is one"})
    values = yield from _count(model)
    return Answers(title, played, heard, values, model, device, synth, phone)


def _port(question: str, names: Sequence[str], trouble: str = "") -> Generator[Question, str, str]:
    if not names:
        return (yield Question(f"{question} None is there now; type its name, or part of it", problem=trouble))
    known = {name: name for name in names}
    name = yield Question(question, {**known, "": "another, that is not plugged in"})
    return name or (yield Question("Its name, or part of it"))


def _address() -> Generator[Question, str, str]:
    question = "What is the phone's address? TouchOSC shows it, such as 192.168.1.20"
    address = (yield Question(question)).strip()
    while not is_host(address):
        wrong = f"{address} is not {HOSTS}" if address else "without it nothing can be sent to the phone"
        address = (yield Question(question, problem=wrong)).strip()
    return address


def _count(model: str) -> Generator[Question, str, int]:
    found = _NAMED.search(model)
    usual = str(int(found[1]) - 1 if found else _USUAL_VALUES)
    question = "How many faders, knobs or keys do you play?"
    values = yield Question(question, default=usual)
    while not (values.isdecimal() and 1 <= int(values) <= _MOST_VALUES):
        values = yield Question(question, default=usual, problem=f"a whole number from 1 to {_MOST_VALUES}")
    return int(values)
