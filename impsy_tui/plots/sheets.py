"""Reads logs, datasets and models, and prepares their plots."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import numpy as np

from impsy_tui import ranges
from impsy_tui.data.collate import named_dimension, rows_of
from impsy_tui.data.datasets import read_dataset
from impsy_tui.errors import UserError
from impsy_tui.mdrnn.check import SUFFIXES
from impsy_tui.model_files.metadata import read_curve, read_metadata
from impsy_tui.paths import LOG_SUFFIXES, files_in, log_name
from impsy_tui.plots.continuation import choose, open_network, play_on
from impsy_tui.plots.facts import PLAYER, YOU, Curve, Series, Sheet, clock, histogram, moves, track
from impsy_tui.plots.request import PlotRequest
from impsy_tui.text import counted
from impsy_tui.toml_files import open_regular

_SOURCES: Final = {YOU: "interface", PLAYER: "rnn"}
_LONGEST_ROW: Final = 1 << 16


def sheet(file: Path, wish: PlotRequest) -> Sheet:
    """Returns the plots of a file.

    Args:
        file: log, dataset or model, recognised by its suffix.
        wish: settings of the plots.

    Raises:
        UserError: the file cannot be drawn.
    """
    try:
        if file.name.endswith(LOG_SUFFIXES):
            return _of_log(file, wish)
        if file.suffix == ".npz":
            return _of_dataset(file, wish)
        if file.suffix in SUFFIXES:
            return _of_model(file, wish)
    except OSError as error:
        raise UserError(f"{file.name}: {error.strerror or error}") from None
    allowed = ", ".join((*LOG_SUFFIXES, ".npz", *SUFFIXES))
    raise UserError(f"{file.name} cannot be drawn: its name must end in one of {allowed}")


@contextmanager
def _named(file: Path) -> Iterator[None]:
    """Names the file in an error of this block."""
    try:
        yield
    except UserError as problem:
        raise UserError(f"{file.name} {problem}") from None


def _of_log(file: Path, wish: PlotRequest) -> Sheet:
    dimension = _dimension(file)
    if not dimension:
        raise UserError(f"{file.name} cannot be drawn: it has no events")
    read = {who: rows_of(file, source, dimension - 1) for who, source in _SOURCES.items()}
    times = np.concatenate([times for times, _ in read.values()])
    if not len(times):
        raise UserError(f"{file.name} cannot be drawn: it has no valid events")
    begin = times.min()
    seconds = max(float(times.max() - begin) / 1e6, 1e-3)
    chosen = _chosen(wish, dimension)
    tracks = tuple(
        track(who, (at - begin) / 1e6, values[:, chosen], seconds, wish.columns)
        for who, (at, values) in read.items()
        if len(at)
    )
    # If the clock was set back, the duration is not known.
    gaps = {who: gaps[gaps >= 0] for who, (at, _) in read.items() if len(gaps := np.diff(at) / 1e6)}
    events = ", ".join(f"{len(at)} of {_theirs(who)}" for who, (at, _) in read.items())
    return Sheet(
        log_name(file),
        f"{clock(round(seconds, 1), seconds)}, {events}",
        (Series("", seconds, _names(chosen), tracks),),
        histogram(gaps),
        moves([read[YOU][1][:, chosen]]),
    )


def _theirs(who: str) -> str:
    return "your events" if who == YOU else "the player's"


def _dimension(file: Path) -> int:
    """Returns the dimension in a log's name, else that of its first event, else 0."""
    if (named := named_dimension(file)) in ranges.DIMENSION:
        return named
    with open_regular(file) as log:
        while row := log.readline(_LONGEST_ROW):
            fields = row.split(b",")
            if (
                len(fields) - 1 in ranges.DIMENSION
                and fields[1].strip().decode(errors="replace") in _SOURCES.values()
            ):
                return len(fields) - 1
    return 0


def _of_dataset(file: Path, wish: PlotRequest) -> Sheet:
    with _named(file):
        performances = read_dataset(file)
    number, performance = _performance(file, performances, wish)
    chosen = _chosen(wish, performance.shape[1])
    at, seconds = _over_time(performance)
    total = sum(float(each[:, 0].sum(dtype=float)) for each in performances)
    events, count = counted(sum(map(len, performances)), "event"), counted(len(performances), "performance")
    return Sheet(
        file.stem,
        f"{events}, {total / 60:.1f} min, {count}; drawn is number {number}",
        (Series("", seconds, _names(chosen), (track(YOU, at, performance[:, chosen + 1], seconds, wish.columns),)),),
        histogram({YOU: np.concatenate([each[:, 0] for each in performances])}),
        moves([each[:, chosen + 1] for each in performances]),
    )


