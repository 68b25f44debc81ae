"""Steps of an electrode's potential."""

from __future__ import annotations

import numpy as np
import pytest

from ecgfactory.artefacts.electrode_pop import STEP_UV, TIME_CONSTANT_S, ElectrodePop
from tests.drawn_potentials import drawn_potentials


@pytest.mark.parametrize("rate_hz", [100, 500])
def test_it_steps_within_two_samples_and_returns_exponentially(rate_hz: float) -> None:
    for potentials in drawn_potentials(ElectrodePop(), 30, rate_hz=rate_hz):
        ((electrode, uv),) = potentials.uv.items()
        told = potentials.parameters
        assert electrode == told["electrode"]
        uv = uv * told["polarity"]
        assert (uv > 0).all()
        assert uv.argmax() <= 1
        assert uv.max() == pytest.approx(potentials.amount, rel=0.05)
        assert STEP_UV[0] <= potentials.amount <= STEP_UV[1]
        slope_per_s = np.polyfit(np.arange(1, len(uv)) / rate_hz, np.log(uv[1:]), 1)[0]
        assert -1 / slope_per_s == pytest.approx(told["time_constant_s"], rel=0.01)
        assert TIME_CONSTANT_S[0] <= told["time_constant_s"] <= TIME_CONSTANT_S[1]


def test_it_lasts_until_nothing_is_left_of_it_or_the_ecg_ends() -> None:
    for potentials in drawn_potentials(ElectrodePop(), 30):
        uv = next(iter(potentials.uv.values()))
        end = potentials.onset + len(uv)
        assert end == 5000 or (end < 5000 and abs(uv[-1]) < 0.3)
