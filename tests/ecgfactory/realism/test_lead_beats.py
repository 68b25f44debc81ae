"""Beats of a lead lie where they are, whatever its polarity and gain."""

import numpy as np
import pytest

from ecgfactory.arrays import Float32Array
from ecgfactory.realism.lead_beats import find_lead_beats, lead_activity
from ecgfactory.realism.rhythm_windows import rhythm_windows

PLACES = np.array([80, 175, 263, 350.5, 447, 540, 622, 715, 801, 893])


def a_lead(width: float = 2.5) -> Float32Array:
    return np.exp(-0.5 * ((np.arange(1000) - PLACES[:, np.newaxis]) / width) ** 2).sum(axis=0).astype(np.float32)


@pytest.mark.parametrize("gain", [1, -1, 0.2])
def test_beats_are_found_between_samples(gain: float) -> None:
    beats = find_lead_beats(lead_activity(np.stack([np.zeros(1000, np.float32), np.float32(gain) * a_lead()])))
    assert beats.rows.tolist() == [1] * len(PLACES)
    assert beats.times == pytest.approx(PLACES, abs=0.2)


def test_two_equal_highest_samples_are_one_beat() -> None:
    activity = np.zeros((1, 1000), np.float32)
    activity[:, 50::100] = activity[:, 51::100] = 1
    assert find_lead_beats(activity).times.tolist() == [50.5 + 100 * beat for beat in range(10)]


def test_windows_of_four_beats_and_the_outermost() -> None:
    windows = rhythm_windows(np.stack([a_lead(), 0 * a_lead(), -a_lead()])[:, np.newaxis])
    assert np.bincount(windows.rows).tolist() == [7, 0, 7]
    assert windows.mean_rr[0] == pytest.approx(np.diff(PLACES)[:3].mean(), abs=0.2)
    assert windows.descriptions[:7] == pytest.approx(windows.descriptions[7:], abs=1e-3)
    assert windows.outermost().tolist() == [0, 6, 7, 13]
