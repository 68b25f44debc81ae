"""Where the names of leads are on a page."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ecgfactory.paper.across import COLUMN_GAP_MM, Across
from ecgfactory.paper.bands import Bands, name_foot_mm
from ecgfactory.paper.page import PrintedText
from ecgfactory.paper.pieces import Piece
from ecgfactory.paper.writing import Writing

NAME_CAPITAL_MM = 2.5
"""Height of capital letters."""

BESIDE_MM = 9.0
"""Room for names left of the traces, on pages of one column."""

_INDENT_MM = 0.5
"""From the beginning of a trace to that of the name above it."""

_CLEAR_MM = 1.0
"""From the end of a name to the next part of its trace that may be as high: more than a pixel and half a line."""

_LEAST_MM = 3.0
"""Width that a name may take over the shortest of traces."""


def fit_beside(lead_names: Sequence[str], writing: Writing, bold: bool) -> bool:
    """Return whether all names are short enough to stand left of their traces."""
    widest_mm = max(writing.width_mm(name, NAME_CAPITAL_MM, bold=bold) for name in lead_names)
    return widest_mm <= BESIDE_MM - COLUMN_GAP_MM


@dataclass(frozen=True)
class LeadNames:
    """How the leads of a page are named: left of traces that are alone in their row, else above their beginnings.

    Parameters
    ----------
    writing : Writing
    across : Across
        Where traces are.
    beside : bool
        Whether names are left of the traces.
    bold : bool
        Whether they are bold.
    """

    writing: Writing
    across: Across
    beside: bool
    bold: bool

    def samples_below(self, piece: Piece) -> int:
        """Return how many samples of a trace are below its name."""
        end_mm = self._line(piece.lead, _INDENT_MM, 0.0, self._size_mm(piece)).box_mm.right + _CLEAR_MM
        return math.ceil(end_mm / self.across.mm_per_sample) + 1

    def write(self, piece: Piece, baseline_mm: float, bands: Bands) -> PrintedText:
        """Write the name of a trace; above it, it is above all that the trace shows there."""
        if self.beside:
            foot_mm = baseline_mm + NAME_CAPITAL_MM / 2
            return self._line(piece.lead, self.across.left_mm, foot_mm, NAME_CAPITAL_MM)
        start_mm = piece.highest_mv(self.samples_below(piece)) * bands.gain_mm_per_mv
        foot_mm = baseline_mm - float(name_foot_mm(start_mm, bands.limit_mm))
        left_mm = self.across.trace_mm(piece.first) + _INDENT_MM
        return self._line(piece.lead, left_mm, foot_mm, self._size_mm(piece))

    def _line(self, lead: str, left_mm: float, foot_mm: float, size_mm: float) -> PrintedText:
        return self.writing.line(lead, "lead", left_mm, foot_mm, size_mm, bold=self.bold)

    def _size_mm(self, piece: Piece) -> float:
        """Return the height of capitals at which a name is no wider than its trace."""
        room_mm = max(len(piece.centred_mv) * self.across.mm_per_sample - _INDENT_MM, _LEAST_MM)
        return self.writing.fitting_mm(piece.lead, NAME_CAPITAL_MM, room_mm, bold=self.bold)
