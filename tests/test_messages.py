"""Messages to the performer and help of the shell, checked by their source: form, length and words."""

import ast
import re
import tomllib
from collections.abc import Iterator
from typing import Any, NamedTuple

import typer.main

from impsy_tui.cli.main import app
from tests.support.places import ROOT

LONGEST = 160
"""Greatest number of characters of a template, in which ``…`` stands for each value."""
ERRORS = re.compile(r"(?:Error|Mistake|Problem|Failed)$")
REPORTS = {"notify", "_notify", "trouble", "note", "_note", "fail", "refuse", "report"}
EARLIER_WORDS = tomllib.loads((ROOT / "scripts" / "prose.toml").read_text(encoding="utf-8"))["instead"]
BANNED = re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, EARLIER_WORDS))})(?![\w-])", re.IGNORECASE)
SEVERAL_LINES = {"impsy_tui/cli/service/app.py"}
"""Modules with a message that repeats the output of systemd before its last line."""


class Message(NamedTuple):
    """Template of a message, with its place."""

    place: str
    text: str


def _template(node: ast.expr) -> Iterator[str]:
    """Yields the templates of an argument, with … for each value."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr(values=parts):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in parts)
        case ast.IfExp(body=body, orelse=orelse):
            yield from (*_template(body), *_template(orelse))


def _messages() -> Iterator[Message]:
    """Yields the messages in calls of error classes and of functions that report."""
    for file in sorted((ROOT / "impsy_tui").rglob("*.py")):
        place = str(file.relative_to(ROOT))
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                if ERRORS.search(name) or name in REPORTS:
                    arguments = [*node.args, *(keyword.value for keyword in node.keywords)]
                    for text in (text for argument in arguments for text in _template(argument)):
                        if " " in text.strip():
                            yield Message(f"{place}:{node.lineno}", text)


MESSAGES = list(_messages())


def _wrong(check: Any) -> list[str]:
    return [f"{message.place}: {message.text}" for message in MESSAGES if not check(message)]


def test_messages_are_collected() -> None:
    assert len(MESSAGES) > 550
    assert any("no scene is called" in message.text for message in MESSAGES)


def test_messages_are_one_line_of_limited_length() -> None:
    assert _wrong(lambda message: len(message.text) <= LONGEST) == []
    assert _wrong(lambda message: "\n" not in message.text or message.place.split(":")[0] in SEVERAL_LINES) == []


def test_messages_have_no_final_full_stop() -> None:
    assert _wrong(lambda message: not message.text.rstrip().endswith((".", "!")) or message.text.endswith("….")) == []


def test_messages_have_no_earlier_words() -> None:
    assert _wrong(lambda message: not BANNED.search(message.text)) == []


def _commands(command: Any, words: str) -> Iterator[tuple[str, Any]]:
    yield words, command
    for name, inner in getattr(command, "commands", {}).items():
        yield from _commands(inner, f"{words} {name}")


COMMANDS = list(_commands(typer.main.get_command(app), "impsy-tui"))
QUANTITY = re.compile(
    r"\b(?:number|factor|temperature|seed|share|raw value|seconds|milliseconds|samples|epochs|windows|steps|units|"
    r"points|frames|processes)\b",
    re.IGNORECASE,
)
"""Units, and names of quantities without a unit."""


def _options() -> Iterator[tuple[str, Any]]:
    for words, command in COMMANDS:
        for parameter in command.params:
            if parameter.param_type_name == "option" and not getattr(parameter, "hidden", False):
                yield f"{words} {parameter.opts[0]}", parameter


def _is_number(option: Any) -> bool:
    shown = getattr(option, "display_type", None) or option.make_metavar  # from typer 0.29 on, and before
    return str(shown(typer.Context(COMMANDS[0][1]))).lower().startswith(("<int", "<float"))


def test_every_command_has_help() -> None:
    assert len(COMMANDS) > 30
    assert [words for words, command in COMMANDS if not (command.help or "").strip()] == []


def test_every_option_has_help_that_starts_with_a_capital() -> None:
    options = list(_options())
    assert len(options) > 100
    assert [words for words, option in options if not re.match(r"[A-Z\[(/.0-9]", option.help or "")] == []


def test_every_option_with_a_number_states_its_quantity_and_default() -> None:
    numbers = [(words, option) for words, option in _options() if _is_number(option)]
    assert len(numbers) > 30
    assert [f"{words}: {option.help}" for words, option in numbers if not QUANTITY.search(option.help or "")] == []
    assert [words for words, option in numbers if not option.show_default and option.default is None] == []
