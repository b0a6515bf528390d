"""Blocks of code in the documents."""

import re
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from typing import Final, NamedTuple

from tests.support.places import ROOT

PAGES: Final = ROOT / "docs" / "pages"
DOCUMENTS: Final = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
BLOCK: Final = re.compile(r"^[ ]*```([\w-]*)\n(.*?)^[ ]*```$", re.DOTALL | re.MULTILINE)


class Block(NamedTuple):
    """A fenced block of a document."""

    document: Path
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.document.name}: {self.text.splitlines()[0]}"


def blocks(*languages: str) -> Iterator[Block]:
    """Yields the blocks of these languages in all documents."""
    for document in DOCUMENTS:
        for language, text in BLOCK.findall(document.read_text(encoding="utf-8")):
            if language in languages:
                yield Block(document, language, dedent(text))
