"""Metadata of a model: a TOML file next to the model file."""

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from impsy_tui.parameters import SIGMA, TEMP
from impsy_tui.ranges import MAX_GAP, Range
from impsy_tui.toml_files import open_regular, read_toml

MOST_EPOCHS: Final = 10_000
_HEAD: Final = 4096
_WHOLE: Final = re.compile(r"^(dimension|units) = (\d{1,6})$", re.MULTILINE)
LARGEST_METADATA: Final = 1 << 19
"""Bytes. The curves of 10,000 epochs take a third of this."""


@dataclass(frozen=True, slots=True)
class ModelMetadata:
    """Facts that a metadata file holds.

    Attributes:
        max_gap: longest gap between events of the training data in seconds, None if unknown.
        loss: held-out loss in nats per event, None if unknown.
        cell_nats: held-out cell nats per event, None if unknown; see ``mdrnn.cells``.
        rows: number of training events, None if unknown.
        dataset: name of the training dataset, empty if unknown.
        content: hash of its content (``data.datasets.content_hash``), empty if unknown.
        contents: hash of each training score of an ensemble, empty if unknown.
        pi_temperature: pi temperature at which the model alone plays most like the musician, None if unknown.
        sigma_temperature: the same for the sigma temperature.
        shape: dimension, layers, and units of each layer; 0 if unknown.
        tonight: hash of the playing from which ``evolve`` made the model, empty if unknown.
    """

    max_gap: float | None = None
    loss: float | None = None
    rows: int | None = None
    dataset: str = ""
    content: str = ""
    contents: tuple[str, ...] = ()
    pi_temperature: float | None = None
    sigma_temperature: float | None = None
    shape: tuple[int, int, int] = (0, 0, 0)
    cell_nats: float | None = None
    tonight: str = ""


def metadata_path(model: Path) -> Path:
    """Returns the metadata file of ``NAME.tflite``, ``NAME.keras`` or ``NAME.h5``: ``NAME.toml``."""
    return model.with_suffix(".toml")


def write_metadata(
    model: Path,
    facts: Mapping[str, str | float | None],
    curve: Sequence[tuple[float, float]],
    tried: Sequence[Mapping[str, str | float | None]] = (),
) -> None:
    """Writes the metadata file of a model.

    Args:
        model: model file.
        facts: facts by name; a fact that is None is left out.
        curve: training loss and held-out loss of each epoch in nats per event; empty for a model without epochs.
        tried: facts of every network of the search that chose this model.

    Raises:
        OSError: the file cannot be written.
    """
    lines = ["# Facts about this model.", *_lines(facts)]
    if curve:
        lines += ["", "[curve]", "# Nats per event, one number per epoch."]
    for name, losses in zip(("loss", "held_out"), zip(*curve, strict=True), strict=False):
        lines.append(f"{name} = [{', '.join(f'{loss:.4f}' for loss in losses)}]")
    for each in tried:
        lines += ["", "[[tried]]", *_lines(each)]
    metadata_path(model).write_text("\n".join(lines) + "\n", encoding="utf-8")


def _lines(facts: Mapping[str, str | float | None]) -> list[str]:
    return [f"{name} = {_written(fact)}" for name, fact in facts.items() if fact is not None]


def _written(fact: str | float) -> str:
    return json.dumps(fact, ensure_ascii=False) if isinstance(fact, str) else repr(fact)


def read_metadata(model: Path) -> ModelMetadata:
    """Returns the metadata of a model; without a readable file every fact is unknown."""
    found = _read(model)
    gap, loss, rows, dataset, content = (
        found.get(key) for key in ("max_gap", "held_out_nats", "events", "corpus", "corpus_hash")
    )
    return ModelMetadata(
        _within(gap, MAX_GAP),
        float(loss) if isinstance(loss, int | float) else None,
        rows if isinstance(rows, int) else None,
        dataset if isinstance(dataset, str) else "",
        content if isinstance(content, str) else "",
        tuple(scores.split()) if isinstance(scores := found.get("score_hashes"), str) else (),
        _within(found.get("pi_temperature"), TEMP.limits),
        _within(found.get("sigma_temperature"), SIGMA.limits),
        _shape(found),
        float(cells) if isinstance(cells := found.get("held_out_cell_nats"), int | float) else None,
        tonight if isinstance(tonight := found.get("tonight"), str) else "",
    )


def noted_shape(model: Path) -> tuple[int, int]:
    """Returns dimension and units of a model by the first facts of its metadata; 0 if unknown.

    It reads 4 kB at most, so that a search among many models takes no time in the event loop.
    """
    try:
        with open_regular(metadata_path(model)) as file:
            head = file.read(_HEAD).decode(errors="replace")
    except OSError:
        return 0, 0
    found = dict(_WHOLE.findall(head))
    return int(found.get("dimension", 0)), int(found.get("units", 0))


def _shape(found: Mapping[str, Any]) -> tuple[int, int, int]:
    dimension, layers, units = (found.get(key) for key in ("dimension", "layers", "units"))
    if isinstance(dimension, int) and isinstance(layers, int) and isinstance(units, int):
        return max(0, dimension), max(0, layers), max(0, units)
    return 0, 0, 0


def _within(number: Any, limits: Range) -> float | None:
    return float(number) if isinstance(number, int | float) and number in limits else None


def read_curve(model: Path) -> tuple[tuple[float, ...], tuple[float, ...]] | None:
    """Returns the learning curve of a model: ``loss`` and ``held_out`` of the table ``curve`` of its metadata.

    Returns:
        Training loss and held-out loss in nats per event, one number per epoch, at most ``MOST_EPOCHS``. The second
        tuple may be empty. None if the file has no valid curve.
    """
    curve = _read(model).get("curve")
    if not isinstance(curve, dict):
        return None
    loss, held_out = _numbers(curve.get("loss")), _numbers(curve.get("held_out", []))
    if not loss or held_out is None or len(held_out) not in (0, len(loss)):
        return None
    return loss, held_out


def _numbers(found: Any) -> tuple[float, ...] | None:
    if not isinstance(found, list) or len(found) > MOST_EPOCHS:
        return None
    try:
        numbers = tuple(map(float, found))
    except (TypeError, ValueError, OverflowError):
        return None
    return numbers if all(map(math.isfinite, numbers)) else None


def _read(model: Path) -> dict[str, Any]:
    try:
        return read_toml(metadata_path(model), LARGEST_METADATA)
    except (OSError, ValueError):
        return {}
