"""Textbook criteria of rhythms that come from the sinus node."""

from __future__ import annotations

import numpy as np
import pytest

from ecgfactory.rhythms.score import OWN_QRS, PShape, Score
from ecgfactory.rhythms.sinus_arrhythmia import LONGEST_MINUS_SHORTEST_S
from tests.played_scores import HEARTS, played, pr_s, rate_bpm, symbols, within

SINUS = ("sinus", "sinus_bradycardia", "sinus_tachycardia", "sinus_arrhythmia")


def pp_within_s(score: Score) -> np.ndarray:
    """Return the PP intervals between P waves in the record."""
    return np.diff(score.p_onset_s[(score.p_onset_s >= 0) & (score.p_onset_s < score.duration_s)])


@pytest.mark.parametrize("name", SINUS)
def test_every_beat_follows_one_sinus_p(name: str) -> None:
    for score in played(name):
        assert np.array_equal(score.p_beat, np.arange(len(score.qrs_onset_s)))
        assert set(score.p_shape) == {PShape.SINUS}
        assert set(symbols(score)) == {"N"}
        assert set(score.shape) == {OWN_QRS}
        assert score.rhythms == [(name, 0.0)]
        assert not score.activities


@pytest.mark.parametrize("name", SINUS)
def test_pr_is_at_most_240_ms_and_the_same_within_10_ms(name: str) -> None:
    for score in played(name):
        assert pr_s(score).max() <= 0.24
        assert pr_s(score).std() < 0.010


@pytest.mark.parametrize(
    ("name", "slowest", "fastest"),
    [("sinus", 50, 100), ("sinus_bradycardia", 38, 60), ("sinus_tachycardia", 100, 150)],
)
def test_rate_is_within_its_limits(name: str, slowest: float, fastest: float) -> None:
    rates = [rate_bpm(score) for score in played(name)]
    assert slowest < min(rates) < max(rates) < fastest


@pytest.mark.parametrize(
    ("name", "slowest", "fastest"),
    [("sinus", 50, 100), ("sinus_bradycardia", 37, 60), ("sinus_tachycardia", 100, 150)],
)
def test_rate_of_a_day_is_within_its_limits_in_every_minute(name: str, slowest: float, fastest: float) -> None:
    for score in played(name, records=3, duration_s=86_400.0):
        beats, _ = np.histogram(score.qrs_onset_s, np.arange(0, 86_401, 60))
        assert slowest - 1 <= beats.min() <= beats.max() <= fastest + 1


def test_more_than_half_of_bradycardias_are_below_50_bpm() -> None:
    assert np.mean([rate_bpm(score) < 50 for score in played("sinus_bradycardia")]) > 0.5


def test_sinus_rhythm_is_near_the_hearts_own_rate() -> None:
    ratio = [np.diff(s.qrs_onset_s).mean() / HEARTS[k % len(HEARTS)].rr_s for k, s in enumerate(played("sinus"))]
    assert np.quantile(ratio, 0.05) > 0.85
    assert np.quantile(ratio, 0.95) < 1.15


def test_sdnn_of_sinus_rhythm_is_20_to_60_ms() -> None:
    sdnn_s = [np.diff(score.qrs_onset_s[within(score)]).std() for score in played("sinus")]
    assert 0.02 < np.quantile(sdnn_s, 0.1) < np.quantile(sdnn_s, 0.9) < 0.06


def test_longest_pp_of_sinus_arrhythmia_exceeds_the_shortest_by_160_ms() -> None:
    for score in played("sinus_arrhythmia"):
        assert np.ptp(pp_within_s(score)) > LONGEST_MINUS_SHORTEST_S


def test_most_sinus_rhythms_are_no_sinus_arrhythmia() -> None:
    assert np.mean([np.ptp(pp_within_s(score)) < LONGEST_MINUS_SHORTEST_S for score in played("sinus")]) > 0.8


def test_sinus_arrhythmia_goes_with_breath() -> None:
    """Intervals that start with a breath are the longest, and those half a breath later the shortest."""
    for score in played("sinus_arrhythmia", records=20, duration_s=60.0):
        phase = np.interp(score.p_onset_s[:-1], score.breath_s, np.arange(len(score.breath_s)))
        assert np.corrcoef(np.cos(2 * np.pi * phase), np.diff(score.p_onset_s))[0, 1] > 0.6


def test_pause_is_2_to_3500_ms_long_and_no_multiple_of_pp() -> None:
    for score in played("sinus_pause"):
        pp_s = pp_within_s(score)
        pause_s, usual_s = pp_s.max(), np.median(pp_s)
        assert 2.0 < pause_s < 3.6
        assert abs(pause_s / usual_s - round(pause_s / usual_s)) > 0.08


def test_only_long_pauses_have_a_junctional_escape_beat_without_p() -> None:
    escapes = 0
    for score in played("sinus_pause"):
        for beat in np.flatnonzero([symbol == "j" for symbol in symbols(score)[:-1]]):
            escapes += 1
            assert beat not in score.p_beat
            assert 1.3 < score.qrs_onset_s[beat] - score.qrs_onset_s[beat - 1] < 1.9
            assert score.qrs_onset_s[beat + 1] - score.qrs_onset_s[beat - 1] > 2.7
    assert escapes > 5
