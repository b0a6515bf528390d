"""Commands that steer a model: again, given and blend, with their undo, scenes, ramps, patterns and recordings."""

import asyncio
from pathlib import Path

import numpy as np
import pytest

from impsy_tui.engine.performance.replaying.replay import RecordedPerformance
from impsy_tui.engine.players.mdrnn import MdrnnBehaviour
from tests.support.engine.scripted_players import ScriptedPredictor
from tests.support.engine.virtual_session import SHIPPED, VirtualSession, mdrnn
from tests.support.models import constant_model, random_model

CALM, WILD = (0.1, 0.2, 0.3, 0.4), (0.1, 0.6, 0.7, 0.8)


def behaviour(set_: VirtualSession) -> MdrnnBehaviour:
    """Returns the behaviour of the player."""
    found = set_.session.focused_player.behaviour
    assert isinstance(found, MdrnnBehaviour)
    return found


def blend(set_: VirtualSession) -> float | None:
    """Returns the share of the second model."""
    share: float | None = behaviour(set_).value("blend")
    return share


def blended(set_: VirtualSession) -> str:
    """Returns the name of the second model; empty for none."""
    second = behaviour(set_).blended
    return "" if second is None else second.name


@pytest.fixture
def set_(tmp_path: Path) -> VirtualSession:
    """Session with the model calm, in battle, and the models wild and narrow in its folder."""
    constant_model(tmp_path / "models" / "calm.h5", CALM)
    constant_model(tmp_path / "models" / "wild.h5", WILD, units=6, layers=1, mixtures=3)
    constant_model(tmp_path / "models" / "narrow.h5", WILD[:3])
    random = np.random.default_rng(1)
    players = {"main": mdrnn(tmp_path / "models" / "calm.h5", random)}
    virtual = VirtualSession(tmp_path, players=players, random=random, mode="battle")
    virtual.do("load calm; sigma 0")
    return virtual


def played(set_: VirtualSession) -> list[tuple[float, ...]]:
    """Returns the vectors of the output, rounded, and empties it."""
    found = [tuple(round(value, 3) for value in values) for _, values in set_.out.played]
    set_.out.said.clear()
    return found


class TestAgain:
    def test_again_replaces_the_pending_event_and_its_time(self, tmp_path: Path) -> None:
        model = random_model(tmp_path / "m.h5", 4, 8, 1, 3)
        lines = []
        for again in ("", "again", "again; again"):
            random = np.random.default_rng(5)
            set_ = VirtualSession(tmp_path, players={"main": mdrnn(model, random)}, random=random, mode="battle")
            set_.do("sigma 1; seed 3; mode useronly; mode battle")
            if again:
                set_.do(again)
            lines.append(behaviour(set_).upcoming)
        assert len(set(lines)) == 3
        random = np.random.default_rng(5)
        repeated = VirtualSession(tmp_path, players={"main": mdrnn(model, random)}, random=random, mode="battle")
        repeated.do("sigma 1; seed 3; mode useronly; mode battle; again; again")
        assert behaviour(repeated).upcoming == lines[2]

    def test_again_is_refused_when_nothing_waits(self, tmp_path: Path) -> None:
        set_ = VirtualSession(tmp_path, mode="callresponse")
        assert set_.try_("again").text.startswith("no event waits for its time")

    def test_again_draws_the_event_that_a_response_begins_with(self, tmp_path: Path) -> None:
        set_ = VirtualSession(tmp_path, mode="callresponse")
        set_.play(0.2, 0.2, 0.2)
        set_.do("again")
        set_.wait(1.2)
        assert set_.out.played[0][1] == pytest.approx((0.31, 0.31, 0.31))

    def test_again_replaces_the_newest_answer(self, tmp_path: Path) -> None:
        predictor = ScriptedPredictor(4, dt=0.5)
        set_ = VirtualSession(tmp_path, players={"main": predictor}, mode="polyphony")
        set_.play(0.2, 0.2, 0.2)
        set_.wait(0.1)
        set_.do("again")
        set_.wait(1.0)
        assert [(round(at - 1000, 6), values[0]) for at, values in set_.out.played] == [(0.5, 0.31)]
        assert "no event waits" in set_.try_("again").text

    def test_again_of_an_event_that_is_due_earlier_sounds_at_once(self, tmp_path: Path) -> None:
        predictor = ScriptedPredictor(4, dt=2.0)
        set_ = VirtualSession(tmp_path, players={"main": predictor}, mode="battle")
        set_.wait(1.0)
        predictor.dt = 0.5
        set_.do("again")
        set_.wait(0.1)
        assert len(set_.out.played) == 1
        assert set_.problems == []

    def test_again_keeps_one_event_on_the_grid(self, tmp_path: Path) -> None:
        predictor = ScriptedPredictor(4, dt=0.5)
        set_ = VirtualSession(tmp_path, players={"main": predictor}, mode="battle")
        set_.do("tempo 120; quantise 1/4")
        for _ in range(20):
            set_.try_("again")
            set_.wait(0.25)
        times = [at for at, _ in set_.out.played]
        assert len(times) == len(set(times))
        assert 8 <= len(times) <= 11


