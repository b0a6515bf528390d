"""Worker that writes a configuration from the answers to the set-up questions.

The worker writes a new file in the folder and changes no other file. It prints a JSON object: the new file, or the
problem.
"""

import json
import os
import sys
from itertools import count
from pathlib import Path
from typing import Final

from impsy_tui.config.edit import read_text
from impsy_tui.config.toml_text import written
from impsy_tui.errors import UserError
from impsy_tui.setup_questions import Answers
from impsy_tui.worker_requests import WorkerRequest

_FIRST_CONTROLLER: Final = 1
_MOST_CONTROLLERS: Final = 119
_TOUCHOSC: Final = 9000
"""Default port of TouchOSC."""
_FADERS: Final = "/1/fader{n}"
"""Addresses of the faders on the first page of TouchOSC's layouts."""


class Request(WorkerRequest, frozen=True, tag="write_configuration"):
    """Request to write the configuration of these answers in a folder."""

    folder: Path
    answers: Answers


def run(request: Request) -> None:
    """Writes the configuration and prints the result."""
    try:
        made = {"text": str(write_beside(request.folder, configuration(request.answers)))}
    except UserError as problem:
        made = {"problem": str(problem)}
    json.dump(made, sys.stdout)


def write_beside(folder: Path, text: str) -> Path:
    """Writes a new configuration next to the others: config.toml, or else config-2.toml and so on.

    Returns:
        The file.

    Raises:
        UserError: the answers give no valid configuration, or the file cannot be written.
    """
    if problems := read_text(text).problems:
        raise UserError(f"the answers make no valid configuration: {problems[0].key}: {problems[0].message}")
    for number in count(1):
        file = folder / ("config.toml" if number == 1 else f"config-{number}.toml")
        try:
            new = file.open("x", encoding="utf-8")
        except FileExistsError:
            continue
        except OSError as error:
            raise UserError(f"{file} cannot be written: {error.strerror}") from None
        try:
            with new:
                new.write(text)
                new.flush()
                os.fsync(new.fileno())
        except OSError as error:
            file.unlink(missing_ok=True)
            raise UserError(f"{file} cannot be written: {error.strerror}") from None
        return file
    raise AssertionError


def configuration(answers: Answers) -> str:
    """Returns the configuration of the answers."""
    lines = [
        "# Made by the guide of impsy-tui. Every setting is explained in the console: F3.",
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
    entries = [
        ["control_change", 1, _FIRST_CONTROLLER + number] for number in range(min(answers.values, _MOST_CONTROLLERS))
    ]
    return "[\n" + "".join(f"  {written(entry)},\n" for entry in entries) + "]"


def _played(answers: Answers) -> list[str]:
    mapping = _controllers(answers)
    same = answers.heard == "same"
    match answers.played:
        case "osc" | "phone":
            address = '"0.0.0.0"  # the whole network: the phone sends to the address of this machine'
            here = '"127.0.0.1"'
            lines = [
                "",
                "[osc]",
                f"server_ip = {address if answers.played == 'phone' else here}",
                "server_port = 6000",
            ]
            if answers.played == "phone":
                lines += [f'input = "{_FADERS}"  # the faders of its first page; learn x1 finds others']
            if answers.phone and same:
                lines += [f"client_ip = {written(answers.phone)}"]
                lines += [f"client_port = {_TOUCHOSC}  # where TouchOSC receives"]
                lines += [f'output = "{_FADERS}"  # the faders move to what is played']
            return lines
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
