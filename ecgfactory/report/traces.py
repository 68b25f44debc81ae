"""Where the traces of an ECG are on a page: which lead in which row, how far apart, over which part of the time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from ecgfactory.arrays import Float64Array
from ecgfactory.record import Record
from ecgfactory.report.paper import Paper
from ecgfactory.report.style import PageStyle

TRACE_WIDTH_MM = 250.0

_LABEL_MM = 4.0
"""Height that a lead's label takes above its trace."""

_LABEL_WIDTH_MM = 10.0


@dataclass(frozen=True)
class Arrangement:
    """Which lead is where.

    Parameters
    ----------
    rows : tuple of tuple of str
        Leads of each row, from left to right; each takes an equal share of the time shown.
    rhythm_lead : str or None
        Lead shown for the whole time in a row of its own below the others.
    """

    rows: tuple[tuple[str, ...], ...]
    rhythm_lead: str | None


def arrange(lead_names: tuple[str, ...], layout: str) -> Arrangement:
    """Place the leads column by column, as clinicians read them.

    Parameters
    ----------
    lead_names : tuple of str
        Leads of the record, in stored order.
    layout : {"3x4", "6x2", "12x1"}
        Layout for twelve leads; fewer than twelve get two columns where twelve would get four, and fewer than
        four leads get one.
    """
    columns = {"3x4": 4 if len(lead_names) >= 12 else 2, "6x2": 2, "12x1": 1}[layout]
    if len(lead_names) < 4:
        columns = 1
    row_count = -(-len(lead_names) // columns)
    rows = tuple(lead_names[row::row_count] for row in range(row_count))
    if columns == 1:
        return Arrangement(rows, None)
    return Arrangement(rows, "II" if "II" in lead_names else lead_names[0])


def layout_name(lead_names: tuple[str, ...], layout: str) -> str:
    """Return rows x columns as they are for these leads, which may be others than twelve: `4x2` for eight."""
    rows = arrange(lead_names, layout).rows
    return f"{len(rows)}x{len(rows[0])}"


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


@dataclass(frozen=True)
class Strip:
    """One lead over part of the time shown.

    Parameters
    ----------
    lead : str
        Its name.
    first : int
        Sample of the record that it begins with.
    x_mm, height_mm : float array, shape (samples,)
        Places on the page, and heights above the baseline.
    is_rhythm : bool
        Whether it stands for all leads: in a row of its own, below theirs.
    """

    lead: str
    first: int
    x_mm: Float64Array
    height_mm: Float64Array
    is_rhythm: bool = False


@dataclass(frozen=True)
class Traces:
    """Everything drawn on the paper's grid.

    Parameters
    ----------
    rows : list of list of Strip
        From the top row to the last, each from left to right.
    baselines_mm : float array, shape (rows,)
        Height of each row on the page.
    shown : int
        Samples shown: all, or as many as fit.
    """

    rows: list[list[Strip]]
    baselines_mm: Float64Array
    shown: int

    @property
    def longest(self) -> tuple[Strip, float]:
        """The strip over the whole time that stands for all: the rhythm strip, else the uppermost; and its baseline."""
        row = -1 if self.rows[-1][0].is_rhythm else 0
        return self.rows[row][0], float(self.baselines_mm[row])


def lay_out(record: Record, style: PageStyle) -> Traces:
    """Place every lead of a record on the paper, each centred on its median."""
    arrangement = arrange(record.lead_names, style.layout)
    fits = int(TRACE_WIDTH_MM / style.speed_mm_per_s * record.sampling_rate_hz)
    shown = min(record.signal_uv.shape[-1], fits)
    rows = [_row_strips(record, leads, shown, style) for leads in arrangement.rows]
    if arrangement.rhythm_lead is not None:
        rows.append([replace(_row_strips(record, (arrangement.rhythm_lead,), shown, style)[0], is_rhythm=True)])
    return Traces(rows, _baselines_mm(rows, style), shown)


def label_place(
    strip: Strip, baseline_mm: float, alone: bool, paper: Paper
) -> tuple[float, float, Literal["left", "right"]]:
    """Where a lead's name is, and which end of it: left of a trace alone in its row, else above its beginning.

    There it is above all that the trace shows in the width that a name may take.
    """
    start = float(strip.x_mm[0])
    if alone:
        return start - 1, baseline_mm + 1.5, "right"
    reach = float(strip.height_mm[strip.x_mm < start + _LABEL_WIDTH_MM].max())
    return start + 1, min(baseline_mm + max(6, reach + 1), paper.grid_top_mm - _LABEL_MM), "left"


def _row_strips(record: Record, leads: tuple[str, ...], shown: int, style: PageStyle) -> list[Strip]:
    edges = [shown * column // len(leads) for column in range(len(leads) + 1)]
    time_s = np.arange(shown, dtype=np.float64) / record.sampling_rate_hz
    x_mm = style.sheet_paper.traces_left_mm + time_s * style.speed_mm_per_s
    strips = []
    for lead, first, last in zip(leads, edges, edges[1:], strict=False):
        signal_uv = record.lead(lead)
        centred_mv = (signal_uv[:shown].astype(np.float64) - np.median(signal_uv)) / 1000
        height_mm = centred_mv * style.gain_mm_per_mv
        part = slice(first, last + 1)  # one sample more, so that neighbours meet
        strips.append(Strip(lead, first, x_mm[part], height_mm[part]))
    return strips


def _baselines_mm(strips: list[list[Strip]], style: PageStyle) -> Float64Array:
    """Heights of the rows' baselines on the page, from the first row to the last."""
    above, below = zip(*(_reach_mm(row, style) for row in strips), strict=True)
    between = [(lower + upper).max() for lower, upper in zip(below, above[1:], strict=False)]
    needed = np.array([above[0].max(), *between, below[-1].max()]) + 1
    gaps = row_gaps_mm(needed, style.sheet_paper.grid_height_mm)
    baselines: Float64Array = np.round(style.sheet_paper.grid_top_mm - np.cumsum(gaps[:-1]))
    return baselines


def _reach_mm(row: list[Strip], style: PageStyle) -> tuple[Float64Array, Float64Array]:
    """How far a row reaches above and below its baseline in each of twelve equal parts of the time shown."""
    label_mm = _LABEL_MM if len(row) > 1 else 0
    heights = np.concatenate([strip.height_mm for strip in row])
    parts = [part for part in np.array_split(heights, 12) if part.size]
    limit = style.sheet_paper.grid_height_mm / 3  # one faulty lead must not push all others into a corner
    above = np.clip([part.max() for part in parts], 0, limit) + label_mm
    below = np.clip([-part.min() for part in parts], 0, limit)
    above[0] = max(above[0], style.gain_mm_per_mv)
    return above, below
