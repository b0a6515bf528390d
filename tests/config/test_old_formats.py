"""Configurations of all earlier IMPSY versions: they load unchanged, with one warning."""

import json
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from impsy_tui.config import LoadedConfig, load_config
from impsy_tui.config.describe import describe
from impsy_tui.config.edit import Request, edit
from impsy_tui.config.toml_text import written
from impsy_tui.worker_requests import worker_command

HEAD = 'title = "T"\n[model]\ndimension = 3\n'
KNOBS = '[["note_on", 1], ["control_change", 1, 2]]'
READ_KNOBS = (("note_on", 1), ("control_change", 1, 2))
FLAT = f'in_device = "X"\nout_device = "Y"\ninput = {KNOBS}\noutput = {KNOBS}\n'


def _load(tmp_path: Path, text: str) -> LoadedConfig:
    file = tmp_path / "config.toml"
    file.write_text(text)
    return load_config(file)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"[midi]\n{FLAT}", "midi.input names no device"),
        (f"[midi]\ninput = {KNOBS}\n", "midi.input names no device"),
        (f'[midi]\nin_device = ["X", "Z"]\ninput = {KNOBS}\n', "midi.input names no device"),
        (f"[midi]\n{FLAT}[websocket]\n", "websocket uses the mapping of midi"),
        (f'[midi]\n{FLAT}[serialmidi]\nport = "/dev/x"\n', "serialmidi uses the mapping of midi"),
        ('[osc]\nserver_port = "5000"\nclient_port = "5002"\n', 'osc.server_port = "5000"'),
        ('[websocket]\nserver_port = "5001"\n', 'websocket.server_port = "5001"'),
        ('[websocket]\nclient_ip = "192.168.0.103"\nclient_port = "3000"\n', "websocket.client_ip has no effect"),
        ('[serial]\nbaudrate = "115200"\n', 'serial.baudrate = "115200"'),
        ('[interaction]\nthreshold = "2.0"\n', 'interaction.threshold = "2.0"'),
        ("[interaction]\ninput_thru = 1\n", "interaction.input_thru = 1"),
        ('[owner]\nname = ""\n', "owner is not text"),
        ('[owner]\nname = "A"\ndob = 1979-05-27\nbands = ["B"]\n', "owner is not text"),
    ],
)
def test_earlier_form_loads_with_one_warning(tmp_path: Path, text: str, found: str) -> None:
    loaded = _load(tmp_path, HEAD + text)
    assert not loaded.errors
    (warning,) = loaded.warnings
    assert "earlier IMPSY" in warning.message
    assert found in warning.message


@pytest.mark.parametrize(
    ("line", "owner"),
    [('owner = "A B"', "A B"), ('owner = ["A", "B"]', "A, B"), ("owner = 5", "5"), ('owner = {name = "A"}', "A")],
)
def test_owner_may_have_any_form(tmp_path: Path, line: str, owner: str) -> None:
    loaded = _load(tmp_path, f"{line}\n{HEAD}")
    assert not loaded.errors
    assert loaded.config.owner == owner


def test_flat_mapping_is_that_of_each_device(tmp_path: Path) -> None:
    config = _load(tmp_path, HEAD + f'[midi]\nin_device = ["X", "Z"]\nout_device = "Y"\ninput = {KNOBS}\n').config
    assert config.midi[0].input == {"X": READ_KNOBS, "Z": READ_KNOBS}
    assert config.midi[0].output == {}


def test_websocket_and_serialmidi_use_the_flat_mapping_unless_they_have_one(tmp_path: Path) -> None:
    text = f'[midi]\n{FLAT}[websocket]\ninput = [["note_on", 4]]\n[serialmidi]\nport = "/dev/x"\n'
    config = _load(tmp_path, HEAD + text).config
    assert config.websocket[0].input == (("note_on", 4),)
    assert config.websocket[0].output == READ_KNOBS
    assert config.serialmidi[0].input == READ_KNOBS


@pytest.mark.parametrize(
    ("lines", "logs"), [("log = false", False), ("log = true", True), ("log = false\nlog_input = true", True)]
)
def test_log_is_log_input_unless_both_are_there(tmp_path: Path, lines: str, logs: bool) -> None:
    loaded = _load(tmp_path, f"{lines}\n{HEAD}")
    assert not loaded.errors
    assert loaded.config.log_input is logs


