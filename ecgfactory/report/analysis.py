"""The analysis page: a record's rhythm, its representative beats and its features."""

from __future__ import annotations

import numpy as np

from ecgfactory.arrays import Float64Array
from ecgfactory.record import Record
from ecgfactory.report.beat_marks import (
    NORMAL,
    beat_legend,
    beat_marks,
    draw_beat_marks,
    draw_rhythm_marks,
    rhythm_marks,
)
from ecgfactory.report.feature_text import feature_label, feature_value
from ecgfactory.report.marks import draw_legend, draw_marks, strip_marks
from ecgfactory.report.median_beat import MedianBeat, find_median_beat
from ecgfactory.report.page import draw_footer, draw_header
from ecgfactory.report.panel import TITLE_PT, Panel, around
from ecgfactory.report.paper import Paper
from ecgfactory.report.printed_features import page_features
from ecgfactory.report.rhythm import (
    Rhythm,
    analyse_rhythm,
    as_measured,
    commonest_beats,
    cut_beats,
    record_beats,
    rr_intervals_ms,
)
from ecgfactory.report.sheet import Box, Sheet, text_width_mm
from ecgfactory.report.style import PageStyle, Palette
from ecgfactory.report.traces import Strip
from ecgfactory.report.waves import record_waves
from ecgfactory.wave_table import WaveTable

_SPEED_MM_PER_S = 25
_FOUND = "R peaks and waves: all leads, by an algorithm"
_COMPOSED, _COMPOSED_BEATS = "R peaks as composed, bounds of waves by an algorithm", "R peaks as composed, waves found"
_FOOTNOTE = (
    "{places}. Cleaned: NeuroKit2. At each lead: correlation of beats, "
    "NeuroKit2's verdict (Excellent, Barely acceptable, Unacceptable)"
)
_DASHES_PT = (2.4, 1.8)
_SYMBOL_PT = 6.5
_AXIS_MM, _RR_WIDTH_MM, _BEATS_WIDTH_MM = 13.0, 76.0, 72.0
"""Room left of a panel for its axis, and widths of the panels that do not take what the paper gives."""

_RATE_STEP = 10
"""Samples from one point of the smooth rate to the next: a third of a millimetre at 500 Hz and 10 s."""

_GAINS_MM_PER_MV = (20.0, 15.0, 10.0, 7.5, 5.0, 2.5, 1.0, 0.5, 0.2)
_MEDIANS_FROM_MM, _TABLE_FROM_MM = 99.0, 205.0
"""Left edges of median beats and features, from that of the page."""

_MEDIANS_BOTTOM_MM, _MEDIANS_HEIGHT_MM = 14.0, 56.0
_BEAT_COLUMNS, _BEAT_PITCH_MM = 4, 25.0
_TABLE_TOP_MM, _TABLE_PITCH_MM, _TABLE_ROWS = 71.0, 3.7, 15


def analysis_page(record: Record, style: PageStyle | None = None) -> Sheet:
    """Draw the analysis of a record.

    Cleaned lead II with the R peaks and the waves of all leads, heart rate and RR intervals, the beats laid over each
    other with their median, the median beat of every lead, and the record's features. Where a signal gives no beats the
    page says why.

    Parameters
    ----------
    record : Record
        Any number of leads, of any length.
    style : PageStyle, optional
        Only its paper and colours count.
    """
    style = style or PageStyle()
    palette = style.palette
    sheet = Sheet(style.sheet_paper)
    measured = as_measured(record)
    beats = record_beats(measured)
    rhythm = analyse_rhythm(measured, beats)
    _draw_cleaned(sheet, measured, rhythm, record_waves(measured, beats), palette)
    _draw_rate(sheet, rhythm, measured.sampling_rate_hz, palette)
    _draw_rr(sheet, rhythm, measured.sampling_rate_hz, palette)
    _draw_beats(sheet, rhythm, measured.sampling_rate_hz, palette)
    _draw_median_beats(sheet, measured, find_median_beat(measured, beats), rhythm, palette)
    _draw_features(sheet, record, palette)
    draw_header(sheet, record, style)
    places = (_COMPOSED_BEATS if record.waves is None else _COMPOSED) if record.rhythm else _FOUND
    draw_footer(sheet, _FOOTNOTE.format(places=places), palette, record)
    return sheet


def _wide(paper: Paper, bottom: float, height: float, leaving: float = 0) -> Box:
    """Return the frame of a panel across the page, or up to so many mm before its right edge."""
    left = paper.left_mm + _AXIS_MM
    return Box(left, bottom, paper.right_mm - leaving - left, height)


