"""Manual and README: the site builds, generated pages are up to date, and each block is checked."""

import ast
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import typer
import typer.exceptions

from impsy_tui.channels.base import Channel
from impsy_tui.cli.main import app
from impsy_tui.config import load_config
from impsy_tui.language import COMMANDS, Program, parse
from impsy_tui.language.parser import read_macros
from impsy_tui.language.setlist import SetList, read_set
from impsy_tui.language.syntax_examples import SYNTAX
from impsy_tui.paths import shipped_files
from impsy_tui.prediction import Predictor
from tests.support.documents import BLOCK, DOCUMENTS, PAGES, Block, blocks
from tests.support.engine.virtual_session import SHIPPED, VirtualSession, mdrnn
from tests.support.places import ROOT

COMMAND_TABLE = re.compile(r"^\| command \|.*\n(?:\|.*\n)+", re.MULTILINE)
IN_TEXT = re.compile(r"`(impsy-tui [^`\n]+)`")
LANGUAGES = {"impsy", "impsy-checked", "set", "toml", "toml-example", "sh", "text", "ini", "cpp", "python"}
CITED = re.compile(r"`((?:impsy_tui|tests|docs|configs)/[^` ]*)`")
MADE_BY_RECIPES = {
    *("impsy_tui/channels/floats.py", "impsy_tui/echo/__init__.py", "impsy_tui/echo/predictor.py"),
}
EXAMPLES = {Path(path).stem for path in shipped_files("configs") if path.endswith(".toml")}
PLAYERS = {"players.md": ("bass", "lead")}
"""Players of a page's session, by the name of the page; others have main."""


TYPED = sorted({block.document for block in blocks("impsy")} - {PAGES / "start" / "first-set.md"})
"""Pages with lines of commands that are carried out here."""


def _shell_lines() -> Iterator[tuple[str, str]]:
    """Yields the name of a document and a shell line that it shows."""
    for block in blocks("sh"):
        yield from ((block.document.name, line) for line in block.text.splitlines() if line.strip())
    for document in DOCUMENTS:
        if document.name not in ("benchmarks.md", "cli.md", "commands.md"):  # these name commands without arguments
            yield from ((document.name, line) for line in IN_TEXT.findall(document.read_text(encoding="utf-8")))


def test_site_builds_without_a_warning(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "-f", "docs/mkdocs.yml", "-d", str(tmp_path / "site")],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    for page in PAGES.rglob("*.md"):
        assert (tmp_path / "site" / page.relative_to(PAGES).with_suffix(".html")).is_file(), page


@pytest.mark.parametrize(
    ("script", "page"),
    [
        *((name, f"pages/reference/{name}.md") for name in ("commands", "configuration", "cli", "osc_commands")),
        ("man_page", "impsy-tui.1"),
    ],
)
def test_generated_page_is_up_to_date(script: str, page: str) -> None:
    made = subprocess.run(
        [sys.executable, ROOT / "scripts" / f"{script}.py"], capture_output=True, text=True, check=True, cwd=ROOT
    ).stdout
    written = (ROOT / "docs" / page).read_text(encoding="utf-8")
    assert written == made, "scripts/make-reference writes it again"


def test_man_page_has_every_command_and_no_mistake() -> None:
    page = ROOT / "docs" / "impsy-tui.1"
    text = page.read_text(encoding="utf-8").replace("\\-", "-")
    commands: Any = typer.main.get_command(app)
    assert [name for name, each in commands.commands.items() if f".SS {name}" not in text] == []
    if shutil.which("groff") is None:
        pytest.skip("groff is missing: sudo apt-get install groff-base")
    done = subprocess.run(["groff", "-man", "-Tutf8", "-ww", "-z", page], capture_output=True, text=True, check=True)
    assert done.stderr == ""


def test_commands_page_has_every_command() -> None:
    page = (PAGES / "reference" / "commands.md").read_text(encoding="utf-8")
    assert [usage for command in COMMANDS.values() if (usage := f"`{command.usage}`") not in page] == []


