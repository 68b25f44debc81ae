"""The bound is crossed by honest ratios as rarely as it says, and repeats among real ones don't move it."""

import numpy as np
import pytest

from ecgfactory.arrays import FloatingArray
from ecgfactory.realism.copy_bound import copy_bound, repeat_bound


@pytest.mark.parametrize("real", [30, 100, 1000])
def test_as_many_false_alarms_as_expected(real: int) -> None:
    rng = np.random.default_rng(real)
    alarms = []
    for _ in range(2000):
        bound = copy_bound(rng.uniform(size=real) ** (1 / 5), tests=1000, false_alarms=0.5)
        alarms.append(1000 * bound.ratio**5)
    # The upper end of the tail is known only as well as the order statistic it is, which the bound doesn't count.
    assert 0.4 < np.mean(alarms) < 1


def test_the_exponent_is_that_of_the_tail() -> None:
    bound = copy_bound(np.random.default_rng(1).uniform(size=20000) ** (1 / 4), tests=100, false_alarms=0.05)
    assert bound.exponent == pytest.approx(4, rel=0.1)
    assert bound.ratio == pytest.approx((0.05 / 100) ** (1 / 4), rel=0.1)


def test_fewer_real_ratios_make_the_bound_lower() -> None:
    ratios = (np.arange(1, 1001) / 1000) ** (1 / 4)
    bounds = [copy_bound(ratios[::step], tests=1000, false_alarms=0.05).ratio for step in (1, 10, 33)]
    assert bounds == sorted(bounds, reverse=True)


def ratios_of(people: int) -> FloatingArray:
    """Three ratios of each, as where people lie evenly in space: the further off, the nearer to 1."""
    return np.random.default_rng(people).uniform(size=(people, 3)) ** (1 / (4 * np.arange(1, 4)))


@pytest.mark.parametrize("share", [0.02, 0.05, 0.2, 0.5, 1.0])
def test_repeats_are_below_their_bound_whatever_their_share(share: float) -> None:
    ratios, repeats = ratios_of(100), round(share * 100)
    ratios[:repeats, 0] = np.random.default_rng(3).uniform(0.001, 0.03, repeats)
    assert 0.03 < repeat_bound(ratios) < np.sort(ratios.ravel())[repeats + 1]


def test_without_repeats_hardly_any_passes_for_one() -> None:
    found = [(ratios_of(people) < repeat_bound(ratios_of(people))).sum() for people in range(30, 130)]
    assert np.count_nonzero(found) <= 5
    assert max(found) <= 2


def test_a_bound_that_repeats_have_ruined_says_that_it_tells_nothing() -> None:
    honest = np.random.default_rng(2).uniform(size=95) ** (1 / 5)
    assert copy_bound(honest, tests=100, false_alarms=0.02).tells
    near = np.append(honest, 10 ** np.random.default_rng(2).uniform(-3, -1, 95))
    ruined = copy_bound(near, tests=100, false_alarms=0.02)
    assert not ruined.tells


def test_equal_ratios_have_a_bound() -> None:
    assert copy_bound(np.full(30, 0.5), tests=10, false_alarms=0.05).ratio == pytest.approx(0.5)