def _draw_cleaned(sheet: Sheet, record: Record, rhythm: Rhythm, waves: WaveTable, palette: Palette) -> None:
    frame, title = _wide(sheet.paper, 137, 36), f"Lead {rhythm.lead}, cleaned, with R peaks and waves"
    panel = Panel(sheet, frame, title)
    time_s = np.arange(rhythm.cleaned_mv.size) / record.sampling_rate_hz
    panel.scale((0, rhythm.cleaned_mv.size / record.sampling_rate_hz), around(rhythm.cleaned_mv))
    panel.x_axis("s", grid=palette.minor_grid)
    panel.y_axis("mV")
    trace, limits_mm = Strip(rhythm.lead, 0, panel.x_mm(time_s), panel.y_mm(rhythm.cleaned_mv), True), frame.heights
    draw_marks(sheet, strip_marks(trace, 0.0, waves, limits_mm), palette)
    draw_rhythm_marks(sheet, rhythm_marks(trace, 0.0, record, limits_mm), palette)
    if len(waves):
        left_mm = frame.left + text_width_mm(title, TITLE_PT, bold=True) + 4
        told = "; ".join(filter(None, ("over all leads", beat_legend(record, waves))))
        draw_legend(sheet, left_mm, frame.top + 1.1, waves, told, palette)
    panel.line(time_s, rhythm.cleaned_mv, palette.trace, 0.7)
    panel.dots(time_s[rhythm.r_peaks], rhythm.cleaned_mv[rhythm.r_peaks], palette.accent, 4)
    draw_beat_marks(sheet, beat_marks(trace, 0.0, record, waves, limits_mm), palette)
    if rhythm.problem:
        panel.note(rhythm.problem, palette.bad)


def _draw_rate(sheet: Sheet, rhythm: Rhythm, rate_hz: int, palette: Palette) -> None:
    panel = Panel(sheet, _wide(sheet.paper, 88, 34, leaving=18 + _RR_WIDTH_MM), "Heart rate")
    if np.isnan(rhythm.rate_bpm).any():
        panel.message(rhythm.problem)
        return
    time_s = np.arange(rhythm.rate_bpm.size) / rate_hz
    mean_bpm = 60_000 / float(rr_intervals_ms(rhythm.r_peaks, rate_hz).mean())
    low, high = around(rhythm.rate_bpm)
    centre, half = (low + high) / 2, max((high - low) / 2, 10)  # so that a steady rhythm looks steady
    panel.scale((0, rhythm.rate_bpm.size / rate_hz), (centre - half, centre + half))
    panel.x_axis("s")
    panel.y_axis("/min")
    panel.note(f"mean {mean_bpm:.0f} /min", palette.muted)
    panel.line([0, time_s[-1]], [mean_bpm, mean_bpm], palette.muted, 0.6, _DASHES_PT)
    drawn = np.append(np.arange(0, time_s.size - 1, _RATE_STEP), time_s.size - 1)
    panel.line(time_s[drawn], rhythm.rate_bpm[drawn], palette.accent, 1.1)
    panel.dots(time_s[rhythm.r_peaks], rhythm.rate_bpm[rhythm.r_peaks], palette.accent, 3.5)


def _draw_rr(sheet: Sheet, rhythm: Rhythm, rate_hz: int, palette: Palette) -> None:
    frame = Box(sheet.paper.right_mm - _RR_WIDTH_MM, 88, _RR_WIDTH_MM, 34)
    panel = Panel(sheet, frame, "RR intervals")
    intervals_ms = rr_intervals_ms(rhythm.r_peaks, rate_hz)
    if intervals_ms.size == 0:
        panel.message(rhythm.problem)
        return
    beats = np.arange(1, intervals_ms.size + 1)
    panel.scale((0.3, intervals_ms.size + 0.7), (intervals_ms.min() - 40, intervals_ms.max() + 40))
    panel.x_axis("interval", whole=True)
    panel.y_axis("ms")
    panel.stems(beats, intervals_ms, palette.major_grid, 1.2)
    panel.dots(beats, intervals_ms, palette.accent, 4)
    for place, symbol in enumerate(rhythm.symbols[1:]):
        if symbol != NORMAL:  # the beat that ends the interval
            x_mm, y_mm = float(panel.x_mm(beats[place])), float(panel.y_mm(intervals_ms[place]))
            sheet.text(x_mm, y_mm + 1, symbol, _SYMBOL_PT, palette.accent, bold=True, align="center")
    spread_ms = intervals_ms.std(ddof=intervals_ms.size > 1)
    panel.note(f"mean {intervals_ms.mean():.0f} ms, SD {spread_ms:.0f} ms", palette.muted)


def _draw_beats(sheet: Sheet, rhythm: Rhythm, rate_hz: int, palette: Palette) -> None:
    frame = Box(sheet.paper.left_mm + _AXIS_MM, 21, _BEATS_WIDTH_MM, 50)
    panel = Panel(sheet, frame, f"Beats of lead {rhythm.lead}, cleaned")
    symbol, r_peaks = commonest_beats(rhythm)
    time_s, beats_mv = cut_beats(rhythm.cleaned_mv, r_peaks, rate_hz)
    if len(beats_mv) == 0:
        panel.message(rhythm.problem or "No beat lies completely within the record.")
        return
    time_ms = time_s * 1000
    panel.scale((time_ms[0], time_ms[-1]), around(beats_mv))
    panel.x_axis("ms from the R peak")
    panel.y_axis("mV")
    for beat_mv in beats_mv:
        panel.line(time_ms, beat_mv, palette.muted, 0.4, opacity=0.5)
    panel.line([0, 0], around(beats_mv), palette.muted, 0.5, _DASHES_PT)
    panel.line(time_ms, np.median(beats_mv, axis=0), palette.accent, 1.4)
    panel.note(f"median of {len(beats_mv)} {symbol}".rstrip(), palette.accent)


