import numpy as np
import pytest

from benchmarks.realism.faults import PERIOD, quiet_periods, ripple_uv
from ecgfactory.validation.simulated import simulate_ecg


def test_what_repeats_every_20_ms_is_measured_and_noise_is_not() -> None:
    rng = np.random.default_rng(15)
    plain_uv = np.stack([simulate_ecg(rng, 60, 92, noise_uv=5).signal_uv for _ in range(4)])
    is_quiet = quiet_periods(plain_uv)
    assert (is_quiet.sum(axis=1) > 50).all()
    assert ripple_uv(plain_uv, is_quiet).quiet_uv < 0.6
    pattern_uv = np.rint(8 * np.sin(2 * np.pi * np.arange(PERIOD) / PERIOD))
    rippled_uv = (plain_uv + np.tile(pattern_uv, plain_uv.shape[-1] // PERIOD)).astype(np.int16)
    assert ripple_uv(rippled_uv, is_quiet).quiet_uv == pytest.approx(pattern_uv.std(), rel=0.05)
