"""Several players on a virtual clock: their inputs, their outputs, and their answers to each other."""

import itertools

import numpy as np
import pytest

from impsy_tui.engine.io.outputs import Outputs
from impsy_tui.engine.players.routing import Routing
from impsy_tui.engine.players.session import Session, SessionSettings
from impsy_tui.engine.players.settings import PlayerSettings
from impsy_tui.errors import UserError
from tests.support.engine.scripted_players import (
    Member,
    RecordingChannel,
    RecordingLog,
    ScriptedPredictor,
    ScriptedSession,
)

LEFT = Routing(hears=(0, 1), plays=(0, 1))
RIGHT = Routing(hears=(2, 3), plays=(2, 3))


def _split(mode: str, **more: object) -> tuple[ScriptedSession, Member]:
    """Returns a session with a player for each half of an instrument of four values."""
    virtual = ScriptedSession(mode, dimension=3, instrument=5, routing=LEFT, **more)
    return virtual, virtual.join("b", mode, dimension=3, dt=0.15, routing=RIGHT)


def _values(player: ScriptedPredictor) -> list[tuple[float, ...]]:
    return [values for _, values in player.heard]


def test_players_hear_their_values_only() -> None:
    virtual, b = _split("polyphony")
    virtual.play(0.1, 0.2, 0.3, 0.4)
    virtual.wait(0.05)
    virtual.play(0.1, 0.2, 0.9, 0.4)
    virtual.wait(0.05)
    virtual.session.updated("midi", [(1, 0.7)], virtual.time.time)
    virtual.session.updated("midi", [(0, 0.6), (3, 0.5)], virtual.time.time)
    assert _values(virtual.predictor) == [(0.1, 0.2), (0.1, 0.7), (0.6, 0.7)]
    assert _values(b.predictor) == [(0.3, 0.4), (0.9, 0.4), (0.9, 0.5)]
    assert [dt for dt, _ in b.predictor.heard] == [0.0, 0.05, 0.05]
    assert [row[2] for row in b.log.rows] == _values(b.predictor)


def test_vector_said_again_is_heard_by_all_players() -> None:
    virtual, b = _split("polyphony")
    for _ in range(2):
        virtual.play(0.1, 0.2, 0.3, 0.4)
    assert len(virtual.predictor.heard) == len(b.predictor.heard) == 2


def test_player_hears_the_channels_that_are_its_own() -> None:
    keys = Routing(hears_channels=frozenset({"keys"}))
    virtual = ScriptedSession("polyphony", routing=keys)
    b = virtual.join("b", "callresponse", routing=Routing(hears_channels=frozenset({"knobs"})), threshold=0.2)
    virtual.play(0.1, channel="keys")
    virtual.play(0.5, channel="knobs")
    virtual.session.updated("keys", [(0, 0.3)], virtual.time.time)
    virtual.session.holding("knobs", True, virtual.time.time)
    assert (_values(virtual.predictor), _values(b.predictor)) == ([(0.1,), (0.3,)], [(0.5,)])
    virtual.wait(1)
    assert b.player.behaviour.played == 0  # a note is held on its channel
    virtual.session.holding("knobs", False, virtual.time.time)
    virtual.wait(1)
    assert b.player.behaviour.played > 0


def test_log_is_replayed_for_all_who_hear_the_musician() -> None:
    virtual = ScriptedSession("polyphony", routing=Routing(hears_channels=frozenset({"keys"})))
    b = virtual.join("b", "polyphony", routing=Routing(hears_channels=frozenset()))
    virtual.session.replayed((0.5,), virtual.time.time)
    assert (_values(virtual.predictor), _values(b.predictor)) == ([(0.5,)], [])


def test_player_keeps_dimensions_of_other_player() -> None:
    virtual, _ = _split("polyphony")
    virtual.play(0.1, 0.2, 0.3, 0.4)
    virtual.wait(1)
    assert [values for _, values in virtual.out.played] == [(0.11, 0.21, 0.3, 0.4), (0.11, 0.21, 0.31, 0.41)]
    assert virtual.out.muted == [{2, 3}, {0, 1}]


