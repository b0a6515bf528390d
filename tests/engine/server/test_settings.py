"""Current settings, and the effect of a change."""

import asyncio
from pathlib import Path

import pytest

from impsy_tui.config import load_config
from impsy_tui.control.answers import Setting
from impsy_tui.engine.server.settings import SettingsEditor
from impsy_tui.errors import UserError
from impsy_tui.language import Mistake, parse
from impsy_tui.paths import shipped_folder
from impsy_tui.setup_questions import Answers

CONFIG = """\
[interaction]
threshold = 0.5  # seconds
[osc]
server_port = 7000
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "config.toml").write_text(CONFIG)
    return tmp_path / "config.toml"


def _change(desk: SettingsEditor, key: str, value: str) -> tuple[str, str]:
    return asyncio.run(desk.change(key, value))


def _found(desk: SettingsEditor, key: str, **live: float) -> Setting:
    values = {name.replace("__", "."): value for name, value in live.items()}
    return next(setting for setting in desk.settings(values) if setting.key == key)


@pytest.mark.parametrize(
    ("key", "value", "command"),
    [
        ("interaction.threshold", "2", "threshold 2s"),
        ("interaction.mode", "filter", "mode filter"),
        ("interaction.input_thru", "true", "thru on"),
        ("interaction.input_thru", "false", "thru off"),
        ("interaction.max_response", "0", "max_response off"),
        ("interaction.max_response", "0.0", "max_response off"),
        ("interaction.max_response", "30.5", "max_response 30.5s"),
        ("model.pitemp", "1e-3", "temp 0.001"),
        ("model.sigmatemp", "0", "sigma 0"),
        ("model.timescale", "1e-7", "timescale 1e-07"),
        ("model.file", "models/my model.h5", 'load "my model.h5"'),
        ("model.file", "../m.tflite", "load m.tflite"),
        ("model.file", '""', "unload"),
        ("osc.server_port", "7001", ""),
    ],
)
def test_change_asks_for_the_command_that_puts_it_in_force(file: Path, key: str, value: str, command: str) -> None:
    text, line = _change(SettingsEditor(load_config(file)), key, value)
    assert text.startswith(f"{key} = ")
    assert text.endswith("in config.toml")
    assert line == command
    assert not line or not isinstance(parse(line), Mistake)
    assert "# seconds" in file.read_text()


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("interaction.threshold", "never", "is not a number"),
        ("interaction.treshold", "1", "did you mean threshold"),
        ("title", "a\0b", "Cannot change the setting"),
    ],
)
def test_invalid_setting_is_refused_and_file_kept(file: Path, key: str, value: str, said: str) -> None:
    with pytest.raises(UserError, match=said):
        _change(SettingsEditor(load_config(file)), key, value)
    assert file.read_text() == CONFIG


def test_origins_tell_file_option_live_and_next_start(file: Path) -> None:
    desk = SettingsEditor(load_config(file, {"model.pitemp": 2.0}))
    assert _found(desk, "interaction.threshold").origin == f"{file}:2"
    assert _found(desk, "model.pitemp").origin == "--pi-temp"
    assert _found(desk, "interaction.threshold", interaction__threshold=0.5).origin == f"{file}:2"
    turned = _found(desk, "interaction.threshold", interaction__threshold=3.0)
    assert (turned.value, turned.origin) == ("3.0", "live")
    _change(desk, "osc.server_port", "7001")
    assert _found(desk, "interaction.threshold", interaction__threshold=2 / 3).value == "0.666667"
    port = _found(desk, "osc.server_port")
    assert (port.value, port.default, port.origin) == ("7000", "6000", "7001 from the next start")
    _change(desk, "interaction.threshold", "3")
    assert _found(desk, "interaction.threshold", interaction__threshold=3.0).origin == f"{file}:2"


def test_origin_of_a_value_is_the_table_of_the_player_whose_value_it_is(file: Path) -> None:
    file.write_text(CONFIG + '[[player]]\nname = "a"\nthreshold = 2.0\n[[player]]\nname = "b"\n')
    desk, key = SettingsEditor(load_config(file)), "interaction.threshold"

    def origin(player: str, value: float) -> str:
        return next(one.origin for one in desk.settings({key: value}, player) if one.key == key)

    assert origin("a", 2.0) == f"{file}:7"
    assert origin("b", 2.0) == origin("a", 1.0) == "live"
    assert origin("b", 0.5) == f"{file}:2"
    _change(desk, "interaction.max_response", "5")
    assert origin("a", 2.0) == f"{file}:8"
    _change(desk, "player.0.threshold", "3.0")
    assert origin("a", 2.0) == "live"


def test_changes_at_the_same_time_are_all_made(file: Path) -> None:
    desk = SettingsEditor(load_config(file))

    async def change_all() -> None:
        await asyncio.gather(
            *(desk.change("osc.server_port", str(7001 + i)) for i in range(2)), desk.change("title", "both")
        )

    asyncio.run(change_all())
    after = load_config(file)
    assert not after.problems
    assert after.config.title == "both"
    assert after.config.osc[0].server_port in (7001, 7002)


def test_settings_without_a_file_cannot_be_kept() -> None:
    desk = SettingsEditor(load_config(None))
    with pytest.raises(UserError, match="no configuration file"):
        _change(desk, "title", "x")
    assert desk.file is None
    assert _found(desk, "interaction.threshold").origin == "default"


def test_file_that_comes_with_the_program_is_copied_before_it_is_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shipped = sorted(shipped_folder("configs").glob("*.toml"))[0]
    before = shipped.read_text()
    desk = SettingsEditor(load_config(shipped))
    _change(desk, "title", "mine")
    _change(desk, "owner", "me")
    assert desk.file == tmp_path / "config.toml"
    config = load_config(tmp_path / "config.toml").config
    assert (config.title, config.owner) == ("mine", "me")
    assert shipped.read_text() == before
    with pytest.raises(UserError, match=r"cannot change, and config\.toml exists here"):
        _change(SettingsEditor(load_config(shipped)), "title", "another")


def test_set_up_is_a_new_file_next_to_the_one_in_force(file: Path) -> None:
    desk = SettingsEditor(load_config(file))
    said = asyncio.run(desk.make(Answers("Mine", "demo", "osc", 8)))
    made = file.with_name("config-2.toml")
    assert said.splitlines()[0] == f"config-2.toml is made in {file.parent}; no other file is changed"
    assert said.splitlines()[-2:] == ["impsy-tui shutdown", f"impsy-tui play -c {made}"]
    assert load_config(made).config.title == "Mine"
    assert (file.read_text(), desk.file) == (CONFIG, file)
    with pytest.raises(UserError, match="dimension"):
        asyncio.run(desk.make(Answers("Mine", "demo", "osc", 0)))


def test_set_up_is_not_written_where_the_program_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    desk = SettingsEditor(load_config(shipped_folder("configs") / "demo.toml"))
    said = asyncio.run(desk.make(Answers("Mine", "demo", "osc", 8)))
    assert said.endswith("\nimpsy-tui")
    assert load_config(tmp_path / "config.toml").config.title == "Mine"
    assert asyncio.run(desk.make(Answers("Mine", "demo", "osc", 8))).endswith("\nimpsy-tui play -c config-2.toml")
