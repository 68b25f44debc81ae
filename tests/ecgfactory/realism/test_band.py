import numpy as np
import pytest

from ecgfactory.realism.band import in_band, upper_edge_hz
from ecgfactory.recorder.filters import Filters

TIME_S = np.arange(5000) / 500


@pytest.mark.parametrize(("frequency_hz", "kept"), [(0.1, 0.0), (5.0, 1.0), (20.0, 1.0), (40.0, 0.5), (80.0, 0.0)])
def test_what_is_kept_of_a_sine(frequency_hz: float, kept: float) -> None:
    sine_uv = 1000 * np.sin(2 * np.pi * frequency_hz * TIME_S)
    passed_uv = in_band(sine_uv[np.newaxis], 40.0)[0, 1000:-1000]
    assert np.abs(passed_uv).max() == pytest.approx(1000 * kept, abs=30)


def test_the_band_follows_rate_and_filters_and_is_never_wider_than_diagnostic() -> None:
    assert upper_edge_hz(100, Filters()) == 40
    assert upper_edge_hz(1000, Filters(0.05, 200)) == 150
    assert upper_edge_hz(100, Filters(lowpass_hz=35)) == 35
