"""What a match can't reach: features of the reference that lie beyond all that is generated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ecgfactory.arrays import Float64Array
from ecgfactory.match.profile import Profile
from ecgfactory.realism.feature_space import feature_space
from ecgfactory.realism.space_feature import Group, SpaceFeature

Range = tuple[float, float, float]
"""5th, 50th and 95th percentile."""

BY_INTEREST: tuple[Group, ...] = ("interval", "amplitude", "lead correlation", "beat shape", "spectrum")
"""What a reader of ECGs looks at comes first."""


@dataclass(frozen=True)
class OutOfReach:
    """A feature in which the middle nine tenths of the reference go beyond all that was generated."""

    feature: SpaceFeature
    reference: Range
    generated: Range
    expected: Range


def out_of_reach(
    profile: Profile, features: Mapping[str, Float64Array], probabilities: Float64Array
) -> list[OutOfReach]:
    """Return the features of the feature space that are not reached: groups by interest, in each the farthest first.

    Parameters
    ----------
    profile : Profile
        Of the reference.
    features : mapping of str to float64 array of shape (n,)
        Of candidates that pass the policy.
    probabilities : float64 array, shape (n,)
        How likely each of them is accepted.
    """
    found: list[tuple[int, float, OutOfReach]] = []
    for feature in feature_space(upper_hz=profile.upper_hz):
        ranges = profile.ranges.get(feature.name)
        values = features[feature.name]
        measurable = np.isfinite(values)
        if ranges is None or not probabilities[measurable].sum():
            continue
        known = values[measurable]
        low, _, high = ranges.reference
        beyond = max(float(known.min()) - low, high - float(known.max()))
        if beyond > 0:
            generated, expected = _range(known, np.ones(len(known))), _range(known, probabilities[measurable])
            one = OutOfReach(feature, ranges.reference, generated, expected)
            found.append((BY_INTEREST.index(feature.group), -beyond / max(high - low, 1e-9), one))
    return [one for _, _, one in sorted(found, key=lambda row: row[:2])]


def _range(values: Float64Array, weights: Float64Array) -> Range:
    low, middle, high = np.quantile(values, (0.05, 0.5, 0.95), weights=weights, method="inverted_cdf").tolist()
    return low, middle, high
