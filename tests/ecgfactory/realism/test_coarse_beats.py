"""Median beats of one record are one, and peaks are measured between samples."""

import numpy as np
import pytest

from ecgfactory.realism.coarse import coarse_signals
from ecgfactory.realism.coarse_beats import beat_distances, coarse_median_beats, peak
from tests.generated_ecgs import generated_ecgs


@pytest.mark.parametrize("offset", [0, 0.2, 0.45, -0.5])
def test_a_peak_between_samples(offset: float) -> None:
    times = np.arange(-20, 21) - offset
    assert peak(np.sinc(times / 4) ** 2) == pytest.approx(1, abs=3e-3)
    assert peak(np.stack([0.5 * np.cos(times / 12), np.full(41, 0.25)])) == pytest.approx([0.5, 0.25], abs=1e-4)


def test_a_beat_is_the_same_wherever_the_record_begins() -> None:
    ecgs = generated_ecgs(140)[:10]
    beats, later = (coarse_median_beats(coarse_signals(part, 500)) for part in (ecgs, -2 * np.roll(ecgs, 503, axis=-1)))
    assert beat_distances(beats, later).max() < 0.02
    assert beat_distances(beats[:-1], beats[1:]).min() > 0.02
