"""Several players on a virtual clock: who hears what, who sounds where, and who answers whom."""

import itertools

import numpy as np
import pytest

from impsy_tui.engine.io.outputs import Outputs
from impsy_tui.engine.players.routing import Routing
from impsy_tui.engine.players.session import Session, SessionSettings
from impsy_tui.engine.players.settings import PlayerSettings
from impsy_tui.errors import UserError
from tests.support.engine.scripted_players import Band, Member, RecordingChannel, RecordingLog, ScriptedPlayer

LEFT = Routing(hears=(0, 1), plays=(0, 1))
RIGHT = Routing(hears=(2, 3), plays=(2, 3))


def _split(mode: str, **more: object) -> tuple[Band, Member]:
    """A player for each half of an instrument of four values."""
    band = Band(mode, dimension=3, instrument=5, wiring=LEFT, **more)
    return band, band.join("b", mode, dimension=3, dt=0.15, wiring=RIGHT)


def _values(player: ScriptedPlayer) -> list[tuple[float, ...]]:
    return [values for _, values in player.heard]


def test_each_hears_its_own_values_and_only_what_is_about_them() -> None:
    band, b = _split("polyphony")
    band.play(0.1, 0.2, 0.3, 0.4)
    band.wait(0.05)
    band.play(0.1, 0.2, 0.9, 0.4)
    band.wait(0.05)
    band.session.updated("midi", [(1, 0.7)], band.time.time)
    band.session.updated("midi", [(0, 0.6), (3, 0.5)], band.time.time)
    assert _values(band.player) == [(0.1, 0.2), (0.1, 0.7), (0.6, 0.7)]
    assert _values(b.player) == [(0.3, 0.4), (0.9, 0.4), (0.9, 0.5)]
    assert [dt for dt, _ in b.player.heard] == [0.0, 0.05, 0.05]
    assert [row[2] for row in b.log.rows] == _values(b.player)


def test_a_vector_said_again_is_heard_by_everybody() -> None:
    band, b = _split("polyphony")
    for _ in range(2):
        band.play(0.1, 0.2, 0.3, 0.4)
    assert len(band.player.heard) == len(b.player.heard) == 2


def test_a_player_hears_the_channels_that_are_its_own() -> None:
    keys = Routing(hears_channels=frozenset({"keys"}))
    band = Band("polyphony", wiring=keys)
    b = band.join("b", "callresponse", wiring=Routing(hears_channels=frozenset({"knobs"})), threshold=0.2)
    band.play(0.1, channel="keys")
    band.play(0.5, channel="knobs")
    band.session.updated("keys", [(0, 0.3)], band.time.time)
    band.session.holding("knobs", True, band.time.time)
    assert (_values(band.player), _values(b.player)) == ([(0.1,), (0.3,)], [(0.5,)])
    band.wait(1)
    assert b.seat.part.played == 0  # something is held on its own channel
    band.session.holding("knobs", False, band.time.time)
    band.wait(1)
    assert b.seat.part.played > 0


def test_a_log_is_replayed_for_all_who_hear_the_musician() -> None:
    band = Band("polyphony", wiring=Routing(hears_channels=frozenset({"keys"})))
    b = band.join("b", "polyphony", wiring=Routing(hears_channels=frozenset()))
    band.session.replayed((0.5,), band.time.time)
    assert (_values(band.player), _values(b.player)) == ([(0.5,)], [])


def test_what_one_plays_leaves_the_values_of_the_other_where_they_are() -> None:
    band, _ = _split("polyphony")
    band.play(0.1, 0.2, 0.3, 0.4)
    band.wait(1)
    assert [values for _, values in band.out.played] == [(0.11, 0.21, 0.3, 0.4), (0.11, 0.21, 0.31, 0.41)]
    assert band.out.muted == [{2, 3}, {0, 1}]


