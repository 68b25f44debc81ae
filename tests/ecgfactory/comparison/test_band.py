import numpy as np
import pytest

from ecgfactory.comparison.band import in_band, upper_edge_hz

TIME_S = np.arange(5000) / 500


@pytest.mark.parametrize(
    ("frequency_hz", "upper_hz", "kept"),
    [(0.05, 150, 0.0), (0.5, 150, 0.5), (2, 150, 1.0), (40, 150, 1.0), (150, 150, 0.5), (40, 40, 0.5), (80, 40, 0.0)],
)
def test_what_lies_in_the_band_stays_where_it_is(frequency_hz: float, upper_hz: float, kept: float) -> None:
    wave_uv = np.cos(2 * np.pi * frequency_hz * (TIME_S - 5)) * 10_000
    filtered_uv = in_band(np.rint(wave_uv).astype(np.int16)[np.newaxis, np.newaxis], upper_hz)[0, 0]
    middle = slice(1500, 3500)
    np.testing.assert_allclose(filtered_uv[middle], kept * wave_uv[middle], atol=130)


def test_a_record_is_filtered_alike_in_any_batch() -> None:
    signals_uv = np.random.default_rng(1).integers(-900, 900, (5, 8, 5000)).astype(np.int16)
    alone = np.concatenate([in_band(signals_uv[row : row + 1], 150) for row in range(5)])
    np.testing.assert_array_equal(in_band(signals_uv, 150), alone)


def test_an_offset_leaves_no_step_at_the_ends() -> None:
    offset_uv = np.full((1, 1, 5000), 3000, dtype=np.int16)
    assert np.abs(in_band(offset_uv, 150)).max() < 1


def test_the_upper_edge_follows_from_the_lowest_rate() -> None:
    assert [upper_edge_hz(rate_hz) for rate_hz in (100, 250, 360, 500, 1000)] == [40, 100, 144, 150, 150]
