"""Dimension of the instrument of a configuration."""

from pathlib import Path

import pytest

from impsy_tui.config import load_config
from impsy_tui.engine.models.instrument import configured_dimension
from impsy_tui.engine.options import EngineOptions
from impsy_tui.model_files.metadata import write_metadata
from tests.support.models import random_model

PLAYER = '[[player]]\nname = "{}"\nfile = "{}"\n'


@pytest.mark.parametrize(
    ("text", "dimension"),
    [
        ('[model]\nfile = "mine.h5"\n', 4),
        ('[model]\nfile = "mine.h5"\ndimension = 9\n', 4),
        ('[model]\nfile = "models/gone.h5"\ndimension = 6\n', 6),
        ('[model]\nfile = "gone-7d-xs.h5"\n', 7),
        ('[midi]\nin_device = ["a"]\n[midi.input]\na = ["cc 1 1", "cc 1 2"]\n', 3),
        (PLAYER.format("a", "mine.h5") + PLAYER.format("b", "mine.h5") + 'plays = ["x5-x7"]\nhears = ["x5-x7"]\n', 8),
        (PLAYER.format("a", "mine.h5") + "[model]\ndimension = 9\n", 4),
    ],
)
def test_configured_dimension_is_that_of_the_engine(tmp_path: Path, text: str, dimension: int) -> None:
    write_metadata(random_model(tmp_path / "models" / "mine.h5", 4, 8, 1, 2), {"dimension": 4}, [])
    (tmp_path / "config.toml").write_text(text)
    loaded = load_config(tmp_path / "config.toml")
    assert not loaded.errors
    assert configured_dimension(EngineOptions(loaded, frozenset(), tmp_path / "logs", None)) == dimension
