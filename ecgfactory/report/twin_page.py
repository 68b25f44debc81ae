"""The page of a record beside its clean twin: a few leads, each without artefacts, as stored, and the difference.

Every row has a band of its own, so that noise, however strong, lies over no other row: where it leaves the band it is
cut off, which a mark says. Names stand left of the traces, where none can reach them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import get_args

import numpy as np

from ecgfactory.arrays import Float64Array
from ecgfactory.record import Record
from ecgfactory.report.artefact_words import clean_of
from ecgfactory.report.clinical import draw_grid, draw_pulse, draw_trace
from ecgfactory.report.page import draw_footer, draw_header
from ecgfactory.report.sheet import Box, Sheet
from ecgfactory.report.style import Gain, PageStyle, Palette
from ecgfactory.report.traces import Strip, Traces, lay_out

LEADS = 2
"""Leads that are shown: those that artefacts changed most."""

_GAP_MM = 1.0
"""Between the band of a row and the next one's."""

_MARK_PT = 1.4


@dataclass(frozen=True)
class _Row:
    """What a row shows of a lead."""

    lead: str
    what: str


def twin_page(record: Record, style: PageStyle) -> Sheet:
    """Draw the leads of a record that artefacts changed most: without them, as stored, and the difference.

    The gain is that of the style, or a smaller one where that keeps more of the traces in their bands.

    Parameters
    ----------
    record : Record
        With a clean twin that differs from it.
    style : PageStyle
        Scale, paper and colours.
    """
    sheet = Sheet(style.sheet_paper)
    rows, beside = _beside(record)
    style = _fitting(beside, replace(style, layout="12x1", marks=False))
    notes = _draw_rows(sheet, rows, lay_out(beside, style), style)
    draw_header(sheet, record, style)
    scale = f"{style.speed_mm_per_s} mm/s  {style.gain_mm_per_mv} mm/mV"
    shown_s = lay_out(beside, style).shown / record.sampling_rate_hz
    if shown_s < record.duration_s:
        notes.append(f"first {shown_s:g} s of {record.duration_s:g} s")
    which = "the leads that artefacts changed most"
    draw_footer(sheet, "   |   ".join([scale, which, *notes]), style.palette, record)
    return sheet


def change_of(record: Record) -> Float64Array:
    """Return how much artefacts changed each lead of a record, beside its variance; of no lead without a twin."""
    clean_uv = clean_of(record)
    if clean_uv is None:
        return np.empty(0)
    power = np.square(record.signal_uv.astype(np.float64) - clean_uv).mean(axis=-1)
    change: Float64Array = power / np.maximum(clean_uv.var(axis=-1), 1)
    return change


def _beside(record: Record) -> tuple[list[_Row], Record]:
    """Return what the rows show, and a record that has them for leads."""
    clean_uv = clean_of(record)
    assert clean_uv is not None
    stored, change = record.signal_uv.astype(np.int64), change_of(record)
    most = np.argsort(-change, kind="stable")[:LEADS]
    rows, signals = list[_Row](), []
    for lead in np.sort(most[change[most] > 0]).tolist():
        for what, signal in (
            ("clean", clean_uv[lead]),
            ("as stored", stored[lead]),
            ("difference", stored[lead] - clean_uv[lead]),
        ):
            rows.append(_Row(record.lead_names[lead], what))
            signals.append(np.clip(signal, -32767, 32767).astype(np.int16))
    names = tuple(f"{row.lead} {row.what}" for row in rows)
    return rows, replace(record, lead_names=names, signal_uv=np.stack(signals), waves=None)


def _fitting(beside: Record, style: PageStyle) -> PageStyle:
    """Return the style with the largest gain, up to its own, at which all rows are within their bands, or the least."""
    gains = sorted((gain for gain in get_args(Gain) if gain <= style.gain_mm_per_mv), reverse=True)
    styles = [replace(style, gain_mm_per_mv=gain) for gain in gains]
    return next((one for one in styles if _fits(lay_out(beside, one), one)), styles[-1])


def _fits(traces: Traces, style: PageStyle) -> bool:
    half_mm = _band_mm(traces, style) / 2
    return all(np.abs(strip.height_mm).max() <= half_mm for (strip,) in traces.rows)


def _band_mm(traces: Traces, style: PageStyle) -> float:
    return style.sheet_paper.grid_height_mm / len(traces.rows) - _GAP_MM


def _draw_rows(sheet: Sheet, rows: Sequence[_Row], traces: Traces, style: PageStyle) -> list[str]:
    """Draw grid and rows; return what the footer says of them."""
    draw_grid(sheet, style.palette)
    paper, band_mm, notes = style.sheet_paper, _band_mm(traces, style), list[str]()
    for place, (row, (strip,)) in enumerate(zip(rows, traces.rows, strict=True)):
        baseline = paper.grid_top_mm - (band_mm + _GAP_MM) * (place + 0.5)
        band = Box(paper.left_mm, baseline - band_mm / 2, paper.grid_width_mm, band_mm)
        draw_pulse(sheet, baseline, style)
        draw_trace(sheet, strip.x_mm, baseline + strip.height_mm, style.palette, band)
        if _mark_cuts(sheet, strip, baseline, band, style.palette):
            notes = ["cut off at the marks"]
        sheet.text(paper.left_mm + 1, baseline - 4.5, row.lead, 9, style.palette.text, bold=True)
        sheet.text(paper.left_mm + 1, baseline - 8, row.what, 7, style.palette.text)
    return notes


def _mark_cuts(sheet: Sheet, strip: Strip, baseline: float, band: Box, palette: Palette) -> bool:
    """Draw a line along an edge of the band wherever the trace is beyond it; return whether it is anywhere."""
    ys = baseline + strip.height_mm
    step_mm = max(float(strip.x_mm[1] - strip.x_mm[0]), 0.5) if strip.x_mm.size > 1 else 0.5
    is_cut = False
    for edge, beyond in ((band.top, ys > band.top), (band.bottom, ys < band.bottom)):
        xs = strip.x_mm[beyond]
        if xs.size:
            starts = np.column_stack([xs - step_mm / 2, np.full(xs.size, edge)])
            sheet.segments(starts, starts + np.array([step_mm, 0]), palette.accent, _MARK_PT)
            is_cut = True
    return is_cut
