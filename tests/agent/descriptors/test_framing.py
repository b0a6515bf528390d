"""Frames of live sound, from blocks of any size and any content."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from impsy_tui.agent.descriptors.calibration import level_of
from impsy_tui.agent.descriptors.extraction import FrameSettings, describe
from impsy_tui.agent.descriptors.framing import Framing, StreamQuality
from impsy_tui.agent.descriptors.osc_messages import read_descriptors
from impsy_tui.errors import UserError

SMALL = FrameSettings(window=128, hop=64, loudness_window=256)


def _noise(count: int) -> np.ndarray:
    return np.random.default_rng(1).normal(size=count) * 0.1


@given(st.lists(st.integers(0, 700), min_size=1, max_size=12))
def test_framing_does_not_depend_on_blocks(sizes: list[int]) -> None:
    samples = _noise(sum(sizes))
    whole = Framing(SMALL).take(samples)
    framing = Framing(SMALL)
    parts = [framing.take(part) for part in np.split(samples, np.cumsum(sizes)[:-1])]
    np.testing.assert_allclose(np.concatenate(parts), whole, rtol=1e-9, atol=1e-9)
    assert len(whole) == len(samples) // 64 == framing.quality.frames


def test_framing_equals_offline_extraction() -> None:
    samples = _noise(20_000)
    settings = FrameSettings(window=256, hop=128, loudness_window=256)
    live = Framing(settings).take(samples)
    offline = describe(samples, settings)
    # A live frame ends at the middle of an offline frame, half a window before its end.
    np.testing.assert_allclose(live[:150], offline[0:150], rtol=1e-7, atol=1e-7)


def test_framing_replaces_and_reports_broken_samples() -> None:
    samples = _noise(6_400)
    broken = samples.copy()
    broken[1_000:1_010] = np.nan
    broken[1_010] = np.inf
    samples[1_000:1_011] = 0.0
    framing = Framing(SMALL)
    np.testing.assert_allclose(framing.take(broken), Framing(SMALL).take(samples))
    assert framing.quality.problems(StreamQuality()) == ["11 samples were no numbers, and were taken for silence"]
    assert framing.quality.problems(framing.quality) == []


def test_framing_counts_each_clipped_wave_once() -> None:
    wave = np.clip(1.5 * np.sin(2 * np.pi * np.arange(6_400) / 100), -1.0, 1.0)
    framing = Framing(SMALL)
    for block in np.array_split(wave, 37):
        framing.take(block)
    assert framing.quality.clipped == 128
    assert framing.quality.problems(StreamQuality()) == ["the sound clipped 128 times: turn it down, or calibrate"]
    quiet = Framing(SMALL)
    quiet.take(0.99 * wave)
    assert quiet.quality.clipped == 0


def test_framing_measures_silence() -> None:
    framing = Framing(SMALL)
    frames = framing.take(np.zeros(44_160))
    assert np.isfinite(frames).all()
    assert framing.quality.silent == pytest.approx(44_160 / 44_100)
    framing.take(_noise(640))
    assert framing.quality.silent == 0.0


def test_level_of_returns_the_missing_gain() -> None:
    playing = np.concatenate([np.zeros(22_050), 0.02 * np.sin(2 * np.pi * 997 * np.arange(44_100) / 44_100)])
    level = level_of(describe(playing, FrameSettings()), target=-18.0)
    assert level.loud == pytest.approx(-36.99, abs=0.1)
    assert level.gain == pytest.approx(18.99, abs=0.1)
    assert not level.limited
    assert str(level).startswith("playing at -37 dBFS, the room at -157: gain +19.0 dB")


def test_level_of_reports_a_gain_limited_by_peaks() -> None:
    playing = 0.02 * np.sin(2 * np.pi * 997 * np.arange(44_100) / 44_100)
    playing[::5_000] = 0.8
    level = level_of(describe(playing, FrameSettings()))
    assert level.limited
    assert level.gain < 2.0
    assert "no more because peaks reach" in str(level)


def test_level_of_refuses_silence() -> None:
    with pytest.raises(UserError, match="nothing above -60 dBFS was heard: is the microphone connected"):
        level_of(describe(np.zeros(44_100), FrameSettings()))


def test_read_descriptors_splits_the_values() -> None:
    feats = read_descriptors([*range(55), *range(100, 155), 0.25, 1.5])
    assert feats.agent.tolist() == list(range(55))
    assert feats.musician[0] == 100
    assert feats.parameters.tolist() == [0.25, 1.0]


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ([0.0] * 110, "has 110 values: 110 descriptors and 1 to 16 parameters are expected"),
        ([0.0] * 127, "has 127 values"),
        ([*[0.0] * 110, "a"], "value 111 is 'a': a finite number is expected"),
        ([0.0, float("nan"), *[0.0] * 109], "value 2 is nan"),
        ([True, *[0.0] * 110], "value 1 is True"),
    ],
)
def test_read_descriptors_refuses_invalid_values(values: list[object], problem: str) -> None:
    with pytest.raises(UserError, match=problem):
        read_descriptors(values)
