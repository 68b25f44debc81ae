"""The truth about a picture, as its JSON file tells it.

Places in the picture are in pixels (px), [to the right, down]; the middle of its upper left pixel is [0, 0]. Places on
the page are in mm, to the right and down from the upper left corner of the paper. Samples are numbered from 0, as in
the record's signal; a stretch of them is [first, last], both within it. `corners_px` are the upper left, upper right,
lower right and lower left corner of a rectangle of the page; a `box_px` is [left, top, right, bottom], upright, around
what is within the picture, and null where nothing is. Pixels are rounded to 0.01, mm to 0.001.

A sample of a piece in `leads`, uv its value, is on the page at

    x_mm = first_x_mm + (sample - first_sample) / sampling_rate_hz * mm_per_s
    y_mm = baseline_mm - (uv - baseline_uv) / 1000 * mm_per_mv

and from there `map` leads into the picture, to its x_px and y_px.

Every key is described in `ecgfactory.paper.truth_keys`.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ecgfactory.arrays import Float64Array
from ecgfactory.paper.damage.base import Recipe
from ecgfactory.paper.mask_values import mask_values
from ecgfactory.paper.page import Box, Grid, Page, Trace, box_around
from ecgfactory.paper.page_map import STEP_MM, PageMap
from ecgfactory.paper.pen import drawn_width_px

if TYPE_CHECKING:
    from ecgfactory.paper.picture import Picture

VERSION = 1


@dataclass(frozen=True)
class PictureNames:
    """What a picture is called in a dataset.

    Parameters
    ----------
    record_id : str
        Of its record.
    picture : int
        Its number among those of the record.
    image, mask : str
        Names of its files.
    """

    record_id: str | None = None
    picture: int = 0
    image: str | None = None
    mask: str | None = None


def truth_of(picture: Picture, names: PictureNames | None = None) -> dict[str, Any]:
    """Return all that is known of a picture, with arrays where `truth_json` writes lists."""
    names = names or PictureNames()
    page, page_map = picture.page, picture.page_map
    height_px, width_px = picture.mask.shape
    frame = Box(-0.5, -0.5, width_px - 0.5, height_px - 0.5)
    return {
        "version": VERSION,
        "record_id": names.record_id,
        "picture": names.picture,
        "lead_names": picture.lead_names,
        "sampling_rate_hz": picture.rate_hz,
        "first_sample": min(trace.first_sample for trace in page.traces),
        "last_sample": max(trace.last_sample for trace in page.traces),
        "image": {"file": names.image, "width_px": width_px, "height_px": height_px, "dpi": page.style.dpi},
        "mask": {"file": names.mask, "values": mask_values(picture.lead_names)},
        "page": _page(page),
        "map": _map(page_map),
        "damage": {"kind": page.style.damage, "steps": _steps(picture.recipe)},
        "leads": [
            _lead(trace, points_px, page, page_map, frame)
            for trace, points_px in zip(page.traces, _mapped([t.points_mm for t in page.traces], page_map), strict=True)
        ],
        "grid": None if page.grid is None else _grid(page.grid, picture.recipe, page_map),
        "pulses": _pulses(page, page_map, frame),
        "texts": [
            {"text": text.text, "role": text.role, **place}
            for text, place in zip(page.texts, _places([t.box_mm for t in page.texts], page_map, frame), strict=True)
        ],
    }


def _page(page: Page) -> dict[str, Any]:
    style = page.style
    return {
        "width_mm": page.width_mm,
        "height_mm": page.height_mm,
        "size": style.size,
        "layout": str(page.layout),
        "asked_layout": style.layout,
        "speed_mm_per_s": style.speed_mm_per_s,
        "gain_mm_per_mv": page.gain_mm_per_mv,
        "asked_gain_mm_per_mv": style.gain_mm_per_mv,
        "colour": style.colour,
        "font": style.font,
        "line_mm": style.line_mm,
    }


def _map(page_map: PageMap) -> dict[str, Any]:
    bent = page_map.displacement
    return {
        "homography": page_map.homography,
        "displacement": None
        if bent is None
        else {"step_mm": bent.step_mm, "x_px": _px(bent.offsets_px[..., 0]), "y_px": _px(bent.offsets_px[..., 1])},
    }


def _steps(recipe: Recipe) -> list[dict[str, Any]]:
    bend = [] if recipe.bend is None else [recipe.bend]
    outline = [] if recipe.outline_mm is None else [{"step": "outline", "points_mm": recipe.outline_mm}]
    before, after = [*recipe.paper, *bend], [recipe.view, *recipe.picture]
    return [*map(_step, before), *outline, *map(_step, after)]


def _step(step: Any) -> dict[str, Any]:
    return {"step": step.name, **asdict(step)}


def _mapped(lines_mm: list[Float64Array], page_map: PageMap) -> list[Float64Array]:
    """Return where several lines' points are in the picture; mapped at once, they cost little more than one's."""
    if not lines_mm:
        return []
    ends = np.cumsum([len(points_mm) for points_mm in lines_mm])[:-1]
    return np.split(page_map.to_picture(np.concatenate(lines_mm)), ends)


def _lead(trace: Trace, points_px: Float64Array, page: Page, page_map: PageMap, frame: Box) -> dict[str, Any]:
    ink_mm = box_around(trace.points_mm, page.style.line_mm / 2)
    baseline_mm = np.array([(ink_mm.left, trace.baseline_mm), (ink_mm.right, trace.baseline_mm)])
    outline_mm, is_corner = _outline_mm(ink_mm, page_map)
    # Both at once: most of the time that a few points take is that of the call.
    baseline_px, outline_px = np.split(page_map.to_picture(np.concatenate([baseline_mm, outline_mm])), [2])
    return {
        "lead": trace.lead,
        "row": trace.row,
        "column": trace.column,
        "is_rhythm": trace.is_rhythm,
        "first_sample": trace.first_sample,
        "last_sample": trace.last_sample,
        "mm_per_mv": page.gain_mm_per_mv,
        "mm_per_s": page.style.speed_mm_per_s,
        "first_x_mm": round(trace.first_x_mm, 3),
        "baseline_uv": trace.baseline_uv,
        "baseline_mm": round(trace.baseline_mm, 3),
        "baseline_px": _px(baseline_px),
        "box_px": _box_px(points_px, drawn_width_px(page.style.line_mm, page_map.scale_at(ink_mm)) / 2, frame),
        "corners_px": _px(outline_px[is_corner]),
        "outline_px": _px(outline_px),
        "clipped": _stretches(trace.clipped, trace.first_sample),
        "missing": _stretches(np.isnan(trace.points_mm[:, 1]), trace.first_sample),
        "x_px": _px(points_px[:, 0]),
        "y_px": _px(points_px[:, 1]),
    }


def _grid(grid: Grid, recipe: Recipe, page_map: PageMap) -> dict[str, Any]:
    left, top, right, bottom = grid.box_mm
    x, y = grid.vertical_mm(), grid.horizontal_mm()
    upper, lower = (np.column_stack([x, np.full(x.shape, edge)]) for edge in (top, bottom))
    first, last = (np.column_stack([np.full(y.shape, edge), y]) for edge in (left, right))
    return {
        "box_mm": _mm(np.array(grid.box_mm)),
        "minor_mm": grid.minor_mm,
        "major_mm": grid.major_mm,
        "minor_is_seen": recipe.shows_minor,
        "major_is_seen": recipe.shows_major,
        "vertical": {"x_mm": _mm(x), **_lines(grid, np.stack([upper, lower], axis=1), page_map)},
        "horizontal": {"y_mm": _mm(y), **_lines(grid, np.stack([first, last], axis=1), page_map)},
    }


def _lines(grid: Grid, ends_mm: Float64Array, page_map: PageMap) -> dict[str, Any]:
    """Return what is known of lines with the given ends, shape (lines, 2, 2); arrays are written faster than lists."""
    every = round(grid.major_mm / grid.minor_mm)
    ends_px = page_map.to_picture(ends_mm.reshape(-1, 2)).reshape(ends_mm.shape)
    return {"is_major": np.arange(len(ends_mm)) % every == 0, "ends_px": _px(ends_px)}


def _pulses(page: Page, page_map: PageMap, frame: Box) -> list[dict[str, Any]]:
    lines_mm = [pulse.points_mm for pulse in page.pulses]
    places = _places([box_around(points_mm, page.style.line_mm / 2) for points_mm in lines_mm], page_map, frame)
    return [
        {"height_mv": pulse.height_mv, "width_s": pulse.width_s, "points_px": _px(points_px), **place}
        for pulse, points_px, place in zip(page.pulses, _mapped(lines_mm, page_map), places, strict=True)
    ]


def _places(boxes_mm: list[Box], page_map: PageMap, frame: Box) -> list[dict[str, Any]]:
    """Return where boxes of the page are in the picture."""
    outlines_mm = [_outline_mm(box_mm, page_map) for box_mm in boxes_mm]
    outlines_px = _mapped([outline_mm for outline_mm, _ in outlines_mm], page_map)
    return [
        {"box_px": _box_px(outline_px, 0.0, frame), "corners_px": _px(outline_px[is_corner])}
        for outline_px, (_, is_corner) in zip(outlines_px, outlines_mm, strict=True)
    ]


def _outline_mm(box_mm: Box, page_map: PageMap) -> tuple[Float64Array, npt.NDArray[np.bool_]]:
    """Return the edge of a box as a polygon, and which of its points are corners.

    Where there is a displacement, points are as close as its nodes.
    """
    corners = box_mm.corners
    if page_map.displacement is None:
        return corners, np.ones(len(corners), dtype=bool)
    sides = np.roll(corners, -1, axis=0) - corners
    # A lead that is missing altogether has no box: its corners are NaN.
    parts = np.nan_to_num(np.abs(sides).max(axis=1) / STEP_MM).astype(int) + 1
    share = np.concatenate([np.arange(count) / count for count in parts])
    return np.repeat(corners, parts, axis=0) + share[:, np.newaxis] * np.repeat(sides, parts, axis=0), share == 0


def _box_px(points_px: Float64Array, margin: float, frame: Box) -> list[float] | None:
    """Return the part of a box around points that lies within the picture."""
    box = box_around(points_px, margin)
    left, top = max(box.left, frame.left), max(box.top, frame.top)
    right, bottom = min(box.right, frame.right), min(box.bottom, frame.bottom)
    return [round(edge, 2) for edge in (left, top, right, bottom)] if left < right and top < bottom else None


def _stretches(where: npt.NDArray[np.bool_], first_sample: int) -> list[list[int]]:
    """Return first and last sample of each stretch in which something is so."""
    changes = np.flatnonzero(np.diff(where, prepend=False, append=False))
    return [[int(start) + first_sample, int(end) + first_sample - 1] for start, end in changes.reshape(-1, 2)]


def _px(values: Float64Array) -> Float64Array:
    """Round pixels, as an array that orjson writes."""
    return np.ascontiguousarray(np.round(values, 2))


def _mm(values: Float64Array) -> Float64Array:
    return np.round(values, 3)
