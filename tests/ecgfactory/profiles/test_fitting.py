from __future__ import annotations

import numpy as np

from ecgfactory.profiles.fitting import balanced_accuracy, cross_validated, fit_ratio

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
    assert ratio.features == ("shifted", "patchy")
    weights = {term.feature: term.weight for term in ratio.terms}
    assert weights["shifted"] > 5 * abs(weights["patchy"])
    accuracy = balanced_accuracy(ratio.log_ratio(reference), ratio.log_ratio(generated))
    assert 0.8 < accuracy < 0.88  # 0.841 is the best there is
    assert 0.8 < cross_validated(reference, generated) < 0.88


def test_what_is_alike_is_not_told_apart() -> None:
    assert 0.42 < cross_validated(*tables(shift=0.0)) < 0.58
