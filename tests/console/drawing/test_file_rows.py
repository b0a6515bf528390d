"""Rows of the files page."""

import time

from impsy_tui.console.drawing.file_rows import cells, day_of, merged
from impsy_tui.control.answers import FileFacts

NOW = time.time()
DAY = 86400.0


def _facts(kind: str, name: str, age: float = 0.0, **others: object) -> FileFacts:
    return FileFacts(kind, name, "folder", 10, NOW - age, **others)  # type: ignore[arg-type]


def test_files_of_a_model_share_a_row() -> None:
    rows = merged(
        [
            _facts("model", "m.tflite", 10.0),
            _facts("model", "m.keras", 5.0, dimension=9, units=64),
            _facts("model", "n.keras", 1.0, dimension=4),
            _facts("dataset", "m.npz"),
            _facts("log", "m.log", 2 * DAY),
            _facts("log", "k.log", DAY),
        ]
    )
    assert [(row.kind, row.stem) for row in rows] == [
        ("log", "k"),
        ("log", "m"),
        ("dataset", "m"),
        ("model", "n"),
        ("model s", "m"),
    ]
    model = rows[-1]
    assert (model.formats, model.size, model.facts.dimension) == (("tflite", "keras"), 20, 9)
    assert model.time == NOW - 5.0


def test_day_stands_in_the_first_row_of_its_group() -> None:
    times = [3.0 * DAY, 3.0 * DAY, 2.0 * DAY]
    rows = merged([_facts("log", f"{number}.log", age) for number, age in enumerate(times)])
    days = [row[-2] for _, row in cells(rows, 50, wide=True)]
    assert days == [day_of(NOW - 2 * DAY), day_of(NOW - 3 * DAY), ""]
    assert day_of(NOW) == "today"
    assert day_of(NOW - DAY) == "yesterday"
    assert len(day_of(NOW - 3 * DAY, short=True)) == 5


def test_rows_fit_their_width() -> None:
    rows = merged([_facts("log", f"2026-11-28T04-12-{second:02d}-9d-mdrnn.log") for second in range(20)])
    shown = [row for _, row in cells(rows, 48, wide=False)]
    assert len({row[1] for row in shown}) == 20
    assert all(sum(len(cell) + 2 for cell in row) <= 48 for row in shown)