def test_several_earlier_forms_and_unknown_keys_give_a_warning_each_kind(tmp_path: Path) -> None:
    text = f'log = true\n{HEAD}[midi]\n{FLAT}[owner]\nname = "A"\n[osc]\nserver_port = "5000"\ncolour = "red"\n'
    loaded = _load(tmp_path, text)
    assert not loaded.errors
    assert len(loaded.warnings) == 2
    assert "colour" in " ".join(problem.key for problem in loaded.warnings)


@pytest.mark.parametrize("text", ['[osc]\nserver_port = "many"\n', '[osc]\nserver_port = "' + "9" * 5000 + '"\n'])
def test_text_that_is_no_number_is_refused(tmp_path: Path, text: str) -> None:
    (error,) = _load(tmp_path, HEAD + text).errors
    assert error.key == "osc.server_port"


def test_wrong_entry_of_a_flat_mapping_is_refused_with_its_line(tmp_path: Path) -> None:
    (error,) = _load(tmp_path, HEAD + '[midi]\nin_device = "X"\ninput = [\n["note_off", 1]]\n').errors
    assert error.line == 6
    assert "note_off" in error.message


def test_byte_order_mark_and_windows_line_ends_are_read_over(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_bytes(b"\xef\xbb\xbf" + HEAD.replace("\n", "\r\n").encode())
    loaded = load_config(file)
    assert not loaded.problems
    assert loaded.config.title == "T"
    edit(file, "title", "U")
    assert load_config(file).config.title == "U"


EARLIER = f"""\
# my rig
log = true
title = "T"
[owner]
name = "A"
[model]
dimension = 3
[midi] # the box
{FLAT}[websocket]
server_port = "5001" # free
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "config.toml"
    made.write_text(EARLIER)
    return made


def test_edit_of_one_device_keeps_the_flat_mapping_for_the_rest(file: Path) -> None:
    edit(file, "midi.out_device", '["Y", "Z"]')
    edit(file, "midi.output.Y", '[["note_on", 2]]')
    config = load_config(file).config
    assert config.midi[0].output == {"Y": (("note_on", 2),), "Z": READ_KNOBS}
    assert config.midi[0].input == {"X": READ_KNOBS}
    assert config.websocket[0].output == READ_KNOBS
    assert "# the box" in file.read_text()


@pytest.mark.parametrize(
    ("key", "value", "written"),
    [
        ("owner", "me", 'owner = "me"'),
        ("log_input", "false", "log_input = false"),
        ("websocket.server_port", "5002", "server_port = 5002 # free"),
        ("midi.in_device", "Q", 'in_device = "Q"'),
    ],
)
def test_edit_changes_an_earlier_form(file: Path, key: str, value: str, written: str) -> None:
    edit(file, key, value)
    assert written in file.read_text()
    loaded = load_config(file)
    assert not loaded.errors
    assert written.partition(" = ")[2].split(" #")[0].strip('"') in {
        one.value.strip('"[]') for one in describe(loaded) if one.key == key
    }


def test_describe_has_the_values_as_they_work(file: Path) -> None:
    found = {one.key: one for one in describe(load_config(file))}
    assert found["owner"].value == '"A"'
    assert found["log_input"].value == "true"
    assert found["websocket.server_port"].value == "5001"
    assert '"X"' in found["midi.input"].value
    assert found["midi.input"].origin.endswith(":11")


def test_edit_helper_answers_with_settings_of_an_earlier_form(file: Path) -> None:
    command = worker_command(Request(file, "midi.input.X", '[["note_on", 3]]'))
    answer = json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)
    assert "problem" not in answer
    assert load_config(file).config.midi[0].input == {"X": (("note_on", 3),)}


VALUES = st.recursive(
    st.one_of(
        st.booleans(), st.integers(-1, 70000), st.floats(allow_nan=False), st.sampled_from(["", "X", "1", "note_on"])
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["name", "in_device", "input", "output", "client_port", "X"]), inner, max_size=3
        ),
    ),
    max_leaves=8,
)
KEYS = st.sampled_from(
    ["title", "owner", "log", "log_input", "midi", "websocket", "serialmidi", "osc", "serial", "model"]
)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(KEYS, VALUES, max_size=5))
def test_any_form_loads_or_is_refused_with_a_message(tmp_path: Path, tables: dict[str, object]) -> None:
    loaded = _load(tmp_path, "".join(f"{key} = {written(value)}\n" for key, value in tables.items()))
    assert all(problem.message for problem in loaded.problems)
    assert not any("is not TOML" in problem.message for problem in loaded.problems)
    assert list(describe(loaded))
