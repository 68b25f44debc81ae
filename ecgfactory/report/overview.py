"""The overview of a long record on one page: row after row of its lead, or of its RR intervals, with its rhythms.

Up to 20 minutes there is a minute of the lead in a row, as in the full disclosure of a Holter recording. Longer
records are shown by the RR interval of every beat, up to a day in rows of an hour: there fibrillation is a band, a
sinus rhythm a line, and premature beats are dots below and above it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ecgfactory.arrays import Float64Array, IntArray
from ecgfactory.record import Record
from ecgfactory.report.beat_marks import NORMAL, short_name
from ecgfactory.report.clock import clock
from ecgfactory.report.course import Course
from ecgfactory.report.page import draw_footer, draw_header
from ecgfactory.report.rhythm_words import counted_beats
from ecgfactory.report.sheet import Box, Sheet, text_width_mm
from ecgfactory.report.style import PageStyle, Palette
from ecgfactory.rhythm_kinds import RhythmKind

_ROWS_S = (60, 300, 900, 3600)
"""Lengths of a row; the first with which all rows fit is taken, for a record of which the lead is drawn a minute."""

_MOST_ROWS = 24
_TIME_MM = 12.0
"""Room for the time at which a row begins, left of it."""

_BOTTOM_MM, _TITLE_DROP_MM, _LEGEND_DROP_MM, _ROWS_DROP_MM = 13.0, 3.0, 8.0, 12.0
"""Lower edge of the rows from that of the page; the others from the upper edge of an ECG's grid."""

_TALLEST_ROW_MM, _GAP_MM, _BAR_MM = 14.0, 0.8, 0.9
_GAINS_MM_PER_MV = (10.0, 5.0, 2.5, 1.0, 0.5)
_OVERLAP = 1.4
"""Of rows: a trace may be so much higher than its row."""

_CUT_MM = 3.0
"""What is farther outside its row is cut off."""

_DRAWN_MM, _TRACE_PT, _DOT_PT, _LEAST_DOT_MM = 0.1, 0.4, 0.9, 0.25
_BESIDE_MM = 0.4
"""From an R peak to its symbol, which is beside it: above there is the row before."""

_SYMBOL_PT, _TIME_PT, _TITLE_PT, _LEGEND_PT = 4.5, 6.5, 7.5, 7.0
_LEAST_RR_S, _MOST_RR_S = 0.2, 2.0
"""What the height of a row of RR intervals shows; longer ones are at its upper edge."""


@dataclass(frozen=True)
class _Row:
    """A row: when it begins and how long rows are, in s, and its frame on the page."""

    begin_s: float
    length_s: float
    frame: Box

    def x_mm(self, times_s: Float64Array) -> Float64Array:
        """Return where times are."""
        places: Float64Array = self.frame.left + (times_s - self.begin_s) * (self.frame.width / self.length_s)
        return places

    def holds(self, times_s: Float64Array) -> slice:
        """Return which of some rising times are in it."""
        first, stop = np.searchsorted(times_s, [self.begin_s, self.begin_s + self.length_s])
        return slice(int(first), int(stop))


def overview_page(record: Record, course: Course, style: PageStyle | None = None) -> Sheet:
    """Draw the overview of a long record.

    Parameters
    ----------
    record : Record
        A stretch of it, for the header.
    course : Course
        What it is drawn from.
    style : PageStyle, optional
        Only its paper and colours count.
    """
    style = style or PageStyle()
    sheet, palette = Sheet(style.sheet_paper), style.palette
    colours = dict(zip(course.lengths_s, _colours(course, palette), strict=True))
    rows = list(_rows(sheet, course))
    if course.signal_uv.size:
        said = _draw_lead(sheet, course, rows, palette)
    else:
        said = _draw_intervals(sheet, course, rows, colours, palette)
    for row in rows:
        sheet.text(
            row.frame.left - 1.5, row.frame.bottom + 1, clock(row.begin_s), _TIME_PT, palette.muted, align="right"
        )
        _draw_bar(sheet, course, row, colours)
    _draw_legend(sheet, course, f"{said}, {clock(rows[0].length_s)} in a row", colours, palette)
    draw_header(sheet, record, style, of_record=True)
    draw_footer(sheet, f"Overview of {clock(course.length_s)}, beats and rhythms as composed", palette, record)
    return sheet


