"""Touches as notes."""

import pytest

from impsy_tui import choices
from impsy_tui.ensemble.touches.pitches import SCALES, STRUCK, loudness, note_at, pitches


def test_scales_cover_every_choice() -> None:
    assert tuple(SCALES) == choices.SCALES


@pytest.mark.parametrize(
    ("scale", "notes"),
    [
        ("pentatonic", (50, 52, 54, 57, 59, 62)),
        ("chromatic", tuple(range(50, 63))),
        ("minor", (50, 52, 53, 55, 57, 58, 60, 62)),
    ],
)
def test_pitches_ascend_from_the_lowest_note(scale: str, notes: tuple[int, ...]) -> None:
    assert pitches(scale, 50, 62) == notes


def test_note_at_ascends_from_left_to_right() -> None:
    notes = pitches("major", 60, 72)
    assert (note_at(0.0, notes), note_at(0.5, notes), note_at(1.0, notes)) == (60, 67, 72)
    assert note_at(0.7, pitches("blues", 127, 127)) == 127


def test_loudness_grows_with_velocity() -> None:
    assert loudness(0.0) == STRUCK
    heard = [loudness(velocity) for velocity in (1e-6, 0.001, 0.01, 0.05, 16.0)]
    assert heard == sorted(heard)
    assert heard[0] >= 1
    assert heard[-1] == 127
