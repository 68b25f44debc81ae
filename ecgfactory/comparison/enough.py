"""How many ECGs a comparison needs to say anything."""

from __future__ import annotations

from ecgfactory.comparison.findings import Estimate
from ecgfactory.wilson import wilson_interval

FEWEST_RECORDS = 20
"""ECGs that each side needs: with fewer, the interval around chance is wider than +-15 points, so that hospitals that
differ can't be told from those that don't, and a fold of the cross-validation tests fewer than four of each side.
"""


def wilson(share: float, count: int) -> Estimate:
    """Return the interval of a share of so many (Wilson 1927, doi:10.1080/01621459.1927.10502953)."""
    return Estimate(share, *wilson_interval(share, count))


def accuracy_interval(accuracy: float, records_per_class: int) -> Estimate:
    """Return the interval of a cross-validated accuracy with so many ECGs of each side.

    Predictions of one cross-validation depend on each other, but as little as this: the variance of accuracies averaged
    over rounds was 0.8 to 1.15 times that of independent predictions where both sides were drawn anew (simulated,
    correlated features, accuracies of 50 to 96 %), and 0.7 times between 16 random halves of LUDB.
    """
    return wilson(accuracy, 2 * records_per_class)


def reach_points(records_per_class: int) -> float:
    """Half the width of the interval of an accuracy of 50 % with so many ECGs of each side, in percentage points."""
    chance = accuracy_interval(0.5, records_per_class)
    return 50 * (chance.high - chance.low)
