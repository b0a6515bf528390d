"""Check of a set list: wrong lines, and names that do not exist."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

import typer

from impsy_tui.cli.example_files import find_shipped
from impsy_tui.cli.output.progress import fail
from impsy_tui.cli.output.text import say
from impsy_tui.config import load_config
from impsy_tui.engine.io.bindings import Bindings
from impsy_tui.engine.io.mappings import check_mapping
from impsy_tui.engine.models.user_files import UserFiles
from impsy_tui.engine.performance.cues import LARGEST_FILE, SUFFIX
from impsy_tui.engine.performance.scenes.file import SceneFile
from impsy_tui.engine.players.base import MAIN
from impsy_tui.errors import UserError
from impsy_tui.key_actions import KeysInForce
from impsy_tui.language import ArgumentKind, Invocation, Program, parse
from impsy_tui.language.program import ALL_PLAYERS
from impsy_tui.language.setlist import SetLine, SetProblem, problem_at, read_set, set_lines
from impsy_tui.parameters import CLASSIFIER, NUDGE
from impsy_tui.paths import files_in, shipped_folder
from impsy_tui.text import counted
from impsy_tui.toml_files import read_regular

_MOST_SHOWN: Final = 200
"""Most characters shown of a line."""


class SearchFolders(NamedTuple):
    """Folders and files in which names are looked up.

    Attributes:
        logs: folder of the logs.
        models: folder of the models.
        datasets: folder of the datasets.
        scenes: scene file; None for scenes.toml in the parent folder of the logs.
        config: configuration with players and outputs; None for no check of these names.
    """

    logs: Path
    models: Path
    datasets: Path
    scenes: Path | None
    config: Path | None


def check(file: Path, places: SearchFolders) -> None:
    """Prints the problems of a set list, and exits with 1 if there are any."""
    text = _read(file)
    lines = list(set_lines(text))
    found = read_set(text)
    problems = found if isinstance(found, list) else []
    names = _Names(places, lines)
    problems += [problem for line in lines for problem in names.missing(line)]
    if problems:
        _show(file, text, problems)
        raise typer.Exit(1)
    cues = sum(line.heading is not None for line in lines)
    commands = sum(1 for line in lines if isinstance(line.read, Program) for _ in line.read.walk())
    say(f"{file}: {counted(cues, 'cue')}, {counted(commands, 'command')}, no problems")


def found(file: Path | None, logs: Path) -> Path:
    """Returns a set list by its path or name; without a name, the only one of the user."""
    own = files_in(logs.absolute().parent / "sets", SUFFIX)
    known = ", ".join(each.stem for each in own) or "none yet (impsy-tui examples first copies one)"
    if file is None:
        if len(own) != 1:
            fail(f"Name a set list. Set lists: {known}")
        return own[0]
    if file.is_file():
        return file
    name = file.name.removesuffix(SUFFIX)
    for each in own:
        if each.stem == name:
            return each
    if (example := find_shipped(file, "sets/", SUFFIX)) is not None:
        return example
    return fail(f"{file}: no such set list. Set lists: {known}")


def _read(file: Path) -> str:
    try:
        data = read_regular(file, LARGEST_FILE)
    except (OSError, ValueError) as error:
        fail(f"{file}: {getattr(error, 'strerror', None) or error}")
    return data.decode(errors="replace")


def _show(file: Path, text: str, problems: list[SetProblem]) -> None:
    lines = text.removeprefix("\ufeff").split("\n")
    for problem in sorted(problems, key=lambda one: (one.line, one.column)):
        say(f"{file}:{problem.line}:{problem.column}: {problem.message}", fg=typer.colors.RED)
        shown = lines[problem.line - 1].rstrip().replace("\t", " ")[:_MOST_SHOWN]
        say(f"  {shown}\n  {' ' * (problem.column - 1)}{'^' * max(1, problem.width)}")


class _Names:
    """Names that exist for a set list."""

    def __init__(self, places: SearchFolders, lines: list[SetLine]) -> None:
        models = [places.models, shipped_folder("models")]
        self._library = UserFiles(places.logs, places.datasets, models, lambda: ())
        self._cues = [line.heading for line in lines if line.heading]
        here = places.logs.absolute().parent
        self._sets = (here / "sets", shipped_folder("configs") / "sets")
        try:
            self._scenes = set(SceneFile(places.scenes or here / "scenes.toml").names())
        except UserError as problem:
            fail(str(problem))
        self._players, self._outputs, self._panic = _configured_names(places.config)

    def missing(self, line: SetLine) -> Iterator[SetProblem]:
        """Yields the unknown names of a line; a scene or a player that the line makes is known afterwards."""
        if not isinstance(line.read, Program):
            return
        for each in line.read.walk():
            for name, problem in self._missing(each, line):
                yield problem_at(line, name, problem)

    def _missing(self, each: Invocation, line: SetLine) -> Iterator[tuple[str, str]]:
        if each.command.name == "bind" and (wrong := self._wrong_binding(each, line)):
            yield str(each.values["which"]), wrong
        if each.command.name == "map" and (wrong := _wrong_mapping(str(each.values["control"]))):
            yield str(each.values["control"]), wrong
        if each.player and (wrong := self._unknown_player(each.player)):
            yield f"@{each.player}", wrong
        for argument in each.command.arguments:
            name = str(each.values.get(argument.name, ""))
            if name and name not in argument.choices and (wrong := self._wrong_name(each, argument.kind, name)):
                yield name, wrong

    def _wrong_binding(self, each: Invocation, line: SetLine) -> str:
        bindings = Bindings(lambda bound: parse(bound, line.macros), self._panic)
        try:
            bindings.bind(str(each.values["trigger"]), str(each.values["which"]))
        except UserError as problem:
            return str(problem)
        return ""

    def _wrong_name(self, each: Invocation, kind: ArgumentKind, name: str) -> str:
        if kind in (ArgumentKind.MODEL, ArgumentKind.LOG, ArgumentKind.DATASET):
            return self._no_file(kind, name)
        return self._unknown(each.command.name, name) if kind is ArgumentKind.NAME else ""

    def _unknown_player(self, name: str) -> str:
        if not self._players or name in (*self._players, ALL_PLAYERS):
            return ""
        return f"no such player: {name}. Players: {', '.join(self._players)}"

    def _no_file(self, kind: ArgumentKind, name: str) -> str:
        try:
            self._library.find(kind.value, name)
        except UserError as problem:
            return str(problem)
        return ""

    def _no_classifier(self, name: str) -> str:
        try:
            self._library.classifiers.find(name)
        except UserError as problem:
            return str(problem).replace("model", "classifier", 1)
        return ""

    def _unknown(self, command: str, name: str) -> str:
        match command:
            case "scene save":
                self._scenes.add(name)
            case "scene" | "scene delete" if name not in self._scenes:
                return f"no such scene: {name}. Scenes: {', '.join(sorted(self._scenes)) or 'none yet'}"
            case "player add":
                self._players = (*self._players, name) if self._players else ()
            case "player" | "player remove":
                return self._unknown_player(name)
            case NUDGE.name if self._outputs and name not in self._outputs:
                return f"no such output: {name}. Outputs: {', '.join(self._outputs)}"
            case CLASSIFIER.name:
                return self._no_classifier(name)
            case "goto" if name not in self._cues:
                return f"no such cue: {name}. Cues: {', '.join(self._cues)}"
            case "cue" if not any(
                (folder / f"{name.removesuffix(SUFFIX)}{SUFFIX}").is_file() for folder in self._sets
            ):
                return f"no such set list: {name}. Folders: {', '.join(map(str, self._sets))}"
        return ""


def _configured_names(file: Path | None) -> tuple[tuple[str, ...], tuple[str, ...], str]:
    """Returns players, channels and panic keys of a configuration; without a file, the default keys only."""
    if file is None:
        return (), (), KeysInForce({}).keys["panic"]
    loaded = load_config(file)
    if loaded.errors:
        fail("\n".join(map(str, loaded.errors)))
    for warning in loaded.warnings:
        say(str(warning), fg=typer.colors.YELLOW, err=True)
    players = tuple(player.name for player in loaded.config.player) or (MAIN,)
    return players, loaded.config.channel_names, KeysInForce(loaded.config.console.keys).keys["panic"]


def _wrong_mapping(text: str) -> str:
    try:
        check_mapping(text)
    except UserError as problem:
        return str(problem)
    return ""
