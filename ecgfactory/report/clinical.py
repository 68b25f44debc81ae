"""The clinical page: an ECG as an electrocardiograph prints it, true to scale, on A4 or Letter, landscape.

Standard paper: 25 mm/s and 10 mm/mV on a 1 mm and 5 mm grid, each row led in by a calibration pulse of 1 mV
(Kligfield P et al., "Recommendations for the standardization and interpretation of the electrocardiogram:
part I", Circulation 2007;115:1306-1324).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ecgfactory.errors import BadInputError
from ecgfactory.record import Record
from ecgfactory.report.beat_marks import beat_legend, beat_marks, draw_beat_marks, draw_rhythm_marks, rhythm_marks
from ecgfactory.report.marks import draw_legend, draw_marks, page_marks
from ecgfactory.report.page import draw_footer, draw_header
from ecgfactory.report.paper import Paper
from ecgfactory.report.rhythm_words import how_found, shown_part
from ecgfactory.report.sheet import POINTS_PER_MM, Box, Sheet
from ecgfactory.report.style import PageStyle, Palette
from ecgfactory.report.traces import Strip, Traces, label_place, lay_out
from ecgfactory.wave_table import WaveTable

PULSE_WIDTH_MM = 5.0

_TRACE_MM, _MINOR_MM, _MAJOR_MM = 0.28, 0.10, 0.22
_LEGEND_MM = 1.0
"""Height of the legend of marks above the grid."""


def clinical_page(record: Record, style: PageStyle | None = None) -> Sheet:
    """Draw a record as a printed ECG.

    Each lead is centred on its median: paper has no zero line. Nothing is filtered here. As much time as fits the
    paper is shown, and the page says so where that is not all; what leaves the grid is cut off, which is noted too.

    Parameters
    ----------
    record : Record
        Any number of leads, of any length.
    style : PageStyle, optional
        Layout, scale and colours, and whether waves and beats are marked.

    Raises
    ------
    BadInputError
        When the record has no samples.
    """
    style = style or PageStyle()
    sheet = Sheet(style.sheet_paper)
    notes = draw_ecg(sheet, record, style)
    draw_header(sheet, record, style)
    draw_footer(sheet, _footnote(record, style, notes), style.palette, record)
    return sheet


def draw_ecg(sheet: Sheet, record: Record, style: PageStyle) -> list[str]:
    """Draw the grid of a page and a record on it.

    Returns
    -------
    list of str
        What of it can't be seen there, for the footer.

    Raises
    ------
    BadInputError
        When the record has no samples.
    """
    if record.signal_uv.size == 0:
        raise BadInputError(f"ECG {record.record_id} has no samples to draw; choose another record.")
    traces = lay_out(record, style)
    draw_grid(sheet, style.palette)
    if style.marks:
        from ecgfactory.report.waves import record_waves  # finding waves imports SciPy, which other pages do without

        _draw_marks(sheet, traces, record, record_waves(record), style.palette)
    cut_off = False
    for row, baseline in zip(traces.rows, traces.baselines_mm, strict=True):
        draw_pulse(sheet, baseline, style)
        for strip in row:
            cut_off |= _draw_strip(sheet, strip, baseline, style.palette)
            x_mm, y_mm, align = label_place(strip, baseline, len(row) == 1, sheet.paper)
            sheet.text(x_mm, y_mm, strip.lead, 9, style.palette.text, bold=True, align=align)
    part = shown_part(record, traces.shown / record.sampling_rate_hz)
    cut = "some traces cut off at the edge" if cut_off else ""
    return [note for note in (part, cut) if note]


def draw_grid(sheet: Sheet, palette: Palette) -> None:
    """Draw the 1 mm and 5 mm lines of a page."""
    grid = _grid(sheet.paper)
    for pitch, colour, width in ((1, palette.minor_grid, _MINOR_MM), (5, palette.major_grid, _MAJOR_MM)):
        xs = grid.left + np.arange(0, grid.width + 1, pitch)
        ys = grid.bottom + np.arange(0, grid.height + 1, pitch)
        starts = [*((x, grid.bottom) for x in xs), *((grid.left, y) for y in ys)]
        ends = [*((x, grid.top) for x in xs), *((grid.right, y) for y in ys)]
        sheet.segments(np.array(starts), np.array(ends), colour, width * POINTS_PER_MM)


def _grid(paper: Paper) -> Box:
    return Box(paper.left_mm, paper.grid_bottom_mm, paper.grid_width_mm, paper.grid_height_mm)


def _draw_marks(sheet: Sheet, traces: Traces, record: Record, waves: WaveTable, palette: Palette) -> None:
    paper = sheet.paper
    draw_marks(sheet, page_marks(traces, waves, paper), palette)
    limits_mm, (strip, baseline_mm) = (paper.grid_bottom_mm, paper.grid_top_mm), traces.longest
    draw_rhythm_marks(sheet, rhythm_marks(strip, baseline_mm, record, limits_mm), palette)
    draw_beat_marks(sheet, beat_marks(strip, baseline_mm, record, waves, limits_mm), palette)
    over_all = f"; in the rhythm strip ({strip.lead}, below) over all leads" if strip.is_rhythm else ""
    legend = f"{how_found(record)} in each lead{over_all}" if len(waves) else "none found"
    symbols = beat_legend(record, waves)
    told = f"{legend}; {symbols}" if symbols else legend
    draw_legend(sheet, paper.left_mm, paper.grid_top_mm + _LEGEND_MM, waves, told, palette)


def draw_pulse(sheet: Sheet, baseline: float, style: PageStyle) -> None:
    """Draw the calibration pulse: 1 mV high, 5 mm wide."""
    left, top = sheet.paper.pulse_left_mm, baseline + style.gain_mm_per_mv
    right = left + PULSE_WIDTH_MM
    xs = [left - 2, left, left, right, right, right + 2]
    ys = [baseline, baseline, top, top, baseline, baseline]
    draw_trace(sheet, xs, ys, style.palette, _grid(sheet.paper))


def _draw_strip(sheet: Sheet, strip: Strip, baseline: float, palette: Palette) -> bool:
    """Draw one lead, separated from the one before it; return whether some of it is cut off."""
    ys = baseline + strip.height_mm
    draw_trace(sheet, strip.x_mm, ys, palette, _grid(sheet.paper))
    start = strip.x_mm[0]
    if start > sheet.paper.traces_left_mm:
        draw_trace(sheet, [start, start], [baseline - 3, baseline + 3], palette, _grid(sheet.paper))
    return bool(ys.max() > sheet.paper.grid_top_mm or ys.min() < sheet.paper.grid_bottom_mm)


def draw_trace(sheet: Sheet, x_mm: npt.ArrayLike, y_mm: npt.ArrayLike, palette: Palette, inside: Box) -> None:
    """Draw a line of a trace's colour and width; what lies outside a box is cut off."""
    sheet.line(x_mm, y_mm, palette.trace, _TRACE_MM * POINTS_PER_MM, inside=inside)


def _footnote(record: Record, style: PageStyle, notes: Sequence[str]) -> str:
    scale = f"{style.speed_mm_per_s} mm/s  {style.gain_mm_per_mv} mm/mV"
    signal = f"{scale}  {record.sampling_rate_hz} Hz, {record.filters}"
    return "   |   ".join([signal, *notes, f"to scale at 100 % on {style.paper}"])
