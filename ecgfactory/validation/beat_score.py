"""Found beats against marked ones: sensitivity and positive predictive value."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from ecgfactory.arrays import FloatingArray, IntArray

MATCH_S = 0.075
"""Half the match window of 150 ms of ANSI/AAMI EC57."""


@dataclass(frozen=True)
class BeatScore:
    """How found beats fit marked ones.

    Parameters
    ----------
    matched : int
        Marked beats with a found one within `MATCH_S`, each found one counted once.
    missed : int
        Marked beats without.
    extra : int
        Found beats that are no marked one's.
    """

    matched: int
    missed: int
    extra: int

    def __add__(self, other: BeatScore) -> BeatScore:
        return BeatScore(self.matched + other.matched, self.missed + other.missed, self.extra + other.extra)

    @property
    def sensitivity(self) -> float:
        """Share of the marked beats that were found; NaN without any."""
        marked = self.matched + self.missed
        return self.matched / marked if marked else np.nan

    @property
    def positive_predictive_value(self) -> float:
        """Share of the found beats that are marked; NaN without any."""
        found = self.matched + self.extra
        return self.matched / found if found else np.nan


def score_beats(found: IntArray, marked: FloatingArray, sampling_rate_hz: int) -> BeatScore:
    """Match the beats of a record.

    Parameters
    ----------
    found : int array, shape (beats,)
        In samples, rising. Those before the first and after the last marked one by more than `MATCH_S` don't count,
        as experts leave out the beats at the ends of a record.
    marked : float array, shape (marked beats,)
        In samples, rising.
    sampling_rate_hz : int
        Samples per second.

    Returns
    -------
    BeatScore
    """
    reach = MATCH_S * sampling_rate_hz
    inside = [beat for beat in found if marked.size and marked[0] - reach <= beat <= marked[-1] + reach]
    matched = _pairs(inside, marked, reach)
    return BeatScore(matched, marked.size - matched, len(inside) - matched)


def _pairs(found: Iterable[float], marked: Iterable[float], reach: float) -> int:
    """Count pairs of one of each kind within reach, both rising: the earliest first, so that there are most."""
    pairs, rest = 0, iter(marked)
    mark = next(rest, None)
    for beat in found:
        while mark is not None and mark < beat - reach:
            mark = next(rest, None)
        if mark is not None and mark <= beat + reach:
            pairs += 1
            mark = next(rest, None)
    return pairs
