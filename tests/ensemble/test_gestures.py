"""Names of gestures."""

import pytest

from impsy_tui.ensemble.gestures import GROUPS, NAMES, SHORT, code_of, gesture
from impsy_tui.errors import UserError


@pytest.mark.parametrize(
    ("text", "code"),
    [("small-swirl", 7), ("Small Swirl", 7), ("ss", 7), ("7", 7), ("7.0", 7), (" fast_taps ", 1), ("0", 0), ("C", 8)],
)
def test_gesture_reads_name_short_name_and_code(text: str, code: int) -> None:
    assert code_of(text) == gesture(text) == code


@pytest.mark.parametrize("text", ["", "swirl", "9", "-1", "1.5", "nan", "100", "small swirl!"])
def test_gesture_names_the_allowed_gestures(text: str) -> None:
    assert code_of(text) is None
    with pytest.raises(UserError, match=r"is not a gesture: nothing, fast-taps, .*, or a code from 0 to 8"):
        gesture(text)


def test_gestures_have_names_short_names_and_groups() -> None:
    assert len(set(NAMES)) == len(set(SHORT)) == len(GROUPS) == 9
    members = [{code for code in range(9) if GROUPS[code] == group} for group in range(5)]
    assert members == [{0}, {1, 2}, {3, 4}, {5, 6, 7}, {8}]
