"""An electrode that hardly touches the skin."""

from __future__ import annotations

import numpy as np
import scipy

from ecgfactory.artefacts.poor_contact import PoorContact
from tests.drawn_potentials import drawn_potentials, share_of_power

DRAWN = list(drawn_potentials(PoorContact(), 30))


def test_it_hums_and_drifts_and_crackles() -> None:
    hum, drift, rest = [], [], []
    for potentials in DRAWN:
        ((electrode, uv),) = potentials.uv.items()
        assert electrode == potentials.parameters["electrode"]
        frequency_hz = potentials.parameters["frequency_hz"]
        hum.append(share_of_power(uv, 500, frequency_hz - 2, frequency_hz + 2))
        drift.append(share_of_power(uv, 500, 0, 1.5))
        rest.append(1 - hum[-1] - drift[-1])
    for shares in (hum, drift, rest):
        assert 0.05 < np.mean(shares) < 0.8


def test_its_hum_swells_with_the_contact() -> None:
    swells = []
    for potentials in DRAWN:
        uv, frequency_hz = next(iter(potentials.uv.values())), potentials.parameters["frequency_hz"]
        times_s = np.arange(len(uv)) / 500
        envelope = np.abs(scipy.ndimage.uniform_filter1d(uv * np.exp(2j * np.pi * frequency_hz * times_s), 100))
        swells.append(envelope.std() / envelope.mean())
    assert np.mean(swells) > 0.15


def test_crackles_are_sharp_jumps() -> None:
    sharpness = [scipy.stats.kurtosis(np.diff(next(iter(potentials.uv.values())), 2)) for potentials in DRAWN]
    assert np.mean(sharpness) > 3
