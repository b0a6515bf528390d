"""Players of a session in a configuration file; the rest of the file stays."""

import json
import subprocess
import tomllib
from pathlib import Path

import pytest

from impsy_tui.config import load_config
from impsy_tui.errors import UserError
from impsy_tui.worker_requests import worker_command
from impsy_tui.workers.keep_players import Request, write_players

PLAIN = """\
# My rig
[model]
dimension = 5 # four knobs
file = 'models/m.tflite'

[osc]
server_port = 6000 # left
"""

SEVERAL = """\
[model]
dimension = 9

# The one on the left
[[player]]
name = "left" # as on the poster
hears = "x1-x4"
mode = "duet" # always

# The one on the right
[[player]]
name = "right"
hears = "x5-x8"

[osc]
server_port = 6000 # a port
"""

B = {"name": "b", "file": "m.tflite", "hears": ["x1", "x2", "x3", "x4"], "plays": ["x5", "x6", "x7", "x8"]}
NONE = dict.fromkeys(("hears", "plays", "hears_channels", "plays_channels", "hears_players"))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def test_first_players_are_added_below_the_file(file: Path) -> None:
    file.write_text(PLAIN)
    assert write_players(file, [{"name": "main", **NONE}, NONE | B], 9) == "main, b"
    text = file.read_text()
    assert text.startswith(PLAIN.replace("dimension = 5", "dimension = 9"))
    config = load_config(file).config
    assert [(one.name, one.file, one.plays) for one in config.player] == [
        ("main", None, ()),
        ("b", "m.tflite", ("x5", "x6", "x7", "x8")),
    ]


def test_players_that_stay_keep_their_comments(file: Path) -> None:
    file.write_text(SEVERAL)
    write_players(file, [{"name": "left", **NONE, "plays": ["x5", "x6", "x7", "x8"]}, NONE | B])
    text = file.read_text()
    assert "# The one on the left" in text
    assert 'name = "left" # as on the poster' in text
    assert 'mode = "duet" # always' in text
    assert "server_port = 6000 # a port" in text
    tables = tomllib.loads(text)["player"]
    assert tables == [{"name": "left", "mode": "duet", "plays": ["x5", "x6", "x7", "x8"]}, B]
    write_players(file, [{"name": "left", **NONE, "hears": "x1-x4"}, {"name": "right", **NONE}, {"name": "b"}])
    assert [table["name"] for table in tomllib.loads(file.read_text())["player"]] == ["left", "b", "right"]


def test_single_table_becomes_the_first_of_several(file: Path) -> None:
    file.write_text('[player]\nname = "main" # me\nmode = "duet"\n')
    write_players(file, [{"name": "main"}, {"name": "b"}])
    assert tomllib.loads(file.read_text()) == {"player": [{"name": "main", "mode": "duet"}, {"name": "b"}]}
    assert 'name = "main" # me' in file.read_text()


def test_players_that_are_not_valid_leave_the_file(file: Path) -> None:
    file.write_text(PLAIN)
    with pytest.raises(UserError, match=r"there is no x5.*config.toml is not changed"):
        write_players(file, [{"name": "main"}, B])
    assert file.read_text() == PLAIN


def test_worker_prints_the_settings(file: Path) -> None:
    file.write_text(PLAIN)
    done = subprocess.run(worker_command(Request(file, ({"name": "main"}, B), 9)), capture_output=True, check=True)
    answer = json.loads(done.stdout)
    assert answer["text"] == "main, b"
    assert "player.1.plays" in {setting[0] for setting in answer["settings"]}
