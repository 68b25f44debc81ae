"""Waves in order: neighbours share what both claim."""

import numpy as np

from ecgfactory.waves.order import in_order


def test_a_qrs_ends_where_the_next_beat_is_nearer_and_what_is_left_of_p_and_t_between_is_none():
    bounds = np.array([[[0, 60], [70, 180], [200, 300]], [[120, 130], [100, 330], [340, 440]]])[:, np.newaxis]
    there = np.ones((2, 1, 3), np.bool_)
    found, is_there = in_order(bounds, there, np.array([0, 0]), np.array([100, 200]), 500, 500)
    assert found[0, 0, 1].tolist() == [70, 150] and found[1, 0, 1].tolist() == [151, 330]
    assert is_there[:, 0].tolist() == [[True, True, False], [False, True, True]]
    apart, _ = in_order(bounds, there, np.array([0, 1]), np.array([100, 200]), 500, 500)
    assert (apart[:, :, 1] == bounds[:, :, 1]).all(), "beats of two records"
