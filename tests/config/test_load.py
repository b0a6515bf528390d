"""Loading of configurations, and their mistakes by file, line and key."""

from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from impsy_tui.config import load_config
from impsy_tui.config.schema import REPEATED_TABLES, SINGLE_TABLES

IMPSY_CONFIG = """\
# The configuration file for IMPSY: Interactive Musical Prediction System
title = "X-TOUCH in Volca FM out"
owner = "A musician"
description = "Uses x-touch over its own USB connector"
log_input = true
log_predictions = false
verbose = true
[interaction]
mode = "callresponse" # Can be: "callresponse", "polyphony", "battle", "useronly"
threshold = 0.1
input_thru = true
[model]
dimension = 9
file = "models/musicMDRNN-dim9-layers2-units64-mixtures5-scale10.h5"
size = "s"
sigmatemp = 0.01
pitemp = 1
timescale = 1
[midi]
in_device = ["X-TOUCH"]
out_device = ["Studio 1824c"]
feedback_protection = true
feedback_threshold = 0.02
input."X-TOUCH" = [
  ["control_change", 11, 1], # a knob
  ["control_change", 11, 2, 10, 100],
]
output."Studio 1824c" = [["note_on", 1], ["note_velocity", 1], ["note_on", 2, 100], ["pitch_bend", 1]]
thru_matrix."X-TOUCH" = ["Studio 1824c"]
[websocket]
server_ip = "0.0.0.0"
server_port = 5001
input = [["note_on", 1]]
output = [["control_change", 1, 42]]
[osc]
server_ip = "0.0.0.0"
server_port = 6000
client_ip = "localhost"
client_port = 6001
[serial]
port = "/dev/ttyAMA0"
baudrate = 115200
[serialmidi]
port = "/dev/ttyAMA0"
input = [["note_on", 1]]
output = [["note_on", 1]]
[webui]
monitor_port = 4001
command_port = 4002
"""


def _load(tmp_path: Path, text: str, **overrides: object):
    file = tmp_path / "config.toml"
    file.write_text(text)
    return load_config(file, overrides)


def test_every_key_of_impsy_loads_without_a_word(tmp_path: Path) -> None:
    loaded = _load(tmp_path, IMPSY_CONFIG)
    assert loaded.problems == ()
    config = loaded.config
    assert config.interaction.mode == "callresponse"
    assert config.interaction.input_thru is True
    assert config.model.pitemp == 1.0
    assert config.midi[0].input["X-TOUCH"][1] == ("control_change", 11, 2, 10, 100)
    assert config.midi[0].thru_matrix["X-TOUCH"] == ("Studio 1824c",)
    assert config.osc[0].client_ip == "localhost"
    assert config.serialmidi[0].output == (("note_on", 1),)


def test_only_the_dimension_is_needed(tmp_path: Path) -> None:
    loaded = _load(tmp_path, "[model]\ndimension = 3\n")
    assert loaded.problems == ()
    assert loaded.config.interaction.mode == "callresponse"
    assert loaded.config.model.sigmatemp == "trained"
    assert loaded.config.osc == ()


def test_mistake_has_file_line_key_and_allowed_values(tmp_path: Path) -> None:
    loaded = _load(
        tmp_path,
        'title = "a"\n\n[interaction]\nmode = "batle"\n[osc]\nserver_port = 70000\n[model]\n\ndimension = 1.5\n',
    )
    file = tmp_path / "config.toml"
    assert [str(problem) for problem in loaded.errors] == [
        f'{file}:4: [interaction] mode: "batle" is not one of callresponse, polyphony, battle, duet, useronly',
        f"{file}:6: [osc] server_port: 70000 is not allowed; it must be a whole number from 1 to 65535",
        f"{file}:9: [model] dimension: 1.5 is not allowed; it must be a whole number from 2 to 1024",
    ]


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("[interaction]\nthreshold = nan", 2, "nan is out of range"),
        ("[interaction]\nthreshold = true", 2, "true is not a number"),
        ('[model]\npitemp = "high"', 2, '"high" is not a number'),
        ("[model]\nsigmatemp = -1", 2, "0 to 100"),
        ("interaction = 3", 1, "must be a table: [interaction]"),
        ("osc = [1]", 1, "must be a table"),
        ('[websocket]\ninput = [\n["note_on", 1],\n["note_on", 17]\n]', 4, "MIDI channel must be"),
        ('[websocket]\noutput = [["cc", 1]]', 2, "must begin with one of"),
        ('[websocket]\noutput = [["control_change", 1]]', 2, "is followed by MIDI channel, controller"),
        ('[midi]\noutput."A" = [["note_on", 1, 200]]', 2, "velocity must be"),
        ('[midi]\noutput."A" = 3', 2, "3 is not allowed"),
        ('[osc]\noutput_address = ["a"]', 2, "an OSC address"),
        ("[osc]\noutput_address = []", 2, "an OSC address"),
        ("[osc]\nsafe = [0.5, 2]", 2, "a list of numbers from 0 to 1"),
        ('[serialmidi]\noutput = [["note_on", 1]]', 1, "no port is given"),
        ("a = \n", 0, "is not TOML"),
    ],
)
def test_load_reports_error_with_its_line(tmp_path: Path, text: str, line: int, says: str) -> None:
    (problem,) = _load(tmp_path, text).errors
    assert problem.line == line
    assert says in str(problem)


def test_unknown_keys_are_warnings_with_a_suggestion(tmp_path: Path) -> None:
    loaded = _load(tmp_path, "[osc]\nserver_prt = 1\n[jazz]\n")
    assert not loaded.errors
    assert [(p.line, "server_port" in p.message) for p in loaded.warnings] == [(2, True), (3, False)]


