"""Descriptors of sounds with known descriptors, and of sounds that other programs have described."""

import numpy as np
import pytest

from impsy_tui.agent.descriptors.extraction import FrameSettings, averaged, describe
from impsy_tui.agent.descriptors.loudness import KWeighting, Peaks
from impsy_tui.agent.descriptors.names import CATEGORIES, NAMES, descriptor_indices
from impsy_tui.agent.descriptors.spectrum import chroma_bands, cosines, mel_bands
from impsy_tui.errors import UserError

RATE = 44_100
FINE = FrameSettings(window=1_024, hop=512)


def _sine(frequency: float, amplitude: float = 1.0, seconds: float = 0.5, rate: int = RATE) -> np.ndarray:
    return amplitude * np.sin(2 * np.pi * frequency * np.arange(round(seconds * rate)) / rate)


def _of(frame: np.ndarray, name: str) -> float:
    return float(frame[NAMES.index(name)])


@pytest.mark.parametrize("rate", [22_050, 44_100, 48_000, 96_000])
def test_loudness_of_a_full_scale_sine_is_that_of_the_standard(rate: int) -> None:
    settings = FrameSettings(rate, 1_024, 512)
    frame = averaged(describe(_sine(997.0, rate=rate), settings)[3:-3])
    assert _of(frame, "loudness-dBFS") == pytest.approx(-3.01, abs=0.03)
    assert _of(frame, "loudness-dB") == pytest.approx(10 ** (-3.01 / 20), abs=0.003)


def test_peaks_measure_between_samples() -> None:
    # A quarter of the rate, sampled at 45 degrees: every sample is 0.707 of the peak.
    times = np.arange(8_192)
    samples = np.sin(np.pi / 2 * times + np.pi / 4)
    assert np.abs(samples).max() == pytest.approx(0.7071, abs=1e-4)
    assert _of(describe(samples, FINE)[8], "loudness-TP") == pytest.approx(0.0, abs=0.1)
    apart = FrameSettings(window=1_024, hop=512, true_peak=False)
    assert _of(describe(samples, apart)[8], "loudness-TP") == pytest.approx(-3.01, abs=0.01)


@pytest.mark.parametrize("hop", [16, 112, 128, 512])
def test_k_weighting_agrees_with_the_recursive_filter(hop: int) -> None:
    from impsy_tui.agent.descriptors.loudness import _k_weighting

    numerator, denominator = _k_weighting(RATE)
    samples = np.random.default_rng(1).normal(size=6 * hop)
    heard, made = [0.0] * 4, [0.0] * 4
    plain = []
    for sample in samples:
        out = numerator[0] * sample + numerator[1:] @ heard - denominator[1:] @ made
        heard, made = [sample, *heard[:3]], [out, *made[:3]]
        plain.append(out)
    weighting = KWeighting(RATE, hop)
    ours = np.concatenate([weighting.filter(samples[: 2 * hop]), weighting.filter(samples[2 * hop :])])
    np.testing.assert_allclose(ours, plain, atol=1e-6)


def test_peaks_do_not_depend_on_blocks() -> None:
    samples = np.random.default_rng(2).normal(size=600)
    whole = Peaks(RATE).follow(samples)
    peaks = Peaks(RATE)
    np.testing.assert_allclose(np.concatenate([peaks.follow(part) for part in np.split(samples, 5)]), whole)
    # The oversampled values include the samples themselves, six samples later.
    assert (whole[12:] >= np.abs(samples)[6:-6] - 1e-9).all()


def test_describe_finds_the_frequency_of_a_sine() -> None:
    for frequency in (431.0, 1_000.0, 5_003.0):
        frame = describe(_sine(frequency, 0.5), FINE)[10]
        first = int(np.argmax(frame[descriptor_indices(["sinefeaturemags"])]))
        assert frame[descriptor_indices(["sinefeaturefreqs"])][first] == pytest.approx(frequency, abs=2.0)
        assert frame[descriptor_indices(["sinefeaturemags"])][first] == pytest.approx(0.5, rel=0.02)
        assert _of(frame, "specshape-centroid") == pytest.approx(frequency, rel=0.02)


def test_describe_returns_ten_sines_by_frequency() -> None:
    samples = sum(_sine(400.0 * number, 0.05) for number in range(1, 15))
    frame = describe(np.asarray(samples), FINE)[10]
    np.testing.assert_allclose(frame[descriptor_indices(["sinefeaturefreqs"])], 400.0 * np.arange(1, 11), atol=3.0)
    np.testing.assert_allclose(frame[descriptor_indices(["sinefeaturemags"])], 0.05, rtol=0.05)


