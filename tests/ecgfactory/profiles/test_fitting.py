from __future__ import annotations

from collections import Counter

import numpy as np

from ecgfactory.profiles.fitting import area_under_roc, cross_validated, fit_ratio

Table = dict[str, np.ndarray]


def tables(shift: float, records: int = 300) -> tuple[Table, Table]:
    """One feature is shifted in the reference, one is missing now and then, and one is constant."""
    rng = np.random.default_rng(1)
    made = []
    for mean in (shift, 0.0):
        patchy = rng.normal(size=records)
        patchy[::7] = np.nan
        made.append({"shifted": rng.normal(mean, size=records), "patchy": patchy, "constant": np.zeros(records)})
    return made[0], made[1]


def test_the_log_ratio_of_two_normal_distributions_is_found_in_direction() -> None:
    reference, generated = tables(shift=2.0)
    ratio = fit_ratio(reference, generated)
    assert set(ratio.features) == {"shifted", "patchy", "constant"}
    asked = Counter(token.partition("<=")[0] for forest in ratio.forests for tree in forest for token in tree.split())
    assert asked["shifted"] > asked["patchy"]
    assert not asked["constant"]
    steps = {name: np.zeros(4) for name in ratio.features} | {"shifted": np.array([-1.0, 0.6, 1.4, 3.0])}
    assert (np.diff(ratio.log_ratio(steps)) > 0).all()
    assert 0.87 < cross_validated(reference, generated) < 0.95  # 0.921 is the best there is


def test_the_area_is_the_share_of_pairs_in_order() -> None:
    assert area_under_roc(np.array([3.0, 1.0]), np.array([2.0, 0.0])) == 0.75


def test_what_is_alike_is_not_told_apart() -> None:
    assert 0.42 < cross_validated(*tables(shift=0.0)) < 0.58
