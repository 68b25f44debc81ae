"""Charts of the web page, as SVG that the page's style colours."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from markupsafe import Markup

from ecgfactory.arrays import Float64Array
from ecgfactory.comparison.findings import Estimate, RocCurve
from ecgfactory.comparison.pages.copies import Overlay
from ecgfactory.comparison.pages.histograms import Histograms, outline
from ecgfactory.report.panel import tick_labels, ticks

_WIDTH, _HEIGHT = 300.0, 120.0
_MARGIN = 18.0
"""Room at both sides for the ends of tick labels."""

_ROW = 38.0
_LONG, _STRIP, _LABEL = 900.0, 84.0, 22.0
"""Width of leads laid over each other, height of one, and of the words above it."""

_DRAWN_HZ = 125
"""Samples per second of leads laid over each other."""
_MOST_TICKS = 6


def histograms_svg(histograms: Histograms, label: str) -> Markup:
    """Draw the histogram of the dataset over that of the reference; classes `of-dataset` and `of-reference`."""
    scale = float(histograms.edges[0]), float(histograms.edges[-1])
    shapes = [
        f'<path class="{name}" d="{_path(*outline(histograms.edges, heights), scale, histograms.top)}Z"/>'
        for name, heights in (("of-reference", histograms.reference), ("of-dataset", histograms.dataset))
    ]
    return _chart([*shapes, *_axis(*scale, _HEIGHT)], _HEIGHT, f"Distribution of {label}, dataset and reference")


def intervals_svg(rows: Sequence[tuple[str, str, Estimate]]) -> Markup:
    """Draw shares with their intervals below each other, on one scale up to 100 %, with chance at 50 % marked.

    Parameters
    ----------
    rows : sequence of (str, str, Estimate)
        Class of the marks, words, and the share.
    """
    low = min(40.0, *(10 * np.floor(10 * share.low) for _, _, share in rows))
    height = _ROW * len(rows) + 4
    chance = _x(50.0, low, 100.0)
    parts = []
    for place, (name, words, share) in enumerate(rows):
        y = _ROW * place + 26
        first, last, middle = (_x(100 * value, low, 100.0) for value in (share.low, share.high, share.value))
        parts.append(f'<text class="row" x="0" y="{y - 12:g}">{words}</text>')
        parts.append(f'<path class="chance" d="M{chance:.1f} {y - 8:g}v16"/>')
        parts.append(f'<path class="span {name}" d="M{first:.1f} {y:g}H{last:.1f}"/>')
        parts.append(f'<circle class="point {name}" cx="{middle:.1f}" cy="{y:g}" r="4.5"/>')
    return _chart([*parts, *_axis(low, 100.0, height, " %")], height, "Accuracy and floor with their intervals")


def roc_svg(roc: RocCurve) -> Markup:
    """Draw the receiver operating characteristic beside the diagonal of chance."""
    false_positive, true_positive = (100 * np.array(values) for values in (roc.false_positive, roc.true_positive))
    start = np.zeros(1)
    points = np.concatenate([start, false_positive]), np.concatenate([start, true_positive])
    curve = _path(*points, (0.0, 100.0), 100.0)
    parts = [
        f'<path class="chance" d="M0 {_HEIGHT:g}L{_WIDTH:g} 0"/>',
        f'<path class="curve" d="{curve}"/>',
    ]
    return _chart([*parts, *_axis(0.0, 100.0, _HEIGHT, " %")], _HEIGHT, f"ROC curve, area {roc.area:.2f}")


def overlays_svg(overlays: Sequence[Overlay], label: str) -> Markup:
    """Draw leads laid over each other, one pair below the other, all at one scale; the reference below."""
    most_mv = max(float(np.nanmax(np.abs([one.dataset_mv, one.reference_mv]))) for one in overlays) or 1.0
    parts = []
    for place, one in enumerate(overlays):
        middle = (_STRIP + _LABEL) * (place + 1) - _STRIP / 2
        parts.append(f'<text class="row" x="0" y="{middle - _STRIP / 2 - 6:g}">{one.label}</text>')
        for name, signal_mv in (("of-reference", one.reference_mv), ("of-dataset", one.dataset_mv)):
            parts.append(f'<path class="laid {name}" d="{_trace(one.time_s, signal_mv, middle, most_mv)}"/>')
    height = (_STRIP + _LABEL) * len(overlays)
    end_s = float(overlays[0].time_s[-1] + overlays[0].time_s[1])
    return _chart([*parts, *_axis(0.0, end_s, height, " s", _LONG)], height, label, width=_LONG)


def _trace(time_s: Float64Array, signal_mv: Float64Array, middle: float, most_mv: float) -> str:
    """Write a signal, what is NaN left out."""
    step = max(round(1 / (_DRAWN_HZ * (time_s[1] - time_s[0]))), 1)
    across = _LONG * time_s[::step] / (time_s[-1] + time_s[1])
    down = middle - _STRIP / 2 * signal_mv[::step] / most_mv
    there = np.isfinite(down)
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in zip(across[there], down[there], strict=True))


def _chart(parts: Sequence[str], height: float, label: str, width: float = _WIDTH) -> Markup:
    size = f"{-_MARGIN:g} -4 {width + 2 * _MARGIN:g} {height + 26:g}"
    drawing = f'<svg class="chart" viewBox="{size}" role="img" aria-label="{{}}">{"".join(parts)}</svg>'
    return Markup(drawing).format(label)  # noqa: S704 (numbers, and words of this module's callers)


def _axis(low: float, high: float, y: float, unit: str = "", width: float = _WIDTH) -> list[str]:
    values = ticks(low, high, most=round(_MOST_TICKS * width / _WIDTH))
    line = f'<path class="frame" d="M0 {y:g}H{width:g}"/>'
    labels = [
        f'<text class="axis" x="{width * (value - low) / (high - low):.1f}" y="{y + 16:g}" text-anchor="middle">'
        f"{text}{unit}</text>"
        for value, text in zip(values.tolist(), tick_labels(values), strict=True)
    ]
    return [line, *labels]


def _path(x: Float64Array, y: Float64Array, scale: tuple[float, float], top: float) -> str:
    """Write a line through points of a chart, the lower edge being 0."""
    across = _WIDTH * (x - scale[0]) / (scale[1] - scale[0])
    down = _HEIGHT * (1 - y / top)
    return "M" + "L".join(f"{right:.1f} {below:.1f}" for right, below in zip(across, down, strict=True))


def _x(value: float, low: float, high: float) -> float:
    return float(_WIDTH * (value - low) / (high - low))