def _rows(sheet: Sheet, course: Course) -> Iterator[_Row]:
    """Lay the rows out from above."""
    fits = [length_s for length_s in _ROWS_S if course.length_s <= _MOST_ROWS * length_s]
    length_s = _ROWS_S[0] if course.signal_uv.size else fits[0]
    count, paper = int(np.ceil(course.length_s / length_s)), sheet.paper
    top_mm = paper.grid_top_mm - _ROWS_DROP_MM
    pitch_mm = min((top_mm - _BOTTOM_MM) / count, _TALLEST_ROW_MM)
    left_mm = paper.left_mm + _TIME_MM
    for place in range(count):
        bottom_mm = top_mm - pitch_mm * (place + 1)
        frame = Box(left_mm, bottom_mm, paper.right_mm - left_mm, pitch_mm - _GAP_MM)
        yield _Row(float(place * length_s), float(length_s), frame)


def _colours(course: Course, palette: Palette) -> list[str]:
    """Return the colour of each rhythm: a quiet one of sinus rhythms."""
    others = iter(palette.rhythms * len(course.lengths_s))
    return [palette.muted if kind.is_sinus else next(others) for kind in course.lengths_s]


def _draw_lead(sheet: Sheet, course: Course, rows: list[_Row], palette: Palette) -> str:
    """Draw the lead, with the symbols of beats that aren't normal; say what is shown."""
    lead_mv = course.signal_uv / 1000
    low_mv, middle_mv, high_mv = np.percentile(lead_mv, [0.2, 50, 99.8]).tolist()
    room_mm = _OVERLAP * rows[0].frame.height
    fitting = (gain for gain in _GAINS_MM_PER_MV if (high_mv - low_mv) * gain <= room_mm)
    gain = next(fitting, _GAINS_MM_PER_MV[-1])
    times_s = course.beats.sample / course.sampling_rate_hz
    symbols = course.beats.symbol_of_each
    for row in rows:
        first = round(row.begin_s * course.sampling_rate_hz)
        part_mv = lead_mv[first : first + round(row.length_s * course.sampling_rate_hz)]
        base_mm = row.frame.bottom + (row.frame.height - (high_mv - low_mv) * gain) / 2 + (middle_mv - low_mv) * gain
        shown = _extremes(
            part_mv.size, row.frame.width * part_mv.size / course.sampling_rate_hz / row.length_s, part_mv
        )
        x_mm = row.x_mm((first + shown) / course.sampling_rate_hz)
        left, bottom, width, height = row.frame
        inside = Box(left, bottom - _CUT_MM, width, height + 2 * _CUT_MM)
        sheet.line(x_mm, base_mm + (part_mv[shown] - middle_mv) * gain, palette.trace, _TRACE_PT, inside=inside)
        for place in range(*row.holds(times_s).indices(len(times_s))):
            if symbols[place] != NORMAL:
                beside_mm = float(row.x_mm(times_s[place])) + _BESIDE_MM
                sheet.text(beside_mm, row.frame.top - 1, symbols[place], _SYMBOL_PT, palette.accent, bold=True)
    return f"Lead {course.lead}, {gain:g} mm/mV, {rows[0].frame.width / rows[0].length_s:.1f} mm/s"


