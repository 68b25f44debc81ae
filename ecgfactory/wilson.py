"""The interval of a share: Wilson 1927, doi:10.1080/01621459.1927.10502953."""

from __future__ import annotations

import math
from statistics import NormalDist

CONFIDENCE = 0.95
"""Of all intervals."""


def wilson_interval(share: float, count: float) -> tuple[float, float]:
    """Return between what the share of all lies where so many, more than 0, were drawn and had this one."""
    z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
    centre = (share + z * z / (2 * count)) / (1 + z * z / count)
    reach = z / (1 + z * z / count) * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    return max(centre - reach, 0.0), min(centre + reach, 1.0)
