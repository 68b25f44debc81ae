"""Shares that make a whole."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any


def check_shares(shares: Mapping[Any, float], noun: str) -> None:
    """Check that shares are above 0 and sum to 1.

    Parameters
    ----------
    shares : mapping of str to float
        By name.
    noun : str
        What a share is of, in messages: "a split".

    Raises
    ------
    ValueError
        When they are not or do not.
    """
    if any(not share > 0 for share in shares.values()):
        raise ValueError(f"every share must be above 0; leave out {noun} that is not wanted")
    total = math.fsum(shares.values())
    if not math.isclose(total, 1.0, abs_tol=1e-6):
        raise ValueError(f"the shares sum to {total:g}; make them sum to 1")
