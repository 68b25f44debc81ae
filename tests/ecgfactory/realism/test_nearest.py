"""The nearest stands out from the next, whichever candidates come twice or not at all."""

import numpy as np
import pytest

from ecgfactory.realism.nearest import FURTHEST, nearest_of


def test_a_candidate_counts_once_by_its_lowest_distance() -> None:
    nearest = nearest_of(np.array([[4, 7, 4, 9, -1]]), np.array([[0.3, 0.4, 0.1, 0.8, 0.0]]))
    assert nearest.reference.tolist() == [4]
    assert nearest.distances[:, :4].tolist() == [[0.1, 0.4, 0.8, FURTHEST]]
    assert nearest.references[:, :4].tolist() == [[4, 7, 9, -1]]
    assert nearest.ratio == pytest.approx(0.25)


def test_two_that_stand_out_together_stand_out() -> None:
    assert nearest_of(np.arange(4), np.array([0.01, 0.011, 0.5, 0.6])).ratio == pytest.approx(0.022)
    assert nearest_of(np.arange(4), np.array([0.01, 0.011, 0.012, 0.6])).ratio == pytest.approx(0.02)


def test_missing_ones_are_as_far_as_can_be() -> None:
    nearest = nearest_of(np.array([3, -1, -1]), np.array([0.2, 0.1, 0.1]))
    assert (nearest.reference, set(nearest.distances[1:])) == (3, {FURTHEST})


def test_by_record_takes_the_lead_that_stands_out_most() -> None:
    leads = nearest_of(np.array([[[1, 2, 3], [4, 5, 6]]]), np.array([[[0.2, 0.3, 0.4], [0.3, 0.9, 0.95]]]))
    assert leads.by_record.reference.tolist() == [4]
    assert leads.by_record.distance.tolist() == [0.3]


def test_a_person_counts_once_and_not_against_oneself() -> None:
    nearest = nearest_of(np.array([[0, 1, 2, 3, 4]]), np.array([[0.1, 0.2, 0.3, 0.4, 0.5]]))
    person = np.array([7, 7, 8, 9, 8])
    assert nearest.by_person(person).references[0, :4].tolist() == [0, 2, 3, -1]
    others = nearest.by_person(person, own=np.array([7]))
    assert others.references[0, :3].tolist() == [2, 3, -1]
    assert others.distances[0, :3].tolist() == [0.3, 0.4, FURTHEST]
