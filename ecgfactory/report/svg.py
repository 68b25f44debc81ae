"""Drawings for the web page: an ECG on its grid, and a histogram, as SVG that the page's style colours."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from markupsafe import Markup, escape

from ecgfactory.arrays import Float64Array, IntArray
from ecgfactory.record import Record
from ecgfactory.report.artefact_words import clean_of
from ecgfactory.report.beat_marks import beat_marks, rhythm_marks
from ecgfactory.report.clinical import PULSE_WIDTH_MM
from ecgfactory.report.marks import page_marks
from ecgfactory.report.paper import A4
from ecgfactory.report.style import PageStyle
from ecgfactory.report.summary import NumberSummary
from ecgfactory.report.traces import Traces, label_place, lay_out
from ecgfactory.report.waves import record_waves
from ecgfactory.wave_table import WAVES

UNIT_MM = 0.05
"""Resolution of traces: 2 ms and 5 uV, half the width of a drawn line."""

DRAWN_HZ = 250
"""Samples per second that are drawn: steps of 0.1 mm, below what a screen shows."""

_PICTURE_START = (
    f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {A4.grid_width_mm:g} {A4.grid_height_mm:g}">'
    "<style>.minor,.major{fill:none;stroke:#f6d5d5;stroke-width:.12}.major{stroke:#eba9a9;stroke-width:.28}"
    ".trace{fill:none;stroke:#111;stroke-width:5.6;stroke-linejoin:round}.lead{font:bold 3.4px sans-serif}</style>"
    '<pattern id="minor-grid" width="1" height="1" patternUnits="userSpaceOnUse">'
    '<path class="minor" d="M0 0H1M0 0V1"/></pattern>'
    '<pattern id="major-grid" width="5" height="5" patternUnits="userSpaceOnUse">'
    '<path class="major" d="M0 0H5M0 0V5"/></pattern><rect width="100%" height="100%" fill="#fff"/>'
)
"""Style and grid that a standalone picture contains, and that a drawing takes from its page."""

_CHART_WIDTH, _CHART_HEIGHT = 300.0, 110.0


def ecg_svg(record: Record, marks: bool = False, clean: bool = False) -> Markup:
    """Draw a record as its clinical page has it: 25 mm/s and 10 mm/mV, one user unit per millimetre.

    Grid and colours are the page's: patterns `minor-grid` and `major-grid`, classes `trace` and `lead`, and for marks a
    group `marks` with a class for each of `WAVES`, and `beat`, `rhythm` and `change`. Where its clean twin is drawn
    too, its trace has the class `clean` as well, and the other one `stored`: the page shows one of the two.
    """
    style = PageStyle()
    traces = lay_out(record, style)
    labels = []
    for row, baseline in zip(traces.rows, traces.baselines_mm, strict=True):
        for strip in row:
            x_mm, y_mm, align = label_place(strip, float(baseline), alone=len(row) == 1, paper=A4)
            anchor = "end" if align == "right" else "start"
            place = f'x="{x_mm - A4.left_mm:.1f}" y="{A4.grid_top_mm - y_mm:.1f}" text-anchor="{anchor}"'
            labels.append(f'<text class="lead" {place}>{strip.lead}</text>')
    size = f"{A4.grid_width_mm:g} {A4.grid_height_mm:g}"
    clean_uv = clean_of(record) if clean else None
    shown = {"trace": traces}
    if clean_uv is not None:
        twin = lay_out(replace(record, signal_uv=clean_uv), style)
        shown = {"trace stored": traces, "trace clean": replace(twin, baselines_mm=traces.baselines_mm)}
    paths = [
        f'<path class="{name}" transform="scale({UNIT_MM})" d="{_trace(drawn, record, style)}"/>'
        for name, drawn in shown.items()
    ]
    return Markup(  # noqa: S704 (else numbers and lead names only)
        f'<svg class="ecg" viewBox="0 0 {size}" role="img" aria-label="ECG {escape(record.record_id)}">'
        '<rect width="100%" height="100%" fill="url(#minor-grid)"/><rect width="100%" height="100%" '
        f'fill="url(#major-grid)"/>{_marks(record, traces) if marks else ""}'
        f"{''.join(paths)}{''.join(labels)}</svg>"
    )


def _trace(traces: Traces, record: Record, style: PageStyle) -> str:
    """Write all traces and pulses as one path."""
    step = slice(None, None, max(record.sampling_rate_hz // DRAWN_HZ, 1))
    lines = []
    for row, baseline in zip(traces.rows, traces.baselines_mm, strict=True):
        lines.append(_pulse(float(baseline), style))
        for strip in row:
            lines.append(_path(strip.x_mm[step], baseline + strip.height_mm[step]))
            if strip is not row[0]:
                lines.append(_path(strip.x_mm[[0, 0]], baseline + np.array([-3.0, 3.0])))
    return "".join(lines)


def ecg_picture(record: Record) -> str:
    """Draw a record as `ecg_svg` does, as a file of its own with paper, ink and grid in it."""
    inside = str(ecg_svg(record)).partition(">")[2]
    return f"{_PICTURE_START}{inside}"


def _marks(record: Record, traces: Traces) -> str:
    """Draw the marks of the waves, a path for each kind of wave, and of beats and rhythms."""
    waves, limits_mm = record_waves(record), (A4.grid_bottom_mm, A4.grid_top_mm)
    marks, (strip, baseline_mm) = page_marks(traces, waves, A4), traces.longest
    paths = [
        f'<path class="{WAVES[wave]}" d="{_mark_steps(*marks.of(wave))}"/>' for wave in np.unique(marks.wave).tolist()
    ]
    beats = [
        _text("beat", mark.x_mm, mark.y_mm, mark.symbol)
        for mark in beat_marks(strip, baseline_mm, record, waves, limits_mm)
    ]
    rhythms = [
        f'<path class="change" d="M{_across(np.array(mark.x_mm))} {_down(np.array(mark.high_mm))}'
        f'V{_down(np.array(mark.low_mm))}"/>{_text("rhythm", mark.text_x_mm, mark.text_y_mm, mark.text)}'
        for mark in rhythm_marks(strip, baseline_mm, record, limits_mm)
    ]
    return f'<g class="marks" transform="scale({UNIT_MM})">{"".join([*paths, *rhythms, *beats])}</g>'


def _text(name: str, x_mm: float, y_mm: float, text: str) -> str:
    """Write a text of a class at a place of the page, in `UNIT_MM`."""
    return f'<text class="{name}" x="{_across(np.array(x_mm))}" y="{_down(np.array(y_mm))}">{escape(text)}</text>'


def _pulse(baseline: float, style: PageStyle) -> str:
    left = A4.pulse_left_mm
    xs = left + np.array([-2.0, 0, 0, PULSE_WIDTH_MM, PULSE_WIDTH_MM, PULSE_WIDTH_MM + 2])
    return _path(xs, baseline + style.gain_mm_per_mv * np.array([0.0, 0, 1, 1, 0, 0]))


def _mark_steps(boxes_mm: Float64Array, ticks_mm: Float64Array) -> str:
    """Write boxes, then ticks."""
    (left, right), (bottom, top) = _across(boxes_mm[:, [0, 2]]).T, _down(boxes_mm[:, [1, 3]]).T
    boxes = np.column_stack([left, top, right - left, bottom - top, right - left])
    inner, outer = _down(ticks_mm[:, 1:]).T
    ticks = np.column_stack([_across(ticks_mm[:, 0]), inner, outer - inner])
    steps = ["M{} {}h{}v{}h-{}z".format(*box) for box in boxes.tolist()]
    return "".join([*steps, *("M{} {}v{}".format(*tick) for tick in ticks.tolist())])


def _path(x_mm: Float64Array, y_mm: Float64Array) -> str:
    """Write a line through points of the page as relative steps in `UNIT_MM`, straight runs as one step."""
    xs, ys = _across(x_mm), _down(y_mm)
    dx, dy = np.diff(xs), np.diff(ys)
    turns = np.flatnonzero((dx[1:] * dy[:-1] != dx[:-1] * dy[1:]) | (dx[1:] * dx[:-1] + dy[1:] * dy[:-1] < 0)) + 1
    corners = np.concatenate([[0], turns, [xs.size - 1]])
    steps = zip(np.diff(xs[corners]).tolist(), np.diff(ys[corners]).tolist(), strict=True)
    return f"M{xs[0]} {ys[0]}l" + "".join(_numbers(steps))


def _across(x_mm: Float64Array) -> IntArray:
    """Return places of the page in `UNIT_MM` from the left edge of its grid."""
    return np.rint((x_mm - A4.left_mm) / UNIT_MM).astype(np.int64)


def _down(y_mm: Float64Array) -> IntArray:
    """Return heights of the page in `UNIT_MM` from the upper edge of its grid."""
    return np.rint((A4.grid_top_mm - y_mm) / UNIT_MM).astype(np.int64)


def _numbers(steps: Iterator[tuple[int, int]]) -> Iterator[str]:
    """Write pairs of integers with a space only where no minus sign parts them."""
    separator = ""
    for dx, dy in steps:
        first = f"{dx}" if dx < 0 else f"{separator}{dx}"
        yield f"{first}{dy}" if dy < 0 else f"{first} {dy}"
        separator = " "


def histogram_svg(summary: NumberSummary, label: str) -> Markup:
    """Draw a histogram over the range of real ECGs, with its percentiles below.

    Colours are the page's: classes `bars`, `real`, `range`, `median` and `axis`.
    """
    low, high = float(summary.edges[0]), float(summary.edges[-1])

    def x(value: float) -> float:
        return (min(max(value, low), high) - low) / (high - low) * _CHART_WIDTH

    top = max(float(summary.percent.max()), 1e-9)
    heights = summary.percent / top * _CHART_HEIGHT
    lefts = [x(float(edge)) for edge in summary.edges]
    bars = f"M0 {_CHART_HEIGHT:g}" + "".join(
        f"V{_CHART_HEIGHT - height:.1f}H{right:.1f}" for height, right in zip(heights, lefts[1:], strict=True)
    )
    parts = []
    if summary.reference is not None:
        left, right = x(summary.reference.low), x(summary.reference.high)
        parts.append(f'<rect class="real" x="{left:.1f}" width="{right - left:.1f}" height="{_CHART_HEIGHT:g}"/>')
    parts.append(f'<path class="bars" d="{bars}V{_CHART_HEIGHT:g}Z"/>')
    below = _CHART_HEIGHT + 6
    parts.append(f'<path class="range" d="M{x(summary.low):.1f} {below:g}H{x(summary.high):.1f}"/>')
    parts.append(f'<circle class="median" cx="{x(summary.median):.1f}" cy="{below:g}" r="3.5"/>')
    for value in _ticks(low, high):
        place = f'x="{x(value):.1f}" y="{_CHART_HEIGHT + 24:g}"'
        parts.append(f'<text class="axis" {place} text-anchor="middle">{value:,.6g}</text>')
    size = f"-12 -2 {_CHART_WIDTH + 24:g} {_CHART_HEIGHT + 30:g}"
    drawing = f'<svg class="chart" viewBox="{size}" role="img" aria-label="{{}}">{"".join(parts)}</svg>'
    return Markup(drawing).format(f"Histogram of {label}: {summary.caption}")  # noqa: S704


def _ticks(low: float, high: float) -> list[float]:
    """Choose three to six round values inside a range."""
    span = high - low
    magnitude = 10.0 ** np.floor(np.log10(span / 3))
    step = next(factor * magnitude for factor in (5, 2, 1) if span / (factor * magnitude) >= 3)
    first = int(np.ceil(low / step))
    return [float(f"{number * step:.10g}") for number in range(first, int(np.floor(high / step)) + 1)]
