"""Potentials of muscles."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from ecgfactory.artefacts.montage import LIMB_ELECTRODES
from ecgfactory.artefacts.muscle import Muscle
from tests.drawn_potentials import drawn_potentials, share_of_power

DRAWN = list(drawn_potentials(Muscle(), 80, rate_hz=1000))


def test_its_spectrum_is_that_of_surface_electromyograms() -> None:
    for potentials in DRAWN[:20]:
        for uv in potentials.uv.values():
            assert share_of_power(uv, 1000, 20, 150) > 0.75
            assert share_of_power(uv, 1000, 0, 5) < 0.02


def test_the_median_frequency_is_that_of_the_shape() -> None:
    signals = [
        uv for potentials in DRAWN if potentials.parameters["activity"] == "continuous" for uv in potentials.uv.values()
    ]
    powers = np.mean([np.square(np.abs(np.fft.rfft(uv / uv.std()))) for uv in signals], axis=0)
    shares = np.cumsum(powers) / powers.sum()
    assert 50 < np.searchsorted(shares, 0.5) / 10 < 90


def test_single_muscles_are_independent_and_a_shared_one_is_not() -> None:
    for potentials in DRAWN:
        assert list(potentials.uv) == potentials.parameters["electrodes"]
        if len(potentials.uv) > 1:
            correlations = np.abs(np.corrcoef(np.stack(list(potentials.uv.values())))[0, 1:])
            if potentials.parameters["source"] == "shared":
                assert correlations == pytest.approx(1)
            else:
                assert correlations.max() < 0.3


def test_limbs_are_tense_more_often() -> None:
    counts = Counter(name for potentials in DRAWN for name in potentials.parameters["electrodes"])
    limbs = [counts[name] for name in LIMB_ELECTRODES]
    assert min(limbs) > np.mean([count for name, count in counts.items() if name not in LIMB_ELECTRODES])


def test_a_burst_comes_and_ceases_and_is_there_in_between() -> None:
    for potentials in DRAWN:
        uv = next(iter(potentials.uv.values()))
        parts = np.array([part.std() for part in np.array_split(uv, 20)])
        if potentials.parameters["activity"] == "continuous":
            assert (potentials.onset, len(uv)) == (0, 10_000)
            assert parts.min() > 0.2 * parts.max()
        else:
            assert 300 <= len(uv) <= 4000
            assert np.abs(uv[:2]).max() < 0.05 * np.abs(uv).max()
            assert np.abs(uv[-2:]).max() < 0.05 * np.abs(uv).max()
            assert parts[3:-3].min() > 0.2 * parts.max()  # what is marked is noise throughout