def test_outputs_of_one_alone_hear_nothing_of_the_other() -> None:
    time_of = ScriptedSession("useronly").time
    channels = [RecordingChannel(time_of, name=name) for name in ("a", "b")]
    outputs = Outputs(time_of.scheduler)
    outputs.open(channels)
    session = Session(
        time_of.scheduler,
        outputs,
        lambda *said: None,
        lambda *message: "",
        SessionSettings(),
        np.random.default_rng(1),
        2,
    )
    for channel, dt in zip(channels, (0.1, 0.2), strict=True):
        routing = Routing(plays_channels=frozenset({channel.name}))
        settings = PlayerSettings(mode="battle")
        session.add(channel.name, ScriptedPredictor(dt=dt), settings, RecordingLog(), routing)
    session.start()
    time_of.advance(1.05)
    assert [len(channel.played) for channel in channels] == [10, 5]
    session.players["a"].pause()
    assert channels[0].said[-1][1] == "silence"
    assert "silence" not in [what for _, what in channels[1].said]


def test_silence_of_one_ends_its_own_notes_and_of_the_last_everything() -> None:
    virtual, b = _split("battle")
    virtual.wait(0.5)
    virtual.player.pause()
    assert virtual.out.said[-1][1] == {0, 1}
    b.player.pause()
    assert virtual.out.said[-1][1] == "silence"


def test_note_that_another_has_struck_since_sounds_on() -> None:
    virtual = ScriptedSession("battle", dimension=3, dt=0.1)
    b = virtual.join("b", "battle", dt=0.25, routing=Routing(hears=(1,), plays=(1,)))
    virtual.wait(0.27)
    virtual.player.pause()
    assert virtual.out.said[-1][1] == {0}
    b.player.pause()
    assert virtual.out.said[-1][1] == "silence"


def test_slow_wire_carries_what_both_have_struck_meanwhile() -> None:
    virtual, _ = _split("polyphony", channel={"max_rate": 2.0})
    for _ in range(2):
        virtual.play(0.1, 0.2, 0.3, 0.4)
        virtual.wait(0.3)
    virtual.wait(2)
    # The first was sent at once. The newest values from the time of the busy wire were sent together.
    assert [values for _, values in virtual.out.played] == [(0.11, 0.21, 0.3, 0.4), (0.11, 0.21, 0.31, 0.41)]
    assert virtual.out.muted == [{2, 3}, frozenset()]


def test_late_output_keeps_the_notes_of_both_apart_too() -> None:
    virtual, b = _split("battle", channel={"max_rate": 2.0})
    virtual.session.outputs.nudge("out", 0.2)
    virtual.wait(1.0)
    virtual.player.pause()
    b.player.pause()
    virtual.wait(1.0)
    assert virtual.out.muted == [{2, 3}, frozenset()]
    assert [what for _, what in virtual.out.said if not isinstance(what, tuple)] == [{0, 1}, "silence"]


def test_player_hears_other_player_like_musician() -> None:
    virtual = ScriptedSession("battle", dimension=3, instrument=4, routing=Routing(hears=(0, 1), plays=(1, 2)))
    b = virtual.join("b", "duet", dimension=3, dt=5.0, routing=Routing(hears=(0, 2), hears_players=("main",)))
    virtual.play(0.9, 0.8, 0.7)
    virtual.wait(0.35)
    theirs = [values[2] for _, values in virtual.out.played]
    assert b.predictor.heard[1:] == [(0.0, (0.9, 0.7)), *((0.1, (0.9, value)) for value in theirs)]
    assert b.log.rows == [
        (100.0, "interface", (0.9, 0.7)),
        *((round(100.1 + number / 10, 9), "interface", (0.9, value)) for number, value in enumerate(theirs)),
    ]


def test_muted_player_is_not_heard_by_others() -> None:
    virtual = ScriptedSession("battle")
    b = virtual.join("b", "polyphony", routing=Routing(hears_players=("main",)))
    virtual.wait(0.15)
    assert len(b.predictor.heard) == 1
    virtual.player.shaping.muted.add(0)
    virtual.wait(1)
    assert len(b.predictor.heard) == 1


@pytest.mark.parametrize("timescale", [0.0, 1.0])
@pytest.mark.parametrize("count", [2, 5])
def test_players_that_hear_each_other_answer_everything_once(count: int, timescale: float) -> None:
    names = ["main", *(f"p{number}" for number in range(1, count))]
    wirings = [Routing(hears_players=tuple(other for other in names if other != name)) for name in names]
    virtual = ScriptedSession("polyphony", routing=wirings[0], timescale=timescale)
    others = [
        virtual.join(name, "polyphony", routing=routing, dt=0.1 + number / 100, timescale=timescale)
        for number, (name, routing) in enumerate(zip(names[1:], wirings[1:], strict=True))
    ]
    for played in range(1, 4):
        virtual.play(0.5)
        virtual.wait(60)
        assert [player.behaviour.played for player in virtual.session.players.values()] == [played] * count
    assert all(len(other.predictor.heard) == 3 * count for other in others)


