"""Hum of the mains supply."""

from __future__ import annotations

import numpy as np
import pytest

from ecgfactory.artefacts.base import Recording
from ecgfactory.artefacts.mains import HARMONICS, Hum, Mains
from ecgfactory.artefacts.montage import montage_of
from tests.drawn_potentials import drawn_potentials, share_of_power


def test_a_hum_is_the_sum_of_its_harmonics() -> None:
    recording = Recording(montage_of(("II",)), 4999, 1000)
    for seed in range(5):
        hum = Hum.draw(recording, np.random.default_rng(seed), 4999)
        angles = 2j * np.pi * hum.frequency_hz * recording.times_s(4999)[:, np.newaxis] * [1, *HARMONICS]
        waves = np.exp(angles)
        shares, *_ = np.linalg.lstsq(waves, hum.waves, rcond=None)
        assert np.abs(waves @ shares - hum.waves).max() < 1e-10
        assert np.abs(shares[0]) == pytest.approx(1)
        assert all(np.abs(shares[1:]) <= [most + 1e-9 for most in HARMONICS.values()])


@pytest.mark.parametrize("rate_hz", [125, 500, 1000])
def test_nearly_all_power_is_at_the_fundamental(rate_hz: float) -> None:
    for potentials in drawn_potentials(Mains(), 10, rate_hz=rate_hz):
        frequency_hz = potentials.parameters["frequency_hz"]
        assert min(abs(frequency_hz - supply) for supply in (50, 60)) <= 0.1
        for uv in potentials.uv.values():
            assert share_of_power(uv, rate_hz, frequency_hz - 1, frequency_hz + 1) > 0.98


def test_electrodes_have_hums_of_different_size_and_phase() -> None:
    for potentials in drawn_potentials(Mains(), 10):
        correlations = np.corrcoef(np.stack(list(potentials.uv.values())))
        assert correlations.min() < 0.999
        assert correlations.min() > 0
        sizes = [uv.std() for uv in potentials.uv.values()]
        assert max(sizes) > 1.3 * min(sizes)


def test_its_amplitude_swells() -> None:
    swells = []
    for potentials in drawn_potentials(Mains(), 10):
        parts = [part.std() for part in np.array_split(potentials.uv["RA"], 50)]
        swells.append(max(parts) / min(parts))
    assert max(swells) > 1.5
    assert max(swells) < 4


def test_a_slow_recorder_shows_the_supply_that_is_not_lost_to_it() -> None:
    for potentials in drawn_potentials(Mains(), 10, rate_hz=50):
        assert potentials.parameters["frequency_hz"] == pytest.approx(60, abs=0.1)
        assert share_of_power(potentials.uv["RA"], 50, 9, 11) > 0.98
