"""Configuration of ``impsy-tui init``."""

from pathlib import Path

import pytest

from impsy_tui.config import load_config
from impsy_tui.config.template import config_template
from tests.support.places import ROOT


def test_template_loads_without_a_problem(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(config_template("m.tflite"))
    loaded = load_config(file)
    assert loaded.problems == ()
    assert loaded.config.model.file == "m.tflite"


def test_every_default_shown_is_allowed(tmp_path: Path) -> None:
    lines = config_template("m.tflite").splitlines()
    commented = [line for line in lines if line.startswith("# ") and " = " in line]
    assert commented
    shown = "\n".join(line.removeprefix("# ") if line in commented else line for line in lines)
    file = tmp_path / "config.toml"
    file.write_text(shown)
    assert load_config(file).problems == ()


@pytest.mark.parametrize("file", sorted((ROOT / "configs").glob("*.toml")), ids=lambda file: file.name)
def test_every_example_loads_without_a_word(file: Path) -> None:
    assert load_config(file).problems == ()