def _performance(file: Path, performances: list[np.ndarray], wish: PlotRequest) -> tuple[int, np.ndarray]:
    """Returns the requested performance, or the longest, with its number."""
    if not performances:
        raise UserError(f"{file.name} cannot be drawn: it has no events")
    number = wish.performance or 1 + max(range(len(performances)), key=lambda index: len(performances[index]))
    if not 1 <= number <= len(performances):
        raise UserError(f"{file.name} has no performance {number}: they are 1 to {len(performances)}")
    return number, performances[number - 1]


def _over_time(events: np.ndarray) -> tuple[np.ndarray, float]:
    """Returns the time of each event since the first in seconds, and the duration of all."""
    at = np.cumsum(np.maximum(events[:, 0], 0), dtype=float)
    at -= at[0]
    return at, max(float(at[-1]), 1e-3)


def _of_model(file: Path, wish: PlotRequest) -> Sheet:
    notes = read_metadata(file)
    with _named(file):
        network = open_network(file)
    shape = network.shape
    max_gap = notes.max_gap or ranges.MAX_GAP.default
    chosen = _chosen(wish, shape.dimension)
    dataset, performances = _heard(wish, shape.dimension)
    remark = f"dimension {shape.dimension}, {shape.layers} layers of {shape.units} units, {shape.mixtures} mixtures"
    if notes.loss is not None:
        remark += f", {notes.loss:.3f} nats held out"
    curve = Curve(*found) if (found := read_curve(file)) else None
    columns = max(1, wish.columns // 2) if dataset else wish.columns
    if dataset is None:
        with _named(file):
            played = play_on(network, np.empty((0, shape.dimension)), math.inf, max_gap, wish.seed)
        at, seconds = _over_time(played)
        alone = Series(
            "",
            seconds,
            _names(chosen),
            (track(PLAYER, at, played[:, chosen + 1], seconds, columns),),
        )
        remark += "; no dataset has its dimension: it plays from nothing"
        return Sheet(file.stem, remark, (alone,), histogram({PLAYER: played[1:, 0]}), curve=curve)
    number, performance = _performance(dataset, performances, wish)
    if len(performance) < 2:
        raise UserError(f"{dataset.name} cannot be heard: performance {number} has a single event")
    heard, followed = choose(performance, wish.seed)
    after = np.cumsum(np.maximum(followed[:, 0], 0), dtype=float)
    with _named(file):
        played = play_on(network, heard, max(float(after[-1]), 1e-3), max_gap, wish.seed)
    # The drawn part of the heard events is at most as long as the continuation.
    before = np.cumsum(np.maximum(heard[:0:-1, 0], 0), dtype=float)[::-1]
    before = np.append(before, 0.0)
    heard, before = heard[before <= after[-1]], before[before <= after[-1]]
    now = float(before[0])
    seconds = max(now + float(after[-1]), 1e-3)

    def drawn(who: str, title: str, at: np.ndarray, events: np.ndarray) -> Series:
        listened = track(YOU, now - before, heard[:, chosen + 1], seconds, columns)
        then = track(who, now + at, events[:, chosen + 1], seconds, columns)
        return Series(title, seconds, _names(chosen), (listened, then), now)

    return Sheet(
        file.stem,
        f"{remark}; it hears performance {number} of {dataset.stem}",
        (
            drawn(YOU, "what followed", after, followed),
            drawn(PLAYER, "what it plays", np.cumsum(played[:, 0]), played),
        ),
        histogram({YOU: followed[:, 0], PLAYER: played[:, 0]}),
        curve=curve,
    )


def _heard(wish: PlotRequest, dimension: int) -> tuple[Path | None, list[np.ndarray]]:
    """Returns the dataset that a model of a dimension hears, and its performances."""
    if wish.on is not None:
        with _named(wish.on):
            performances = read_dataset(wish.on)
        found = performances[0].shape[1] if performances else 0
        if found != dimension:
            raise UserError(f"{wish.on.name} is of dimension {found}, and the model of {dimension}")
        return wish.on, performances
    for file in sorted(files_in(wish.datasets, ".npz"), key=_written, reverse=True):
        try:
            performances = read_dataset(file)
        except UserError:
            continue
        if performances and performances[0].shape[1] == dimension:
            return file, performances
    return None, []


def _written(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except OSError:
        return 0.0


def _chosen(wish: PlotRequest, dimension: int) -> np.ndarray:
    """Returns the indices of the drawn values."""
    if beyond := [number for number in wish.dimensions if number >= dimension]:
        raise UserError(f"there is no x{beyond[0]}: the last is x{dimension - 1}")
    return np.array(wish.dimensions or range(1, dimension)) - 1


def _names(chosen: np.ndarray) -> tuple[str, ...]:
    return tuple(f"x{index + 1}" for index in chosen.tolist())
