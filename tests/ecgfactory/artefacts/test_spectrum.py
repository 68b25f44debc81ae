"""Noise of a given spectrum."""

from __future__ import annotations

import numpy as np
import pytest

from ecgfactory.artefacts.spectrum import filtered, noise
from tests.drawn_potentials import share_of_power


def test_noise_has_variance_one_on_average_and_nothing_outside_its_band() -> None:
    rng = np.random.default_rng(1)
    draws = np.array([noise(rng, 4000, 250, (5, 40), np.ones_like) for _ in range(50)])
    assert draws.shape == (50, 4000)
    assert np.square(draws).mean() == pytest.approx(1, abs=0.05)
    assert np.abs(draws.mean(axis=1)).max() < 0.01
    assert min(share_of_power(draw, 250, 4.9, 40.1) for draw in draws) > 0.9999


def test_power_follows_the_spectrum() -> None:
    rng = np.random.default_rng(2)
    powers = [np.square(np.abs(np.fft.rfft(noise(rng, 5000, 500, (1, 200), lambda hz: hz**-2.0)))) for _ in range(100)]
    mean = np.mean(powers, axis=0)
    assert mean[100:110].mean() / mean[1000:1010].mean() == pytest.approx(100, rel=0.25)


@pytest.mark.parametrize(
    ("length", "rate_hz", "band_hz"), [(1, 50, (0.05, 0.5)), (50, 50, (5, 400)), (7919, 360, (1, 2))]
)
def test_any_length_and_rate_do(length: int, rate_hz: float, band_hz: tuple[float, float]) -> None:
    drawn = noise(np.random.default_rng(3), length, rate_hz, band_hz, np.ones_like)
    assert drawn.shape == (length,)
    assert np.isfinite(drawn).all()


def test_a_filter_begins_with_its_signal() -> None:
    step = np.repeat([0.0, 1.0], 500)
    decayed = filtered(step, 100, 5, lambda hz: 1 / (1 + 2j * np.pi * hz))  # a time constant of 1 s
    assert np.abs(decayed[:450]).max() < 0.01
    assert decayed[600] == pytest.approx(1 - np.exp(-1), abs=0.02)
