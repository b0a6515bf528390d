"""Rows of the files page: one for each log, dataset and model, grouped by kind and day."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from impsy_tui.choices import SIZE_OF_UNITS
from impsy_tui.console.drawing.lines import amount, span
from impsy_tui.console.drawing.short_names import short_names
from impsy_tui.control.answers import FileFacts
from impsy_tui.paths import log_name

KINDS: Final = ("log", "dataset", "model")
WIDE: Final = 150
"""Width of the page in cells from which the list has all columns."""
_NARROW_COLUMNS: Final = ("kind", "name", "dim", "day", "time")
_COLUMNS: Final = ("kind", "name", "dim", "events", "length, loss", "size", "day", "time")
_PADDING: Final = 2
"""Cells around the text of a column."""
_LEAST_NAME: Final = 12
_DAY: Final = 86400.0


@dataclass(frozen=True, slots=True)
class FileRow:
    """One log, dataset or model.

    Attributes:
        facts: description; of a model with several files, that of the file with the most facts.
        formats: suffixes of its files, without the dot.
        size: bytes of its files.
        time: time of the last change, in seconds since 1970.
    """

    facts: FileFacts
    formats: tuple[str, ...]
    size: int
    time: float

    @property
    def stem(self) -> str:
        """Name in commands."""
        return _stem(self.facts)

    @property
    def title(self) -> str:
        """Name in the list, with the problem of a file that cannot be used."""
        return f"✗ {self.stem}: {self.facts.problem}" if self.facts.problem else self.stem

    @property
    def key(self) -> str:
        """Kind, folder and name."""
        return f"{self.facts.kind} {self.facts.folder}/{self.stem}"

    @property
    def kind(self) -> str:
        """Kind, of a model with its size in one letter or two."""
        return f"{self.facts.kind} {SIZE_OF_UNITS.get(self.facts.units, '')}".rstrip()

    @property
    def length(self) -> str:
        """Duration, or held-out loss."""
        facts = self.facts
        if facts.seconds >= 0:
            return span(facts.seconds)
        return "" if facts.loss is None else f"{facts.loss:.3f} nats"

    @property
    def words(self) -> tuple[str, ...]:
        """Texts that a filter compares."""
        return self.kind, self.title, f"{self.facts.dimension}d", day_of(self.time), *self.formats


def merged(files: Sequence[FileFacts]) -> tuple[FileRow, ...]:
    """Returns the rows of files, the newest of each kind first; files of one model share a row."""
    groups: dict[tuple[str, str, str], list[FileFacts]] = {}
    for facts in files:
        alone = "" if facts.kind == "model" else facts.name
        groups.setdefault((facts.kind, f"{facts.folder}/{_stem(facts)}", alone), []).append(facts)
    rows = [
        FileRow(
            min(group, key=lambda facts: (bool(facts.problem), not facts.dimension)),
            tuple(facts.name.rpartition(".")[2] for facts in group),
            sum(facts.size for facts in group),
            max(facts.time for facts in group),
        )
        for group in groups.values()
    ]
    return tuple(sorted(rows, key=lambda row: (KINDS.index(row.facts.kind), -row.time)))


def _stem(facts: FileFacts) -> str:
    return log_name(facts.name) if facts.kind == "log" else facts.name.rpartition(".")[0]


def columns(*, wide: bool) -> tuple[str, ...]:
    """Returns the headings."""
    return _COLUMNS if wide else _NARROW_COLUMNS


def cells(rows: Sequence[FileRow], width: int, *, wide: bool) -> list[tuple[str, Sequence[str]]]:
    """Returns key and cells of each row; the first row of a kind and day has the day.

    Args:
        rows: the rows.
        width: cells of all columns; names are shortened to what the other columns leave.
        wide: True for all columns.
    """
    names = columns(wide=wide)
    shown = list(_cells(rows, wide=wide))
    others = [name for name in names if name != "name"]
    used = sum(max(len(name), *(len(row[name]) for row in shown), 0) + _PADDING for name in others)
    titles = short_names([row.title for row in rows], max(_LEAST_NAME, width - used - _PADDING))
    filled = [cells | {"name": title} for cells, title in zip(shown, titles, strict=True)]
    return [(row.key, [cells[name] for name in names]) for row, cells in zip(rows, filled, strict=True)]


def _cells(rows: Sequence[FileRow], *, wide: bool) -> Iterator[dict[str, str]]:
    before = ("", "")
    for row in rows:
        facts, day = row.facts, day_of(row.time)
        group = (facts.kind, day)
        yield {
            "kind": row.kind,
            "dim": str(facts.dimension or ""),
            "events": str(facts.rows) if facts.rows >= 0 else "",
            "length, loss": row.length,
            "size": amount(row.size),
            "day": "" if group == before else day if wide else day_of(row.time, short=True),
            "time": time.strftime("%H:%M", time.localtime(row.time)),
        }
        before = group


def day_of(moment: float, *, short: bool = False) -> str:
    """Returns the day of a time: today, yesterday, or the date, which is short without the year."""
    day = time.localtime(moment)[:3]
    if day == time.localtime()[:3]:
        return "today"
    if day == time.localtime(time.time() - _DAY)[:3] and not short:
        return "yesterday"
    return time.strftime("%m-%d" if short else "%Y-%m-%d", time.localtime(moment))
