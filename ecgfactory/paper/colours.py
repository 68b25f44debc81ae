"""Colours of paper, grid and ink."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

Colour = tuple[int, int, int]
"""Red, green and blue, 0 to 255."""

_GRIDS: dict[str, tuple[Colour, Colour, Colour]] = {
    # paper, fine lines, strong lines
    "red": ((255, 248, 246), (247, 196, 192), (232, 132, 128)),
    "blue": ((248, 250, 255), (190, 208, 240), (124, 156, 216)),
    "green": ((248, 253, 247), (186, 222, 190), (112, 178, 124)),
    "grey": ((252, 252, 251), (212, 212, 212), (160, 160, 160)),
    "none": ((253, 253, 251), (253, 253, 251), (253, 253, 251)),
}

_TRACE_INKS: tuple[Colour, ...] = ((22, 22, 24), (22, 22, 24), (48, 48, 52), (26, 30, 78))
"""Black twice as often as dark grey and dark blue."""

_PAPER_SPREAD, _GRID_SPREAD = 3, 10
"""How much lighter or darker than usual a colour may be: no two boxes of paper are alike."""


@dataclass(frozen=True)
class Inks:
    """Colours that one page is printed in.

    Parameters
    ----------
    paper, minor, major : tuple of int
        Of the paper, and of the fine and strong lines of its grid.
    ink : tuple of int
        Of all that the electrocardiograph prints.
    """

    paper: Colour
    minor: Colour
    major: Colour
    ink: Colour


USUAL_INKS = Inks(*_GRIDS["red"], _TRACE_INKS[0])


def draw_inks(colour: str, rng: np.random.Generator) -> Inks:
    """Draw the colours of a page whose grid is of a colour; see `ecgfactory.paper.style.COLOURS`."""
    paper, minor, major = _GRIDS[colour]
    paper_shift = int(rng.integers(-1, 2)) * _PAPER_SPREAD
    grid_shift = int(rng.integers(-_GRID_SPREAD, _GRID_SPREAD + 1))
    ink = _TRACE_INKS[rng.integers(len(_TRACE_INKS))]
    if colour == "none":
        grid_shift = paper_shift
    return Inks(_shifted(paper, paper_shift), _shifted(minor, grid_shift), _shifted(major, grid_shift), ink)


def _shifted(colour: Colour, by: int) -> Colour:
    red, green, blue = (min(max(value + by, 0), 255) for value in colour)
    return red, green, blue