class TestGiven:
    def test_given_values_sound_and_are_heard_by_the_model(self, tmp_path: Path) -> None:
        predictor = ScriptedPredictor(4)
        set_ = VirtualSession(tmp_path, players={"main": predictor}, mode="battle")
        assert set_.do("given x3 0.7; given x1 0.2..0.5; given dt 250ms").splitlines() == [
            "x3 given: 0.7",
            "x1 given: 0.2..0.5",
            "given dt 0.25s",
        ]
        set_.wait(1.0)
        assert predictor.given == {0: 0.25, 1: (0.2, 0.5), 3: 0.7}
        assert set_.session.focused_player.shaping.marks(3) == ("given", "", "given")
        set_.do("given x1 off")
        set_.wait(1.0)
        assert predictor.given == {0: 0.25, 3: 0.7}
        set_.do("given off")
        set_.wait(1.0)
        assert predictor.given == {}

    def test_given_changes_what_a_model_plays_and_hears(self, set_: VirtualSession) -> None:
        set_.do("given x3 0.7; given dt 0.25; again")
        set_.wait(1.1)
        assert played(set_) == [(0.2, 0.3, 0.7)] * 4
        set_.do("given off; again")
        set_.wait(0.55)
        assert played(set_)[-1] == (0.2, 0.3, 0.4)

    def test_given_time_may_be_longer_than_the_longest_gap(self, set_: VirtualSession) -> None:
        set_.do("given dt 30; again")
        set_.wait(25)
        assert played(set_) == []
        set_.wait(6)
        assert len(played(set_)) == 1

    def test_undo_scenes_and_release_take_given_values(self, set_: VirtualSession) -> None:
        shaping = set_.session.focused_player.shaping
        set_.do("given x3 0.7; given x1 0.2..0.5; given dt 100ms..1s")
        set_.do("scene save fixed")
        set_.do("given off")
        set_.do("undo")
        assert (shaping.given, behaviour(set_).value("given dt")) == ({0: (0.2, 0.5), 2: 0.7}, (0.1, 1.0))
        set_.do("release; given dt off")
        assert (shaping.given, behaviour(set_).value("given dt")) == ({}, None)
        set_.do("scene fixed")
        assert (shaping.given, behaviour(set_).value("given dt")) == ({0: (0.2, 0.5), 2: 0.7}, (0.1, 1.0))
        set_.do("given x1 0.4; given dt 0.3")
        set_.do("scene fixed")
        assert (shaping.given, behaviour(set_).value("given dt")) == ({0: (0.2, 0.5), 2: 0.7}, (0.1, 1.0))

    def test_ramps_and_patterns_move_given_numbers(self, set_: VirtualSession) -> None:
        shaping = set_.session.focused_player.shaping
        set_.do("given x1 0.2; over 2s given x1 0.8 given dt 2s")
        set_.wait(1.0)
        assert shaping.given[0] == pytest.approx(0.5, abs=0.02)
        set_.wait(1.1)
        assert (shaping.given[0], behaviour(set_).value("given dt")) == (0.8, 2.0)
        set_.do('given x2 "0.1 0.9" now')
        set_.wait(0.1)
        assert shaping.given[1] == 0.1
        set_.wait(1.0)
        assert shaping.given[1] == 0.9
        set_.do("given off")
        assert set_.do("what") == "nothing is pending"
        assert set_.do("given x1 0.123456789..0.5") == "x1 given: 0.123457..0.5"

    @pytest.mark.parametrize(
        ("line", "said"),
        [
            ("given x3 2", "out of range (0 to 1)"),
            ("given x3 0.5..0.2", "the first number of a range is the lower one"),
            ("given x3 0.5..2", "out of range (0 to 1)"),
            ("given x3 0.5..", "'0.5..' is not a number, 0 to 1 or a range such as 0.2..0.5"),
            ("given x3 ..0.5", "'..0.5' is not a number, 0 to 1 or a range such as 0.2..0.5"),
            ("given dt 0", "out of range"),
            ("given x9 0.5", "there is no x9"),
            ("over 5s given x3 0.2..0.5", "is not a number"),
        ],
    )
    def test_given_says_what_is_allowed(self, set_: VirtualSession, line: str, said: str) -> None:
        assert said in set_.try_(line).text


