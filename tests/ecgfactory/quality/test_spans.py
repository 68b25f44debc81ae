"""Spans of samples in the rows of an array."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ecgfactory.quality.spans import any_within, argmax_within, between, first_run


def test_between_and_largest_within():
    within = between(6, np.array([1, 4, 3]), np.array([3, 9, 3]))
    np.testing.assert_array_equal(within.astype(int), [[0, 1, 1, 0, 0, 0], [0, 0, 0, 0, 1, 1], [0, 0, 0, 0, 0, 0]])
    np.testing.assert_array_equal(argmax_within(np.tile([9.0, 1, 2, 3, 5, 4], (3, 1)), within), [2, 4, 0])


@given(st.lists(st.booleans(), min_size=1, max_size=20), st.integers(0, 25), st.integers(0, 25), st.integers(1, 6))
def test_first_run_is_the_first_by_hand(holds, first, last, length):
    held_on = holds + [holds[-1]] * length
    starts = [at for at in range(len(holds)) if first <= at < last and all(held_on[at : at + length])]
    place, found = first_run(np.array([holds]), between(len(holds), np.array([first]), np.array([last])), length)
    assert found[0] == bool(starts)
    assert not starts or place[0] == starts[0]


@given(st.lists(st.booleans(), min_size=1, max_size=12), st.integers(-3, 15), st.integers(-3, 15))
def test_any_within_is_what_looking_finds(holds, first, last):
    found = any_within(np.array([holds]), np.array([[first]]), np.array([[last]]))
    assert found.tolist() == [[any(holds[max(first, 0) : max(last, 0)])]]
