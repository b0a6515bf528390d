#!/usr/bin/env python3
"""Checks the words of documents, docstrings, help and messages by the rules of ``scripts/prose.toml``.

``prose.py`` prints a count for each rule, and ends with 1 if a count is over its limit.
``prose.py FILE…`` prints each finding in these files, hints too.
"""

import ast
import re
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

ROOT: Final = Path(__file__).resolve().parent.parent
_GENERATED: Final = {"commands.md", "configuration.md", "cli.md", "osc_commands.md"}
"""Pages whose sentences come from the program, and are checked there."""
_FENCE: Final = re.compile(r"^([ ]*)```.*?^\1```[ ]*$", re.DOTALL | re.MULTILINE)
_MARKUP: Final = (
    (re.compile(r"<!--.*?-->", re.DOTALL), ""),
    (re.compile(r"``[^`]+``|`[^`]+`"), "CODE"),
    (re.compile(r"!?\[([^\]]*)\]\([^)]*\)"), r"\1"),
    (re.compile(r"https?://\S+"), "CODE"),
    (re.compile(r"[*_]{1,2}(?=\w)|(?<=[\w.,:;!?])[*_]{1,2}"), ""),
)
_ITEM: Final = re.compile(r"^\s*(?:[-*+]|\d+\.|:|#+|>)\s+(?=\S)")
_ARGUMENT: Final = re.compile(r"^\s*(?:\*{0,2}[\w.]+|``[^`]+``)(?: \([^)]*\))?:\s+(?=\S)")
_DOCSTRING_ITEM: Final = re.compile(rf"{_ITEM.pattern}|{_ARGUMENT.pattern}")
_SECTION: Final = re.compile(r"^\s*(?:Args|Returns|Raises|Yields|Attributes|Example|Examples):\s*$")
_SENTENCE: Final = re.compile(r"(?<=[.!?…])[)\"”']*\s+(?=[\"“(]?[A-Z0-9])|\s·\s")
_WORD: Final = re.compile(r"[^\W_][\w'’.-]*")
_PASSIVE: Final = re.compile(
    r"\b(?:is|are|was|were|be|been|being)\s+(?:not\s+)?(?:\w+ed|written|made|sent|kept|shown)\b"
)


class Text(NamedTuple):
    """A paragraph, a line of a list, a cell of a table, a docstring or a string of the program."""

    file: str
    line: int
    place: str
    text: str


class Finding(NamedTuple):
    """A place that breaks a rule."""

    text: Text
    rule: str
    message: str

    def __str__(self) -> str:
        return f"{self.text.file}:{self.text.line}: {self.rule}: {self.message}"


class Rules:
    """Rules of the word list.

    Args:
        settings: contents of ``prose.toml``.
    """

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self.limits: Mapping[str, int] = settings["limits"]
        self._longest: int = settings["sentence"]["words"]
        self._openings: tuple[str, ...] = tuple(settings["docstring"]["openings"])
        self._instead: Mapping[str, str] = settings["instead"]
        words = sorted(self._instead, key=len, reverse=True)
        self._avoided = re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, words))})(?![\w-])", re.IGNORECASE)

    def findings(self, text: Text) -> Iterator[Finding]:
        """Yields what is wrong with a text."""
        plain = _plain(text.text)
        for found in self._avoided.finditer(plain):
            word = found[0].lower()
            yield Finding(text, f"{text.place}-words", f"write {self._instead[word]!r} instead of {word!r}")
        opening = plain.split(" ", 1)[0].strip(",.")
        opening = opening.capitalize() if text.place == "tests" else opening
        if text.place in ("docstrings", "tests") and opening in self._openings:
            yield Finding(text, f"{text.place}-opening", f"begins with {opening!r}: begin with a verb or a noun")
        for sentence in _SENTENCE.split(plain):
            if (count := len(_WORD.findall(sentence))) > self._longest:
                yield Finding(text, f"{text.place}-long", f"a sentence of {count} words: {sentence[:60]}…")
            if found := _PASSIVE.search(sentence):
                yield Finding(text, "hint-passive", f"{found[0]!r}: name the subject, if it matters")


