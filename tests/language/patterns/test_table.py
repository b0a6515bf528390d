"""Patterns and the events of their first four cycles, against the rules of TidalCycles.

The events of the table come from Strudel 1.2, the port of TidalCycles by its authors. Rows below ``// ours`` follow
the documented rules of TidalCycles, where Strudel differs.
"""

from pathlib import Path
from typing import Final

import pytest

from tests.language.patterns.reading import onsets, pattern, written

TABLE: Final = Path(__file__).parent / "table.txt"
ROWS: Final = [line.split(" => ") for line in TABLE.read_text().splitlines() if line and not line.startswith("//")]
CYCLES: Final = 4


def test_table_has_each_pattern_once() -> None:
    assert len(ROWS) >= 120
    assert len({left for left, _ in ROWS}) == len(ROWS)


@pytest.mark.parametrize(("left", "right"), ROWS, ids=[left for left, _ in ROWS])
def test_pattern_has_the_events_of_the_table(left: str, right: str) -> None:
    text, _, behind = left[1:].partition('"')
    found = pattern(text, behind or "now")
    cycles = [written(onsets(found, cycle, cycle + 1), cycle) for cycle in range(CYCLES)]
    expected = [one.strip() for one in right.split("|")]
    assert cycles == (expected * CYCLES if len(expected) == 1 else expected)
