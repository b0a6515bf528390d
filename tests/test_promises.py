"""Page of promises: each promise names a test that is there."""

import ast
import re

from tests.support.documents import PAGES
from tests.support.places import ROOT

PAGE = PAGES / "play" / "promises.md"


def test_each_promise_names_a_test_that_is_there() -> None:
    text = PAGE.read_text(encoding="utf-8")
    rows = [row for row in re.findall(r"^\| (.*) \|$", text, re.MULTILINE) if row != "promise | test"]
    assert len(rows) > 20
    missing = []
    for row in rows:
        promise, _, named = row.rpartition(" | ")
        found = re.fullmatch(r"`(tests/[\w/]+\.py)::(test_\w+)`", named)
        if found is None or found[2] not in _functions(found[1]):
            missing.append(f"{promise}: {named}")
    assert missing == []


def _functions(file: str) -> set[str]:
    path = ROOT / file
    tree = ast.parse(path.read_text(encoding="utf-8")) if path.is_file() else ast.Module([], [])
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
