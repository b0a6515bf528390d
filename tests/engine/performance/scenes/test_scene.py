"""Scenes: saved, restored, and reported if they are not valid."""

import asyncio
from pathlib import Path

import pytest

from impsy_tui.control.messages import Reply
from impsy_tui.engine.performance.scenes.file import SceneFile
from impsy_tui.engine.performance.scenes.scene import scene_lines
from tests.support.engine.scripted_players import ScriptedPredictor
from tests.support.engine.virtual_session import VirtualSession, temp
from tests.support.models import constant_model


@pytest.fixture
def set_(tmp_path: Path) -> VirtualSession:
    return VirtualSession(tmp_path)


def test_scenes_come_back_at_once_and_bit_by_bit(set_: VirtualSession, tmp_path: Path) -> None:
    player = set_.session.focused_player
    set_.do("mode battle; temp 2; hold x1 0.25; range x2 0 0.5; mute x3; tempo 100; quantise 1/8; thru on")
    assert set_.do("scene save dark") == "scene dark is saved in scenes.toml"
    set_.do("mode callresponse; temp 1; release; tempo 120; quantise off; thru off")
    set_.do("scene save light")
    assert set_.do("scenes") == "dark  light"
    assert "[dark.players.main]" in (tmp_path / "scenes.toml").read_text()
    set_.do("scene dark")
    assert (player.behaviour.settings.mode, temp(set_), set_.tempo.beats) == ("battle", 2.0, 100.0)
    assert (player.shaping.held, player.shaping.ranged, player.shaping.muted) == ({0: 0.25}, {1: (0.0, 0.5)}, {2})
    assert set_.session.settings.thru
    assert set_.tempo.grid is not None
    set_.do("over 4s scene light")
    set_.wait(2)
    assert temp(set_) == pytest.approx(1.5, abs=0.02)
    assert set_.tempo.beats == pytest.approx(110, abs=0.5)
    assert player.behaviour.settings.mode == "battle"
    set_.wait(2.1)
    assert (temp(set_), player.behaviour.settings.mode, player.shaping.muted) == (1.0, "callresponse", set())
    assert set_.tempo.grid is None
    set_.do("over 4s scene dark now")
    assert player.behaviour.settings.mode == "battle"
    set_.wait(5)
    assert temp(set_) == 2.0
    set_.do("undo")
    assert temp(set_) == 1.0
    set_.do("scene delete dark")
    assert "no scene is called dark; there are: light" in set_.try_("scene dark").text


def _fitted(pi: float, sigma: float) -> ScriptedPredictor:
    predictor = ScriptedPredictor(4)
    predictor.fitted = (pi, sigma)
    return predictor


@pytest.mark.parametrize("line", ["scene dark", "over 4s scene dark", "over 4s scene dark now"])
def test_scene_keeps_which_temperatures_follow_the_training(tmp_path: Path, line: str) -> None:
    set_ = VirtualSession(tmp_path, players={"main": _fitted(0.7, 0.5)})
    player = set_.session.focused_player
    set_.do("sigma 0.3")
    set_.do("scene save dark")
    assert 'trained = ["temp"]' in (tmp_path / "scenes.toml").read_text()
    for present in ("temp 2; sigma trained", "temp 0.7; sigma trained"):
        set_.do(present)
        set_.do(line)
        set_.wait(5)
        assert (temp(set_), player.behaviour.settings.sigma) == (0.7, 0.3)
        player.change_predictor(_fitted(1.4, 0.2))
        assert (temp(set_), player.behaviour.settings.sigma) == (1.4, 0.3)
        player.change_predictor(_fitted(0.7, 0.5))


def test_ramp_to_a_scene_leaves_a_temperature_that_was_set_meanwhile(tmp_path: Path) -> None:
    set_ = VirtualSession(tmp_path, players={"main": _fitted(0.7, 0.5)})
    set_.do("scene save dark")
    set_.do("temp 2")
    set_.do("over 4s scene dark now")
    set_.wait(2)
    set_.do("temp 3")
    set_.wait(5)
    set_.session.focused_player.change_predictor(_fitted(1.4, 0.2))
    assert temp(set_) == 3.0


def test_lines_of_a_scene_say_which_temperatures_follow_the_training(tmp_path: Path) -> None:
    set_ = VirtualSession(tmp_path, players={"main": _fitted(0.7, 0.5)})
    set_.do("sigma 0.3")
    lines = "; ".join(scene_lines(set_.live_set.scene_keeper.capture(), "main"))
    assert "temp trained; sigma 0.3" in lines


