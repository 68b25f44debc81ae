"""Electrodes that are moved against the skin."""

from __future__ import annotations

import numpy as np
import pytest

from ecgfactory.artefacts.electrode_motion import ElectrodeMotion
from tests.drawn_potentials import drawn_potentials, share_of_power


@pytest.mark.parametrize("rate_hz", [100, 500])
def test_it_is_in_its_band_at_one_electrode(rate_hz: float) -> None:
    shares = []
    for potentials in drawn_potentials(ElectrodeMotion(), 20, seconds=20, rate_hz=rate_hz):
        ((electrode, uv),) = potentials.uv.items()
        assert electrode == potentials.parameters["electrode"]
        assert 3 * rate_hz <= len(uv) <= 15 * rate_hz
        shares.append(share_of_power(uv, rate_hz, 0.3, 12))
    assert np.mean(shares) > 0.9
    assert min(shares) > 0.5


def test_it_is_made_of_bumps_as_wide_as_ectopic_beats() -> None:
    widths_s, heights = [], []
    for potentials in drawn_potentials(ElectrodeMotion(), 20):
        uv = np.abs(next(iter(potentials.uv.values())))
        peak = int(uv.argmax())
        above = np.flatnonzero(uv < uv[peak] / 2)
        before, after = above[above < peak], above[above > peak]
        widths_s.append(((after[0] if len(after) else len(uv)) - (before[-1] if len(before) else 0)) / 500)
        heights.append(uv[peak] / uv.std())
    assert 0.06 < np.median(widths_s) < 0.4
    assert np.median(heights) > 3
