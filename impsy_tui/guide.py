"""A guide through a first configuration: a few questions, and the file that their answers make."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from impsy_tui.config.kinds import written

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
_FIRST_CONTROLLER: Final = 1


@dataclass(frozen=True, slots=True)
class Answers:
    """What was answered.

    Attributes:
        title: of the set-up.
        played: a key of ``PLAYED``.
        heard: a key of ``HEARD``.
        values: how many faders, knobs or keys there are.
        model: file name of the model, empty for none.
        device: name or path of the controller's port, where it has one.
        synth: name of the synthesiser's MIDI port, where it has one.
    """

    title: str
    played: str
    heard: str
    values: int
    model: str = ""
    device: str = ""
    synth: str = ""


@dataclass(slots=True)
class Ports:
    """The ports that there are."""

    inputs: Sequence[str] = ()
    outputs: Sequence[str] = ()
    serial: Sequence[str] = field(default_factory=list)


def ask(
    choose: Callable[[str, Sequence[str]], int], text: Callable[[str, str], str], ports: Ports, models: Sequence[str]
) -> Answers:
    """Ask the questions.

    Args:
        choose: shows a question and its choices; gives the number of one, from 0.
        text: shows a question and a default; gives what was typed.
        ports: what is plugged in.
        models: file names of models.
    """
    title = text("What is this set-up called?", "My instrument")
    played = list(PLAYED)[choose("What do you play it with?", list(PLAYED.values()))]
    device = ""
    if played == "midi":
        device = _port(choose, text, "Which MIDI input?", ports.inputs)
    elif played in ("serial", "serialmidi"):
        device = _port(choose, text, "Which serial port?", ports.serial) or "/dev/ttyAMA0"
    heard = list(HEARD)[choose("What is heard?", list(HEARD.values()))]
    synth = _port(choose, text, "Which MIDI output?", ports.outputs) if heard == "midi" else ""
    model = ""
    if models:
        number = choose("Which model plays?", [*models, "none yet: a dummy, until there is one"])
        model = models[number] if number < len(models) else ""
    values = text("How many faders, knobs or keys do you play?", "8")
    count = int(values) if values.isdigit() and 0 < int(values) < 1024 else 8
    return Answers(title, played, heard, count, model, device, synth)


def _port(
    choose: Callable[[str, Sequence[str]], int], text: Callable[[str, str], str], question: str, names: Sequence[str]
) -> str:
    if not names:
        return text(f"{question} None is there now; type its name, or part of it", "")
    number = choose(question, [*names, "another, that is not plugged in"])
    return names[number] if number < len(names) else text("Its name, or part of it", "")


def configuration(answers: Answers) -> str:
    """The configuration that the answers make."""
    lines = [
        "# Made by impsy-tui init --guide; impsy-tui plays it. Every setting is explained in the console: F3.",
        f"title = {written(answers.title)}",
        "log_predictions = true",
        "",
        "[interaction]",
        'mode = "callresponse"',
        "threshold = 1.0",
        "",
        "[model]",
        f"dimension = {answers.values + 1}",
    ]
    if answers.model:
        lines[-1] = f"file = {written(answers.model)}"
    lines += _played(answers) + _heard(answers)
    return "\n".join(lines) + "\n"


def _controllers(answers: Answers) -> str:
    entries = [["control_change", 1, _FIRST_CONTROLLER + number] for number in range(min(answers.values, 119))]
    return "[\n" + "".join(f"  {written(entry)},\n" for entry in entries) + "]"


def _played(answers: Answers) -> list[str]:
    mapping = _controllers(answers)
    same = answers.heard == "same"
    match answers.played:
        case "osc" | "phone":
            address = '"0.0.0.0"  # the whole network: the phone sends to the address of this machine'
            here = '"127.0.0.1"'
            return [
                "",
                "[osc]",
                f"server_ip = {address if answers.played == 'phone' else here}",
                "server_port = 6000",
            ]
        case "browser":
            lines = ["", "[websocket]", 'server_ip = "0.0.0.0"  # the whole network: open http://THIS-MACHINE:5001/']
            return [*lines, f"input = {mapping}", f"output = {mapping}"]
        case "midi":
            device = answers.device or "part of its name"
            lines = [
                "",
                "# learn x1, then move a knob, finds the right one; keep mapping writes it down here.",
                "[midi]",
            ]
            lines += [f"in_device = {written([device])}", f"input.{written(device)} = {mapping}"]
            if same:
                lines += [f"out_device = {written([device])}", f"output.{written(device)} = {mapping}"]
            return lines
        case "serial":
            return ["", "[serial]", f"port = {written(answers.device)}", "baudrate = 115200"]
        case "serialmidi":
            lines = ["", "[serialmidi]", f"port = {written(answers.device)}", f"input = {mapping}"]
            return [*lines, *([f"output = {mapping}"] if same else [])]
        case _:
            return ["", "[demo]"]


def _heard(answers: Answers) -> list[str]:
    mapping = _controllers(answers)
    if answers.heard == "midi":
        synth = answers.synth or "part of its name"
        lines = [f"out_device = {written([synth])}", f"output.{written(synth)} = {mapping}"]
        return lines if answers.played == "midi" else ["", "[midi]", *lines]
    if answers.heard == "osc" or (answers.heard == "same" and answers.played == "demo"):
        lines = ['client_ip = "127.0.0.1"', "client_port = 6001"]
        return lines if answers.played in ("osc", "phone") else ["", "[osc]", *lines]
    return []
