"""Shell lines of the documents: each is carried out, or needs something that a test does not have."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.documents import DOCUMENTS, PAGES, blocks
from tests.support.shell_pages import NAMES, NEEDS, QUICKER, Reader, make_user_files, needed


def _lines(document: Path) -> list[str]:
    """Returns the shell lines of a document."""
    shown = [block for block in blocks("sh") if block.document == document]
    return [line.strip() for block in shown for line in block.text.splitlines() if line.strip()]


CARRIED_OUT = [document for document in DOCUMENTS if any(not needed(line) for line in _lines(document))]


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    make_user_files(tmp_path)
    first_set = next(block.text for block in blocks("set") if block.document.name == "first-set.md")
    (tmp_path / "sets" / "mine.imp").write_text(first_set, encoding="utf-8")
    reader = Reader(tmp_path)
    yield reader
    reader.end()


@pytest.mark.parametrize("document", CARRIED_OUT, ids=lambda path: path.name)
def test_shell_lines_of_a_document_can_be_typed_one_after_the_other(document: Path, reader: Reader) -> None:
    if document.name in ("tables.md",):
        pytest.importorskip("soundfile", reason="soundfile is not installed ([audio])")
    for line in _lines(document):
        if not needed(line):
            reader.type(line)


def test_most_shell_lines_of_the_program_are_carried_out() -> None:
    lines = [line for document in DOCUMENTS for line in _lines(document) if line.startswith("impsy-tui")]
    assert len([line for line in lines if not needed(line)]) > 0.6 * len(lines)
    assert len(CARRIED_OUT) > 12


def test_every_reason_and_every_replacement_is_used() -> None:
    lines = [line for document in DOCUMENTS for line in _lines(document)]
    assert [start for start in NEEDS if not any(re.match(start, line) for line in lines)] == []
    assert [before for before, _ in (*QUICKER, *NAMES) if not any(before in line for line in lines)] == []
    assert (PAGES / "index.md").is_file()
