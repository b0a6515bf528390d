"""View of an ensemble in any size, also without colours."""

import msgspec
import pytest
from rich.cells import cell_len
from textual.geometry import Size

from impsy_tui.console.themes import ThemeFolders
from impsy_tui.console.widgets.ensemble.view import EnsembleView
from impsy_tui.control.states import EnsembleState
from tests.support import snapshots
from tests.support.snapshots import snapshot

QUARTET = msgspec.structs.replace(
    snapshots.QUARTET,
    players=("lead", "p2", "p3"),
    gestures=(6, 1, 0),
    seconds=snapshots.QUARTET.seconds[:3],
)
_PARAMETERS = {"clips": "nearest", "classifier": "gestures-mine"}


class _Sized(EnsembleView):
    """View with a given size, without a screen."""

    room = Size(0, 0)

    @property
    def size(self) -> Size:
        return self.room


def _drawn(width: int, height: int, ensemble: EnsembleState = QUARTET) -> list[str]:
    view = _Sized(ThemeFolders(glyphs=True).load("amber"))
    view.room = Size(width, height)
    view.show(snapshot(kind="ensemble", mode="ensemble", ensemble=ensemble, parameters=_PARAMETERS))
    view.width = width
    return ["".join(segment.text for segment in view.segments(y)).rstrip() for y in range(height)]


def test_ensemble_view_has_a_line_for_each_player() -> None:
    lines = _drawn(52, 20)
    assert lines[1] == "lead  big swirl    " + "O" * 33
    assert lines[2].startswith("p2    fast taps    ····")
    assert lines[2].endswith("::::")
    assert lines[3].startswith("p3   !nothing")
    assert lines[3].endswith(" #")


def test_view_shows_measures_and_features_of_the_lead() -> None:
    text = "\n".join(_drawn(60, 20))
    for told in (
        "flux 0.25↑",
        "entropy 1.50",
        "divergence",
        "NEW IDEA",
        "512,300 ±20,10",
        "40 touches",
        "clips nearest",
    ):
        assert told in text
    assert "touched 2s ago" in text
    resting = msgspec.structs.replace(QUARTET, resting=True)
    assert "THE ENSEMBLE RESTS" in "\n".join(_drawn(52, 20, resting))
    unheard = msgspec.structs.replace(QUARTET, lead_age=-1.0, features=(-1.0, -1.0, *[0.0] * 6), transitions=())
    assert "no touch on the surface yet" in "\n".join(_drawn(52, 20, unheard))


@pytest.mark.parametrize(("width", "name"), [(60, "slow swipe"), (100, "very-slow-swipe")])
def test_legend_has_the_names_of_the_rows(width: int, name: str) -> None:
    lines = _drawn(width, 30, msgspec.structs.replace(QUARTET, gestures=(5, 1, 0)))
    assert f"lead  {name} " in lines[1]
    assert f"- {name}  O big" in "\n".join(lines)


@pytest.mark.parametrize(("width", "height"), [(200, 60), (52, 16), (30, 9), (12, 4), (1, 1)])
def test_ensemble_fits_whatever_room_there_is(width: int, height: int) -> None:
    lines = _drawn(width, height)
    assert all(cell_len(line) <= width for line in lines)
    assert ("accelerating" in "\n".join(lines)) is (height >= 16)


def test_view_next_to_a_score_keeps_a_new_idea_and_marks_what_is_cut() -> None:
    lines = _drawn(44, 20)
    assert lines[4].endswith(" NEW IDEA")
    assert "activity" not in lines[4]
    assert "activity 1" in _drawn(48, 20, msgspec.structs.replace(QUARTET, new_idea=False))[4]
    assert lines[6].startswith("clips nearest  touched 2s ago  by gest")
    assert lines[6].endswith("…")


def test_view_shows_auditioned_gestures() -> None:
    auditioned = msgspec.structs.replace(QUARTET, auditioned="ensembleRNN-mine", in_silence=(8, 0))
    lines = _drawn(60, 20, auditioned)
    assert lines[0].startswith("ENSEMBLE ◇ audition ensembleRNN-mine ─")
    assert lines[1].startswith("lead  big swirl                  O")
    assert lines[2].startswith("p2    fast taps    ◇combination  ")
    assert lines[3].startswith("p3   !nothing      ◇nothing      ")
    assert "by gestures-mine" in "\n".join(lines)
    assert all(cell_len(line) <= 30 for line in _drawn(30, 9, auditioned))
