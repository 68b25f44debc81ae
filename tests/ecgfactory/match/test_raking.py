from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecgfactory.match.raking import CLOSE, raked, weights_of


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 3), st.integers(2, 4))
def test_weights_have_the_shares_asked_for(seed: int, features: int, bins: int) -> None:
    """Any shares that some weights of these records have are found again, though the features go together."""
    rng = np.random.default_rng(seed)
    hidden = rng.normal(size=400)
    places = [
        np.clip(np.floor(hidden + rng.normal(size=400)) + bins // 2, -1, bins - 1).astype(np.intp)
        for _ in range(features)
    ]
    inside = np.all([place >= 0 for place in places], axis=0)
    some = np.where(inside, rng.uniform(0.2, 1, 400), 0)
    shares = [np.bincount(place[inside], some[inside], minlength=bins) / some.sum() for place in places]
    factors = raked(places, shares)
    weights = weights_of(places, factors)
    assert (weights[~inside] == 0).all()
    for place, share in zip(places, shares, strict=True):
        found = np.bincount(place[inside], weights[inside], minlength=bins) / weights.sum()
        np.testing.assert_allclose(found, share, rtol=2 * CLOSE, atol=1e-12)


def test_of_one_feature_a_factor_is_what_is_asked_by_what_there_is() -> None:
    places = np.array([0] * 30 + [1] * 60 + [-1] * 10)
    (factor,) = raked([places], [np.array([0.5, 0.5])])
    np.testing.assert_allclose(factor, [1, 0.5])


def test_a_bin_of_which_nothing_is_asked_gets_nothing() -> None:
    (factor,) = raked([np.array([0, 1, 2])], [np.array([0.5, 0.0, 0.5])])
    assert factor.tolist() == [1, 0, 1]


def test_shares_that_exclude_each_other_are_refused() -> None:
    same = np.array([0] * 50 + [1] * 50)
    with pytest.raises(ValueError, match="no choice of candidates has all of them at once"):
        raked([same, same], [np.array([0.2, 0.8]), np.array([0.8, 0.2])])
    with pytest.raises(ValueError, match="no choice of candidates"):
        raked([same, same], [np.array([1.0, 0.0]), np.array([0.5, 0.5])])
