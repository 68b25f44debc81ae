"""What is measured of fibrillation, on ECGs whose waves between the beats are known."""

import numpy as np
import pytest

from benchmarks.rhythms.fibrillation import measure_record
from ecgfactory.leads import EIGHT_LEADS, derive_twelve
from ecgfactory.validation.simulated import simulate_ecg


def test_waves_between_beats() -> None:
    rng = np.random.default_rng(5)
    ecg = simulate_ecg(rng, 60, 92, noise_uv=2)
    times_s = np.arange(ecg.signal_uv.shape[1]) / 500
    signal_uv = ecg.signal_uv.astype(float)
    signal_uv[EIGHT_LEADS.index("V1")] += 60 * np.sin(2 * np.pi * 6 * times_s)
    found = measure_record(derive_twelve(np.rint(signal_uv).astype(np.int16)))
    assert found["hz_V1"] == pytest.approx(6, abs=0.3)
    assert found["uv_V1"] == pytest.approx(120, rel=0.15)
    assert found["v1_to_ii"] > 1.5
    assert found["rate"] == pytest.approx(60, rel=0.05)
