"""Numbers of a fitted model, short enough to read, and the same where machines differ in a last digit."""

from __future__ import annotations

DIGITS = 4
"""Significant digits."""


def short(value: float, digits: int = DIGITS) -> float:
    """Round to some significant digits."""
    return float(f"{value:.{digits}g}")
