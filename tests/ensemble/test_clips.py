"""Clips: cut, saved, and chosen."""

from pathlib import Path

import numpy as np
import pytest

from impsy_tui.ensemble.clips import SHIPPED, SILENCE, Clip, Clips, ClipTouch, cut, read_clips, together, write_clips
from impsy_tui.ensemble.gestures import GESTURES, NAMES
from impsy_tui.ensemble.synthetic.touches import play
from impsy_tui.errors import UserError
from tests.support.places import ROOT


def _clip(gesture: int, x: float = 0.5, velocity: float = 0.01) -> Clip:
    return Clip(gesture, (ClipTouch(0.5, x, 0.5, 0.0), ClipTouch(1.0, x, 0.5, velocity)))


def _lead(x: float, y: float, velocity: float) -> np.ndarray:
    return np.array([x * 1024, y * 768, 0, 0, 10, 5, 5, velocity * 1024])


def test_cut_clips_of_steady_gestures_without_overlap() -> None:
    touches = play(7, 30.0, np.random.default_rng(1))
    codes = np.array([0] * 5 + [7] * 20 + [8] + [7] * 4, np.int8)
    found = cut(touches, np.arange(1.0, 31.0), codes)
    # Each begins at the first free moment with the same gesture two seconds before, one second before and one after.
    assert [len(clip.touches) for clip in found] == [
        int(((touches.times > end - 5) & (touches.times <= end)).sum()) for end in (8, 13, 18, 23, 29)
    ]
    assert {clip.gesture for clip in found} == {7}
    assert all(0 <= touch.offset <= 5 for clip in found for touch in clip.touches)


def test_cut_chooses_clips_evenly() -> None:
    clips = [_clip(1, x) for x in np.linspace(0, 1, 50)]
    assert [clip.place[0] for clip in together([clips], most=3).all] == pytest.approx(
        [0, clips[24].place[0], 1], abs=0.03
    )


def test_random_returns_a_clip_of_the_gesture() -> None:
    library = Clips([_clip(1, 0.1), _clip(1, 0.9), _clip(2, 0.5)])
    random = np.random.default_rng(1)
    chosen = {round(library.random(1, random).place[0], 6) for _ in range(50)}
    assert chosen == {0.1, 0.9}


def test_nearest_compares_place_and_velocity() -> None:
    library = Clips([_clip(6, 0.1, 0.01), _clip(6, 0.9, 0.01), _clip(6, 0.9, 0.09)])
    assert library.nearest(6, _lead(0.2, 0.5, 0.005)).place[0] == pytest.approx(0.1)
    assert library.nearest(6, _lead(0.8, 0.5, 0.005)).place[2] == pytest.approx(0.005)
    assert library.nearest(6, _lead(0.8, 0.5, 0.08)).place[2] == pytest.approx(0.045)


def test_clips_return_silence_for_nothing_and_missing_groups() -> None:
    random = np.random.default_rng(1)
    for library in (Clips([]), Clips([_clip(1)])):
        assert library.random(0, random) == library.nearest(0, _lead(0, 0, 0)) == SILENCE
        assert library.random(8, random) == library.nearest(8, _lead(0, 0, 0)) == SILENCE


def test_clips_replace_a_missing_gesture_by_its_group() -> None:
    library = Clips([_clip(6)])
    assert library.random(7, np.random.default_rng(1)).gesture == library.nearest(5, _lead(0, 0, 0)).gesture == 6
    assert library.missing == [name for code, name in enumerate(NAMES) if code not in (0, 6)]


def test_nearest_places_a_silent_lead_in_the_middle() -> None:
    library = Clips([_clip(1, 0.0), _clip(1, 0.5), _clip(1, 1.0)])
    assert library.nearest(1, np.array([-1, -1, 0, 0, 0, 0, 0, 0.0])).place[0] == 0.5


def test_shipped_clips_have_every_gesture_of_five_seconds() -> None:
    library = read_clips(ROOT / "models" / SHIPPED)
    assert not library.missing
    for clip in library.all:
        offsets = [touch.offset for touch in clip.touches]
        assert offsets == sorted(offsets)
        assert 0 == offsets[0] <= offsets[-1] <= 5
        assert clip.touches[0].velocity == 0
    assert (ROOT / "models" / SHIPPED).stat().st_size < 1_000_000


def test_written_clips_are_read_unchanged(tmp_path: Path) -> None:
    library = Clips([_clip(code, code / 10) for code in range(1, GESTURES)])
    write_clips(tmp_path / "c.npz", library)
    again = read_clips(tmp_path / "c.npz")
    assert [clip.gesture for clip in again.all] == list(range(1, GESTURES))
    np.testing.assert_allclose(
        [clip.touches for clip in again.all], [clip.touches for clip in library.all], rtol=0, atol=1 / 4096
    )


def test_write_clips_keeps_slow_movements(tmp_path: Path) -> None:
    slow = Clip(5, (ClipTouch(0.0, 0.5, 0.5, 0.0), ClipTouch(0.1, 0.5, 0.5, 1e-6), ClipTouch(0.2, 1.0, 1.0, 16.0)))
    write_clips(tmp_path / "c.npz", Clips([slow]))
    assert [touch.velocity for touch in read_clips(tmp_path / "c.npz").all[0].touches] == [0, 1 / 4096, 16]


@pytest.mark.parametrize(
    "changed",
    [
        {"ends": np.array([3, 2], np.int32)},
        {"ends": np.array([2], np.int32)},
        {"gestures": np.array([1, 0], np.int8)},
        {"gestures": np.array([1, 9], np.int8)},
        {"touches": np.full((4, 4), 7, np.float32)},
        {"touches": np.full((4, 4), np.nan, np.float32)},
        {"touches": np.zeros((4, 3), np.float32)},
        {"format": np.array(99)},
    ],
)
def test_read_clips_refuses_a_damaged_library(tmp_path: Path, changed: dict[str, np.ndarray]) -> None:
    file = tmp_path / "c.npz"
    write_clips(file, Clips([_clip(1), _clip(2)]))
    with np.load(file) as whole:
        arrays = {**whole, **changed}
    np.savez(file, **arrays)
    with pytest.raises(UserError, match=r"c\.npz: "):
        read_clips(file)


def test_cut_begins_each_finger_with_a_touch_down() -> None:
    touches = play(8, 30.0, np.random.default_rng(4))
    (clip, *_) = cut(touches, np.arange(11.0, 31.0), np.full(20, 8, np.int8))
    inside = touches[(touches.times > 8) & (touches.times <= 13)]
    assert inside.velocities[0] > 0
    downs = int((inside.velocities == 0).sum())
    assert sum(touch.velocity == 0 for touch in clip.touches) == downs + 1
    assert [touch.offset for touch in clip.touches] == (inside.times - inside.times[0]).tolist()
