"""The key `rhythm` of a build request: which rhythms records are composed in, and their shares."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from ecgfactory.documents.keys import Among, nearest
from ecgfactory.errors import shown
from ecgfactory.request.shares import check_shares
from ecgfactory.rhythm_kinds import KINDS

LONGEST_COMPOSED_S = 86_400
"""Longest record, a day."""


def _known(name: str) -> str:
    if name not in KINDS:
        meant = nearest(name, KINDS)
        raise ValueError(f"there is no such rhythm; {f'did you mean {meant}?' if meant else _choice()}")
    return name


def _choice() -> str:
    return f"choose from {', '.join(KINDS)}"


def _with_shares(given: Any) -> Any:
    if isinstance(given, str | list | tuple):
        names = [given] if isinstance(given, str) else given
        named = [name for name in names if isinstance(name, str) and name in KINDS] or ["sinus"]
        shares = ", ".join(f"{name}: {1 / len(named):.3g}" for name in named)
        raise ValueError(f"{shown(given)} says no shares; write {{{shares}}}")
    if isinstance(given, Mapping) and not given:
        raise ValueError("no rhythm is named; write {sinus: 1}, or leave the key out for records as they are generated")
    return given


def _sum_to_one(shares: dict[str, float]) -> dict[str, float]:
    check_shares(shares, "a rhythm")
    return {name: float(shares[name]) for name in KINDS if name in shares}


def rhythm_words(shares: Mapping[str, float]) -> str:
    """Say in words which rhythms are asked for: `60 % sinus, 40 % atrial_fibrillation`, or `sinus` alone."""
    return ", ".join(f"{share * 100:.3g} % {name}" if share < 1 else name for name, share in shares.items())


_RhythmName = Annotated[str, Among(lambda: KINDS), AfterValidator(_known)]
_Share = Annotated[float, Field(strict=True, allow_inf_nan=False)]

RhythmShares = Annotated[dict[_RhythmName, _Share], BeforeValidator(_with_shares), AfterValidator(_sum_to_one)]
"""Share of the records in each rhythm, by its name, in the order of `rhythm_kinds.KINDS`; they sum to 1."""
