"""Charts of the web page, as SVG that the page's style colours."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from markupsafe import Markup

from ecgfactory.arrays import Float64Array
from ecgfactory.comparison.pages.histograms import Histograms, outline
from ecgfactory.comparison.result import Estimate, RocCurve
from ecgfactory.report.panel import tick_labels, ticks

_WIDTH, _HEIGHT = 300.0, 120.0
_MARGIN = 18.0
"""Room at both sides for the ends of tick labels."""

_ROW = 38.0
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


def _chart(parts: Sequence[str], height: float, label: str) -> Markup:
    size = f"{-_MARGIN:g} -4 {_WIDTH + 2 * _MARGIN:g} {height + 26:g}"
    drawing = f'<svg class="chart" viewBox="{size}" role="img" aria-label="{{}}">{"".join(parts)}</svg>'
    return Markup(drawing).format(label)  # noqa: S704 (numbers, and words of this module's callers)


def _axis(low: float, high: float, y: float, unit: str = "") -> list[str]:
    values = ticks(low, high, most=_MOST_TICKS)
    line = f'<path class="frame" d="M0 {y:g}H{_WIDTH:g}"/>'
    labels = [
        f'<text class="axis" x="{_x(value, low, high):.1f}" y="{y + 16:g}" text-anchor="middle">{text}{unit}</text>'
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
