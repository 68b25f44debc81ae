"""The coarse signal keeps 2 to 25 Hz, from any rate, and leaves flat leads flat."""

import numpy as np
import pytest

from ecgfactory.realism.coarse import coarse_signals, coarse_uv


@pytest.mark.parametrize("rate_hz", [100, 250, 500, 1000])
def test_the_band_from_any_rate(rate_hz: int) -> None:
    times = np.arange(10 * rate_hz) / rate_hz
    waves = {hz: 100 * np.sin(2 * np.pi * hz * times) for hz in (0.5, 10, 45)}
    kept = coarse_uv(np.stack(list(waves.values()))[np.newaxis].astype(np.float32), rate_hz)
    assert kept.shape == (1, 3, 1000)
    assert np.abs(kept[0, [0, 2]]).max() < 0.01
    assert kept[0, 1] == pytest.approx(100 * np.sin(2 * np.pi * 10 * np.arange(1000) / 100), abs=0.01)


def test_leads_have_one_scale_and_flat_ones_stay_flat() -> None:
    signals = np.random.default_rng(1).integers(-500, 500, (2, 3, 5000)).astype(np.int16)
    signals[0, 1] = 40
    spread = coarse_signals(signals, 500).std(axis=-1)
    assert spread[0, 1] == 0
    assert np.delete(spread.ravel(), 1) == pytest.approx(1)