def test_examples_of_the_language_can_be_typed() -> None:
    for example, _ in SYNTAX:
        if not example.startswith("over after"):
            assert isinstance(parse(example, read_macros(())), Program), example


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_to_files_that_are_there(document: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#\s]+)[^)]*\)", document.read_text(encoding="utf-8"))
    assert [link for link in links if not (document.parent / link).exists()] == []


def test_documents_use_known_blocks() -> None:
    unknown = [
        f"{document.name}: {language or 'no language'}"
        for document in DOCUMENTS
        if document.name != "benchmarks.md"
        for language, _ in BLOCK.findall(document.read_text(encoding="utf-8"))
        if language not in LANGUAGES
    ]
    assert unknown == []


@pytest.mark.parametrize("document", TYPED, ids=lambda path: path.name)
def test_lines_of_a_page_are_carried_out_one_after_the_other(document: Path, tmp_path: Path) -> None:
    random = np.random.default_rng(3)
    names = PLAYERS.get(document.name, ("main",))
    players: dict[str, Any] = {name: mdrnn(SHIPPED, random) for name in names}
    session = VirtualSession(tmp_path, players=players, models=SHIPPED.parent, random=random, out="osc")
    for block in blocks("impsy"):
        for line in block.text.splitlines() if block.document == document else ():
            session.do(line)
            session.play(*random.uniform(size=8))
            session.wait(1.0)
    assert session.problems == []


@pytest.mark.parametrize("block", list(blocks("impsy-checked")), ids=str)
def test_checked_lines_can_be_read(block: Block) -> None:
    for line in block.text.splitlines():
        assert isinstance(parse(line, read_macros(())), Program), line


def test_commands_in_tables_can_be_read() -> None:
    rows = [
        (document.name, code)
        for document in DOCUMENTS
        for table in COMMAND_TABLE.findall(document.read_text(encoding="utf-8"))
        for row in table.splitlines()[2:]
        for code in re.findall("`([^`]+)`", row.split("|")[1])
    ]
    assert len(rows) > 40
    assert [row for row in rows if not isinstance(parse(row[1], read_macros(())), Program)] == []


@pytest.mark.parametrize("block", list(blocks("set")), ids=str)
def test_set_lists_can_be_read(block: Block) -> None:
    assert isinstance(read_set(block.text), SetList)


@pytest.mark.parametrize("block", list(blocks("toml")), ids=str)
def test_configurations_load_without_a_problem(block: Block, tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(block.text, encoding="utf-8")
    assert [str(problem) for problem in load_config(file).problems if "models/" not in str(problem)] == []


@pytest.mark.parametrize("block", list(blocks("python")), ids=str)
def test_code_of_recipes_can_be_compiled(block: Block) -> None:
    ast.parse(block.text)


@pytest.mark.parametrize(
    ("page", "title", "argument", "protocol"),
    [("add-channel.md", "FloatsChannel", None, Channel), ("add-player.md", "EchoPredictor", 4, Predictor)],
)
def test_class_of_a_recipe_has_every_name_of_its_protocol(
    page: str, title: str, argument: Any, protocol: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("impsy_tui.config.Floats", object, raising=False)
    monkeypatch.setattr("impsy_tui.parameters.kinds.ECHO", "echo", raising=False)
    (text,) = (each.text for each in blocks("python") if each.document.name == page and f"class {title}" in each.text)
    defined: dict[str, Any] = {}
    exec(text, defined)
    made = defined[title](argument)
    wanted = {*protocol.__annotations__, *(name for name in vars(protocol) if not name.startswith("_"))}
    assert len(wanted) > 8
    assert sorted(name for name in wanted if not hasattr(made, name)) == []


def test_recipes_name_files_that_exist_or_that_they_make() -> None:
    recipes = {path.stem: path.read_text(encoding="utf-8") for path in (PAGES / "contribute").glob("add-*.md")}
    assert sorted(recipes) == ["add-channel", "add-command", "add-parameter", "add-player"]
    missing = [name for text in recipes.values() for name in CITED.findall(text) if not (ROOT / name).exists()]
    assert set(missing) <= MADE_BY_RECIPES


def test_messages_page_quotes_the_program() -> None:
    page = (PAGES / "reference" / "messages.md").read_text(encoding="utf-8")
    quoted = re.findall(r"^\| `([^`]+)` \|", page, re.MULTILINE)
    assert len(quoted) > 60
    templates = {text for file in (ROOT / "impsy_tui").rglob("*.py") for text in _templates(file)}
    assert [message for message in quoted if not any(message in text for text in templates)] == []


def test_shell_lines_name_commands_options_and_scripts_that_exist() -> None:
    lines = list(_shell_lines())
    assert len(lines) > 80
    refused = [f"{document}: {line}: {why}" for document, line in lines if (why := _refusal(line))]
    assert refused == []


@pytest.mark.parametrize(
    "line", ["impsy-tui nope", "impsy-tui status --nope", "impsy-tui send", "./scripts/nope", "impsy-tui run -c nope"]
)
def test_shell_lines_with_a_mistake_are_found(line: str) -> None:
    assert _refusal(line)


def _templates(file: Path) -> Iterator[str]:
    """Yields the texts of a module, with … for each value that is filled in."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        match node:
            case ast.Constant(value=str(text)):
                yield text
            case ast.JoinedStr(values=parts):
                yield "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in parts)


def _refusal(line: str) -> str:
    """Returns the reason why a shell line cannot be typed; empty if it can be, or is of another program."""
    words = shlex.split(line, comments=True)
    if words and words[0].startswith("./"):
        return "" if os.access(ROOT / words[0], os.X_OK) else "no such script"
    if not words or words[0] != "impsy-tui" or "COMMAND" in words or "…" in line:
        return ""
    command: Any = typer.main.get_command(app)
    context = typer.Context(command, info_name=words.pop(0))
    try:
        while words and not words[0].startswith("-") and hasattr(command, "commands"):
            name, command, words = command.resolve_command(context, words)
            context = typer.Context(command, parent=context, info_name=name)
        command.make_context(context.info_name, words, parent=context.parent)
    except typer.Exit:  # --help, --version
        return ""
    except typer.exceptions.TyperException as error:
        return str(error) or type(error).__name__
    return "" if _configurations(line) <= EXAMPLES else "no such configuration"


def _configurations(line: str) -> set[str]:
    """Returns the names of the examples that a shell line plays."""
    return {name for name in re.findall(r"impsy-tui (?:play|run) .*?-c (\S+)", line) if not name.endswith(".toml")}
