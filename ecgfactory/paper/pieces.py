"""Leads cut into the pieces that a page's rows show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ecgfactory.arrays import Float64Array
from ecgfactory.errors import BadInputError, shown
from ecgfactory.paper.arrangement import Arrangement, column_edges

LEAST_SAMPLES = 2
"""Of each column: one sample makes no line."""


@dataclass(frozen=True, eq=False)
class Piece:
    """One lead over part of the time shown.

    Parameters
    ----------
    lead : str
        Its name.
    row, column : int
        Place on the page, from 0.
    first : int
        Sample that it begins with.
    centred_mv : float64 array, shape (samples,)
        Heights above the baseline; NaN where samples are missing.
    baseline_uv : float
        Value that lies on the baseline: the median of all that the page may show of the lead.
    is_rhythm : bool
        Whether it is one of those for the whole time below the others.
    """

    lead: str
    row: int
    column: int
    first: int
    centred_mv: Float64Array
    baseline_uv: float
    is_rhythm: bool

    @property
    def last(self) -> int:
        """Sample that it ends with."""
        return self.first + len(self.centred_mv) - 1

    def highest_mv(self, samples: int | None = None) -> float:
        """Return the greatest height, of all samples or of so many at the beginning; 0 where all are missing."""
        return _greatest(self.centred_mv[:samples])

    def lowest_mv(self) -> float:
        """Return the greatest depth below the baseline."""
        return _greatest(-self.centred_mv)


def check(signal_uv: npt.NDArray[np.integer | np.floating], rate_hz: float, lead_names: tuple[str, ...]) -> None:
    """Check that signal, rate and names belong together.

    Raises
    ------
    BadInputError
        When they don't; all problems are named at once.
    """
    problems = []
    if signal_uv.ndim != 2 or len(signal_uv) != len(lead_names) or not lead_names:
        problems.append(
            f"the signal has shape {signal_uv.shape} and there are {len(lead_names)} names of leads; give an array of "
            "leads x samples and one name for each lead."
        )
    if not all(map(str.strip, lead_names)):
        problems.append(f"a lead has no name in {shown(lead_names)}; give each one.")
    twice = [name for name in dict.fromkeys(lead_names) if lead_names.count(name) > 1]
    if twice:
        problems.append(f"lead {shown(twice[0])} is named twice; give each lead a name of its own.")
    if not 0 < rate_hz < np.inf:
        problems.append(f"the sampling rate is {rate_hz} Hz; give a positive number.")
    if problems:
        raise BadInputError(problems)


def cut(
    signal_uv: npt.NDArray[np.integer | np.floating],
    lead_names: Sequence[str],
    arrangement: Arrangement,
    samples: int,
    left_out: int,
) -> list[list[Piece]]:
    """Cut the first samples of all leads into pieces, row by row, each from left to right.

    Of each piece so many samples are left out at a border to another one.

    Raises
    ------
    BadInputError
        When a column would have fewer than two samples.
    """
    columns = max(map(len, arrangement.rows))
    needed = columns * (LEAST_SAMPLES + (2 * left_out if columns > 1 else 0))
    if samples < needed:
        raise BadInputError(
            f"{samples} samples are too few for {columns} leads side by side; give at least {needed}, or a layout of "
            "one column, as 12x1."
        )
    centred = {}
    for name, values in zip(lead_names, signal_uv, strict=True):
        first_uv = values[:samples].astype(np.float64)
        known = np.isfinite(first_uv)
        baseline_uv = float(np.median(first_uv[known])) if known.any() else 0.0
        centred[name] = np.where(known, (first_uv - baseline_uv) / 1000, np.nan), baseline_uv
    rows = [*arrangement.rows, *((lead,) for lead in arrangement.rhythm_leads)]
    return [
        _row(leads, row, centred, samples, left_out, is_rhythm=row >= len(arrangement.rows))
        for row, leads in enumerate(rows)
    ]


def _row(
    leads: Sequence[str],
    row: int,
    centred: dict[str, tuple[Float64Array, float]],
    samples: int,
    left_out: int,
    *,
    is_rhythm: bool,
) -> list[Piece]:
    edges = column_edges(samples, len(leads))
    pieces = []
    for column, (lead, first, after) in enumerate(zip(leads, edges, edges[1:], strict=False)):
        centred_mv, baseline_uv = centred[lead]
        shown = slice(first + left_out if first > 0 else 0, after - left_out if after < samples else samples)
        pieces.append(Piece(lead, row, column, shown.start, centred_mv[shown], baseline_uv, is_rhythm))
    return pieces


def _greatest(values: Float64Array) -> float:
    return float(np.nanmax(values, initial=0.0))
