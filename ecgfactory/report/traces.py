"""Where the traces of an ECG are on a page: which lead in which row, how far apart, over which part of the time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from ecgfactory.arrays import Float64Array
from ecgfactory.paper.arrangement import Layout, arrange, column_edges, layout_of, row_gaps_mm
from ecgfactory.record import Record
from ecgfactory.report.paper import Paper
from ecgfactory.report.style import PageStyle

TRACE_WIDTH_MM = 250.0

_LABEL_MM = 4.0
"""Height that a lead's label takes above its trace."""

_LABEL_WIDTH_MM = 10.0


RHYTHM_LEAD = "II"
"""Below leads that are side by side, for the whole time; where there is none, the first lead is."""


def clinical_layout(layout: str) -> Layout:
    """Return what a clinical page's layout stands for: leads in columns have a rhythm strip below them."""
    asked = layout_of(layout)
    return asked if asked.columns == 1 else replace(asked, rhythm_leads=(RHYTHM_LEAD,))


def layout_name(lead_names: tuple[str, ...], layout: str) -> str:
    """Return rows x columns as they are for these leads, which may be others than twelve: `4x2` for eight."""
    rows = arrange(lead_names, clinical_layout(layout)).rows
    return f"{len(rows)}x{len(rows[0])}"


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
    arrangement = arrange(record.lead_names, clinical_layout(style.layout))
    fits = int(TRACE_WIDTH_MM / style.speed_mm_per_s * record.sampling_rate_hz)
    shown = min(record.signal_uv.shape[-1], fits)
    rows = [_row_strips(record, leads, shown, style) for leads in arrangement.rows]
    for lead in arrangement.rhythm_leads:
        rows.append([replace(_row_strips(record, (lead,), shown, style)[0], is_rhythm=True)])
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
    edges = column_edges(shown, len(leads))
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