def test_chain_of_players_answers_to_its_end() -> None:
    nobody: frozenset[str] = frozenset()
    virtual = ScriptedSession("polyphony")
    before = "main"
    chain = []
    for number in range(5):
        chain.append(virtual.join(f"p{number}", "polyphony", routing=Routing((), (), nobody, None, (before,))))
        before = f"p{number}"
    virtual.play(0.5)
    virtual.wait(10)
    assert [member.player.behaviour.played for member in chain] == [1] * 5
    assert [values for _, values in virtual.out.played] == [(round(0.51 + number / 100, 9),) for number in range(6)]


def test_players_in_callresponse_take_turns_after_a_call() -> None:
    virtual = ScriptedSession("callresponse", routing=Routing(hears_players=("b",)), threshold=0.3, max_response=2.0)
    b = virtual.join("b", "callresponse", routing=Routing(hears_players=("main",)), threshold=0.5, max_response=3.0)
    virtual.wait(10)
    assert not virtual.out.played
    virtual.play(0.5)
    turns = []
    for _ in range(300):
        virtual.wait(0.1)
        turns.append((virtual.behaviour.turn.value, b.player.behaviour.turn.value))
    assert ("player", "player") not in turns
    changes = [a for a, before in zip(turns, [("you", "you"), *turns], strict=False) if a != before]
    playing = [turn for turn in changes if turn != ("you", "you")]
    assert len(playing) >= 8
    assert all(a != b for a, b in itertools.pairwise(playing))
    virtual.session.received("in", (0.2,), virtual.time.time)
    assert (virtual.behaviour.turn.value, b.player.behaviour.turn.value) == ("you", "you")


def test_player_plays_on_while_another_is_paused() -> None:
    virtual, b = _split("battle")
    virtual.wait(0.5)
    before = virtual.behaviour.played, b.player.behaviour.played
    virtual.player.panic()
    assert virtual.out.said[-1][1] == {0, 1}
    virtual.wait(1)
    assert virtual.behaviour.played == before[0]
    assert b.player.behaviour.played > before[1]
    b.player.panic()
    assert virtual.out.said[-1][1] == "panic"
    virtual.session.resume()
    virtual.wait(1)
    assert virtual.behaviour.played > before[0]


def test_fade_takes_all_players_and_no_value_sounds() -> None:
    virtual = ScriptedSession("battle", dimension=2, instrument=4, channel={"safe": (0.0, 0.0, 0.0)})
    virtual.join("b", "battle", routing=Routing(plays=(1,), hears=(1,)))
    virtual.wait(0.5)
    virtual.session.fade(1.0, lambda: None)
    virtual.wait(2)
    assert virtual.out.played[-1][1] == (0.0, 0.0, 0.0)
    assert virtual.out.muted[-1] == {2}
    assert virtual.out.said[-1][1] == "silence"


def test_only_a_player_alone_changes_the_instrument() -> None:
    virtual, b = _split("useronly")
    assert b.player.refuses(4) == "the player hears 2 values, so its model needs dimension 3"
    free = virtual.join("c", "useronly", dimension=3)
    assert free.player.refuses(5) == ""
    assert free.player.refuses(6) == "the instrument has 4 values"
    free.player.change_predictor(ScriptedPredictor(dimension=5))
    virtual.play(0.1, 0.2, 0.3, 0.4)
    assert free.log.begun == [5]
    assert free.log.rows[-1][2] == (0.1, 0.2, 0.3, 0.4)
    assert virtual.log.rows[-1][2] == (0.1, 0.2)
    assert not any(str(what).startswith("dimension") for _, what in virtual.out.said)


def test_players_are_found_by_name() -> None:
    virtual, b = _split("useronly")
    session = virtual.session
    assert session.value_players_for("") == [virtual.player]
    assert session.value_players_for("b") == [b.player]
    assert session.value_players_for("all") == [virtual.player, b.player]
    session.focus = "b"
    assert session.focused_player is b.player
    with pytest.raises(UserError, match="no player is called c: there is main and b"):
        session.value_players_for("c")