def test_outputs_of_one_alone_hear_nothing_of_the_other() -> None:
    time_of = Band("useronly").time
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
        wiring = Routing(plays_channels=frozenset({channel.name}))
        settings = PlayerSettings(mode="battle")
        session.add(channel.name, ScriptedPlayer(dt=dt), settings, RecordingLog(), wiring)
    session.start()
    time_of.advance(1.05)
    assert [len(channel.played) for channel in channels] == [10, 5]
    session.seats["a"].pause()
    assert channels[0].said[-1][1] == "silence"
    assert "silence" not in [what for _, what in channels[1].said]


def test_the_silence_of_one_ends_its_own_notes_and_of_the_last_everything() -> None:
    band, b = _split("battle")
    band.wait(0.5)
    band.seat.pause()
    assert band.out.said[-1][1] == {0, 1}
    b.seat.pause()
    assert band.out.said[-1][1] == "silence"


def test_a_note_that_another_has_struck_since_sounds_on() -> None:
    band = Band("battle", dimension=3, dt=0.1)
    b = band.join("b", "battle", dt=0.25, wiring=Routing(hears=(1,), plays=(1,)))
    band.wait(0.27)
    band.seat.pause()
    assert band.out.said[-1][1] == {0}
    b.seat.pause()
    assert band.out.said[-1][1] == "silence"


def test_a_slow_wire_carries_what_both_have_struck_meanwhile() -> None:
    band, _ = _split("polyphony", channel={"max_rate": 2.0})
    for _ in range(2):
        band.play(0.1, 0.2, 0.3, 0.4)
        band.wait(0.3)
    band.wait(2)
    # The first went at once; what came while the wire was busy went together, the newest of each.
    assert [values for _, values in band.out.played] == [(0.11, 0.21, 0.3, 0.4), (0.11, 0.21, 0.31, 0.41)]
    assert band.out.muted == [{2, 3}, frozenset()]


def test_a_late_output_keeps_the_notes_of_both_apart_too() -> None:
    band, b = _split("battle", channel={"max_rate": 2.0})
    band.session.outputs.nudge("out", 0.2)
    band.wait(1.0)
    band.seat.pause()
    b.seat.pause()
    band.wait(1.0)
    assert band.out.muted == [{2, 3}, frozenset()]
    assert [what for _, what in band.out.said if not isinstance(what, tuple)] == [{0, 1}, "silence"]


def test_what_another_plays_is_heard_as_if_the_musician_had_played_it() -> None:
    band = Band("battle", dimension=3, instrument=4, wiring=Routing(hears=(0, 1), plays=(1, 2)))
    b = band.join("b", "duet", dimension=3, dt=5.0, wiring=Routing(hears=(0, 2), hears_players=("main",)))
    band.play(0.9, 0.8, 0.7)
    band.wait(0.35)
    theirs = [values[2] for _, values in band.out.played]
    assert b.player.heard[1:] == [(0.0, (0.9, 0.7)), *((0.1, (0.9, value)) for value in theirs)]
    assert b.log.rows == [
        (100.0, "interface", (0.9, 0.7)),
        *((round(100.1 + number / 10, 9), "interface", (0.9, value)) for number, value in enumerate(theirs)),
    ]


def test_what_is_muted_is_not_heard_by_others() -> None:
    band = Band("battle")
    b = band.join("b", "polyphony", wiring=Routing(hears_players=("main",)))
    band.wait(0.15)
    assert len(b.player.heard) == 1
    band.seat.shaping.muted.add(0)
    band.wait(1)
    assert len(b.player.heard) == 1


@pytest.mark.parametrize("timescale", [0.0, 1.0])
@pytest.mark.parametrize("count", [2, 5])
def test_players_that_hear_each_other_answer_everything_once(count: int, timescale: float) -> None:
    names = ["main", *(f"p{number}" for number in range(1, count))]
    wirings = [Routing(hears_players=tuple(other for other in names if other != name)) for name in names]
    band = Band("polyphony", wiring=wirings[0], timescale=timescale)
    others = [
        band.join(name, "polyphony", wiring=wiring, dt=0.1 + number / 100, timescale=timescale)
        for number, (name, wiring) in enumerate(zip(names[1:], wirings[1:], strict=True))
    ]
    for played in range(1, 4):
        band.play(0.5)
        band.wait(60)
        assert [seat.part.played for seat in band.session.seats.values()] == [played] * count
    assert all(len(other.player.heard) == 3 * count for other in others)


