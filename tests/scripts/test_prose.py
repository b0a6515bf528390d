"""Check of the words of documents, docstrings, help and messages."""

import importlib.util
import itertools
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.places import ROOT

SCRIPT = ROOT / "scripts" / "prose.py"
MODULE = '''
"""What plays."""

LONG = 1
"""Nobody is told."""


def load(name: str) -> None:
    """Loads a model.

    Args:
        name: file beside the set.
    """
    raise ValueError(f"cannot load {name}: somebody else writes the file")
'''


@pytest.fixture(scope="module")
def prose() -> Iterator[Any]:
    spec = importlib.util.spec_from_file_location("prose", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules["prose"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module
    del sys.modules["prose"]


def _found(prose: Any, file: Path) -> list[tuple[int, str]]:
    rules = prose.read_rules()
    return [(text.line, finding.rule) for text in prose.texts(file) for finding in rules.findings(text)]


def test_prose_finds_mistakes_in_paragraphs_lists_and_tables_of_a_document(prose: Any, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    long = " ".join(["word"] * 26)
    page.write_text(
        f"# Start anew\n\nFine words. {long}.\n\n- beside it\n- next to it\n\n| somebody | plays |\n|---|---|\n"
    )
    assert _found(prose, page) == [
        (1, "documents-words"),
        (3, "documents-long"),
        (5, "documents-words"),
        (8, "documents-words"),
    ]


def test_prose_reads_no_code_and_no_addresses_of_a_document(prose: Any, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "Type `await nobody`, see [here](beside.md).\n\n```sh\nnobody beside\n```\n\n    ```sh\n    anew\n    ```\n"
    )
    assert _found(prose, page) == []


def test_prose_finds_mistakes_in_docstrings_and_messages_of_a_module(prose: Any, tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text(MODULE)
    assert sorted(_found(prose, module)) == [
        (2, "docstrings-opening"),
        (5, "docstrings-words"),
        (5, "docstrings-words"),
        (12, "docstrings-words"),
        (14, "messages-words"),
    ]


def test_prose_reads_names_of_tests(prose: Any, tmp_path: Path) -> None:
    module = tmp_path / "test_it.py"
    module.write_text("def test_it_is_told() -> None:\n    assert 'nobody plays here at all'\n")
    assert _found(prose, module) == [(1, "tests-words")]


def test_prose_refuses_openings_of_test_names(prose: Any, tmp_path: Path) -> None:
    module = tmp_path / "test_it.py"
    module.write_text("def test_what_it_does() -> None:\n    assert True\n")
    assert _found(prose, module) == [(1, "tests-opening")]


def test_docstrings_of_tests_and_scripts_begin_with_a_verb_or_a_noun(prose: Any) -> None:
    rules = prose.read_rules()
    files = [*(ROOT / "tests").rglob("*.py"), *(ROOT / "scripts").rglob("*.py")]
    assert len(files) > 300
    texts = (text for file in files for text in prose.python(str(file), file.read_text(encoding="utf-8")))
    found = (finding for text in texts for finding in rules.findings(text) if text.place == "docstrings")
    assert [str(finding) for finding in found if finding.rule == "docstrings-opening"] == []


def test_prose_counts_of_the_project_are_within_their_limits() -> None:
    done = subprocess.run([sys.executable, SCRIPT], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_prose_ends_with_an_error_over_a_limit(prose: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("Nobody plays.\n" * 100)
    monkeypatch.setattr(prose, "files", lambda: [page])
    assert prose.main([]) == 1


def test_list_of_words_names_no_word_of_the_glossary(prose: Any) -> None:
    glossary = (ROOT / "docs" / "pages" / "reference" / "glossary.md").read_text(encoding="utf-8").splitlines()
    terms = [
        term for line, after in itertools.pairwise(glossary) if after.startswith(":") for term in line.split(", ")
    ]
    assert len(terms) > 40
    rules = prose.read_rules()
    words = [prose.Text("glossary.md", 1, "documents", term) for term in terms]
    assert [finding.message for text in words for finding in rules.findings(text)] == []
