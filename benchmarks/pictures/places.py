"""Whether the places that the truth tells are right: of traces in their boxes, of samples, and of ink."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ecgfactory.arrays import Float64Array
from ecgfactory.leads import SignalUv
from ecgfactory.paper.damage.base import Pixels
from ecgfactory.paper.mask import FIRST_LEAD

TOLERANCE_PX = 0.05
"""By how much a point may be beyond its box: places in the truth are rounded to 0.01 px."""

Mask = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class BoxCounts:
    """How boxes hold the traces of a picture.

    Parameters
    ----------
    traces : int
        How many there are.
    left_polygon, left_box : int
        Of them, those with a point beyond their own corners, or their box.
    shared_polygons, shared_boxes : int
        Of them, those whose corners, or box, hold a point of another.
    """

    traces: int
    left_polygon: int
    left_box: int
    shared_polygons: int
    shared_boxes: int


def points_px(lead: dict[str, Any]) -> Float64Array:
    """Return the polyline of a piece of a lead in the truth, shape (samples, 2); NaN where it has no point."""
    return np.array([lead["x_px"], lead["y_px"]], dtype=np.float64).T


def count_boxes(leads: Sequence[dict[str, Any]]) -> BoxCounts:
    """Count the traces that are in another's box, or not in their own."""
    traces = [known[~np.isnan(known[:, 0])] for known in map(points_px, leads)]
    in_polygon = np.array([[_inside(points, lead["corners_px"]) for points in traces] for lead in leads], dtype=object)
    in_box = np.array([[_inside(points, _corners(lead["box_px"])) for points in traces] for lead in leads], object)
    own = range(len(leads))
    return BoxCounts(
        len(leads),
        sum(not in_polygon[n, n].all() for n in own),
        sum(not in_box[n, n].all() for n in own),
        sum(any(in_polygon[n, other].any() for other in own if other != n) for n in own),
        sum(any(in_box[n, other].any() for other in own if other != n) for n in own),
    )


def _corners(box: Sequence[float]) -> list[tuple[float, float]]:
    left, top, right, bottom = box
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def _inside(points: Float64Array, corners: Sequence[Sequence[float]]) -> npt.NDArray[np.bool_]:
    """Return which points are in a convex shape whose corners go round to the right."""
    inside = np.ones(len(points), dtype=bool)
    for (x, y), (next_x, next_y) in zip(corners, [*corners[1:], corners[0]], strict=True):
        across, down = next_x - x, next_y - y
        beyond_px = (across * (points[:, 1] - y) - down * (points[:, 0] - x)) / np.hypot(across, down)
        inside &= beyond_px >= -TOLERANCE_PX
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

    A sample belongs as far above the left end of its baseline as its value, gain and resolution say, and as far to the
    right as its number, speed and resolution say.
    """
    px_per_mm = truth["image"]["dpi"] / 25.4
    errors = []
    for lead in truth["leads"]:
        stored_uv = signal_uv[truth["lead_names"].index(lead["lead"]), lead["first_sample"] : lead["last_sample"] + 1]
        (left_px, baseline_px), _ = lead["baseline_px"]
        across_mm = np.arange(len(stored_uv)) * lead["mm_per_s"] / truth["sampling_rate_hz"]
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