SANE = '[dark.players.main]\nmode = "duet"\ntemp = 1\nsigma = 1\ntimescale = 1\nthreshold = 1\n'
TIME = SANE + "[dark.time]\nbeats = 120\nswing = 0.5\n"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("nonsense", "is not TOML"),
        (f"x = {'9' * 5000}", "is not TOML"),
        (SANE + "max_response = nan", "max_response"),
        (SANE + "max_response = -1", "max_response"),
        (SANE + "muted = [inf]", "is not valid"),
        (SANE + 'trained = ["mode"]', "trained: 'mode' is not one of temp, sigma"),
        (SANE + "ranged = {1 = [0.5]}", "is not valid"),
        (TIME + 'grid = "1/16 at 100"\nhand_over = "now"', "grid"),
        (TIME + 'grid = "clock"\nhand_over = "now"', "grid"),
        (TIME + 'grid = "1/16"\nhand_over = "bar; panic"', "hand_over"),
        (TIME + 'grid = []\nhand_over = "bar"', "grid"),
        (TIME.replace("120", "nan") + 'grid = ""\nhand_over = "bar"', "beats"),
        ("[dark]\n", "is not valid"),
        (
            '[dark.players.main]\nmodel = ""\nmode = "batle"\ntemp = 1\nsigma = 1\ntimescale = 1\nthreshold = 1',
            "mode",
        ),
        ('[dark.players.main]\nmodel = ""\nmode = "duet"\ntemp = 0\nsigma = 1\ntimescale = 1\nthreshold = 1', "temp"),
    ],
)
def test_file_of_scenes_that_makes_no_sense_is_reported(
    set_: VirtualSession, tmp_path: Path, content: str, said: str
) -> None:
    (tmp_path / "scenes.toml").write_text(content)
    reply = set_.try_("scene dark")
    assert not reply.ok
    assert said in reply.text


EARLIER = """
["dark"]
thru = false

["dark".players.main]
mode = "duet"
temp = 2.0
sigma = 0.5
timescale = 0.25
threshold = 3.0
max_response = 0.0
muted = [2]
held = {"1" = 0.25}

["dark".players.far]
model = "agent-far"
mode = "callresponse"
temp = 1.0
sigma = 0.01
timescale = 1.0
threshold = 0.1
max_response = 20.0
agent = {"aim" = "contrast", "steer" = "seek", "hear" = ["chroma"], "smooth" = 0.2, "every" = 0.0}

["dark".bands.trio]
players = 3
temp = 0.7
clips = "nearest"
forced = {"p2" = "big-swirl"}
model = ""
classifier = "gestures-synthetic"
"""
"""Scene file of the version before."""


def test_scene_book_reads_a_file_of_the_version_before(tmp_path: Path) -> None:
    (tmp_path / "scenes.toml").write_text(EARLIER)
    scene = SceneFile(tmp_path / "scenes.toml").find("dark")
    main, far, trio = scene.players["main"], scene.players["far"], scene.players["trio"]
    models = {"mode": "duet", "temp": 2.0, "sigma": 0.5, "timescale": 0.25, "threshold": 3.0, "max_response": None}
    assert (main.kind, main.values, main.items) == ("mdrnn", models, {"mute": {2: True}, "hold": {1: 0.25}})
    assert (far.kind, far.values["max_response"], far.values["aim"], far.values["hear"]) == (
        "agent",
        20.0,
        "contrast",
        ("chroma",),
    )
    assert (far.values["smooth"], far.values["budget"], far.values["rest"]) == (0.2, None, None)
    assert (trio.values, trio.items) == (
        {"temp": 0.7, "ensemble": 3, "clips": "nearest", "classifier": "gestures-synthetic"},
        {"force": {"p2": "big-swirl"}},
    )


def test_file_of_scenes_with_something_else_in_it_is_left_as_it_is(set_: VirtualSession, tmp_path: Path) -> None:
    (tmp_path / "scenes.toml").write_text("x = 1\n")
    reply = set_.try_("scene save dark")
    assert not reply.ok
    assert "x in it is not a scene" in reply.text
    assert (tmp_path / "scenes.toml").read_text() == "x = 1\n"


def test_model_that_is_missing_keeps_no_other_player_from_its_own(tmp_path: Path) -> None:
    set_ = VirtualSession(
        tmp_path, players={"a": ScriptedPredictor(4), "b": ScriptedPredictor(4)}, models=tmp_path, mode="useronly"
    )
    for model in ("one", "two"):
        constant_model(tmp_path / f"{model}.h5", [0.1, 0.2, 0.5, 0.8])
    set_.do("@a load one")
    set_.do("@b load two")
    set_.do("scene save both")
    set_.do("@all unload")
    (tmp_path / "one.h5").unlink()
    reply = set_.try_("scene both")
    assert not reply.ok
    assert "no model is called one" in reply.text
    assert [player.behaviour.predictor.name for player in set_.session.players.values()] == ["DUMMY", "two"]
    set_.try_("undo")
    assert [player.behaviour.predictor.kind for player in set_.session.players.values()] == ["dummy", "dummy"]