def test_impossible_destination_becomes_this_machine_with_a_warning(tmp_path: Path) -> None:
    loaded = _load(tmp_path, '[osc]\nclient_ip = "0.0.0.0"\n')
    assert loaded.config.osc[0].client_ip == "127.0.0.1"
    assert "not a destination" in loaded.warnings[0].message


def test_mapping_longer_than_the_instrument_is_a_warning(tmp_path: Path) -> None:
    loaded = _load(tmp_path, '[model]\ndimension = 2\n[websocket]\ninput = [["note_on", 1], ["note_on", 2]]\n')
    assert not loaded.errors
    assert "2 entries" in loaded.warnings[0].message


def test_channel_can_stand_several_times(tmp_path: Path) -> None:
    loaded = _load(tmp_path, "[[osc]]\nserver_port = 1\n[[osc]]\nserver_port = 0\n")
    assert len(loaded.config.osc) == 2
    assert [problem.line for problem in loaded.errors] == [4]


def test_options_go_before_the_file_and_their_mistakes_name_them(tmp_path: Path) -> None:
    loaded = _load(tmp_path, "[model]\npitemp = 2\n", **{"model.pitemp": 3.0, "model.timescale": None})
    assert loaded.config.model.pitemp == 3.0
    assert loaded.origins["model.pitemp"] == "--pi-temp"
    (problem,) = _load(tmp_path, "", **{"interaction.mode": "x"}).errors
    assert str(problem).startswith("--mode: ")


def test_every_value_knows_where_it_came_from(tmp_path: Path) -> None:
    loaded = _load(tmp_path, "verbose = true\n[osc]\nserver_port = 7000\n")
    file = tmp_path / "config.toml"
    assert loaded.origins == {"verbose": f"{file}:1", "osc.server_port": f"{file}:3"}


def test_missing_file_is_said(tmp_path: Path) -> None:
    (problem,) = load_config(tmp_path / "none.toml").errors
    assert "none.toml: cannot be read: No such file" in str(problem)


def test_load_reports_file_that_is_not_text(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_bytes(b'a = 1\nb = "\xff"\n')
    (problem,) = load_config(file).errors
    assert str(problem) == f"{file}:2: is not UTF-8 text"


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_load_config_raises_for_no_file(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    file = tmp_path_factory.mktemp("config") / "config.toml"
    file.write_bytes(data)
    load_config(file)


@pytest.mark.parametrize(
    ("text", "hint"),
    [("a = 1,3\n", True), ("[model]\nsigmatemp = 0,05 # small\n", True), ("a = b\n", False), ("a = [1,3\n", False)],
)
def test_decimal_comma_is_explained(tmp_path: Path, text: str, hint: bool) -> None:
    (error,) = _load(tmp_path, text).errors
    assert ("a number has a point" in error.message) is hint


def test_number_of_thousands_of_digits_is_an_error(tmp_path: Path) -> None:
    (error,) = _load(tmp_path, "a = " + "9" * 5000).errors
    assert "is not TOML" in error.message


@pytest.mark.parametrize(
    "host",
    ["1", "192.168.1", "192.168.1.300", "1.2.3.4:6000", "http://pi.local", "my phone", "a..b", "-a", "10.0.0.7/24"],
)
@pytest.mark.parametrize("key", ["osc.client_ip", "osc.server_ip", "websocket.server_ip"])
def test_host_that_cannot_be_is_refused(tmp_path: Path, key: str, host: str) -> None:
    table, _, name = key.partition(".")
    (error,) = _load(tmp_path, f'[{table}]\n{name} = "{host}"\n').errors
    assert "an address such as 192.168.1.20" in error.message


@pytest.mark.parametrize(
    "host", ["localhost", "192.168.1.20", "::1", "fe80::1%eth0", "pi.local", "stage-2.local.", "host_a", "büro.local"]
)
def test_host_that_can_be_is_taken(tmp_path: Path, host: str) -> None:
    loaded = _load(tmp_path, f'[osc]\nclient_ip = "{host}"\n')
    assert not loaded.errors
    assert loaded.config.osc[0].client_ip == host


@pytest.mark.parametrize("table", [*REPEATED_TABLES, *SINGLE_TABLES])
@pytest.mark.parametrize("number", ["9" * 400, "0x" + "f" * 6000, "1e400"])
def test_every_setting_refuses_or_takes_a_number_out_of_every_range(tmp_path: Path, table: str, number: str) -> None:
    kind = {**REPEATED_TABLES, **SINGLE_TABLES}[table]
    for setting in fields(kind):
        for value in (number, f"[{number}]", f"[0, {number}]", f'[["note_on", {number}]]'):
            _load(tmp_path, f"[{table}]\n{setting.name} = {value}\n")  # raises no error


@pytest.mark.parametrize(
    ("wish", "says"),
    [
        ('panic = "f99"', "[console.keys] panic: f99 is not a key; panic stays on F9. Keys: f1 to f24"),
        ('pancake = "f9"', "[console.keys] pancake: is not an action. Actions: events, faster"),
        ('panic = "f8"', "[console.keys] panic: F8 is both pause and panic"),
        ('panic = ""', "[console.keys] panic: no key is named; panic stays on F9"),
    ],
)
def test_load_config_warns_of_wrong_keys_at_their_line(tmp_path: Path, wish: str, says: str) -> None:
    file = tmp_path / "config.toml"
    file.write_text(f"[model]\ndimension = 4\n[console.keys]\n{wish}\n")
    loaded = load_config(file)
    assert not loaded.errors
    (warning,) = loaded.warnings
    assert str(warning).startswith(f"{file}:4: {says}")
