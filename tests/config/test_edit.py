"""Change of one setting in its file; the rest of the file stays."""

import json
import subprocess
import tomllib
from pathlib import Path

import pytest

from impsy_tui.config import load_config
from impsy_tui.config.edit import Request, edit
from impsy_tui.errors import UserError
from impsy_tui.worker_requests import worker_command

CONFIG = """\
# My rig
title = "before"   # what it is called

[interaction]
mode = "callresponse"  # or duet
threshold = 0.1 # seconds

[model]
dimension = 4
file = 'models/m.tflite'

[[osc]]
server_port = 6000 # left
# a comment between
[[osc]]
server_port = 6002
client_port = 6003
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "config.toml"
    made.write_text(CONFIG)
    return made


@pytest.mark.parametrize(
    ("key", "value", "line", "instead"),
    [
        ("interaction.threshold", "1.5", "threshold = 0.1 # seconds", "threshold = 1.5 # seconds"),
        ("interaction.mode", "duet", 'mode = "callresponse"  # or', 'mode = "duet"  # or'),
        ("interaction.mode", '"duet"', 'mode = "callresponse"  # or', 'mode = "duet"  # or'),
        ("title", "My second rig", '"before"   # what', '"My second rig"   # what'),
        ("title", "2026", '"before"   # what', '"2026"   # what'),
        ("title", 'a "quoted" one', '"before"   # what', '"a \\"quoted\\" one"   # what'),
        ("osc.0.server_port", "7000", "6000 # left", "7000 # left"),
        ("osc.1.server_port", "7000", "6002", "7000"),
        ("osc.server_port", "7000", "6000 # left", "7000 # left"),
        ("model.dimension", "9", "dimension = 4", "dimension = 9"),
    ],
)
def test_edit_changes_one_value_and_nothing_else(file: Path, key: str, value: str, line: str, instead: str) -> None:
    assert edit(file, key, value) in instead
    assert CONFIG.count(line) == 1
    assert file.read_text() == CONFIG.replace(line, instead)
    assert not load_config(file).problems
    assert [found.name for found in file.parent.iterdir()] == ["config.toml"]


@pytest.mark.parametrize(
    ("key", "value", "read"),
    [
        ("verbose", "true", True),
        ("interaction.input_thru", "true", True),
        ("osc.1.output_address", '["/a", "/b"]', ["/a", "/b"]),
        ("demo.seed", "7", 7),
        ("model.names", '["pitch", "decay"]', ["pitch", "decay"]),
        ("console.keys.panic", "f9", "f9"),
    ],
)
def test_edit_adds_key_to_its_table(file: Path, key: str, value: str, read: object) -> None:
    edit(file, key, value)
    found = tomllib.loads(file.read_text())
    for part in key.split("."):
        found = found[int(part)] if part.isdigit() else found[part]
    assert found == read
    assert not load_config(file).problems
    kept = [line for line in file.read_text().splitlines() if line in CONFIG.splitlines()]
    assert [line for line in kept if line] == [line for line in CONFIG.splitlines() if line]


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("interaction.threshold", "-1", "-1 is out of range"),
        ("interaction.threshold", "soon", '"soon" is not a number'),
        ("interaction.mode", "due", "is not one of"),
        ("osc.1.server_port", "70000", "70000 is not allowed"),
        ("model.dimension", "2020-01-01", "is not allowed"),
        ("interaction.treshold", "1", "did you mean threshold"),
        ("console.keys.panic", "f99", "f99 is not a key"),
        ("console.keys.pancake", "f9", "is not an action"),
        ("nonsense.key", "1", "is not a setting"),
        ("nonsense", "1", "is not a setting"),
        ("osc.5.server_port", "7000", "not a setting of this file"),
        ("interaction.0.mode", "duet", "not a setting of this file"),
        ("title.more", "1", "not a setting of this file"),
        ("interaction", "{}", "is a table"),
        ("osc", "[]", "is a table"),
        ("", "1", "is not a setting"),
        ("..", "1", "is not a setting"),
    ],
)
def test_wrong_value_or_an_unknown_key_changes_nothing(file: Path, key: str, value: str, said: str) -> None:
    with pytest.raises(UserError, match=said):
        edit(file, key, value)
    assert file.read_text() == CONFIG


def test_file_with_mistakes_can_be_edited_without_new_mistakes(file: Path) -> None:
    file.write_text("[[osc]]\nsrever_port = 1\n[[osc]]\nserver_port = 6000\n")
    edit(file, "osc.1.server_port", "6001")
    assert "6001" in file.read_text()
    with pytest.raises(UserError, match="is not a setting"):
        edit(file, "osc.1.srever_port", "1")


def test_file_that_is_not_there_is_made(tmp_path: Path) -> None:
    edit(tmp_path / "new.toml", "osc.server_port", "7000")
    assert load_config(tmp_path / "new.toml").config.osc[0].server_port == 7000


def test_windows_line_ends_and_a_link_stay(tmp_path: Path, file: Path) -> None:
    file.write_bytes(CONFIG.replace("\n", "\r\n").encode())
    link = tmp_path / "link.toml"
    link.symlink_to(file)
    file.chmod(0o640)
    edit(link, "interaction.threshold", "1.5")
    assert file.read_bytes() == CONFIG.replace("= 0.1 ", "= 1.5 ").replace("\n", "\r\n").encode()
    assert link.is_symlink()
    assert file.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("content", [b"= =", b"\xff\xfe"])
def test_file_that_is_no_toml_is_left_as_it_is(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    with pytest.raises(UserError, match="cannot be read"):
        edit(file, "title", "x")
    assert file.read_bytes() == content


def test_edit_keeps_file_that_cannot_be_written(file: Path) -> None:
    (file.parent / ".config.toml.new").mkdir()  # this folder has the name of the new file
    with pytest.raises(UserError, match="cannot be written: Is a directory"):
        edit(file, "title", "x")
    assert file.read_text() == CONFIG
    with pytest.raises(UserError, match="cannot be written: No such file"):
        edit(file.parent / "none" / "config.toml", "title", "x")


def _process(file: Path, key: str, value: str) -> dict[str, object]:
    command = worker_command(Request(file, key, value))
    done = subprocess.run(command, capture_output=True, check=True, timeout=120)
    answer: dict[str, object] = json.loads(done.stdout)
    return answer


def test_as_a_process_it_answers_with_what_the_file_says_now(file: Path) -> None:
    answer = _process(file, "interaction.mode", "duet")
    assert (answer["text"], answer["value"]) == ('interaction.mode = "duet"', '"duet"')
    assert isinstance(answer["settings"], list)
    assert ["interaction.mode", '"duet"', '"callresponse"', f"{file}:5"] in [row[:4] for row in answer["settings"]]
    assert _process(file, "nonsense", "1").keys() == {"problem"}