def test_scene_comes_after_a_model_that_is_still_being_loaded(tmp_path: Path) -> None:
    set_ = VirtualSession(tmp_path, models=tmp_path, mode="useronly")
    for name in ("one", "two"):
        constant_model(tmp_path / f"{name}.h5", [0.1, 0.2, 0.5, 0.8])
    set_.do("load one")
    set_.do("scene save first")

    async def both(name: str) -> Reply:
        first = asyncio.create_task(set_.executor.carry_out(f"load {name}", 1))
        await asyncio.sleep(0)
        await set_.executor.carry_out("scene first", 2)
        return await first

    assert "two does not play: another model was requested" in asyncio.run(both("two")).text
    assert set_.session.focused_player.behaviour.predictor.name == "one"
    assert asyncio.run(both("one")) == Reply(1, True, "one plays")


def test_scene_of_another_dimension_has_its_values_shaped(tmp_path: Path) -> None:
    set_ = VirtualSession(tmp_path, models=tmp_path, mode="useronly")
    constant_model(tmp_path / "small.h5", [0.1, 0.2, 0.5])
    constant_model(tmp_path / "large.h5", [0.1, 0.2, 0.5, 0.8, 0.9])
    set_.do("load large")
    set_.do("hold x4 0.25; mute x1; range x2 0 0.5")
    set_.do("scene save large")
    set_.do("load small")
    set_.do("scene large")
    shaping = set_.session.focused_player.shaping
    assert (shaping.held, shaping.muted, shaping.ranged) == ({3: 0.25}, {0}, {1: (0.0, 0.5)})
    set_.do("undo")
    assert (set_.session.dimension, shaping.held, shaping.muted, shaping.ranged) == (3, {}, set(), {})


def test_scene_is_kept_as_it_is_where_it_stands_in_its_line(set_: VirtualSession) -> None:
    set_.do("temp 1.1; scene save a; temp 2")
    set_.do("scene a")
    assert temp(set_) == 1.1


@pytest.mark.parametrize("begun", ["scene dark", "undo"])
def test_commands_after_scene_in_line_start_from_scene(set_: VirtualSession, begun: str) -> None:
    set_.do("temp 2; sigma 0.5")
    set_.do("scene save dark")
    set_.do("temp 1; sigma 0.1")
    reply = set_.do(f"{begun}; temp 2.5; threshold 3")
    settings = set_.session.focused_player.behaviour.settings
    assert (temp(set_), settings.sigma, settings.threshold) == (2.5, 0.5, 3.0)
    assert reply.endswith("temp 2.5\nthreshold 3s")
    assert not set_.try_(f"{begun}; hold x9 1").ok


def test_scheduled_line_reports_error_after_scene(set_: VirtualSession) -> None:
    set_.do("scene save dark")
    set_.do("def on = scene dark; hold x9 1; temp 2.5")
    set_.do("after 1s on")
    set_.wait(2)
    assert temp(set_) == 2.5
    assert any("x9" in text for level, _, text in set_.messages if level == "error")


def test_undo_reverts_commands_after_scene_of_same_line_only(set_: VirtualSession) -> None:
    set_.do("scene save dark")
    set_.do("every 1s temp 1.2")
    set_.do("temp 2; scene dark; every 2s temp 1.7; after 9s temp 3")
    set_.do("every 3s sigma 0.5")
    set_.do("undo")
    set_.do("undo")
    assert [pending.text for pending in set_.live_set.scheduled.all()] == ["every 1s temp 1.2"]


def test_comments_of_the_performer_survive_save_and_delete(tmp_path: Path) -> None:
    set_ = VirtualSession(tmp_path)
    set_.do("scene save dark; scene save few; scene save gone")
    file = tmp_path / "scenes.toml"
    text = file.read_text().replace("[dark.players.main]", "# as in Oslo\n[dark.players.main]  # low")
    file.write_text(text.replace("[few]", "[few]  # the end"))
    set_.do("temp 2; hold x1 0.5; scene save dark")
    set_.do("scene save new; scene delete gone")
    kept = file.read_text()
    assert "# as in Oslo\n[dark.players.main]  # low\n" in kept
    assert "[few]  # the end\n" in kept
    scenes = SceneFile(file)
    assert scenes.names() == ["dark", "few", "new"]
    assert [scenes.find(name).players["main"].values["temp"] for name in scenes.names()] == [2.0, 1.0, 2.0]
    assert scenes.find("dark").players["main"].items == {"hold": {1: 0.5}}
