"""Marks of waves on a page: a box around the part of a trace that a wave takes, and a tick at its peak.

Waves of flutter and fibrillation follow each other all the time: of their boxes the lower edge alone is drawn.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecgfactory.arrays import Float64Array, IntArray
from ecgfactory.report.paper import Paper
from ecgfactory.report.sheet import Sheet, text_width_mm
from ecgfactory.report.style import Palette
from ecgfactory.report.traces import Strip, Traces
from ecgfactory.wave_table import ABSENT, ALL_LEADS, BEAT_WAVES, WAVES, WaveTable

_MARGIN_MM = 0.8
"""From the trace to the upper and lower edge of a box, to its tick, and how far the tick stands out of the box."""

_OPACITY = 0.3
_FOOT_PT, _TICK_PT = 1.1, 0.7
_FOOT_DASHES_PT = ((1.1, 0.8), (), (3.0, 1.1), (6.0, 1.1), (0.6, 1.2))
"""Of the lower edges of `WAVES`, which tell them apart without colours too."""

_LEGEND_PT, _KEY_MM = 7.0, 5.0


@dataclass(frozen=True)
class Marks:
    """Marks of waves on a page.

    Parameters
    ----------
    wave : int array, shape (marks,)
        Place in `WAVES`.
    boxes_mm : float array, shape (marks, 4)
        Left, bottom, right and top edge.
    ticks_mm : float array, shape (marks, 3)
        Place of the peak, and height of either end of its tick; NaN where it is not shown.
    """

    wave: IntArray
    boxes_mm: Float64Array
    ticks_mm: Float64Array

    def of(self, wave: int) -> tuple[Float64Array, Float64Array]:
        """Return boxes and ticks of one kind of wave, shapes (boxes, 4) and (ticks, 3)."""
        boxes_mm, ticks_mm = self.boxes_mm[self.wave == wave], self.ticks_mm[self.wave == wave]
        return boxes_mm, ticks_mm[~np.isnan(ticks_mm[:, 0])]


def page_marks(traces: Traces, waves: WaveTable, paper: Paper) -> Marks:
    """Mark the waves of a record on its traces: each lead's own, and in a rhythm strip those over all leads."""
    parts = [
        strip_marks(strip, float(baseline), waves, (paper.grid_bottom_mm, paper.grid_top_mm))
        for row, baseline in zip(traces.rows, traces.baselines_mm, strict=True)
        for strip in row
    ]
    return Marks(
        *(np.concatenate([getattr(part, name) for part in parts]) for name in ("wave", "boxes_mm", "ticks_mm"))
    )


def strip_marks(strip: Strip, baseline_mm: float, waves: WaveTable, limits_mm: tuple[float, float]) -> Marks:
    """Mark the waves of a record on one trace.

    Parameters
    ----------
    strip : Strip
        A rhythm strip shows what is marked over all leads, any other what is marked in its lead.
    baseline_mm : float
        Height of its baseline on the page.
    waves : WaveTable
        Of its record. A wave that goes on beyond the strip, or that an end of the record cuts off, ends with the strip.
    limits_mm : (float, float)
        Heights on the page that no mark leaves.
    """
    of_lead = waves.of_lead(ALL_LEADS if strip.is_rhythm else strip.lead)
    end = strip.x_mm.size - 1
    first = np.maximum(of_lead.onset - strip.first, 0)
    last = np.where(of_lead.offset == ABSENT, end, np.minimum(of_lead.offset - strip.first, end))
    shown = ((of_lead.onset != ABSENT) | (of_lead.offset != ABSENT)) & (first < last)
    first, last, peak = first[shown], last[shown], of_lead.peak[shown] - strip.first
    heights_mm = baseline_mm + strip.height_mm
    lowest_mm, highest_mm = (_extremes(extreme, heights_mm, first, last) for extreme in (np.minimum, np.maximum))
    boxes_mm = np.column_stack([strip.x_mm[first], lowest_mm - _MARGIN_MM, strip.x_mm[last], highest_mm + _MARGIN_MM])
    boxes_mm[:, [1, 3]] = np.clip(boxes_mm[:, [1, 3]], *limits_mm)
    ticks_mm = _ticks(strip.x_mm, heights_mm, first, last, peak)
    ticks_mm[:, 1:] = np.clip(ticks_mm[:, 1:], *limits_mm)
    return Marks(of_lead.wave[shown], boxes_mm, ticks_mm)


