"""Shaping of single dimensions changes the output, not the log and not the input of the player."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from impsy_tui.engine.players.dimension_shaping import DimensionShaping
from impsy_tui.engine.players.session import SessionSettings
from tests.support.engine.scripted_players import ScriptedSession


def test_muted_dimension_stays_where_it_was() -> None:
    shaping = DimensionShaping()
    shaping.apply((0.1, 0.2))
    shaping.muted.add(1)
    assert shaping.apply((0.3, 0.4)) == (0.3, 0.2)
    assert shaping.apply((0.5, 0.6)) == (0.5, 0.2)
    assert shaping.silent(2) == {1}
    shaping.release([1])
    assert shaping.apply((0.7, 0.8)) == (0.7, 0.8)


def test_with_solos_all_others_are_muted() -> None:
    shaping = DimensionShaping(soloed={0})
    shaping.apply((0.1, 0.2, 0.3))
    assert shaping.apply((0.4, 0.5, 0.6)) == (0.4, 0.2, 0.3)
    assert shaping.silent(3) == {1, 2}


def test_held_goes_before_range_and_inversion_and_muted_before_all() -> None:
    shaping = DimensionShaping(held={0: 0.9, 2: 0.9}, ranged={0: (0.0, 0.1), 1: (0.2, 0.4)}, inverted={0, 1})
    assert shaping.apply((0.5, 0.25, 0.5)) == pytest.approx((0.9, 0.35, 0.9))
    shaping.muted.add(2)
    shaping.held[2] = 0.1
    assert shaping.apply((0.5, 0.25, 0.5)) == pytest.approx((0.9, 0.35, 0.9))


def test_mute_after_release_keeps_last_value() -> None:
    shaping = DimensionShaping(inverted={0})
    shaping.apply((0.2,))
    shaping.clear()
    shaping.muted.add(0)
    assert shaping.apply((0.7,)) == (0.8,)


def test_marks_tell_what_is_done_to_each_dimension() -> None:
    shaping = DimensionShaping()
    assert shaping.marks(3) == ()
    shaping.held[0] = 0.5
    shaping.inverted.add(1)
    assert shaping.marks(3) == ("held", "inverted", "")
    shaping.soloed.add(1)
    assert shaping.marks(3) == ("muted", "solo", "muted")


_indices = st.sets(st.integers(0, 3))
_value = st.floats(0, 1)


@given(
    _indices,
    _indices,
    st.dictionaries(st.integers(0, 3), _value),
    st.dictionaries(st.integers(0, 3), st.tuples(_value, _value)),
    _indices,
    st.lists(st.tuples(_value, _value, _value), min_size=1, max_size=5),
)
def test_shaped_values_stay_within_range(
    muted: set[int],
    soloed: set[int],
    held: dict[int, float],
    ranged: dict[int, tuple[float, float]],
    inverted: set[int],
    vectors: list[tuple[float, ...]],
) -> None:
    shaping = DimensionShaping(muted, soloed, held, ranged, inverted)
    for vector in vectors:
        shaped = shaping.apply(vector)
        assert len(shaped) == len(vector)
        assert all(0.0 <= value <= 1.0 for value in shaped)
    shaping.release(range(4))
    assert shaping.idle
    assert shaping.apply(vectors[0]) == vectors[0]


class TestInASession:
    def test_outputs_are_shaped_and_log_and_player_get_the_truth(self) -> None:
        virtual = ScriptedSession("battle", dimension=3, settings=SessionSettings(log_predictions=True))
        virtual.player.shaping.held[0] = 0.25
        virtual.wait(0.25)
        assert [values[0] for _, values in virtual.out.played] == [0.25, 0.25]
        written = [values for _, source, values in virtual.log.rows if source == "rnn"]
        assert all(values[0] != 0.25 for values in written)
        assert [values for _, values in virtual.predictor.heard[1:]] == written
        assert [values[1] for _, values in virtual.out.played] == [values[1] for values in written]

    def test_shaping_leaves_musician_events_unchanged(self) -> None:
        virtual = ScriptedSession("useronly", settings=SessionSettings(thru=True))
        virtual.player.shaping.held[0] = 0.25
        virtual.play(0.75)
        assert virtual.out.played == [(100.0, (0.75,))]
        assert virtual.log.rows == [(100.0, "interface", (0.75,))]

    def test_model_of_another_dimension_begins_unshaped(self) -> None:
        virtual = ScriptedSession("battle")
        virtual.player.shaping.held[0] = 0.25
        virtual.player.change_predictor(type(virtual.predictor)(dimension=4))
        assert virtual.player.shaping.idle
        assert virtual.player.sounding == ()
