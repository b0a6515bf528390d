"""Descriptions of single settings, in the form of the file."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from impsy_tui.config import load_config
from impsy_tui.config.describe import SettingDescription, describe
from impsy_tui.config.toml_text import written


def _described(tmp_path: Path, text: str) -> dict[str, SettingDescription]:
    (tmp_path / "c.toml").write_text(text)
    return {setting.key: setting for setting in describe(load_config(tmp_path / "c.toml"))}


def test_description_has_value_default_origin_and_allowed_values(tmp_path: Path) -> None:
    found = _described(tmp_path, "[interaction]\nthreshold = 1.5\n")
    threshold = found["interaction.threshold"]
    assert (threshold.value, threshold.default) == ("1.5", "0.1")
    assert threshold.origin == f"{tmp_path / 'c.toml'}:2"
    assert "3600" in threshold.allowed
    assert found["interaction.mode"].origin == "default"
    assert all(setting.help and setting.allowed for setting in found.values())
    assert "demo.seed" not in found
    assert not [key for key in found if key.startswith("osc.")]


@pytest.mark.parametrize("head", ["[osc]", "[[osc]]"])
def test_description_of_one_channel_has_no_number(tmp_path: Path, head: str) -> None:
    found = _described(tmp_path, f"{head}\nserver_port = 7000\n")
    assert found["osc.server_port"][1:4] == ("7000", "6000", f"{tmp_path / 'c.toml'}:2")


def test_descriptions_of_several_channels_have_separate_values_and_origins(tmp_path: Path) -> None:
    found = _described(tmp_path, "[[osc]]\nserver_port = 7000\n[[osc]]\nclient_port = 7001\n")
    file = tmp_path / "c.toml"
    assert (found["osc.0.server_port"].value, found["osc.0.server_port"].origin) == ("7000", f"{file}:2")
    assert (found["osc.1.server_port"].value, found["osc.1.server_port"].origin) == ("6000", "default")
    assert (found["osc.1.client_port"].value, found["osc.1.client_port"].origin) == ("7001", f"{file}:4")


def test_values_are_whole_however_long(tmp_path: Path) -> None:
    name = "models/" + "long" * 50 + ".tflite"
    found = _described(tmp_path, f'[model]\nfile = "{name}"\n[console]\nkeys = {{panic = "f9"}}\n')
    assert found["model.file"].value == f'"{name}"'
    assert tomllib.loads(f"x = {found['console.keys'].value}") == {"x": {"panic": "f9"}}


@given(
    st.recursive(
        st.one_of(st.booleans(), st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False), st.text()),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=5,
    )
)
def test_written_value_is_read_unchanged(value: object) -> None:
    assert tomllib.loads(f"x = {written(value)}")["x"] == value
