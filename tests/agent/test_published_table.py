"""Descriptors of a sine compared with those that RL-impro has published, made with FluCoMa."""

import numpy as np
import pytest

from impsy_tui.agent.descriptors.extraction import FrameSettings, averaged, describe
from impsy_tui.agent.descriptors.names import CATEGORIES, descriptor_indices
from impsy_tui.agent.lookup_table import LookupTable, read_table
from impsy_tui.agent.pd_rendering import render
from impsy_tui.agent.synths import as_recorded, synth_called
from tests.support.places import ROOT, published
from tests.support.programs import needs_pd

SETTINGS = FrameSettings(window=1_024, hop=512)
RECORDED, LENGTH = 88_192, 96_000
"""Samples. The published files have the length of two seconds at 48 kHz, but were recorded at 44.1 kHz. Their end is
the former content of a table: a sine of 500 Hz and amplitude 0.3. The rows without a sound (p1 = 0) show that."""


def _as_published(sound: np.ndarray) -> np.ndarray:
    before = as_recorded(0.3 * np.cos(2 * np.pi * (0.7035 + 500.0 / 44_100 * np.arange(LENGTH - RECORDED))))
    return averaged(describe(np.concatenate([sound[:RECORDED], before]), SETTINGS))


def _apart(table: LookupTable, ours: np.ndarray, rows: range) -> dict[str, float]:
    """Returns the median distance from the table's descriptors, in its standard deviations, by category."""
    z = np.abs(ours - table.descriptors[rows]) / table.descriptors.std(axis=0)
    return {name: float(np.median(z[:, descriptor_indices([name])])) for name in CATEGORIES}


@pytest.fixture
def published_sine() -> LookupTable:
    return read_table(published("rl-impro", "lookup", "sin-20.csv"))


def test_built_in_sine_agrees_with_the_published_table(published_sine: LookupTable) -> None:
    synth, rows = synth_called("sine"), range(0, 400, 3)
    ours = np.array([_as_published(synth.render(published_sine.parameters[row], 2.0, 44_100)) for row in rows])
    apart = _apart(published_sine, ours, rows)
    assert all(far <= 0.1 for far in apart.values()), apart


@needs_pd
def test_sine_patch_agrees_with_the_published_table(published_sine: LookupTable) -> None:
    patch, rows = ROOT / "configs" / "pd" / "sine.pd", range(0, 400, 9)
    points = published_sine.parameters[rows]
    ours = np.array([_as_published(sound) for sound in render(patch, points, 2.0, 44_100)])
    apart = _apart(published_sine, ours, rows)
    assert all(far <= 0.1 for far in apart.values()), apart
