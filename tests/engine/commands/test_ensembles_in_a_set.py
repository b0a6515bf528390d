"""Ensembles that are added, removed and rerouted while others play."""

import asyncio
from pathlib import Path

import pytest

from impsy_tui.engine.performance.scenes.file import SceneFile
from impsy_tui.engine.players.ensemble.player import EnsemblePlayer
from impsy_tui.engine.players.routing import Routing
from impsy_tui.engine.server.player_keeper import player_tables
from impsy_tui.ensemble.predictor import RandomEnsemble
from impsy_tui.ensemble.touches.touch import Touch
from tests.support.engine.virtual_ensemble import TouchChannel
from tests.support.engine.virtual_session import SHIPPED, VirtualSession

ADD = "player add trio ensembleRNN"
MODEL = "ensembleRNN-units16"


class _Hall(VirtualSession):
    """Session of one player, with two outputs that play touches."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, models=SHIPPED.parent)
        self.first, self.second = TouchChannel(self.time, name="osc 1"), TouchChannel(self.time, name="osc 2")
        self.outputs.open([self.out, self.first, self.second])

    @property
    def trio(self) -> EnsemblePlayer:
        return self.session.ensembles["trio"]

    def touch_for(self, seconds: float, channel: str = "osc 1") -> None:
        """Plays touches of the lead."""
        end = self.time.time + seconds
        while self.time.time < end:
            self.session.touched(channel, Touch(self.time.time, "lead", 0, 0.5, 0.5, 0.0))
            self.wait(0.1)


@pytest.fixture
def hall(tmp_path: Path) -> _Hall:
    return _Hall(tmp_path)


def test_player_add_takes_an_ensemble_that_answers_touches(hall: _Hall) -> None:
    main = hall.session.players["main"]
    said = hall.do(f"{ADD}; @trio temp 1.5")
    assert f"trio plays: 4 players, a lead among them · {MODEL}; hears and plays touches" in said
    assert (main.behaviour.paused, hall.session.focus) == (False, "main")
    assert hall.trio.behaviour.settings.temp == 1.5
    hall.do("@trio force p2 fast-taps")
    hall.touch_for(4)
    assert hall.first.touches
    assert hall.second.touches
    assert ("/metatone/performance/start", ("trio",)) in hall.first.told
    assert not hall.problems


def test_added_ensemble_plays_and_hears_its_channels(hall: _Hall) -> None:
    assert hall.do(f'{ADD} channels "osc 1"').endswith("hears and plays touches on osc 1")
    hall.do("@trio force p2 fast-taps")
    hall.touch_for(3, channel="osc 2")
    assert hall.trio.behaviour.touched_at is None
    assert hall.first.touches
    assert not hall.second.touches


def test_reroute_of_an_ensemble_ends_its_touches_and_can_be_undone(hall: _Hall) -> None:
    hall.do(f'{ADD} channels "osc 1"; @trio force p2 fast-taps')
    hall.wait(3.02)
    hall.first.ended.clear()
    assert hall.do('player trio channels "osc 2"') == "trio: hears and plays touches on osc 2"
    assert ("/metatone/performance/end", ("trio",)) in hall.first.told
    assert ("/metatone/performance/start", ("trio",)) in hall.second.told
    played = len(hall.first.touches)
    hall.wait(3)
    assert len(hall.first.touches) == played
    assert hall.second.touches
    hall.do("undo")
    assert hall.trio.routing.plays_channels == frozenset({"osc 1"})
    hall.do("player trio channels all")
    assert hall.trio.routing == Routing()


def test_added_ensemble_is_removed_and_comes_back_as_it_was(hall: _Hall) -> None:
    hall.do(f"{ADD}; @trio ensemble 3; @trio force p2 fast-taps")
    trio = hall.trio
    hall.wait(2)
    hall.do("player remove trio")
    assert not hall.session.ensembles
    hall.do("undo")
    assert hall.trio is trio
    assert (trio.behaviour.players, trio.behaviour.forced) == (3, {0: 1})
    hall.do("undo")
    assert not hall.session.ensembles
    hall.do("redo")
    assert hall.trio.behaviour.models.model == MODEL
    assert hall.do(f"{ADD} channels out").startswith("trio plays already: 3 players")


def test_scene_adds_its_ensembles(hall: _Hall, tmp_path: Path) -> None:
    hall.do(f'{ADD} channels "osc 2"; @trio ensemble 3; @trio temp 1.7; @trio lowest 40; @trio force p2 small-swirl')
    hall.do("scene save with")
    assert SceneFile(tmp_path / "scenes.toml").find("with").players["trio"].routing == hall.trio.routing
    hall.do("@trio unload; scene save random; player remove trio")
    hall.do("scene with")
    behaviour = hall.trio.behaviour
    assert (behaviour.players, behaviour.settings.temp, behaviour.settings.lowest) == (3, 1.7, 40)
    assert (behaviour.models.model, behaviour.forced) == (MODEL, {0: 7})
    assert hall.trio.routing.plays_channels == frozenset({"osc 2"})
    hall.do("player remove trio; scene random")
    assert isinstance(hall.trio.behaviour.models.network, RandomEnsemble)
    assert not hall.problems


def test_recorded_ensemble_comes_back_in_a_replay(hall: _Hall, tmp_path: Path) -> None:
    hall.do(f"{ADD} channels out; @trio unload")
    hall.do("record on")
    for line in ("player remove trio", "undo", 'player trio channels "osc 1"', "@trio ensemble 3"):
        hall.do(line)
    hall.do(f"record off; player add other {MODEL}")
    hall.live_set.recording.command_log.close()
    (file,) = (tmp_path / "logs").glob("*.commands")
    rows = [row.partition(",")[2] for row in file.read_text().splitlines()]
    assert f'player add trio {MODEL} channels "out"' in rows
    other = _Hall(tmp_path / "b")
    for row in rows:
        assert asyncio.run(other.executor.carry_out_line(row)) == ""
    assert other.trio.routing == hall.trio.routing
    assert other.trio.behaviour.players == 3
    assert other.trio.behaviour.models.file is None


def test_added_ensemble_is_written_as_a_table(hall: _Hall) -> None:
    hall.do(f"{ADD} channels out; @trio ensemble 3; @trio temp 1.5; @trio scale minor")
    _, table = player_tables(hall.session, hall.player_models)
    assert {key: value for key, value in table.items() if value is not None} == {
        "name": "trio",
        "kind": "ensemble",
        "file": f"{MODEL}.tflite",
        "players": 3,
        "pitemp": 1.5,
        "scale": "minor",
        "hears_channels": ["out"],
        "plays_channels": ["out"],
    }


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (f"{ADD} hears x1-x4", "trio is an ensemble, which hears and plays touches, not dimensions: name channels"),
        ("player duo plays first", "duo is an ensemble, which hears and plays touches"),
        ("player add Duo ensembleRNN", "duo plays already"),
        ("player remove main; player add main ensembleRNN", "main is a player of kind mdrnn in the configuration"),
        (f"{ADD} channels nowhere", "no channel is called nowhere: there is out, osc 1, osc 2"),
        ("player add duo musicMDRNN", "no model is called musicMDRNN. There are: ensembleRNN"),
    ],
)
def test_refused_ensemble_leaves_the_players(hall: _Hall, line: str, why: str) -> None:
    hall.do("player add duo ensembleRNN")
    reply = hall.try_(line)
    assert not reply.ok
    assert why in reply.text
    assert "trio" not in hall.session.all_players
