from __future__ import annotations

import numpy as np
import pytest

from ecgfactory.validation.generator_faults import edge_roughness, line_ratios


def test_edges_are_measured_apart_from_the_rest() -> None:
    signals_uv = np.zeros((2, 3, 5000), dtype=np.int16)
    signals_uv[:, :, :31:2] = 7
    signals_uv[:, :, -30::2] = 3
    roughness = edge_roughness(signals_uv)
    assert (roughness.first_uv, roughness.rest_uv) == (7, pytest.approx(0, abs=0.01))
    assert roughness.last_uv == pytest.approx(3, rel=0.05)


def test_a_line_stands_out_by_its_power() -> None:
    noise_uv = np.random.default_rng(1).normal(0, 40, (20, 8, 5000))
    line_uv = 10 * np.sin(2 * np.pi * 100 * np.arange(5000) / 500)
    ratios = line_ratios(np.rint(noise_uv + line_uv).astype(np.int16))
    assert ratios[100] == pytest.approx(10**2 / 4 * 5000 / 40**2, rel=0.1)
    for line_hz in (50, 150, 200):
        assert ratios[line_hz] == pytest.approx(np.log(2), rel=0.35)
