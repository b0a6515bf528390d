"""Shell command ``init``: folders and a configuration for a new set."""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from impsy_tui.cli.output.progress import fail
from impsy_tui.cli.output.text import say
from impsy_tui.errors import UserError

if TYPE_CHECKING:
    from impsy_tui.setup_questions import Question


def init(
    folder: Annotated[Path, typer.Argument(help="Folder of the set.")] = Path(),
    force: Annotated[bool, typer.Option("--force", "-f", help="Existing config.toml replaced.")] = False,
    guide: Annotated[
        bool, typer.Option("--guide", help="Questions about your devices, and a configuration for them.")
    ] = False,
) -> None:
    """Make the folders and the configuration of a set."""
    from impsy_tui.config.template import config_template
    from impsy_tui.config.wizard import write_beside
    from impsy_tui.engine.models.loader import ModelFolders
    from impsy_tui.paths import shipped_folder, shipped_names

    try:
        for name in ("logs", "datasets", "models"):
            made = folder / name
            say(f"{'kept ' if made.is_dir() else 'made '} {made}/")
            made.mkdir(parents=True, exist_ok=True)
        models = ModelFolders([shipped_folder("models")]).names()
        names = [f"{name}.tflite" for name in models if name in shipped_names("models")]
        file = folder / "config.toml"
        if guide:
            text = _guided(names)
            file = write_beside(folder, text) if not force else _write(file, text)
            say(f"made  {file}")
        elif file.exists() and not force:
            say(f"kept  {file} (--force replaces it; --guide writes another)")
        else:
            say(f"made  {_write(file, config_template(names[0] if names else ''))}")
    except (OSError, UserError) as error:
        fail(f"{error.filename or folder}: {error.strerror}" if isinstance(error, OSError) else str(error))
    plays = "" if file.name == "config.toml" else f" play -c {shlex.quote(str(file))}"
    say(f"next: impsy-tui{plays}")


def _write(file: Path, text: str) -> Path:
    file.write_text(text, encoding="utf-8")
    return file


def _guided(models: list[str]) -> str:
    from impsy_tui.config.wizard import configuration
    from impsy_tui.setup_questions import ask
    from impsy_tui.workers.list_ports import find_ports

    found = find_ports()
    asking = ask(found.inputs, found.outputs, found.serial, models, found.problem)
    try:
        question = next(asking)
        while True:
            question = asking.send(answer(question))
    except StopIteration as end:
        return configuration(end.value)


def answer(question: "Question") -> str:
    """Asks a question in the shell; returns the answer."""
    if question.problem:
        say(question.problem)
    if not question.choices:
        return str(typer.prompt(f"\n{question.text}", default=question.default))
    say(f"\n{question.text}")
    for number, choice in enumerate(question.choices.values(), 1):
        say(f"  {number}  {choice}")
    while not 1 <= (number := typer.prompt("number", type=int, default=1)) <= len(question.choices):
        say(f"Type a number from 1 to {len(question.choices)}.")
    return list(question.choices)[number - 1]
