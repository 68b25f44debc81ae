"""Textbook criteria of premature beats, bigeminy, trigeminy and ventricular tachycardia."""

from __future__ import annotations

import re

import numpy as np
import pytest

from ecgfactory.rhythms.score import OWN_QRS, PShape, Score
from tests.played_scores import played, rate_bpm, symbols, within

ECTOPIC = ("premature_ventricular", "ventricular_bigeminy", "ventricular_trigeminy")


def isolated(score: Score, symbol: str) -> list[int]:
    """Return beats of a symbol that have two others before and after them."""
    return [found.start() + 2 for found in re.finditer(f"(?<=N)N{symbol}NN", "N" + symbols(score)) if found.start()]


def single_beats(score: Score) -> np.ndarray:
    """Return ventricular beats between two of the heart's own."""
    is_own = np.array([symbol == "N" for symbol in symbols(score)])
    return np.flatnonzero(is_own[:-2] & ~is_own[1:-1] & is_own[2:]) + 1


@pytest.mark.parametrize(("name", "symbol"), [("premature_atrial", "A"), ("premature_ventricular", "V")])
def test_one_premature_beat_at_least_is_in_any_ten_seconds(name: str, symbol: str) -> None:
    for score in played(name):
        assert symbol in np.array(list(symbols(score)))[within(score)]
    for score in played(name, records=6, duration_s=600.0):
        at_s = score.qrs_onset_s[[found == symbol for found in symbols(score)]]
        assert np.diff(at_s).max() < 9.5


def test_coupling_of_a_premature_atrial_beat_is_55_to_80_percent_of_pp() -> None:
    ratios = []
    for score in played("premature_atrial"):
        pp_s = np.diff(score.p_onset_s)
        early = np.flatnonzero(score.p_shape == PShape.ECTOPIC)
        ratios += [pp_s[p - 1] / pp_s[p - 2] for p in early if p >= 2]
    assert min(ratios) > 0.45
    assert 0.55 < np.mean(ratios) < 0.80
    assert max(ratios) < 0.95


def test_pause_after_a_premature_atrial_beat_does_not_compensate() -> None:
    """The sinus beats before and after it are less than two PP intervals apart, but for heart-rate variability."""
    ratios = []
    for score in played("premature_atrial"):
        pp_s = np.diff(score.p_onset_s)
        early = np.flatnonzero(score.p_shape[:-1] == PShape.ECTOPIC)
        ratios += [(pp_s[p - 1] + pp_s[p]) / np.median(pp_s) for p in early if p > 0]
    assert np.mean(np.array(ratios) < 1.98) > 0.95
    assert 1.6 < np.mean(ratios) < 1.85


def test_premature_atrial_beat_has_another_p_and_its_own_narrow_qrs() -> None:
    for score in played("premature_atrial"):
        is_atrial = np.array([symbol == "A" for symbol in symbols(score)])
        assert np.array_equal(score.p_shape == PShape.ECTOPIC, is_atrial[score.p_beat])
        assert set(score.shape) == {OWN_QRS}


@pytest.mark.parametrize("name", ECTOPIC)
def test_ventricular_beats_are_wide_without_p_and_all_others_have_one(name: str) -> None:
    for score in played(name):
        is_ventricular = score.shape != OWN_QRS
        assert np.array_equal(is_ventricular, [symbol == "V" for symbol in symbols(score)])
        assert np.array_equal(score.p_beat[score.p_beat >= 0], np.flatnonzero(~is_ventricular))


@pytest.mark.parametrize("name", ECTOPIC)
def test_coupling_of_ventricular_beats_is_400_to_650_ms_and_fixed_within_30_ms_for_a_shape(name: str) -> None:
    for score in played(name):
        single = single_beats(score)
        coupling_s = score.qrs_onset_s[single] - score.qrs_onset_s[single - 1]
        assert np.all((coupling_s > 0.39) & (coupling_s < 0.66))
        for shape in set(score.shape[single]):
            of_shape = coupling_s[score.shape[single] == shape]
            assert np.ptp(of_shape) < 0.06


@pytest.mark.parametrize("name", ECTOPIC)
def test_ventricular_beats_are_premature(name: str) -> None:
    for score in played(name):
        single = single_beats(score)
        before_s, after_s = np.diff(score.qrs_onset_s)[single - 1], np.diff(score.qrs_onset_s)[single]
        assert np.all(before_s < 0.92 * (before_s + after_s) / 2)


def test_compensatory_pause_is_full() -> None:
    """The sinus beats before and after it are two PP intervals apart, but for heart-rate variability."""
    ratios = []
    for score in played("premature_ventricular"):
        rr_s = np.diff(score.qrs_onset_s)
        is_usual = (score.shape[:-1] == OWN_QRS) & (score.shape[1:] == OWN_QRS)
        single = single_beats(score)
        ratios += list((rr_s[single - 1] + rr_s[single]) / rr_s[is_usual].mean())
    assert np.abs(np.array(ratios) - 2).max() < 0.35
    assert abs(np.mean(ratios) - 2) < 0.02


def test_premature_ventricular_beats_have_one_or_two_shapes_and_are_seldom_paired() -> None:
    scores = played("premature_ventricular")
    assert {len(set(score.shape) - {OWN_QRS}) for score in scores} == {1, 2}
    found = "+".join(symbols(score) for score in scores)
    assert "VVV" not in found
    assert 0 < found.count("VV") < 0.15 * found.count("V")
    assert "NVNVN" not in found


@pytest.mark.parametrize(("name", "unit"), [("ventricular_bigeminy", "NV"), ("ventricular_trigeminy", "NNV")])
def test_beats_alternate_throughout(name: str, unit: str) -> None:
    for score in (*played(name), *played(name, records=3, duration_s=600.0)):
        assert symbols(score) in unit * (len(score.symbol) + 2)


def test_ventricular_tachycardia_of_ten_seconds_is_regular_wide_and_120_to_220_bpm_throughout() -> None:
    for score in played("ventricular_tachycardia"):
        assert set(symbols(score)) == {"V"}
        assert set(score.shape) == {1}
        assert len(score.p_onset_s) == 0
        assert 120 < rate_bpm(score) < 220
        assert np.std(np.diff(score.qrs_onset_s)) < 0.03 * np.mean(np.diff(score.qrs_onset_s))


def test_long_records_have_marked_runs_of_three_and_more_beats_below_30_s() -> None:
    for score in played("ventricular_tachycardia", records=5, duration_s=600.0):
        edges = [since for _, since in score.rhythms] + [score.duration_s]
        is_ventricular = score.shape != OWN_QRS
        for (name, since), until in zip(score.rhythms, edges[1:], strict=True):
            inside = is_ventricular[(score.qrs_onset_s >= since) & (score.qrs_onset_s < until)]
            assert inside.all() if name == "ventricular_tachycardia" else not inside.any()
            if name == "ventricular_tachycardia" and since > 0 and until < score.duration_s:
                assert len(inside) >= 3
                assert until - since < 30
