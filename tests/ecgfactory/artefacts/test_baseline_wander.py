"""Wander of the baseline."""

from __future__ import annotations

import numpy as np

from ecgfactory.artefacts.base import Potentials
from ecgfactory.artefacts.baseline_wander import BREATHING_HZ, BaselineWander
from tests.drawn_potentials import drawn_potentials, share_of_power


def drawn(source: str, seconds: float) -> list[Potentials]:
    found = [
        potentials
        for potentials in drawn_potentials(BaselineWander(), 30, seconds=seconds, rate_hz=100)
        if potentials.parameters["source"] == source
    ]
    assert len(found) > 5
    return found


def test_breathing_is_at_its_frequency_at_all_electrodes_in_proportion() -> None:
    for potentials in drawn("breathing", 120):
        frequency_hz = potentials.parameters["frequency_hz"]
        assert BREATHING_HZ[0] <= frequency_hz <= BREATHING_HZ[1]
        signals = np.stack(list(potentials.uv.values()))
        assert len(signals) == 9
        assert share_of_power(signals[0], 100, 0.5 * frequency_hz, 1.6 * frequency_hz) > 0.7
        assert share_of_power(signals[0], 100, 0, 1.5) > 0.999
        assert np.abs(np.abs(np.corrcoef(signals)) - 1).max() < 1e-6


def test_breaths_differ() -> None:
    for potentials in drawn("breathing", 120)[:5]:
        breath = next(iter(potentials.uv.values()))
        breath = np.abs(breath)
        peaks = breath[1:-1][(breath[1:-1] > breath[:-2]) & (breath[1:-1] >= breath[2:])]
        assert 0.05 < peaks.std() / peaks.mean() < 0.5


def test_a_drift_is_a_random_walk_of_one_electrode() -> None:
    slow, quick = [], []
    for potentials in drawn("drift", 400):
        ((electrode, drift),) = potentials.uv.items()
        assert electrode == potentials.parameters["electrode"]
        assert share_of_power(drift, 100, 0.04, 0.51) > 0.999
        slow.append(share_of_power(drift, 100, 0.05, 0.1))
        quick.append(share_of_power(drift, 100, 0.2, 0.4))
    assert 3 < np.mean(slow) / np.mean(quick) < 5  # 10 to 2.5 of what is left of 1 / f^2


def test_a_short_ecg_has_a_piece_of_a_slow_drift() -> None:
    drifts = [p for p in drawn_potentials(BaselineWander(), 40, seconds=2) if p.parameters["source"] == "drift"]
    turns = [np.count_nonzero(np.diff(np.sign(np.diff(drift)))) for p in drifts for drift in p.uv.values()]
    assert max(turns) <= 4
