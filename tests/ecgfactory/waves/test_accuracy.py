"""The file of measured accuracy, beside the weights that it is of."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from ecgfactory.validation.wave_accuracy import RecordAccuracy, WaveAccuracy
from ecgfactory.validation.wave_score import TOLERANCE_S, BoundScore, WaveScore
from ecgfactory.waves.accuracy import load_accuracy

NAMES = ["P onset", "P offset", "QRS onset", "QRS offset", "T onset", "T offset"]


def test_what_is_measured_is_read(tmp_path: Path) -> None:
    score = WaveScore({name: BoundScore(np.array([4.0, 8.0]), missed=1, extra=0) for name in TOLERANCE_S})
    differences = dict.fromkeys(TOLERANCE_S, 0.0)
    records = [RecordAccuracy("1", score, differences | {"p_onset": float(place)}, False, False) for place in range(8)]
    summary = WaveAccuracy(tuple(records)).summary() | {"source": "LUDB", "method": "5 folds"}
    (tmp_path / "accuracy.json").write_text(json.dumps(summary), encoding="utf-8")
    accuracy = load_accuracy(tmp_path / "accuracy.json")
    assert [bound.name for bound in accuracy.bounds] == NAMES
    assert accuracy.macro_f1 == pytest.approx(0.8)
    p_onset = accuracy.bounds[0]
    assert (p_onset.f1, p_onset.tolerance_ms, p_onset.mean_error_ms) == (0.8, 50, 6)
    assert (p_onset.mean_over_all_ms, p_onset.sd_over_all_ms, p_onset.experts_two_sd_ms) == (3.5, 2.4, 10.2)
    assert (accuracy.p_found, accuracy.with_p, accuracy.p_falsely_found, accuracy.without_p) == (0, 0, 0, 8)


def test_what_is_shipped_tells_of_every_bound() -> None:
    assert [bound.name for bound in load_accuracy().bounds] == NAMES
