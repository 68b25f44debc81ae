"""Textbook criteria of rhythms that come from the atria or the AV junction."""

from __future__ import annotations

import numpy as np
import pytest

from ecgfactory.rhythms.score import OWN_QRS, Activity, PShape
from tests.played_scores import HEARTS, played, rate_bpm, symbols


def test_fibrillation_has_no_p_and_fibrillatory_waves_throughout() -> None:
    for score in played("atrial_fibrillation"):
        assert len(score.p_onset_s) == 0
        ((activity, since, until, rate_hz),) = score.activities
        assert activity == Activity.FIBRILLATION
        assert since < 0
        assert until > score.duration_s
        assert 4 < rate_hz < 9


def test_most_fibrillatory_waves_have_5_to_7500_mhz() -> None:
    rates_hz = np.array([score.activities[0][3] for score in played("atrial_fibrillation")])
    assert np.mean((rates_hz > 5) & (rates_hz < 7.5)) > 0.7


def test_ventricles_respond_to_fibrillation_from_slowly_to_fast() -> None:
    rates = [rate_bpm(score) for score in played("atrial_fibrillation")]
    assert 45 < min(rates) < 65
    assert 135 < max(rates) < 165


def test_fibrillation_is_irregular_within_ten_seconds() -> None:
    rr_s = [np.diff(score.qrs_onset_s) for score in played("atrial_fibrillation")]
    assert np.percentile([each.std() / each.mean() for each in rr_s], 5) > 0.14


def test_fibrillation_is_irregularly_irregular() -> None:
    """RR intervals vary by 18 to 32 %, none says anything of the next, and none is below 300 ms."""
    for score in played("atrial_fibrillation", records=20, duration_s=600.0):
        rr_s = np.diff(score.qrs_onset_s)
        assert 0.17 < rr_s.std() / rr_s.mean() < 0.32
        assert rr_s.min() > 0.299
        change_s = rr_s[25:-25] - np.convolve(rr_s, np.ones(51) / 51, "valid")
        assert abs(np.corrcoef(change_s[:-1], change_s[1:])[0, 1]) < 0.15


def test_paroxysm_of_ten_seconds_changes_once_and_each_part_lasts_3_s() -> None:
    firsts = set()
    for score in played("paroxysmal_atrial_fibrillation"):
        (first, _), (second, change_s) = score.rhythms
        assert {first, second} == {"sinus", "atrial_fibrillation"}
        assert 3 <= change_s <= 7
        firsts.add(first)
    assert len(firsts) == 2


def test_p_waves_stop_and_fibrillatory_waves_start_with_a_paroxysm() -> None:
    for score in played("paroxysmal_atrial_fibrillation", records=60):
        ((_, since, until, _),) = score.activities
        assert not np.any((score.p_onset_s > since) & (score.p_onset_s < until))
        if score.rhythms[0][0] == "sinus":
            assert score.rhythms[1][1] == since
        else:
            assert score.rhythms[1][1] == until


def test_paroxysm_starts_with_a_premature_atrial_beat_on_the_sinus_side() -> None:
    for score in played("paroxysmal_atrial_fibrillation"):
        if score.rhythms[0][0] == "sinus":
            last = int(score.qrs_onset_s.searchsorted(score.rhythms[1][1])) - 1
            assert symbols(score)[last] == "A"
            (p,) = np.flatnonzero(score.p_beat == last)
            assert score.p_shape[p] == PShape.ECTOPIC


def test_long_records_have_episodes_of_minutes() -> None:
    for score in played("paroxysmal_atrial_fibrillation", records=5, duration_s=7200.0):
        lasts_s = np.diff([since for _, since in score.rhythms])
        assert len(lasts_s) > 5
        assert lasts_s.min() > 50
        assert lasts_s.max() < 620


