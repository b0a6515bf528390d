"""Ensemble next to other players: its commands, its outputs, and its logs."""

import asyncio
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from impsy_tui.channels.base import VirtualTouch
from impsy_tui.engine.performance.replaying.replay import RecordedPerformance
from impsy_tui.engine.performance.scenes.file import SceneFile
from impsy_tui.ensemble.scores import read_score
from impsy_tui.ensemble.touches.surfaces import Lifted
from impsy_tui.ensemble.touches.touch import read_touches
from tests.support.engine.virtual_ensemble import SWIRL, TAPS, VirtualEnsemble
from tests.support.models import constant_model
from tests.support.waiting import wait_until


@pytest.fixture
def hall(tmp_path: Path) -> VirtualEnsemble:
    return VirtualEnsemble(tmp_path)


def test_commands_about_ensembles_find_the_one_that_there_is(hall: VirtualEnsemble) -> None:
    behaviour = hall.player.behaviour
    assert hall.do("ensemble 4") == "trio: ensemble 4"
    assert hall.player.players == ("lead", "p2", "p3", "p4")
    assert hall.do("force p2 small-swirl") == "trio: p2 makes small-swirl until free p2"
    assert hall.do("@trio tacet p3") == "trio: p3 is silent until free p3"
    assert behaviour.forced == {0: SWIRL, 1: 0}
    assert hall.do("clips nearest") == "trio: clips nearest"
    assert hall.do("@trio temp 0.7") == "trio: temp 0.7"
    assert behaviour.settings.temp == 0.7
    assert hall.do("free p2") == "trio: p2 is free"
    assert hall.do("free") == "trio: all players are free"
    assert behaviour.forced == {}


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("force p4 nothing", "trio has no p4, only p2 to p3: ensemble 4 adds players"),
        ("@trio mode battle", "trio plays gestures, to which this does not apply"),
        ("@trio take", "trio plays gestures"),
        ("@trio mute x1", "trio plays gestures"),
        ("@trio load zz", "no model is called zz"),
        ("classifier mine", "no classifier is called mine"),
        ("@trio audition off", "no model is auditioned"),
        ("@main ensemble 4", "main is not an ensemble: there is trio"),
        ("@duo ensemble 4", "no player is called duo: there is main and trio"),
        ("force p2 jump", "'jump' is not"),
        ("ensemble 9", "'9' is out of range (2 to 8)"),
    ],
)
def test_ensemble_refuses_commands_of_other_kinds(hall: VirtualEnsemble, line: str, why: str) -> None:
    assert why in hall.refused(line)


def test_commands_for_all_players_include_ensembles(hall: VirtualEnsemble) -> None:
    hall.do("pause")
    assert hall.player.paused
    assert hall.rehearsal.session.focused_player.paused
    hall.do("@trio resume")
    assert not hall.player.paused
    hall.do("@all temp 1.5; @all mode battle; @all reset; panic")
    assert hall.player.behaviour.settings.temp == 1.5
    assert hall.player.paused
    assert "trio  3 players, a lead among them · scripted" in hall.do("player")
    assert hall.do("player trio").splitlines()[1].startswith("▸ trio")
    assert "trio plays gestures" in hall.refused("mode duet")


def test_temperature_of_an_ensemble_glides(hall: VirtualEnsemble) -> None:
    hall.do("@trio over 2s temp 3")
    hall.rehearsal.wait(1.0)
    assert hall.player.behaviour.settings.temp == pytest.approx(2.0, abs=0.1)
    hall.do("@trio temp 1")
    hall.rehearsal.wait(3.0)
    assert hall.player.behaviour.settings.temp == 1.0


@pytest.mark.parametrize(
    "line", ["thru on", "swing 60%", "nudge out 5ms", "hand over on bar", "scene loud", "over 1s swing 60%"]
)
def test_command_without_player_ignores_focus(hall: VirtualEnsemble, line: str) -> None:
    hall.do("scene save loud")
    hall.do("player trio")
    hall.do("every 9s @trio temp 1")
    hall.do(line)


