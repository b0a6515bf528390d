"""What is known of a model besides its weights: the TOML file beside it."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from impsy_tui.terms import MAX_GAP
from impsy_tui.toml_files import read_toml

MOST_EPOCHS: Final = 10_000
LARGEST_METADATA: Final = 1 << 19
"""Bytes. Curves of ten thousand epochs are a third of it."""


@dataclass(frozen=True, slots=True)
class ModelMetadata:
    """Facts stored with a model.

    Attributes:
        max_gap: seconds; longest gap between events that it was trained with, None if unknown.
        loss: nats an event, on events held out, None if unknown.
        rows: events that it was trained on, None if unknown.
        dataset: name of the dataset that it was trained on, empty if unknown.
    """

    max_gap: float | None = None
    loss: float | None = None
    rows: int | None = None
    dataset: str = ""


def metadata_path(model: Path) -> Path:
    """The notes of ``NAME.tflite``, ``NAME.keras`` or ``NAME.h5``: ``NAME.toml``."""
    return model.with_suffix(".toml")


def write_metadata(
    model: Path,
    facts: Mapping[str, str | float | None],
    curve: Sequence[tuple[float, float]],
    tried: Sequence[Mapping[str, str | float | None]] = (),
) -> None:
    """Write the notes of a model.

    Args:
        model: its file.
        facts: by name; those that are None are left out.
        curve: nats an event of each epoch, in training and held out; of what has no epochs, none.
        tried: facts of each network that it was chosen among, itself included.
    """
    lines = ["# What this model is.", *_lines(facts)]
    if curve:
        lines += ["", "[curve]", "# Nats an event, epoch by epoch."]
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
    """The notes beside a model; empty where there are none or they cannot be read."""
    notes = _read(model)
    gap, loss, rows, corpus = (notes.get(key) for key in ("max_gap", "held_out_nats", "events", "corpus"))
    return ModelMetadata(
        float(gap) if isinstance(gap, int | float) and gap in MAX_GAP else None,
        float(loss) if isinstance(loss, int | float) else None,
        rows if isinstance(rows, int) else None,
        corpus if isinstance(corpus, str) else "",
    )


def read_curve(model: Path) -> tuple[tuple[float, ...], tuple[float, ...]] | None:
    """How a model learned: ``loss`` and ``held_out`` in the table ``curve`` of its notes.

    Returns:
        Nats after each epoch, on what it learned from and on what was held out, at most 10 000
        each, the latter as many or none; None where there are none or they make no sense.
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