def test_chroma_is_largest_at_the_pitch_class() -> None:
    for semitone in range(12):
        frame = averaged(describe(_sine(880.0 * 2 ** (semitone / 12)), FrameSettings(window=4_096, hop=1_024)))
        assert int(np.argmax(frame[descriptor_indices(["chroma"])])) == semitone


def test_shape_of_a_flat_spectrum() -> None:
    click = np.zeros(4_096)
    click[2_048] = 1.0
    frame = describe(click, FINE)[4]
    assert _of(frame, "specshape-flatness") == pytest.approx(0.0, abs=1e-9)
    assert _of(frame, "specshape-crest") == pytest.approx(0.0, abs=1e-9)
    assert _of(frame, "specshape-centroid") == pytest.approx(RATE / 4, rel=1e-6)
    # A uniform distribution from 0 to half the rate.
    assert _of(frame, "specshape-spread") == pytest.approx(RATE / 2 / 12**0.5, rel=0.01)
    assert _of(frame, "specshape-skewness") == pytest.approx(0.0, abs=1e-9)
    assert _of(frame, "specshape-kurtosis") == pytest.approx(1.8, abs=0.01)
    assert _of(frame, "specshape-rolloff") == pytest.approx(0.95 * RATE / 2, rel=0.001)


def test_mfcc_use_an_orthonormal_transform_of_overlapping_bands() -> None:
    table = cosines(40, 40)
    np.testing.assert_allclose(table @ table.T, np.eye(40), atol=1e-12)
    bands = mel_bands(RATE, 8_193)
    sums = bands.sum(axis=0)
    inside = slice(60, 6_500)
    np.testing.assert_allclose(sums[inside], 1.0, atol=1e-9)
    loud, soft = (averaged(describe(_sine(700.0, level), FINE)[3:-3]) for level in (1.0, 0.1))
    # 20 dB less in each of 40 bands changes the first coefficient alone.
    changed = (loud - soft)[descriptor_indices(["mfcc"])]
    assert changed[0] == pytest.approx(20.0 * 40**0.5, rel=1e-6)
    np.testing.assert_allclose(changed[1:], 0.0, atol=1e-6)


def test_chroma_bands_have_squares_that_sum_to_one() -> None:
    weights = chroma_bands(RATE, 129) * (256 * 12 / 2)
    np.testing.assert_allclose((weights**2).sum(axis=0), 1.0)


def test_describe_silence_agrees_with_published_corpora() -> None:
    frame = describe(np.zeros(2_048), FrameSettings())[4]
    assert np.isfinite(frame).all()
    for name, value in (
        ("loudness-TP", -313.07),
        ("loudness-dB", 0.0),
        ("mfcc-0", -1980.04),
        ("chroma-A", 0.0),
        ("specshape-centroid", 11_025.0),
        ("specshape-spread", 6_415.21),
        ("specshape-kurtosis", 1.79985),
        ("specshape-rolloff", 20_938.8),
        ("specshape-crest", 0.0),
        ("sinefeaturefreqs-0", 0.0),
    ):
        assert _of(frame, name) == pytest.approx(value, rel=1e-5, abs=1e-3), name


def test_describe_one_frame_equals_describe_many() -> None:
    from impsy_tui.agent.descriptors.extraction import DescriptorStream

    samples = np.random.default_rng(3).normal(size=(5, 1_024)) * [[1.0], [1e-3], [0.0], [1e-9], [0.3]]
    many = DescriptorStream(FINE).describe(samples, samples**2, np.abs(samples))
    for row in range(5):
        part = slice(row, row + 1)
        one = DescriptorStream(FINE).describe(samples[part], samples[part] ** 2, np.abs(samples[part]))
        np.testing.assert_allclose(one[0], many[row], rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ({"rate": 4_000}, "rate 4000: from 8000"),
        ({"window": 255}, "window 255: an even number"),
        ({"hop": 100}, "hop 100: a multiple of 16 samples, up to a window .256."),
        ({"hop": 512}, "hop 512"),
        ({"loudness_window": 1 << 20}, "loudness_window 1048576"),
    ],
)
def test_frame_settings_refuse_values_out_of_range(wrong: dict[str, int], problem: str) -> None:
    with pytest.raises(UserError, match=problem):
        FrameSettings(**wrong)


def test_categories_cover_all_names() -> None:
    assert descriptor_indices(list(CATEGORIES)) == list(range(55))
