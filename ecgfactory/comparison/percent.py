"""Shares in per cent, as people read them: one way of rounding for terminal, pages and card."""

from __future__ import annotations

import math

_BINARY = 1e-9
"""What a share may lack, in binary, of the decimals that it stands for: 0.285 is a little less."""


def whole_percent(share: float) -> int:
    """Round a share to per cent, halves up; what is more than nothing and less than all stays so: 99.6 % gives 99."""
    rounded = math.floor(100 * share + 0.5 + _BINARY)
    return min(max(rounded, 1), 99) if 0 < share < 1 else rounded


def percent(share: float) -> str:
    """Write a share in per cent, without decimals."""
    return f"{whole_percent(share)} %"
