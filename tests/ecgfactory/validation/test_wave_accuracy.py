"""Accuracy of marks, on records made by hand and on real ones."""

import numpy as np
import pytest

from ecgfactory.leads import TWELVE_LEADS
from ecgfactory.validation.ludb import LudbRecord, Mark, compare_intervals, median_intervals
from ecgfactory.validation.wave_accuracy import measure_accuracy, our_marks, trimmed_sd
from ecgfactory.wave_table import ABSENT
from ecgfactory.waves.marks import Marks
from tests.real_ecgs import ludb_records

BEATS = np.array([1000, 1500, 2000])
AROUND = np.array([[-80, -60, -30], [-20, 0, 25], [70, 120, 160]])
"""Onset, peak and offset of P, QRS and T around a beat."""


def record(has_p=True):
    marks = [
        Mark(wave, *(beat + around).tolist())
        for beat in BEATS
        for wave, around in zip("pNt", AROUND, strict=True)
        if has_p or wave != "p"
    ]
    signal_uv = np.zeros((12, 5000), np.int16)
    return LudbRecord("1", signal_uv, 500, dict.fromkeys(TWELVE_LEADS, marks), "Sinus rhythm", ())


def marks(shift=0, p=True):
    over_all = (BEATS[:, np.newaxis, np.newaxis] + AROUND + shift)[np.newaxis].astype(np.int32)
    if not p:
        over_all[:, :, 0] = ABSENT
    return Marks(np.repeat(over_all[:, :, np.newaxis], 12, axis=2), over_all)


def test_the_same_marks_are_right():
    accuracy = measure_accuracy([record()], lambda _: marks())
    assert accuracy.score.macro_f1 == 1
    assert all(len(score.errors_ms) == 36 for score in accuracy.score.bounds.values())
    assert set(accuracy.records[0].over_all_ms.values()) == {0}
    assert (accuracy.p_rightly_found(), accuracy.p_falsely_found()) == ((1, 1), (0, 0))


def test_errors_are_ours_less_theirs_in_ms():
    accuracy = measure_accuracy([record()], lambda _: marks(shift=3))
    assert set(accuracy.records[0].over_all_ms.values()) == {6}
    assert accuracy.score.bounds["t_offset"].errors_ms.mean() == 6


def test_p_waves_that_are_not_there():
    accuracy = measure_accuracy([record(has_p=False), record()], lambda _: marks())
    assert (accuracy.p_falsely_found(), accuracy.p_rightly_found()) == ((1, 1), (1, 1))
    assert accuracy.records[0].score.bounds["p_onset"].extra == 24, "that before the first mark does not count"
    accuracy = measure_accuracy([record()], lambda _: marks(p=False))
    assert np.isnan(accuracy.records[0].over_all_ms["p_onset"])
    assert accuracy.p_rightly_found() == (0, 1)


def test_the_four_largest_deviations_are_left_out():
    assert trimmed_sd(np.array([0.0, 1, 2, 100, -100, 200, -200])) == 1


@pytest.mark.slow
def test_our_marks_agree_with_cardiologists():
    # The network has seen these very records, so this says only that it still does what it did.
    accuracy = measure_accuracy(ludb_records()[::4])
    assert accuracy.score.macro_f1 > 0.97
    assert accuracy.p_falsely_found()[0] == 0


@pytest.mark.slow
def test_our_intervals_over_beats_are_those_of_the_median_beat_of_real_ecgs():
    bounds_ms = {"p_duration_ms": (8, 20), "pr_ms": (6, 15), "qrs_ms": (6, 12), "qt_ms": (6, 20)}
    differences = {name: [] for name in bounds_ms}
    for record in ludb_records()[::4]:
        over_all = our_marks(record).over_all[0].astype(np.float64)
        over_all[over_all == ABSENT] = np.nan
        of_median_beat = compare_intervals([record]).measured
        for name, of_beats_ms in median_intervals(over_all[..., [0, 2]]).items():
            differences[name].append(of_beats_ms - of_median_beat[name][0])
    for name, (median_ms, spread_ms) in bounds_ms.items():
        assert abs(np.nanmedian(differences[name])) < median_ms, name
        assert np.nanquantile(np.abs(differences[name]), 0.9) < spread_ms, name