def test_log_is_replayed_through_a_model_of_the_only_player_of_values(hall: VirtualEnsemble, tmp_path: Path) -> None:
    rehearsal = hall.rehearsal
    constant_model(tmp_path / "models" / "mine.h5", [0.1, 0.2, 0.5, 0.8])
    hall.do("player trio")
    events = RecordedPerformance("it", np.zeros(1), np.zeros((1, 3)))
    assert "is replayed" in asyncio.run(rehearsal.live_set.replay.start(events, through="mine"))
    assert rehearsal.session.players["main"].behaviour.predictor.name == "mine"


def test_ensemble_glides_while_something_else_is_pending(hall: VirtualEnsemble) -> None:
    hall.do("every 9s @main temp 1")
    hall.do("@trio over 2s temp 3")
    hall.rehearsal.wait(2.5)
    assert hall.player.behaviour.settings.temp == 3.0


def test_undo_and_scenes_include_ensemble_settings(hall: VirtualEnsemble, tmp_path: Path) -> None:
    behaviour = hall.player.behaviour
    hall.do("ensemble 5; force p3 big-swirl; clips nearest; @trio temp 0.5")
    hall.do("scene save loud")
    hall.do("ensemble 2; free; clips random; @trio temp 2")
    hall.do("undo")
    assert (behaviour.players, behaviour.forced, behaviour.settings.clips, behaviour.settings.temp) == (
        5,
        {1: 6},
        "nearest",
        0.5,
    )
    hall.do("ensemble 2; free; clips random; @trio temp 2")
    hall.do("scene loud")
    assert (behaviour.players, behaviour.forced, behaviour.settings.temp) == (5, {1: 6}, 0.5)
    kept = SceneFile(tmp_path / "scenes.toml").find("loud").players["trio"]
    assert kept.items == {"force": {"p3": "big-swirl"}}


def test_scale_and_ends_change_notes_while_ensemble_plays(hall: VirtualEnsemble) -> None:
    notes = hall.player.behaviour.notes
    assert notes == (48, 50, 52, 55, 57, 60)
    assert hall.do("scale blues; lowest 36; highest 48") == "trio: scale blues\ntrio: lowest 36\ntrio: highest 48"
    assert hall.player.behaviour.notes == (36, 39, 41, 42, 43, 46, 48)
    hall.do("undo")
    assert hall.player.behaviour.notes == notes
    assert "'128' is out of range (0 to 127)" in hall.refused("lowest 128")
    assert "'dorian' is not" in hall.refused("scale dorian")
    hall.do("map cc 1 7 lowest")
    parameter_map = hall.rehearsal.live_set.mappings.parameters
    assert parameter_map.take_midi("knobs", bytes((0xB0, 7, 48)), lambda _, line: hall.do(line))
    for level in (72, 72):
        parameter_map.take_midi("knobs", bytes((0xB0, 7, level)), lambda _, line: hall.do(line))
        hall.time.advance(0.1)
    assert hall.player.behaviour.notes == (60, 62, 64, 67, 69, 72)


def test_touches_go_everywhere_or_each_follower_has_a_separate_place(tmp_path: Path) -> None:
    everywhere = VirtualEnsemble(tmp_path)
    everywhere.rehearsal.wait(1.05)
    for channel in (everywhere.first, everywhere.second):
        assert [touch.player for touch in channel.touches] == ["p2", "p3"]
    assert everywhere.rehearsal.out.said == []  # this output takes no touches
    apart = VirtualEnsemble(tmp_path, destinations=("osc 2", "osc 1"))
    apart.rehearsal.wait(1.05)
    assert apart.second.touches == [VirtualTouch("p2", 0.1, 0.5, 0.0, 3, 48, 96)]
    assert apart.first.touches == [VirtualTouch("p3", 0.1, 0.5, 0.0, 4, 48, 96)]
    apart.player.stop()
    assert (apart.first.ended, apart.second.ended) == (["p3"], ["p2"])


