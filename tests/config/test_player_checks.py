"""``[[player]]`` tables: allowed settings, and mistakes by file, line and key."""

from pathlib import Path

import pytest

from impsy_tui.config import LoadedConfig, load_config
from impsy_tui.config.describe import describe

TWO = '[model]\ndimension = 9\n[[osc]]\n[[osc]]\n[demo]\n[[player]]\nname = "a"\n[[player]]\nname = "b"\n'
"""The second player's keys begin on line 10."""


def _load(tmp_path: Path, text: str) -> LoadedConfig:
    file = tmp_path / "c.toml"
    file.write_text(text)
    return load_config(file)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('[osc]\nname = "cc"\n', "not a word of mappings such as cc"),
        ('[midi]\nin_device = ["A"]\nnames = { "A" = "x3" }\n', "a name of at most 24 letters"),
        ('[osc]\nname = "a"\n[websocket]\nname = "A"\n', '"A" is already the name of another channel or device'),
        ('[[osc]]\n[[osc]]\nname = "synth"\n[midi]\nnames = { "B" = "synth" }\n', '"synth" is already the name'),
    ],
)
def test_name_that_mappings_cannot_use_is_refused(tmp_path: Path, text: str, problem: str) -> None:
    (found,) = _load(tmp_path, text).errors
    assert problem in str(found)


def test_channels_have_the_names_of_their_tables(tmp_path: Path) -> None:
    config = _load(tmp_path, '[[osc]]\n[[osc]]\nname = "max"\n[midi]\nname = "rig"\n').config
    assert config.channel_tables == {"osc 1": "osc.0", "max": "osc.1", "rig": "midi"}
    assert config.channel_names == ("osc 1", "max", "rig")


def test_player_table_takes_every_setting(tmp_path: Path) -> None:
    loaded = _load(
        tmp_path,
        TWO + 'kind = "mdrnn"\nfile = "m.tflite"\nmode = "duet"\npitemp = 1.5\nsigmatemp = 0.02\ntimescale = 2\n'
        'threshold = 0.4\nmax_response = 9\nmax_gap = 3\nhears = "x1-x3 x8"\nplays = ["x5", "x7-x8", "x1"]\n'
        'hears_channels = []\nplays_channels = ["osc 1", "demo"]\nhears_players = "a"\n',
    )
    assert loaded.problems == ()
    plain, player = loaded.config.player
    assert (player.mode, player.pitemp, player.max_gap) == ("duet", 1.5, 3.0)
    assert player.hears == ("x1", "x2", "x3", "x8")
    assert player.plays == ("x5", "x7", "x8", "x1")
    assert (player.hears_channels, player.plays_channels) == ((), ("osc 1", "demo"))
    assert player.hears_players == ("a",)
    assert (plain.mode, plain.hears, plain.hears_channels) == (None, (), None)
    described = {setting.key: setting for setting in describe(loaded)}
    assert (described["player.1.hears"].value, described["player.0.mode"].value) == ('["x1", "x2", "x3", "x8"]', "")


@pytest.mark.parametrize(
    ("wrong", "line", "key", "says"),
    [
        ('hears_players = ["b"]', 10, "[player] hears_players", '"b" is the player itself'),
        (
            'hears_players = ["c"]',
            10,
            "[player] hears_players",
            '"c" is not a player of this configuration. Allowed: a, b',
        ),
        (
            'hears_channels = ["midi"]',
            10,
            "[player] hears_channels",
            "channel of this configuration. Allowed: osc 1, osc 2",
        ),
        ('plays_channels = ["osc"]', 10, "[player] plays_channels", '"osc" is not a channel'),
        ('hears = "x1-x3"\nplays = "x1-x2"', 11, "[player] plays", "the player hears 3 and plays 2"),
        ('plays = "x9"', 10, "[player] plays", "there is no x9: the last is x8"),
        ('plays = "x1 x1"', 10, "[player] plays", 'must be dimensions such as "x1-x4"'),
        ("plays = []", 10, "[player] plays", "must be dimensions"),
        ("hears = 3", 10, "[player] hears", "must be dimensions"),
        ('hears = "x4-x2"', 10, "[player] hears", "dimensions are x1 to x1023"),
        ('kind = "choir"', 10, "[player] kind", 'one of "mdrnn"'),
        ("players = 4", 10, "[player] players", 'is a setting of players of kind "ensemble"'),
        ('kind = "ensemble"\nmode = "duet"', 11, "[player] mode", 'of other kinds than "ensemble"'),
        ('kind = "ensemble"\nplayers = 9', 11, "[player] players", "9 is out of range (2 to 8)"),
        ('kind = "ensemble"\ndestinations = "midi"', 11, "[player] destinations", '"midi" is not a channel'),
        ('kind = "ensemble"\nlowest = 90', 11, "[player] lowest", "the lowest note is above the highest"),
        (
            '[[player]]\nname = "c"\nkind = "ensemble"\n[[player]]\nname = "d"\nhears_players = ["c"]',
            15,
            "[player] hears_players",
            '"c" is an ensemble',
        ),
        ('mode = "filter"', 10, "[player] mode", "is not one of"),
        ("pitemp = 0", 10, "[player] pitemp", "above 0"),
        ('[[player]]\nname = "all"', 11, "[player] name", 'not "all"'),
        ('[[player]]\nname = "A"', 11, "[player] name", "already the name of another player"),
        ('[[player]]\nname = "../b"', 11, "[player] name", "must be a name"),
        ("[[player]]\npitemp = 1", 10, "[player] name", "is missing"),
    ],
)
def test_player_problem_has_line_and_key(tmp_path: Path, wrong: str, line: int, key: str, says: str) -> None:
    loaded = _load(tmp_path, TWO + wrong)
    message = next(str(problem) for problem in loaded.errors if says in str(problem))
    assert message.startswith(f"{tmp_path / 'c.toml'}:{line}: {key}: ")


def test_ensemble_table_takes_every_setting(tmp_path: Path) -> None:
    loaded = _load(
        tmp_path,
        TWO + 'kind = "ensemble"\nfile = "m.tflite"\npitemp = 1.5\nplayers = 8\nlead = "ann"\nlead_stops = "play"\n'
        'clips = "nearest"\nclip_file = "c.npz"\nclassifier = "g.npz"\ndestinations = ["osc 2", "osc 1"]\n'
        'midi_channels = [5, 6]\nscale = "blues"\nlowest = 0\nhighest = 127\nhears_channels = "demo"\n',
    )
    assert loaded.problems == ()
    ensemble = loaded.config.player[1]
    assert (ensemble.players, ensemble.lead, ensemble.lead_stops, ensemble.clips) == (8, "ann", "play", "nearest")
    assert (ensemble.destinations, ensemble.midi_channels) == (("osc 2", "osc 1"), (5, 6))
    assert (ensemble.scale, ensemble.lowest, ensemble.highest) == ("blues", 0, 127)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[osc]\ntouch_x = [1, 1]", "two different numbers"),
        ("[osc]\ntouch_x = 1", "two different numbers"),
        ('[midi]\ntouches."Pad" = [16, 128]', "the numbers of two controllers"),
        ('[midi]\ntouches."Pad" = [16, 16]', "the numbers of two controllers"),
    ],
)
def test_surfaces_that_make_no_sense(tmp_path: Path, text: str, says: str) -> None:
    (problem,) = _load(tmp_path, text).errors
    assert says in str(problem)
