"""What numbers and names of a profile may be: a file may be damaged, or edited by hand."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

LONGEST_NAME = 100
"""Characters."""


def printable(name: str) -> str:
    """Return a name, of a file perhaps, as one that a profile may hold: cut, and `?` for what can't be printed."""
    return "".join(letter if letter.isprintable() else "?" for letter in name[:LONGEST_NAME])


def _checked_name(name: str) -> str:
    if printable(name) != name:
        raise ValueError(f"a name must be of at most {LONGEST_NAME} characters that can be printed")
    return name


Name = Annotated[str, Field(strict=True), AfterValidator(_checked_name)]
SignalDigest = Annotated[str, Field(strict=True, pattern="^[0-9a-f]{12}$")]
Number = Annotated[float, Field(strict=True, ge=-1e12, le=1e12, allow_inf_nan=False)]
Share = Annotated[float, Field(strict=True, ge=0, le=1, allow_inf_nan=False)]
Count = Annotated[int, Field(strict=True, ge=0, le=10**9)]
UpperHz = Annotated[float, Field(strict=True, ge=5, le=250, allow_inf_nan=False)]

LogRatio = Annotated[float, Field(strict=True, ge=-1000, le=1000, allow_inf_nan=False)]
"""Natural logarithm of a ratio of densities: forests say less than 30 either way."""