def test_flutter_waves_are_240_to_340_a_minute_and_there_is_no_p() -> None:
    for score in played("atrial_flutter"):
        ((activity, since, until, rate_hz),) = score.activities
        assert activity == Activity.FLUTTER
        assert since < 0
        assert until > score.duration_s
        assert 240 <= 60 * rate_hz <= 340
        assert len(score.p_onset_s) == 0


def test_flutter_is_conducted_two_three_or_four_to_one_or_variably() -> None:
    kinds = set()
    for score in played("atrial_flutter"):
        waves = np.diff(score.qrs_onset_s) * score.activities[0][3]
        assert np.all(np.abs(waves - np.round(waves)) < 0.1)
        assert set(np.round(waves)) <= {2, 3, 4}
        kinds.add(tuple(sorted(set(np.round(waves)))))
    assert {(2,), (3,), (4,), (2, 3, 4)} <= kinds


def test_qrs_has_a_fixed_place_after_a_flutter_wave() -> None:
    for score in (*played("atrial_flutter"), *played("atrial_flutter", records=3, duration_s=3600.0)):
        _, since, _, rate_hz = score.activities[0]
        phase = (score.qrs_onset_s - since) * rate_hz
        turned = np.exp(2j * np.pi * phase)
        assert np.all(np.abs(np.angle(turned / turned.mean())) / (2 * np.pi * rate_hz) < 0.02)


def test_supraventricular_tachycardia_is_150_to_220_bpm_regular_and_narrow() -> None:
    for score in played("supraventricular_tachycardia"):
        assert set(symbols(score)) == {"A"}
        assert set(score.shape) == {OWN_QRS}
        assert 148 < rate_bpm(score) < 222
        assert np.diff(score.qrs_onset_s).std() < 0.02 * np.diff(score.qrs_onset_s).mean()


def test_st_is_depressed_by_01_mv_in_half_of_supraventricular_tachycardias() -> None:
    depression_uv = np.array([score.st_depression_uv for score in played("supraventricular_tachycardia")])
    assert 0.45 < np.mean(depression_uv >= 100) < 0.75
    assert depression_uv.max() < 200


def test_p_of_supraventricular_tachycardia_is_unseen_or_retrograde_right_after_qrs() -> None:
    kinds = set()
    for number, score in enumerate(played("supraventricular_tachycardia")):
        kinds.add(len(score.p_onset_s) > 0)
        if len(score.p_onset_s):
            after_s = score.p_onset_s - score.qrs_onset_s[score.p_beat] - HEARTS[number % len(HEARTS)].qrs_s
            assert np.all((after_s > -0.001) & (after_s < 0.061))
            assert set(score.p_shape) == {PShape.RETROGRADE}
    assert kinds == {True, False}


def test_junctional_rhythm_is_40_to_60_bpm_and_narrow() -> None:
    for score in played("junctional_rhythm"):
        assert set(symbols(score)) == {"j"}
        assert set(score.shape) == {OWN_QRS}
        assert 40 < rate_bpm(score) < 60


def test_p_of_junctional_rhythm_is_unseen_or_retrograde_before_or_after_qrs() -> None:
    places = set()
    for score in played("junctional_rhythm"):
        if not len(score.p_onset_s):
            places.add("unseen")
            continue
        assert set(score.p_shape) == {PShape.RETROGRADE}
        shift_s = score.p_onset_s - score.qrs_onset_s[score.p_beat]
        assert np.ptp(shift_s) < 0.001
        assert -0.12 < shift_s[0] < 0.2
        places.add("before" if shift_s[0] < 0 else "after")
    assert places == {"unseen", "before", "after"}


@pytest.mark.parametrize("name", ["atrial_fibrillation", "supraventricular_tachycardia"])
def test_qt_shortens_with_rate_and_leaves_the_hearts_own_when_rates_agree(name: str) -> None:
    for score in played(name, records=30):
        assert np.all(score.qt_s < 0.47)
        assert np.all(score.qt_s > 0.18)
