"""Which lead is where on a page, over which samples, and how far apart rows are: for clinical pages and pictures."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ecgfactory.arrays import Float64Array
from ecgfactory.errors import BadInputError

USUAL_LAYOUTS = ("3x4", "3x4+II", "3x4+II+V1", "3x4+II+V1+V5", "6x2", "6x2+II", "12x1", "4x3", "4x3+II")
"""Those that electrocardiographs print most; others may be written in the same way."""

_LAYOUT = re.compile(r"([1-9][0-9]?)x([1-9][0-9]?)((?:\+[A-Za-z0-9]{1,8})*)")

TWELVE = 12
_FEW_LEADS, _FEW_COLUMNS = 4, 2
MOST_ROWS = 15


@dataclass(frozen=True)
class Layout:
    """A layout as it is written: `3x4+II` is three rows of four columns, and lead II for the whole time below them.

    Parameters
    ----------
    rows, columns : int
        Of twelve leads.
    rhythm_leads : tuple of str
        Leads shown for the whole time, each in a row of its own below the others.
    """

    rows: int
    columns: int
    rhythm_leads: tuple[str, ...] = ()

    def __str__(self) -> str:
        return "+".join([f"{self.rows}x{self.columns}", *self.rhythm_leads])


@lru_cache(maxsize=256)
def layout_of(name: str) -> Layout:
    """Read a layout.

    Raises
    ------
    BadInputError
        When it is not written as one, or can't hold twelve leads; the nearest usual one is named.
    """
    match = _LAYOUT.fullmatch(name) if isinstance(name, str) else None
    if match is None:
        raise BadInputError(
            f"there is no layout {name!r}; write rows x columns and the leads below them, as 3x4+II, or choose from "
            f"{', '.join(USUAL_LAYOUTS)}."
        )
    rows, columns, rhythm = int(match[1]), int(match[2]), tuple(match[3].split("+")[1:])
    if rows * columns != TWELVE:
        raise BadInputError(
            f"layout {name!r} has room for {rows * columns} leads, and layouts are written for twelve; use 3x4, 4x3, "
            "6x2 or 12x1 (fewer leads take two columns of these at most)."
        )
    if len(set(rhythm)) < len(rhythm):
        raise BadInputError(f"layout {name!r} names a lead twice below the others; name each once.")
    if rows + len(rhythm) > MOST_ROWS:
        raise BadInputError(f"layout {name!r} has {rows + len(rhythm)} rows; at most {MOST_ROWS} fit on a page.")
    return Layout(rows, columns, rhythm)


@dataclass(frozen=True)
class Arrangement:
    """Which lead is where.

    Parameters
    ----------
    rows : tuple of tuple of str
        Leads of each row, from left to right; each takes an equal share of the time shown.
    rhythm_leads : tuple of str
        Leads shown for the whole time, each in a row of its own below the others.
    """

    rows: tuple[tuple[str, ...], ...]
    rhythm_leads: tuple[str, ...]


def arrange(lead_names: tuple[str, ...], layout: Layout) -> Arrangement:
    """Place the leads column by column, as clinicians read them.

    Parameters
    ----------
    lead_names : tuple of str
        Leads of the record, in stored order.
    layout : Layout
        Layout for twelve leads; fewer than twelve get two columns where twelve would get more, and fewer than
        four leads get one. Of the leads below the others those are left out that the record lacks; where it lacks all
        of them, its first lead is there.
    """
    columns = layout.columns if len(lead_names) >= TWELVE else min(layout.columns, _FEW_COLUMNS)
    if len(lead_names) < _FEW_LEADS:
        columns = 1
    row_count = -(-len(lead_names) // columns)
    rows = tuple(lead_names[row::row_count] for row in range(row_count))
    held = tuple(name for name in layout.rhythm_leads if name in lead_names)
    if columns == 1:
        return Arrangement(rows, held if layout.columns == 1 else ())
    return Arrangement(rows, held or lead_names[: min(1, len(layout.rhythm_leads))])


def column_edges(shown: int, columns: int) -> list[int]:
    """Return the first sample of each column of a row that shows so many samples, and the one after the last."""
    return [shown * column // columns for column in range(columns + 1)]


def row_gaps_mm(needed_mm: Float64Array, height_mm: float) -> Float64Array:
    """Share out the height of the grid between rows.

    Rows are equally far apart, except where neighbours would touch: there they get what they need. When not
    all can have that, the page's edges come first (what leaves the page is lost) and tall rows overlap, as on
    real paper.

    Parameters
    ----------
    needed_mm : float array, shape (rows + 1,)
        Least distance from top edge to first row, from row to row, and from last row to bottom edge.
    height_mm : float
        Height to share out.

    Returns
    -------
    float array, shape (rows + 1,)
        The distances; they add up to `height_mm`.
    """
    if needed_mm.sum() >= height_mm:
        return _overlapping_gaps_mm(needed_mm, height_mm)
    weight = np.ones(len(needed_mm))
    weight[[0, -1]] = 0.5
    fixed = np.zeros(len(needed_mm), dtype=bool)
    while True:
        share = weight * (height_mm - needed_mm[fixed].sum()) / weight[~fixed].sum()
        too_tall = ~fixed & (needed_mm > share)
        if not too_tall.any():
            return np.where(fixed, needed_mm, share)
        fixed |= too_tall


def _overlapping_gaps_mm(needed_mm: Float64Array, height_mm: float) -> Float64Array:
    edges = np.minimum(needed_mm[[0, -1]], height_mm * (0.25 if len(needed_mm) > 2 else 0.5))
    room = height_mm - edges.sum()
    between = needed_mm[1:-1]
    least = 0.75 * room / max(len(between), 1)
    excess = np.maximum(between - least, 1e-9)
    between = least + excess / excess.sum() * (room - least * len(between))
    return np.concatenate([edges[:1], between, edges[1:]])