def read_rules(file: Path = ROOT / "scripts" / "prose.toml") -> Rules:
    """Returns the rules of a file."""
    return Rules(tomllib.loads(file.read_text(encoding="utf-8")))


def files() -> list[Path]:
    """Returns the documents and modules that are checked."""
    documents = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), *(ROOT / ".github").rglob("*.md")]
    checked = [file for file in documents if file.name not in _GENERATED]
    return sorted([*checked, *(ROOT / "impsy_tui").rglob("*.py"), *(ROOT / "tests").rglob("test_*.py")])


def texts(file: Path) -> Iterator[Text]:
    """Yields the texts of a document or a module."""
    name = str(file.relative_to(ROOT)) if file.is_relative_to(ROOT) else str(file)
    contents = file.read_text(encoding="utf-8")
    if file.suffix == ".md":
        yield from markdown(name, contents)
    elif file.name.startswith("test_"):
        yield from test_names(name, contents)
    else:
        yield from python(name, contents)


def markdown(file: str, contents: str) -> Iterator[Text]:
    """Yields paragraphs, lines of lists and cells of tables, without blocks of code."""
    blanked = _FENCE.sub(lambda block: "\n" * block[0].count("\n"), contents)
    for line, block in _blocks(blanked, _ITEM):
        cells = block.split("|") if block.startswith("|") else [block]
        yield from (Text(file, line, "documents", cell.strip()) for cell in cells if cell.strip(" -:\n"))


def python(file: str, contents: str) -> Iterator[Text]:
    """Yields the docstrings of a module, then its other strings of four words or more: help, messages and labels."""
    tree = ast.parse(contents)
    docstrings = {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    parts = {part for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str(text)) if node in docstrings:
                for line, block in _blocks(text, _DOCSTRING_ITEM):
                    if not _SECTION.match(block):
                        yield Text(file, node.lineno + line - 1, "docstrings", block)
            case ast.Constant(value=str(text)) if node not in parts and text.count(" ") >= 3:
                yield Text(file, node.lineno, "messages", text)
            case ast.JoinedStr():
                text = "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values)
                if text.count(" ") >= 3:
                    yield Text(file, node.lineno, "messages", text)


def test_names(file: str, contents: str) -> Iterator[Text]:
    """Yields the names of tests, as words."""
    for node in ast.walk(ast.parse(contents)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            yield Text(file, node.lineno, "tests", node.name.removeprefix("test_").replace("_", " "))


def _blocks(contents: str, item: re.Pattern[str]) -> Iterator[tuple[int, str]]:
    """Yields line number and text of each paragraph; a line that matches ``item`` begins one."""
    start, lines = 1, list[str]()
    for number, line in enumerate([*contents.splitlines(), ""], start=1):
        begins = line.startswith("|") or bool(item.match(line)) or bool(_SECTION.match(line))
        if lines and (begins or not line.strip()):
            yield start, "\n".join(lines)
            lines = []
        if line.strip():
            start = start if lines else number
            lines.append(item.sub("", line).strip())


def _plain(text: str) -> str:
    """Returns a text without markup, on one line."""
    for pattern, replacement in _MARKUP:
        text = pattern.sub(replacement, text)
    return " ".join(text.split())


def main(arguments: list[str]) -> int:
    """Checks all files, or prints the findings in some."""
    rules = read_rules()
    chosen = [Path(name).resolve() for name in arguments] or files()
    found = [finding for file in chosen for text in texts(file) for finding in rules.findings(text)]
    if arguments:
        for finding in found:
            print(finding)
        return 0
    counts = Counter(finding.rule for finding in found)
    over = [rule for rule, limit in rules.limits.items() if counts[rule] > limit]
    for finding in found:
        if finding.rule in over:
            print(finding)
    for rule, limit in rules.limits.items():
        note = " OVER" if rule in over else " (lower the limit)" if counts[rule] < limit else ""
        print(f"{rule}: {counts[rule]}, limit {limit}{note}", file=sys.stderr)
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