class TestBlend:
    def test_blend_plays_both_models_and_hears_with_both(self, set_: VirtualSession) -> None:
        assert "wild 50%, both models hear everything" in set_.do("seed 1; blend wil 50%")
        assert set_.do("blend wild 50%").startswith("wild 50%")
        assert (blended(set_), blend(set_)) == ("wild", 0.5)
        set_.wait(10)
        found = played(set_)[1:]
        assert set(found) == {CALM[1:], WILD[1:]}
        assert 20 < found.count(WILD[1:]) < 80
        set_.do("blend 100%")
        set_.wait(1)
        assert set(played(set_)[1:]) == {WILD[1:]}
        set_.do("blend 0%")
        set_.wait(1)
        assert set(played(set_)[1:]) == {CALM[1:]}
        set_.do("unblend")
        assert (blended(set_), blend(set_)) == ("", None)
        assert set_.try_("unblend").text == "no second model plays"

    def test_load_of_the_second_model_lets_it_play_alone_with_its_memory(self, set_: VirtualSession) -> None:
        set_.do("blend wild 20%")
        second = behaviour(set_).blended
        assert set_.do("load wild") == "wild plays alone"
        assert behaviour(set_).predictor is second
        assert blend(set_) is None
        assert set_.do("load previous").startswith("calm plays")

    def test_ramp_loads_the_second_model_and_moves_its_share(self, set_: VirtualSession) -> None:
        set_.do("over 2s blend wild 100%")
        assert (blended(set_), blend(set_)) == ("wild", 0.0)
        set_.wait(1.0)
        assert blend(set_) == pytest.approx(0.5, abs=0.02)
        set_.wait(1.1)
        assert blend(set_) == 1.0
        set_.do("over 1s blend 20%")
        set_.wait(1.1)
        assert blend(set_) == 0.2

    def test_pattern_moves_the_share(self, set_: VirtualSession) -> None:
        set_.do('blend wild "0 1"')
        set_.wait(0.1)
        assert (blended(set_), blend(set_)) == ("wild", 0.0)
        set_.wait(1.0)
        assert blend(set_) == 1.0
        assert 'blend wild "0 1"' in set_.do("what")
        set_.do('blend "0.2 0.4" now')
        set_.wait(0.1)
        assert blend(set_) in (0.2, 0.4)
        set_.do("blend 30%")
        assert set_.do("what") == "nothing is pending"

    @pytest.mark.parametrize("line", ["unblend", "load wild", "load calm", "unload"])
    @pytest.mark.parametrize("moving", ['blend wild "0 1"', "over 9s blend wild 100%"])
    def test_end_of_a_blend_ends_what_moves_its_share(self, set_: VirtualSession, moving: str, line: str) -> None:
        set_.do(moving)
        set_.wait(1)
        set_.do(line)
        assert set_.do("what") == "nothing is pending"

    def test_undo_and_scenes_restore_a_blend(self, set_: VirtualSession) -> None:
        set_.do("blend wild 40%")
        set_.do("scene save both")
        set_.do("unblend")
        set_.do("undo")
        assert (blended(set_), blend(set_)) == ("wild", 0.4)
        set_.do("undo")
        set_.do("undo")
        assert (blended(set_), blend(set_)) == ("", None)
        set_.do("scene both")
        assert (blended(set_), blend(set_)) == ("wild", 0.4)
        set_.do("load wild")
        set_.do("scene both")
        assert (behaviour(set_).predictor.name, blended(set_), blend(set_)) == ("calm", "wild", 0.4)
        set_.do("load wild")
        set_.do("undo")
        assert (behaviour(set_).predictor.name, blended(set_), blend(set_)) == ("calm", "wild", 0.4)

    def test_state_of_a_recording_names_both_models(self, set_: VirtualSession) -> None:
        set_.do("blend wild 40%; given x1 0.2..0.5; given dt 1s")
        lines = list(set_.live_set.recording._state_lines(1, set_.time.time))
        for line in ("load calm", 'blend "wild" 0.4', "given x1 0.2..0.5"):
            assert line in lines
        assert any("given dt 1s" in line for line in lines)
        set_.do("unblend; given off; given dt off")
        for line in lines:
            set_.do(line)
        assert (blended(set_), blend(set_)) == ("wild", 0.4)
        assert set_.session.focused_player.shaping.given == {0: (0.2, 0.5)}

    @pytest.mark.parametrize(
        ("line", "said"),
        [
            ("blend 50%", "no second model plays: blend MODEL 50% adds one"),
            ("over 2s blend 50%", "no second model plays"),
            ("blend narrow 50%", "narrow has dimension 3, 4 is played: both models of a blend need"),
            ("blend wild 150%", "out of range (0% to 100%)"),
            ("blend nothing 50%", "no model is called nothing"),
            ("blend wild", "blend needs"),
        ],
    )
    def test_blend_says_what_is_wrong(self, set_: VirtualSession, line: str, said: str) -> None:
        assert said in set_.try_(line).text
        assert blended(set_) == ""

    def test_dummy_cannot_be_blended(self, set_: VirtualSession) -> None:
        set_.do("unload")
        assert "no model plays that could be blended" in set_.try_("blend wild 50%").text

    def test_files_of_a_blend_are_in_use_until_it_ends(self, set_: VirtualSession) -> None:
        players = set_.session.players.values()
        set_.do("blend wild 50%")
        assert "wild" in [file.stem for file in set_.player_models.files(players)]
        set_.do("unblend")
        assert "wild" not in [file.stem for file in set_.player_models.files(players)]


