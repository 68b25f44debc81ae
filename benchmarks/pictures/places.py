"""Whether the places that the truth tells are right: of traces in their boxes, of samples, and of ink."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.path import Path as Polygon

from ecgfactory.arrays import Float64Array
from ecgfactory.leads import SignalUv
from ecgfactory.paper.damage.base import Pixels
from ecgfactory.paper.mask_values import FIRST_LEAD

ROUNDING_PX = 0.005
"""Places in the truth are rounded to 0.01 px."""

Mask = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class BoxCounts:
    """How the outlines and boxes of a picture hold its traces.

    Parameters
    ----------
    traces : int
        How many there are.
    left_outline, left_box : int
        Of them, those with a point beyond their own outline, or their box.
    shared_outlines, shared_boxes : int
        Of them, those whose outline, or box, holds a point of another.
    """

    traces: int
    left_outline: int
    left_box: int
    shared_outlines: int
    shared_boxes: int


def points_px(lead: dict[str, Any]) -> Float64Array:
    """Return the polyline of a piece of a lead in the truth, shape (samples, 2); NaN where it has no point."""
    return np.array([lead["x_px"], lead["y_px"]], dtype=np.float64).T


def count_boxes(leads: Sequence[dict[str, Any]]) -> BoxCounts:
    """Count the traces that are in another's outline or box, or not in their own."""
    traces = [points[~np.isnan(points[:, 0])] for points in map(points_px, leads)]
    outlines = [polygon(lead["outline_px"]) for lead in leads]
    boxes = [lead["box_px"] for lead in leads]
    others = [(own, other) for own in range(len(leads)) for other in range(len(leads)) if own != other]
    return BoxCounts(
        len(leads),
        sum(not outline.contains_points(own).all() for outline, own in zip(outlines, traces, strict=True)),
        sum(not _in_box(own, box).all() for box, own in zip(boxes, traces, strict=True)),
        len({own for own, other in others if outlines[own].contains_points(traces[other]).any()}),
        len({own for own, other in others if _in_box(traces[other], boxes[own]).any()}),
    )


def polygon(corners_px: Sequence[Sequence[float]]) -> Polygon:
    """Return a closed shape, whose `contains_points` takes points of shape (n, 2)."""
    return Polygon([*corners_px, corners_px[0]], closed=True)


def _in_box(points: Float64Array, box_px: Sequence[float]) -> npt.NDArray[np.bool_]:
    left, top, right, bottom = np.array(box_px) + np.array([-1, -1, 1, 1]) * ROUNDING_PX
    x, y = points.T
    inside: npt.NDArray[np.bool_] = (x >= left) & (x <= right) & (y >= top) & (y <= bottom)
    return inside


def on_own_value(lead: dict[str, Any], mask: Mask, own: int) -> tuple[float, float]:
    """Return how much of a trace lies on its own value of the mask, and how much on that of another lead.

    Points whose pixel is not in the picture don't count.
    """
    known = points_px(lead)
    x, y = np.rint(known[~np.isnan(known[:, 0])]).astype(int).T
    height, width = mask.shape
    seen = (x >= 0) & (y >= 0) & (x < width) & (y < height)
    found = mask[y[seen], x[seen]]
    return float(np.mean(found == own)), float(np.mean((found != own) & (found >= FIRST_LEAD)))


def sample_errors_px(truth: dict[str, Any], signal_uv: SignalUv) -> Float64Array:
    """Return how far the points of an undamaged picture are from where the stored samples belong, in px.

    A sample belongs as far above its baseline as its value, gain and resolution say, and as far to the right of the
    baseline's left end, which is half a line's width before the first sample, as its number and the speed say.
    """
    px_per_mm = truth["image"]["dpi"] / 25.4
    errors = []
    for lead in truth["leads"]:
        stored_uv = signal_uv[truth["lead_names"].index(lead["lead"]), lead["first_sample"] : lead["last_sample"] + 1]
        (left_px, baseline_px), _ = lead["baseline_px"]
        across_mm = (
            truth["page"]["line_mm"] / 2 + np.arange(len(stored_uv)) * lead["mm_per_s"] / truth["sampling_rate_hz"]
        )
        up_mm = (stored_uv - lead["baseline_uv"]) / 1000 * lead["mm_per_mv"]
        belongs_px = np.column_stack([left_px + across_mm * px_per_mm, baseline_px - up_mm * px_per_mm])
        off_px = np.hypot(*(points_px(lead) - belongs_px).T)
        for first, last in lead["clipped"]:
            off_px[first - lead["first_sample"] : last - lead["first_sample"] + 1] = np.nan
        errors.append(off_px[~np.isnan(off_px)])
    return np.concatenate(errors)


FLATTEST_PX = 0.25
"""Most by which a trace rises over three pixels where its ink is weighed: elsewhere a column of pixels cuts it aslant,
which its neighbours would have to make up for."""


def ink_errors_px(truth: dict[str, Any], pixels: Pixels) -> Float64Array:
    """Return how far the middle of the ink is from the polyline, in px, where an undamaged page without grid is flat.

    The middle of the ink is the mean height of a column's darkness, a line's width and a pixel to either side.
    """
    darkness = 255.0 - pixels.min(axis=2)
    reach = int(np.ceil(truth["page"]["line_mm"] * truth["image"]["dpi"] / 25.4)) + 1
    errors = []
    for lead in truth["leads"]:
        x, y = points_px(lead).T
        columns = np.arange(int(x[0]) + 2, int(x[-1]) - 1)
        heights = np.interp(columns[:, np.newaxis] + np.linspace(-1.5, 1.5, 31), x, y)
        flat = np.ptp(heights, axis=1) < FLATTEST_PX
        columns, middle = columns[flat], heights[flat, 10:21].mean(axis=1)
        rows = np.rint(middle).astype(int)[:, np.newaxis] + np.arange(-reach, reach + 1)
        ink = darkness[rows, columns[:, np.newaxis]]
        errors.append((ink * rows).sum(axis=1) / ink.sum(axis=1) - middle)
    return np.concatenate(errors)
