"""Textbook criteria of the AV blocks."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from ecgfactory.rhythms.score import OWN_QRS, PShape, Score
from tests.played_scores import played, pr_s, rate_bpm, symbols

SECOND_DEGREE = ("av_block_2_wenckebach", "av_block_2_mobitz")


def groups(score: Score) -> list[np.ndarray]:
    """Return numbers of the P waves of each whole group, the dropped one last."""
    dropped = np.flatnonzero(score.p_beat < 0)
    return [np.arange(before + 1, last + 1) for before, last in pairwise(dropped)]


def test_pr_of_first_degree_block_is_above_200_ms_and_the_same_throughout() -> None:
    for score in played("av_block_1"):
        assert np.all((pr_s(score) > 0.21) & (pr_s(score) < 0.38))
        assert pr_s(score).std() < 0.01


def test_every_p_of_first_degree_block_is_conducted() -> None:
    for score in played("av_block_1"):
        assert np.array_equal(score.p_beat, np.arange(len(score.qrs_onset_s)))
        assert set(symbols(score)) == {"N"}


@pytest.mark.parametrize(("name", "largest"), [("av_block_2_wenckebach", 6), ("av_block_2_mobitz", 5)])
def test_single_p_waves_are_dropped_of_groups_of_three_and_more(name: str, largest: int) -> None:
    sizes = {len(group) for score in played(name, duration_s=30.0, records=40) for group in groups(score)}
    assert sizes == set(range(3, largest + 1))


@pytest.mark.parametrize("name", SECOND_DEGREE)
def test_ten_seconds_show_a_dropped_p(name: str) -> None:
    for score in played(name):
        dropped_s = score.p_onset_s[score.p_beat < 0]
        assert np.any((dropped_s > 0) & (dropped_s < score.duration_s - 0.2))


@pytest.mark.parametrize("name", SECOND_DEGREE)
def test_p_waves_of_second_degree_block_are_regular_and_of_the_sinus_node(name: str) -> None:
    for score in played(name):
        assert np.diff(score.p_onset_s).std() < 0.02
        assert set(score.p_shape) == {PShape.SINUS}
        assert 55 < 60 / np.diff(score.p_onset_s).mean() < 90


def test_pr_lengthens_by_smaller_and_smaller_steps_before_wenckebachs_drop() -> None:
    for score in played("av_block_2_wenckebach", duration_s=30.0, records=40):
        for group in groups(score):
            of_group = score.qrs_onset_s[score.p_beat[group[:-1]]] - score.p_onset_s[group[:-1]]
            steps = np.diff(of_group)
            assert np.all(steps > 0)
            assert np.all(np.diff(steps) < 0)


def test_rr_shortens_before_wenckebachs_pause_which_is_below_two_pp() -> None:
    shortening = []
    for score in played("av_block_2_wenckebach", duration_s=30.0, records=40):
        pp_s = np.diff(score.p_onset_s).mean()
        for group in groups(score):
            rr_s = np.diff(score.qrs_onset_s[score.p_beat[group[:-1]]])
            shortening += list(np.diff(rr_s))
            last = score.p_beat[group[-2]]
            assert 1.2 * pp_s < score.qrs_onset_s[last + 1] - score.qrs_onset_s[last] < 1.98 * pp_s
    assert np.mean(np.array(shortening) < 0) > 0.9


def test_pr_is_the_same_before_and_after_a_drop_of_mobitz_ii() -> None:
    for score in played("av_block_2_mobitz"):
        assert np.ptp(pr_s(score)) < 0.001


def test_pause_of_mobitz_ii_is_two_pp() -> None:
    for score in played("av_block_2_mobitz"):
        rr_s, pp_s = np.diff(score.qrs_onset_s), np.diff(score.p_onset_s).mean()
        assert np.all(np.minimum(np.abs(rr_s / pp_s - 1), np.abs(rr_s / pp_s - 2)) < 0.06)


def test_no_p_is_conducted_in_complete_block() -> None:
    for score in played("av_block_3"):
        assert set(score.p_beat) == {-1}


def test_p_waves_march_through_complete_block_at_60_to_100_bpm_faster_than_the_ventricles() -> None:
    for score in played("av_block_3"):
        assert 59 < 60 / np.diff(score.p_onset_s).mean() < 101
        assert 60 / np.diff(score.p_onset_s).mean() > rate_bpm(score)
        assert score.p_onset_s[0] < 1
        assert score.p_onset_s[-1] > score.duration_s - 1.2


def test_p_waves_of_complete_block_bear_no_relation_to_qrs() -> None:
    """In a minute there are P waves in every quarter of the RR intervals."""
    for score in played("av_block_3", records=20, duration_s=60.0):
        beat = score.qrs_onset_s.searchsorted(score.p_onset_s) - 1
        is_between = (beat >= 0) & (beat < len(score.qrs_onset_s) - 1)
        beat, p_onset_s = beat[is_between], score.p_onset_s[is_between]
        place = (p_onset_s - score.qrs_onset_s[beat]) / np.diff(score.qrs_onset_s)[beat]
        assert np.histogram(place, bins=4, range=(0, 1))[0].min() > 3


def test_escape_rhythm_is_regular_and_junctional_40_to_55_or_ventricular_25_to_40_bpm() -> None:
    kinds = set()
    for score in played("av_block_3"):
        assert np.diff(score.qrs_onset_s).std() < 0.03 * np.diff(score.qrs_onset_s).mean()
        (symbol,), (shape,) = set(symbols(score)), set(score.shape)
        kinds.add(symbol)
        if symbol == "j":
            assert shape == OWN_QRS
            assert 40 < rate_bpm(score) < 56
        else:
            assert shape != OWN_QRS
            assert 25 < rate_bpm(score) < 40
    assert kinds == {"j", "E"}