def _extremes(samples: int, width_mm: float, values: Float64Array) -> IntArray:
    """Return the places of the lowest and the highest value in each tenth of a millimetre, rising."""
    bins = max(int(width_mm / _DRAWN_MM), 1)
    if samples <= 2 * bins:
        return np.arange(samples)
    per_bin = -(-samples // bins)
    padded = np.append(values, np.full(-samples % per_bin, values[-1])).reshape(-1, per_bin)
    begins = np.arange(len(padded)) * per_bin
    both = np.concatenate([begins + padded.argmin(axis=1), begins + padded.argmax(axis=1)])
    return np.unique(np.minimum(both, samples - 1))


def _draw_intervals(
    sheet: Sheet, course: Course, rows: list[_Row], colours: dict[RhythmKind, str], palette: Palette
) -> str:
    """Draw the RR intervals, in the colours of the rhythms that their beats are in; say what is shown."""
    times_s, rr_s = course.rr_s
    begins_s = np.array([begin_s for begin_s, _, _ in course.stretches_s])
    kinds = course.rhythms.kind_of_each
    of_beat = np.searchsorted(begins_s, times_s, side="right") - 1
    colour_of_beat = np.array([list(colours).index(kind) for kind in kinds])[of_beat]
    share = (np.clip(rr_s, _LEAST_RR_S, _MOST_RR_S) - _LEAST_RR_S) / (_MOST_RR_S - _LEAST_RR_S)
    for row in rows:
        line_mm = row.frame.bottom + row.frame.height * (1 - _LEAST_RR_S) / (_MOST_RR_S - _LEAST_RR_S)
        sheet.line([row.frame.left, row.frame.right], [line_mm, line_mm], palette.minor_grid, _TRACE_PT)
        inside = row.holds(times_s)
        x_mm, y_mm = row.x_mm(times_s[inside]), row.frame.bottom + row.frame.height * share[inside]
        for number, colour in enumerate(colours.values()):
            chosen = colour_of_beat[inside] == number
            starts, ends = _bars(x_mm[chosen], y_mm[chosen])
            if len(starts):
                sheet.segments(starts, ends, colour, _DOT_PT)
    return f"RR intervals from {_LEAST_RR_S:g} to {_MOST_RR_S:g} s (line: 1 s)"


def _bars(x_mm: Float64Array, y_mm: Float64Array) -> tuple[Float64Array, Float64Array]:
    """Put dots of nearly one place and height together: return lower and upper ends of short upright lines."""
    columns, levels = np.rint(x_mm / _LEAST_DOT_MM), np.rint(y_mm / _LEAST_DOT_MM)
    dots = np.unique(np.column_stack([columns, levels]), axis=0)
    begins = np.ones(len(dots), dtype=bool)
    begins[1:] = (np.diff(dots[:, 0]) != 0) | (np.diff(dots[:, 1]) != 1)
    first = np.flatnonzero(begins)
    last = np.append(first[1:], len(dots))[: len(first)] - 1
    low, high = dots[first] * _LEAST_DOT_MM, dots[last] * _LEAST_DOT_MM
    half = np.array([0.0, _LEAST_DOT_MM / 2])
    return low - half, high + half


def _draw_bar(sheet: Sheet, course: Course, row: _Row, colours: dict[RhythmKind, str]) -> None:
    """Draw the rhythms below a row, as a bar in their colours."""
    end_s = min(row.begin_s + row.length_s, course.length_s)
    for begin_s, stop_s, kind in course.stretches_s:
        shown_s = np.array([max(begin_s, row.begin_s), min(stop_s, end_s)])
        if shown_s[0] < shown_s[1]:
            left_mm, right_mm = row.x_mm(shown_s).tolist()
            bar = Box(left_mm, row.frame.bottom - _GAP_MM, right_mm - left_mm, _BAR_MM)
            sheet.area(bar.corners, colours[kind])


def _draw_legend(sheet: Sheet, course: Course, title: str, colours: dict[RhythmKind, str], palette: Palette) -> None:
    """Say above the rows what they show, how long the record is in each rhythm, and which beats it has."""
    left_mm, top_mm = sheet.paper.left_mm, sheet.paper.grid_top_mm
    sheet.text(left_mm, top_mm - _TITLE_DROP_MM, title, _TITLE_PT, palette.text, bold=True)
    beats = counted_beats(course.beats)
    sheet.text(sheet.paper.right_mm, top_mm - _TITLE_DROP_MM, beats, _LEGEND_PT, palette.text, align="right")
    for kind, length_s in course.lengths_s.items():
        told = f"{kind.title} ({short_name(kind)}) {clock(round(length_s))}, {length_s / course.length_s:.0%}"
        base_mm = top_mm - _LEGEND_DROP_MM
        sheet.area(Box(left_mm, base_mm, 4, 1.8).corners, colours[kind])
        sheet.text(left_mm + 5, base_mm, told, _LEGEND_PT, palette.text)
        left_mm += 10 + text_width_mm(told, _LEGEND_PT)
