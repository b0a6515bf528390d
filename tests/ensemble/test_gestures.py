"""What gestures are called."""

import pytest

from impsy_tui.ensemble.gestures import GROUPS, NAMES, SHORT, code_of, gesture
from impsy_tui.errors import UserError


@pytest.mark.parametrize(
    ("text", "code"),
    [("small-swirl", 7), ("Small Swirl", 7), ("ss", 7), ("7", 7), ("7.0", 7), (" fast_taps ", 1), ("0", 0), ("C", 8)],
)
def test_a_gesture_is_told_by_name_short_name_or_code(text: str, code: int) -> None:
    assert code_of(text) == gesture(text) == code


@pytest.mark.parametrize("text", ["", "swirl", "9", "-1", "1.5", "nan", "100", "small swirl!"])
def test_what_is_no_gesture_is_told_with_what_is_one(text: str) -> None:
    assert code_of(text) is None
    with pytest.raises(UserError, match=r"is no gesture: nothing, fast-taps, .*, or a code from 0 to 8"):
        gesture(text)


def test_each_gesture_has_a_name_a_short_name_and_a_group() -> None:
    assert len(set(NAMES)) == len(set(SHORT)) == len(GROUPS) == 9
    members = [{code for code in range(9) if GROUPS[code] == group} for group in range(5)]
    assert members == [{0}, {1, 2}, {3, 4}, {5, 6, 7}, {8}]
