"""Medians by sorting networks are those of NumPy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from ecgfactory.quality.medians import median_of, median_of_existing

finite = st.floats(-1e4, 1e4, width=32)


@pytest.mark.parametrize("count", [*range(1, 41), 64, 65, 200])
def test_any_number_of_arrays_has_numpys_median(count: int) -> None:
    values = np.random.default_rng(count).integers(0, 9, (count, 300)).astype(np.float32)  # with many ties
    assert np.array_equal(median_of(list(values)), np.median(values, axis=0))


@given(hnp.arrays(np.float32, st.tuples(st.integers(1, 12), st.integers(1, 5)), elements=finite))
def test_median_is_numpys_and_the_arrays_stay_as_they_were(values: np.ndarray) -> None:
    before = values.copy()
    assert np.array_equal(median_of(list(values)), np.median(values, axis=0))
    assert np.array_equal(values, before)


@given(
    hnp.arrays(np.float32, (4, 6, 3), elements=finite),
    hnp.arrays(np.bool_, (4, 6)),
)
def test_only_what_exists_counts(values: np.ndarray, exists: np.ndarray) -> None:
    values[~exists] = np.nan
    medians = median_of_existing(values, exists)
    for row, existing, median in zip(values, exists, medians, strict=True):
        expected = np.median(row[existing], axis=0) if existing.any() else np.zeros(3)
        assert np.array_equal(median, expected)
