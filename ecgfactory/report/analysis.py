"""The analysis page: what NeuroKit2 makes of a record's rhythm, its representative beats and its features."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from ecgfactory.arrays import Float64Array
from ecgfactory.record import Record
from ecgfactory.report.feature_text import feature_label, feature_value
from ecgfactory.report.median_beat import MedianBeat, find_median_beat
from ecgfactory.report.page import (
    RIGHT_MM,
    add_panel,
    draw_footer,
    draw_header,
    new_page,
    panel_message,
    panel_title,
    rendering,
)
from ecgfactory.report.rhythm import Rhythm, analyse_rhythm, cut_beats, rr_intervals_ms
from ecgfactory.report.style import PageStyle, Palette

_SPEED_MM_PER_S = 25
_FOOTNOTE = (
    "Cleaned, R peaks, rate: NeuroKit2. By each lead: mean correlation of its beats, NeuroKit2's verdict (Excellent, "
    "Barely acceptable, Unacceptable)"
)
_GAINS_MM_PER_MV = (20.0, 15.0, 10.0, 7.5, 5.0, 2.5, 1.0, 0.5, 0.2)
_BEATS_LEFT_MM, _BEATS_BOTTOM_MM, _BEATS_HEIGHT_MM = 110.0, 14.0, 56.0
_BEAT_COLUMNS, _BEAT_PITCH_MM = 4, 25.0
_TABLE_LEFT_MM, _TABLE_TOP_MM, _TABLE_PITCH_MM, _TABLE_ROWS = 216.0, 71.0, 3.7, 15


@rendering()
def analysis_page(record: Record, style: PageStyle | None = None) -> Figure:
    """Draw the analysis of a record.

    Cleaned lead II with its R peaks, heart rate and RR intervals, the beats laid over each other with their median,
    the median beat of every lead, and the record's features. Where a signal gives no beats the page says why.

    Parameters
    ----------
    record : Record
        Any number of leads, of any length.
    style : PageStyle, optional
        Only its colours count.
    """
    palette = (style or PageStyle()).palette
    figure, sheet = new_page()
    rhythm = analyse_rhythm(record)
    _draw_cleaned(add_panel(figure, 24, 137, 262, 36), rhythm, record.sampling_rate_hz, palette)
    _draw_rate(add_panel(figure, 24, 88, 168, 34), rhythm, record.sampling_rate_hz, palette)
    _draw_rr(add_panel(figure, 210, 88, 76, 34), rhythm, record.sampling_rate_hz, palette)
    _draw_beats(add_panel(figure, 24, 21, 72, 50), rhythm, record.sampling_rate_hz, palette)
    _draw_median_beats(sheet, record, rhythm, palette)
    _draw_features(sheet, record, palette)
    draw_header(sheet, record, palette)
    draw_footer(sheet, _FOOTNOTE, palette)
    return figure


def _draw_cleaned(panel: Axes, rhythm: Rhythm, rate_hz: int, palette: Palette) -> None:
    panel_title(panel, f"Lead {rhythm.lead}, cleaned, with R peaks")
    time_s = np.arange(rhythm.cleaned_mv.size) / rate_hz
    panel.plot(time_s, rhythm.cleaned_mv, color=palette.trace, linewidth=0.7)
    panel.plot(time_s[rhythm.r_peaks], rhythm.cleaned_mv[rhythm.r_peaks], "o", color=palette.accent, markersize=3)
    panel.set_xlim(0, rhythm.cleaned_mv.size / rate_hz)
    panel.set_xlabel("s")
    panel.set_ylabel("mV")
    panel.grid(axis="x", color=palette.minor_grid, linewidth=0.5)
    if rhythm.problem:
        panel.set_title(rhythm.problem, loc="right", fontsize=7.5, color=palette.bad, pad=3)


def _draw_rate(panel: Axes, rhythm: Rhythm, rate_hz: int, palette: Palette) -> None:
    panel_title(panel, "Heart rate")
    if np.isnan(rhythm.rate_bpm).any():
        panel_message(panel, rhythm.problem)
        return
    time_s = np.arange(rhythm.rate_bpm.size) / rate_hz
    panel.plot(time_s, rhythm.rate_bpm, color=palette.accent, linewidth=1.1)
    panel.plot(time_s[rhythm.r_peaks], rhythm.rate_bpm[rhythm.r_peaks], "o", color=palette.accent, markersize=2.5)
    mean_bpm = 60_000 / rr_intervals_ms(rhythm.r_peaks, rate_hz).mean()
    panel.axhline(mean_bpm, color=palette.muted, linewidth=0.6, linestyle=(0, (4, 3)))
    panel.set_title(f"mean {mean_bpm:.0f} /min", loc="right", fontsize=7.5, color=palette.muted, pad=3)
    centre, half = float(np.mean(panel.get_ylim())), max(float(np.ptp(panel.get_ylim())) / 2, 10)
    panel.set_ylim(centre - half, centre + half)  # so that a steady rhythm looks steady
    panel.set_xlim(0, rhythm.rate_bpm.size / rate_hz)
    panel.set_xlabel("s")
    panel.set_ylabel("/min")


def _draw_rr(panel: Axes, rhythm: Rhythm, rate_hz: int, palette: Palette) -> None:
    panel_title(panel, "RR intervals")
    intervals_ms = rr_intervals_ms(rhythm.r_peaks, rate_hz)
    if intervals_ms.size == 0:
        panel_message(panel, rhythm.problem)
        return
    beats = np.arange(1, intervals_ms.size + 1)
    panel.vlines(beats, intervals_ms.min() - 40, intervals_ms, color=palette.major_grid, linewidth=1.2)
    panel.plot(beats, intervals_ms, "o", color=palette.accent, markersize=3)
    panel.set_title(
        f"mean {intervals_ms.mean():.0f} ms, SD {intervals_ms.std(ddof=intervals_ms.size > 1):.0f} ms",
        loc="right",
        fontsize=7.5,
        color=palette.muted,
        pad=3,
    )
    panel.set_ylim(intervals_ms.min() - 40, intervals_ms.max() + 40)
    panel.set_xlim(0.3, beats[-1] + 0.7)
    panel.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    panel.set_xlabel("interval")
    panel.set_ylabel("ms")


def _draw_beats(panel: Axes, rhythm: Rhythm, rate_hz: int, palette: Palette) -> None:
    panel_title(panel, f"Beats of lead {rhythm.lead}, cleaned")
    time_s, beats_mv = cut_beats(rhythm.cleaned_mv, rhythm.r_peaks, rate_hz)
    if len(beats_mv) == 0:
        panel_message(panel, rhythm.problem or "No beat lies wholly in the record.")
        return
    panel.plot(time_s * 1000, beats_mv.T, color=palette.muted, linewidth=0.4, alpha=0.5)
    panel.plot(time_s * 1000, np.median(beats_mv, axis=0), color=palette.accent, linewidth=1.4)
    panel.set_title(f"median of {len(beats_mv)}", loc="right", fontsize=7.5, color=palette.accent, pad=3)
    panel.axvline(0, color=palette.muted, linewidth=0.5, linestyle=(0, (4, 3)))
    panel.set_xlim(time_s[0] * 1000, time_s[-1] * 1000)
    panel.set_xlabel("ms from the R peak")
    panel.set_ylabel("mV")


def _draw_median_beats(sheet: Axes, record: Record, rhythm: Rhythm, palette: Palette) -> None:
    """Draw the median beat of every lead side by side, all to one scale, with its waves and the lead's quality."""
    beat = find_median_beat(record)
    if beat is None:
        sheet.text(_BEATS_LEFT_MM, 72, "Median beat of each lead", fontsize=7.5, fontweight="bold")
        problem = rhythm.problem or "No beat lies wholly in the record."
        sheet.text(_BEATS_LEFT_MM, 60, problem, fontsize=8, color=palette.muted)
        return
    rows = -(-len(beat.leads_mv) // _BEAT_COLUMNS)
    gain, baselines = _beat_rows(beat.leads_mv, rows)
    scale = f"{_SPEED_MM_PER_S} mm/s, {gain:g} mm/mV"
    sheet.text(_BEATS_LEFT_MM, 73.5, f"Median beat of each lead ({scale})", fontsize=7.5, fontweight="bold")
    x_mm = (beat.time_s - beat.time_s[0]) * _SPEED_MM_PER_S
    for column in range(-(-len(beat.leads_mv) // rows)):
        _draw_waves(sheet, _BEATS_LEFT_MM + column * _BEAT_PITCH_MM, beat, palette)
    for place, (name, lead_mv) in enumerate(zip(record.lead_names, beat.leads_mv, strict=True)):
        column, row = divmod(place, rows)
        left, top = _BEATS_LEFT_MM + column * _BEAT_PITCH_MM, baselines[row] + 2.5
        sheet.plot(left + x_mm, baselines[row] + lead_mv * gain, color=palette.trace, linewidth=0.8)
        sheet.text(left, top, name, fontsize=6.5, fontweight="bold", color=palette.accent)
        quality = f"{beat.likeness[place]:.2f} {beat.verdicts[place][:1]}"
        sheet.text(left + x_mm[-1], top, quality, fontsize=5, ha="right", color=palette.muted)


def _draw_waves(sheet: Axes, left: float, beat: MedianBeat, palette: Palette) -> None:
    """Mark P, QRS and T over a column of leads."""
    for name, bounds_s in beat.waves_s.items():
        first, last = (left + (min(bound, beat.time_s[-1]) - beat.time_s[0]) * _SPEED_MM_PER_S for bound in bounds_s)
        strength = 0.55 if name == "QRS" else 0.22
        size = (last - first, _BEATS_HEIGHT_MM)
        sheet.add_patch(
            Rectangle((first, _BEATS_BOTTOM_MM), *size, facecolor=palette.major_grid, alpha=strength, linewidth=0)
        )
        middle, top = (first + last) / 2, _BEATS_BOTTOM_MM + _BEATS_HEIGHT_MM + 0.6
        sheet.text(middle, top, name, fontsize=5.5, ha="center", color=palette.muted)


def _beat_rows(medians_mv: Float64Array, rows: int) -> tuple[float, Float64Array]:
    """Choose the largest common gain at which all rows fit; returns it in mm/mV, and each row's baseline in mm."""
    above = np.array([max(medians_mv[row::rows].max(), 0.0) for row in range(rows)])
    below = np.array([max(-medians_mv[row::rows].min(), 0.0) for row in range(rows)])
    room = _BEATS_HEIGHT_MM - rows
    gain = next((g for g in _GAINS_MM_PER_MV if (above + below).sum() * g <= room), _GAINS_MM_PER_MV[-1])
    spare = (_BEATS_HEIGHT_MM - (above + below).sum() * gain) / rows
    ends = _BEATS_BOTTOM_MM + _BEATS_HEIGHT_MM - np.cumsum((above + below) * gain + spare)
    baselines: Float64Array = ends + below * gain + spare / 2
    return gain, baselines


def _draw_features(sheet: Axes, record: Record, palette: Palette) -> None:
    sheet.text(_TABLE_LEFT_MM, 72, "Features", fontsize=7.5, fontweight="bold")
    rows = [(feature_label(name), feature_value(name, value)) for name, value in record.features.items()]
    if len(rows) > _TABLE_ROWS:
        rows = [*rows[: _TABLE_ROWS - 1], (f"and {len(rows) - _TABLE_ROWS + 1} more", "")]
    for line, (label, value) in enumerate(rows or [("none measured", "")]):
        height = _TABLE_TOP_MM - _TABLE_PITCH_MM * (line + 1)
        sheet.text(_TABLE_LEFT_MM, height, label, fontsize=6.8, color=palette.muted)
        sheet.text(RIGHT_MM, height, value, fontsize=6.8, ha="right", color=palette.text)
        rule = height - 1.1
        sheet.plot([_TABLE_LEFT_MM, RIGHT_MM], [rule, rule], color=palette.minor_grid, linewidth=0.4)
