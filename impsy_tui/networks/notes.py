"""What is known of a model besides its weights: the TOML file beside it."""

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from impsy_tui.terms import MAX_GAP


@dataclass(frozen=True, slots=True)
class ModelNotes:
    """Facts stored with a model.

    Attributes:
        max_gap: seconds; longest gap between events that it was trained with, None if unknown.
        loss: nats an event, on events held out, None if unknown.
        rows: events that it was trained on, None if unknown.
        corpus: the name of what it was trained on, empty if unknown.
    """

    max_gap: float | None = None
    loss: float | None = None
    rows: int | None = None
    corpus: str = ""


def notes_path(model: Path) -> Path:
    """The notes of ``NAME.tflite``, ``NAME.keras`` or ``NAME.h5``: ``NAME.toml``."""
    return model.with_suffix(".toml")


def write_notes(model: Path, facts: Mapping[str, str | float | None], curve: Sequence[tuple[float, float]]) -> None:
    """Write the notes of a model.

    Args:
        model: its file.
        facts: by name; those that are None are left out.
        curve: nats an event of each epoch, in training and held out.
    """
    lines = ["# What this model is."]
    lines += [f"{name} = {json.dumps(fact)}" for name, fact in facts.items() if fact is not None]
    lines += ["", "[curve]", "# Nats an event, epoch by epoch."]
    for name, losses in zip(("loss", "held_out"), zip(*curve, strict=True), strict=False):
        lines.append(f"{name} = [{', '.join(f'{loss:.4f}' for loss in losses)}]")
    notes_path(model).write_text("\n".join(lines) + "\n", encoding="utf-8")


def read_notes(model: Path) -> ModelNotes:
    """The notes beside a model; empty where there are none or they cannot be read."""
    try:
        with notes_path(model).open("rb") as file:
            notes = tomllib.load(file)
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError):
        return ModelNotes()
    gap, loss, rows, corpus = (notes.get(key) for key in ("max_gap", "held_out_nats", "events", "corpus"))
    return ModelNotes(
        float(gap) if isinstance(gap, int | float) and gap in MAX_GAP else None,
        float(loss) if isinstance(loss, int | float) else None,
        rows if isinstance(rows, int) else None,
        corpus if isinstance(corpus, str) else "",
    )