def test_a_chain_of_players_answers_to_its_end() -> None:
    nobody: frozenset[str] = frozenset()
    band = Band("polyphony")
    before = "main"
    chain = []
    for number in range(5):
        chain.append(band.join(f"p{number}", "polyphony", wiring=Routing((), (), nobody, None, (before,))))
        before = f"p{number}"
    band.play(0.5)
    band.wait(10)
    assert [member.seat.part.played for member in chain] == [1] * 5
    assert [values for _, values in band.out.played] == [(round(0.51 + number / 100, 9),) for number in range(6)]


def test_two_in_callresponse_take_turns_for_ever_once_they_are_called() -> None:
    band = Band("callresponse", wiring=Routing(hears_players=("b",)), threshold=0.3, max_response=2.0)
    b = band.join("b", "callresponse", wiring=Routing(hears_players=("main",)), threshold=0.5, max_response=3.0)
    band.wait(10)
    assert not band.out.played
    band.play(0.5)
    turns = []
    for _ in range(300):
        band.wait(0.1)
        turns.append((band.part.turn.value, b.seat.part.turn.value))
    assert ("player", "player") not in turns
    changes = [a for a, before in zip(turns, [("you", "you"), *turns], strict=False) if a != before]
    playing = [turn for turn in changes if turn != ("you", "you")]
    assert len(playing) >= 8
    assert all(a != b for a, b in itertools.pairwise(playing))
    band.session.heard("in", (0.2,), band.time.time)
    assert (band.part.turn.value, b.seat.part.turn.value) == ("you", "you")


def test_one_is_paused_or_off_and_the_other_plays_on() -> None:
    band, b = _split("battle")
    band.wait(0.5)
    before = band.part.played, b.seat.part.played
    band.seat.panic()
    assert band.out.said[-1][1] == {0, 1}
    band.wait(1)
    assert band.part.played == before[0]
    assert b.seat.part.played > before[1]
    b.seat.panic()
    assert band.out.said[-1][1] == "panic"
    band.session.resume()
    band.wait(1)
    assert band.part.played > before[0]


def test_a_fade_takes_everybody_and_nobodys_value_sounds() -> None:
    band = Band("battle", dimension=2, instrument=4, channel={"safe": (0.0, 0.0, 0.0)})
    band.join("b", "battle", wiring=Routing(plays=(1,), hears=(1,)))
    band.wait(0.5)
    band.session.fade(1.0, lambda: None)
    band.wait(2)
    assert band.out.played[-1][1] == (0.0, 0.0, 0.0)
    assert band.out.muted[-1] == {2}
    assert band.out.said[-1][1] == "silence"


def test_only_a_player_alone_changes_the_instrument() -> None:
    band, b = _split("useronly")
    assert b.seat.refuses(4) == "it hears 2 values, so that its model has dimension 3"
    free = band.join("c", "useronly", dimension=3)
    assert free.seat.refuses(5) == ""
    assert free.seat.refuses(6) == "the instrument has 4 values"
    free.seat.change_player(ScriptedPlayer(dimension=5))
    band.play(0.1, 0.2, 0.3, 0.4)
    assert free.log.begun == [5]
    assert free.log.rows[-1][2] == (0.1, 0.2, 0.3, 0.4)
    assert band.log.rows[-1][2] == (0.1, 0.2)
    assert not any(str(what).startswith("dimension") for _, what in band.out.said)


def test_players_are_found_by_name() -> None:
    band, b = _split("useronly")
    session = band.session
    assert session.seats_for("") == [band.seat]
    assert session.seats_for("b") == [b.seat]
    assert session.seats_for("all") == [band.seat, b.seat]
    session.focus = "b"
    assert session.seat is b.seat
    with pytest.raises(UserError, match="no player is called c: there is main and b"):
        session.seats_for("c")