def _extremes(extreme: np.ufunc, heights_mm: Float64Array, first: IntArray, last: IntArray) -> Float64Array:
    """Return the lowest or highest of the heights from each first sample to its last."""
    borders = np.column_stack([first, last + 1]).ravel()
    found: Float64Array = extreme.reduceat(np.append(heights_mm, heights_mm[-1]), borders)[::2]
    return found


def _ticks(
    x_mm: Float64Array, heights_mm: Float64Array, first: IntArray, last: IntArray, peak: IntArray
) -> Float64Array:
    """Return ticks that point away from the line between the ends of each wave."""
    place = np.clip(peak, first, last)
    outwards_mm = np.copysign(_MARGIN_MM, 2 * heights_mm[place] - heights_mm[first] - heights_mm[last])
    inner_mm = heights_mm[place] + outwards_mm / 2
    ticks_mm = np.column_stack([x_mm[place], inner_mm, inner_mm + 1.5 * outwards_mm])
    ticks_mm[place != peak] = np.nan
    return ticks_mm


def draw_marks(sheet: Sheet, marks: Marks, palette: Palette) -> None:
    """Draw marks, in the colours of their waves."""
    for wave, (colour, dashes_pt) in enumerate(zip(palette.waves, _FOOT_DASHES_PT, strict=True)):
        boxes_mm, ticks_mm = marks.of(wave)
        if len(boxes_mm):
            if wave < len(BEAT_WAVES):
                sheet.areas(boxes_mm[:, [[0, 1], [2, 1], [2, 3], [0, 3]]], colour, _OPACITY)
            sheet.segments(boxes_mm[:, [0, 1]], boxes_mm[:, [2, 1]], colour, _FOOT_PT, dashes_pt)
        if len(ticks_mm):
            sheet.segments(ticks_mm[:, [0, 1]], ticks_mm[:, [0, 2]], colour, _TICK_PT)


def draw_legend(
    sheet: Sheet, left_mm: float, bottom_mm: float, waves: WaveTable, explanation: str, palette: Palette
) -> None:
    """Say in one line what marks are, of the waves that there are."""
    there = np.unique(waves.wave).astype(np.int64)
    names = [WAVES[wave] for wave in there.tolist()]
    widths_mm = (2 * _KEY_MM + text_width_mm(name, _LEGEND_PT) for name in names)
    names_mm = left_mm + _KEY_MM + np.cumsum([0, *widths_mm])
    keys_mm = [(x_mm - _KEY_MM, bottom_mm - _MARGIN_MM, x_mm - 1, bottom_mm + 2.4) for x_mm in names_mm[:-1]]
    boxes_mm = np.array(keys_mm).reshape(-1, 4)
    draw_marks(sheet, Marks(there, boxes_mm, np.full((len(there), 3), np.nan)), palette)
    for wave, box_mm in zip(there.tolist(), boxes_mm, strict=True):
        if wave >= len(BEAT_WAVES):  # whose lower edge alone would hardly be seen here
            sheet.areas(box_mm[[[0, 1], [2, 1], [2, 3], [0, 3]]][np.newaxis], palette.waves[wave], _OPACITY)
    for x_mm, name in zip(names_mm, names, strict=False):
        sheet.text(float(x_mm), bottom_mm, name, _LEGEND_PT, palette.text)
    sheet.text(float(names_mm[-1]) - _KEY_MM, bottom_mm, explanation, _LEGEND_PT, palette.muted)