def test_nudged_output_plays_its_touches_later(tmp_path: Path) -> None:
    hall = VirtualEnsemble(tmp_path, destinations=("osc 1",))
    hall.do('nudge "osc 1" 100ms')
    hall.rehearsal.wait(1.05)
    assert hall.first.touches == []
    hall.rehearsal.wait(0.1)
    assert len(hall.first.touches) == 2


def test_channel_gets_start_online_offline_and_end_messages(hall: VirtualEnsemble) -> None:
    hall.do("ensemble 4")
    hall.do("ensemble 2")
    hall.player.stop()
    assert [(address.removeprefix("/metatone"), *arguments) for address, arguments in hall.first.told] == [
        ("/performance/start", "trio"),
        ("/online", "p2", "trio"),
        ("/online", "p3", "trio"),
        ("/online", "p4", "trio"),
        ("/offline", "p3", "trio"),
        ("/offline", "p4", "trio"),
        ("/offline", "p2", "trio"),
        ("/performance/end", "trio"),
    ]


def test_gestures_and_states_are_sent_each_second(hall: VirtualEnsemble) -> None:
    hall.first.told.clear()
    hall.rehearsal.wait(1.05)
    assert hall.first.told == [
        ("/metatone/classifier/gesture", ("lead", "N")),
        ("/metatone/classifier/gesture", ("p2", "FT")),
        ("/metatone/classifier/gesture", ("p3", "FT")),
        ("/metatone/classifier/ensemble/state", ("stasis", 1.0, 1.0)),
    ]


def test_only_the_lead_is_heard_and_only_by_its_channels(tmp_path: Path) -> None:
    hall = VirtualEnsemble(tmp_path, lead="ann", hears_channels=frozenset({"osc 1"}))
    hall.touch("ann", "osc 2")
    hall.touch("bob", "osc 1")
    hall.rehearsal.session.touched("osc 1", Lifted("ann", 0))
    assert hall.player.behaviour.touched_at is None
    hall.touch("ann", "osc 1")
    assert hall.player.behaviour.touched_at == hall.time.time


def test_touches_and_a_score_of_all_players_are_written_while_there_is_a_lead(tmp_path: Path) -> None:
    hall = VirtualEnsemble(tmp_path)
    hall.player.behaviour.settings.lead_stops = "rest"

    async def perform() -> None:
        hall.log.open()
        hall.player.begin_log()
        hall.time.advance(5.0)  # without a lead, no row is written
        for _ in range(30):
            hall.touch()
            hall.time.advance(0.1)
        hall.player.behaviour.set_value("ensemble", 2)
        hall.time.advance(30.0)  # the lead has stopped
        hall.touch()
        hall.time.advance(2.0)
        await hall.log.close()

    asyncio.run(perform())
    # On a busy machine the writer goes on after the log is closed.
    wait_until(lambda: sum(len(file.read_text().splitlines()) for file in tmp_path.rglob("*-trio*.csv")) == 32 + 17)
    (file,) = (tmp_path / "logs").glob("*-trio-touches.csv")
    recording = read_touches(file)
    assert len(recording.players["lead"]) == 31
    scores = [read_score(score) for score in sorted((tmp_path / "scores").glob("*-trio*.csv"))]
    assert [(read.score.players, len(read.score)) for read in scores] == [
        (("lead", "p2", "p3"), 3),
        (("lead", "p2"), 9),
        (("lead", "p2"), 2),
    ]
    assert not any(read.remarks for read in scores)
    assert scores[0].score.codes[:, 1:].tolist() == [[TAPS, TAPS]] * 3
    assert scores[0].score.began is not None
    assert abs((scores[0].score.began - datetime.now()).total_seconds()) < 60
