"""The lowest share of accepted candidates with which a build goes on."""

from __future__ import annotations

from ecgfactory.errors import HopelessYieldError

LOWEST_YIELD = 0.02
YIELD_JUDGED_AFTER = 5000
"""Candidates."""


def check_yield(examined: int, accepted: int) -> None:
    """Stop work that would never end.

    Raises
    ------
    HopelessYieldError
        When so few candidates are accepted that there is no point in going on.
    """
    if examined >= YIELD_JUDGED_AFTER and accepted < LOWEST_YIELD * examined:
        raise HopelessYieldError(
            f"only {accepted} of {examined:,} candidates were accepted, under {LOWEST_YIELD:.0%}; "
            "choose a less strict quality policy or wider bounds."
        )