def _draw_median_beats(sheet: Sheet, record: Record, beat: MedianBeat | None, rhythm: Rhythm, palette: Palette) -> None:
    """Draw the median beat of every lead side by side, all to one scale, with its waves and the lead's quality."""
    edge = sheet.paper.left_mm + _MEDIANS_FROM_MM
    if beat is None:
        sheet.text(edge, 72, "Median beat of each lead", 7.5, "#000000", bold=True)
        problem = rhythm.problem or "No beat lies completely within the record."
        sheet.text(edge, 60, problem, 8, palette.muted)
        return
    rows = -(-len(beat.leads_mv) // _BEAT_COLUMNS)
    gain, baselines = _beat_rows(beat.leads_mv, rows)
    scale = f"{_SPEED_MM_PER_S} mm/s, {gain:g} mm/mV"
    sheet.text(edge, 73.5, f"Median beat of each lead ({scale})", 7.5, "#000000", bold=True)
    x_mm = (beat.time_s - beat.time_s[0]) * _SPEED_MM_PER_S
    for column in range(-(-len(beat.leads_mv) // rows)):
        _draw_waves(sheet, edge + column * _BEAT_PITCH_MM, beat, palette)
    for place, (name, lead_mv) in enumerate(zip(record.lead_names, beat.leads_mv, strict=True)):
        column, row = divmod(place, rows)
        left, top = edge + column * _BEAT_PITCH_MM, baselines[row] + 2.5
        sheet.line(left + x_mm, baselines[row] + lead_mv * gain, palette.trace, 0.8)
        sheet.text(left, top, name, 6.5, palette.accent, bold=True)
        quality = f"{beat.likeness[place]:.2f} {beat.verdicts[place][:1]}"
        sheet.text(left + x_mm[-1], top, quality, 5, palette.muted, align="right")


def _draw_waves(sheet: Sheet, left: float, beat: MedianBeat, palette: Palette) -> None:
    """Mark P, QRS and T over a column of leads."""
    for name, bounds_s in beat.waves_s.items():
        first, last = (left + (min(bound, beat.time_s[-1]) - beat.time_s[0]) * _SPEED_MM_PER_S for bound in bounds_s)
        strength = 0.55 if name == "QRS" else 0.22
        wave = Box(first, _MEDIANS_BOTTOM_MM, last - first, _MEDIANS_HEIGHT_MM)
        sheet.area(wave.corners, palette.major_grid, strength)
        sheet.text((first + last) / 2, wave.top + 0.6, name, 5.5, palette.muted, align="center")


def _beat_rows(medians_mv: Float64Array, rows: int) -> tuple[float, Float64Array]:
    """Choose the largest common gain at which all rows fit; returns it in mm/mV, and each row's baseline in mm."""
    above = np.array([max(medians_mv[row::rows].max(), 0.0) for row in range(rows)])
    below = np.array([max(-medians_mv[row::rows].min(), 0.0) for row in range(rows)])
    room = _MEDIANS_HEIGHT_MM - rows
    gain = next((g for g in _GAINS_MM_PER_MV if (above + below).sum() * g <= room), _GAINS_MM_PER_MV[-1])
    spare = (_MEDIANS_HEIGHT_MM - (above + below).sum() * gain) / rows
    ends = _MEDIANS_BOTTOM_MM + _MEDIANS_HEIGHT_MM - np.cumsum((above + below) * gain + spare)
    baselines: Float64Array = ends + below * gain + spare / 2
    return gain, baselines


def _draw_features(sheet: Sheet, record: Record, palette: Palette) -> None:
    left, right = sheet.paper.left_mm + _TABLE_FROM_MM, sheet.paper.right_mm
    sheet.text(left, 72, "Features" if record.stretch is None else "Features of this part", 7.5, "#000000", bold=True)
    rows = [(feature_label(name), feature_value(name, value)) for name, value in page_features(record).items()]
    if len(rows) > _TABLE_ROWS:
        rows = [*rows[: _TABLE_ROWS - 1], (f"and {len(rows) - _TABLE_ROWS + 1} more", "")]
    for line, (label, value) in enumerate(rows or [("none measured", "")]):
        height = _TABLE_TOP_MM - _TABLE_PITCH_MM * (line + 1)
        sheet.text(left, height, label, 6.8, palette.muted)
        sheet.text(right, height, value, 6.8, palette.text, align="right")
        rule = height - 1.1
        sheet.line([left, right], [rule, rule], palette.minor_grid, 0.4)