def _replayed(folder: Path, seed: int) -> tuple[list[tuple[float, object]], VirtualSession]:
    """Replays eight seconds of input with commands that steer, and returns the output."""
    random = np.random.default_rng(3)
    times = np.cumsum(random.uniform(0.05, 0.15, 80))
    commands = [
        (0.0, "mode duet; sigma 0.5"),
        (1.0, "given x1 0.2..0.5; given dt 100ms..200ms"),
        (2.0, "blend s 30%"),
        (3.0, "again; over 2s blend 90%"),
        (5.0, "given off; again"),
        (6.0, 'given x3 "0.1 0.9" now'),
    ]
    performance = RecordedPerformance("made", times - times[0], random.random((80, 8)), commands)
    random = np.random.default_rng(seed)
    players = {"main": mdrnn(SHIPPED, random)}
    virtual = VirtualSession(folder, players=players, models=SHIPPED.parent, random=random, mode="duet")
    virtual.do(f"seed {seed}")
    asyncio.run(virtual.live_set.replay.start(performance))
    virtual.wait(10.0)
    assert virtual.problems == []
    return virtual.out.said, virtual


def test_replay_of_steering_commands_repeats_exactly(tmp_path: Path) -> None:
    (first, virtual), (second, _), (other, _) = (_replayed(tmp_path, seed) for seed in (7, 7, 8))
    assert len(first) > 40
    assert first == second
    assert first != other
    assert (blended(virtual), blend(virtual)) == (SHIPPED.stem, 0.9)
