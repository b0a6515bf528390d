"""Guide to a first configuration: questions and answers.

The shell and the console ask the same questions; ``config.wizard`` writes the file.
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
    "same": "the controller itself",
}
_MOST_VALUES: Final = int(DIMENSION.high) - 1
_USUAL_VALUES: Final = 8
_NAMED: Final = re.compile(r"-dim(\d+)-|(?:^|-)(\d+)d(?:-|$)")
"""Dimension in the name of a model, or of the dataset after which the model is named."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question.

    Attributes:
        text: the question.
        choices: allowed answers and their labels; empty if any text is allowed.
        default: answer at the start.
        problem: problem of the last answer to this question.
    """

    text: str
    choices: Mapping[str, str] = field(default_factory=dict)
    default: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Answers:
    """Answers of the guide.

    Attributes:
        title: title of the set-up.
        played: a key of ``PLAYED``.
        heard: a key of ``HEARD``.
        values: number of faders, knobs or keys.
        model: name of the model, empty for none.
        device: name or path of the controller's port, if any.
        synth: name of the synthesiser's MIDI port, if any.
        phone: address of a phone that shows the output.
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
        """Returns the answers in lines for a last check."""
        played = PLAYED[self.played] + (f": {self.device or self.phone}" if self.device or self.phone else "")
        heard = HEARD[self.heard] + (f": {self.synth}" if self.synth else "")
        model = self.model or "a dummy, until there is one"
        said = {"played with": played, "heard": heard, "model": model, "values": str(self.values)}
        return "\n".join([self.title, *(f"{what:<13}{answer}" for what, answer in said.items())])


Asking = Generator[Question, str, Answers]
"""Generator of questions that receives each answer and returns all answers."""


def ask(
    inputs: Sequence[str], outputs: Sequence[str], serial: Sequence[str], models: Sequence[str], trouble: str = ""
) -> Asking:
    """Asks the questions of the guide.

    Args:
        inputs: Names of MIDI inputs.
        outputs: Names of MIDI outputs.
        serial: Names of serial ports.
        models: Names of models.
        trouble: Reason why MIDI does not work, if it does not.
    """
    title = yield Question("Name of this set-up?", default="My instrument")
    played = yield Question("Which controller do you play?", PLAYED)
    device = ""
    if played == "midi":
        device = yield from _port("Which MIDI input?", inputs, trouble)
    elif played in ("serial", "serialmidi"):
        device = (yield from _port("Which serial port?", serial)) or "/dev/ttyAMA0"
    heard = yield Question("Which instrument sounds?", HEARD)
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
    question = "Address of the phone? TouchOSC shows it, such as 192.168.1.20"
    address = (yield Question(question)).strip()
    while not is_host(address):
        wrong = f"{address} is not {HOSTS}" if address else "without it nothing can be sent to the phone"
        address = (yield Question(question, problem=wrong)).strip()
    return address


def _count(model: str) -> Generator[Question, str, int]:
    found = _NAMED.search(model)
    usual = str(int(found[1] or found[2]) - 1 if found else _USUAL_VALUES)
    question = "How many faders, knobs or keys do you play?"
    values = yield Question(question, default=usual)
    while not (values.isdecimal() and 1 <= int(values) <= _MOST_VALUES):
        values = yield Question(question, default=usual, problem=f"a whole number from 1 to {_MOST_VALUES}")
    return int(values)
