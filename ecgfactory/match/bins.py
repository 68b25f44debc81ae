"""Bins of a feature's values, as people write them: `50-60` holds 50 and all up to 60, which is in `60-70`."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ecgfactory.errors import shown

NUMBER = r"-?[0-9]{1,12}(?:\.[0-9]{1,12})?"
SPELLING = re.compile(rf"({NUMBER})-({NUMBER})")

MOST_BINS = 100
"""Of a feature."""

MOST_TOLD = 4
"""Things that are wrong with them."""


class Bin(NamedTuple):
    """Values from `low`, included, up to `high`, not included."""

    low: float
    high: float

    def __str__(self) -> str:
        return f"{_plain(self.low)}-{_plain(self.high)}"


def _plain(number: float) -> str:
    """Write a number without an exponent, in as many digits as `parse_bin` needs to read it again."""
    return np.format_float_positional(number, trim="-")


def parse_bin(text: str) -> Bin:
    """Read a bin: two numbers and `-` between them, as in `50-60`, `0.5-0.75` or `-30--10`.

    Raises
    ------
    ValueError
        When it is none; the words say how to write one.
    """
    match = SPELLING.fullmatch(text)
    if match is None:
        raise ValueError(f"{shown(text)} is no bin; write the two ends with `-` between them, as in 50-60 or -30--10")
    found = Bin(float(match[1]), float(match[2]))
    if found.low >= found.high:
        raise ValueError(f"bin {text} holds nothing; write the lower end first")
    return found


def check_shares(shares: Mapping[str, float]) -> None:
    """Check what is asked of a feature: bins that do not overlap, and shares that sum to 1.

    Raises
    ------
    ValueError
        Naming everything that is wrong, in one sentence without its end.
    """
    if problems := list(_problems(shares)):
        more = f"; and {len(problems) - MOST_TOLD} more of this kind" if len(problems) > MOST_TOLD else ""
        raise ValueError("; ".join(problems[:MOST_TOLD]) + more)


def bin_of(values: npt.NDArray[np.floating], bins: Iterable[Bin]) -> npt.NDArray[np.intp]:
    """Return the place of the bin that holds each value, shape (n,); -1 for a value in none, and for NaN."""
    places = np.full(len(values), -1, dtype=np.intp)
    for place, (low, high) in enumerate(bins):
        places[(values >= low) & (values < high)] = place
    return places


def _problems(shares: Mapping[str, float]) -> Iterator[str]:
    if not shares:
        yield "there is no bin; give some, as in {50-60: 0.4, 60-70: 0.6}"
        return
    if len(shares) > MOST_BINS:
        yield f"there are {len(shares):,} bins; give at most {MOST_BINS}"
        return
    bins: list[tuple[Bin, str]] = []
    for text in shares:
        try:
            bins.append((parse_bin(text), text))
        except ValueError as error:
            yield str(error)
    for (lower, low_text), (upper, high_text) in pairwise(sorted(bins)):
        if upper.low < lower.high:
            yield f"bins {low_text} and {high_text} overlap; let one begin where the other ends"
    if wrong := [text for text, share in shares.items() if not 0 <= share <= 1]:
        yield f"the share of {shown(wrong[0])} is {shares[wrong[0]]:g}; give one from 0 to 1"
    elif not math.isclose(total := math.fsum(shares.values()), 1.0, abs_tol=1e-6):
        yield f"the shares sum to {total:g}; make them sum to 1"
