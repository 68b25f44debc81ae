"""Bounds over all leads, of bounds made by hand."""

import numpy as np
import pytest

from ecgfactory.waves.over_all import WIDER, bounds_over_all, towards_median_beat


def qrs_over_all(onsets, offsets, live=None):
    bounds = np.zeros((1, len(onsets), 3, 2), np.float32)
    bounds[0, :, 1] = np.stack([onsets, offsets], axis=1)
    are_live = np.ones((1, len(onsets)), np.bool_) if live is None else np.array([live])
    return bounds_over_all(bounds, are_live)[0, 1]


def test_they_are_the_outermost_without_outlying_leads_and_a_little_wider():
    # Medians -20 and 25: -31 and 36 lie more than 10 samples away.
    assert qrs_over_all([-31, -20, -20, -28, -15], [36, 25, 30, 24, 25]) - WIDER[1] == pytest.approx([-28, 30])


def test_leads_without_a_signal_do_not_count():
    found = qrs_over_all([-20, -22, -21, -29], [25, 26, 27, 33], live=[True, True, True, False])
    assert found - WIDER[1] == pytest.approx([-22, 27])


def test_of_one_lead_or_two_they_are_the_outermost_themselves():
    assert qrs_over_all([-20, -50], [25, 70]) == pytest.approx([-50, 70])
    assert qrs_over_all([-20], [25]) == pytest.approx([-20, 25])


def test_of_leads_that_all_lie_apart_it_is_the_median():
    assert qrs_over_all([-80, -60, -20, 0], [25] * 4)[0] - WIDER[1, 0] == pytest.approx(-40)


def test_the_beats_of_each_record_move_halfway_to_its_median_beat_from_near_it():
    over_all = np.zeros((4, 3, 2), np.float32)
    over_all[:, 1, 0] = [-20, -24, -28, -40]  # three beats of the first record, one of the third
    of_median = np.full((3, 3, 2), np.nan)
    of_median[0, 1, 0] = -34  # 10 before the median of the beats
    of_median[1, 1, 0] = 0  # of a record without beats
    of_median[2, 1, 0] = -30
    of_median[0, 2, 1] = 60  # too far from 0
    moved = towards_median_beat(over_all, of_median, np.array([0, 0, 0, 2]))
    assert moved[:, 1, 0].tolist() == [-25, -29, -33, -35]
    over_all[:, 1, 0] = moved[:, 1, 0]
    assert (moved == over_all).all(), "nothing else moves"
