"""Pages laid out by hand, and maps of pages that were bent or photographed: where everything is, is known."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ecgfactory.paper.arrangement import arrange, column_edges, layout_of, row_gaps_mm
from ecgfactory.paper.page import Box, Grid, Page, PrintedText, Pulse, Trace
from ecgfactory.paper.page_map import Displacement, PageMap, node_places_mm
from ecgfactory.paper.sizes import SIZES
from ecgfactory.paper.style import PaperStyle

LEFT_MM, TOP_MM, BETWEEN_MM = 15.0, 25.0, 1.0
GAINS = (20.0, 10.0, 5.0, 2.5)


def printed_page(
    signal_uv: npt.NDArray[np.generic], lead_names: Sequence[str], style: PaperStyle, rate_hz: float = 500
) -> Page:
    """Lay a signal out, shape (leads, samples), in uV."""
    width_mm, height_mm = SIZES[style.size]
    arranged = arrange(tuple(lead_names), layout_of(style.layout))
    columns = len(arranged.rows[0])
    room_mm = width_mm - 2 * LEFT_MM - (columns - 1) * BETWEEN_MM
    shown = min(signal_uv.shape[1], int(room_mm / style.speed_mm_per_s * rate_hz))
    edges = column_edges(shown, columns)
    rows = [
        *([(name, edges[c], edges[c + 1]) for c, name in enumerate(row)] for row in arranged.rows),
        *([(name, 0, shown)] for name in arranged.rhythm_leads),
    ]
    values = {name: signal_uv[place, :shown].astype(np.float64) for place, name in enumerate(lead_names)}
    tall_mm = height_mm - TOP_MM - 10
    for gain in (gain for gain in GAINS if gain <= style.gain_mm_per_mv):
        pieces = [
            [(name, first, values[name][first:end] - np.nanmedian(values[name][first:end])) for name, first, end in row]
            for row in rows
        ]
        up = np.array([max(np.nanmax(uv) for _, _, uv in row) for row in pieces]) * gain / 1000
        down = np.array([-min(np.nanmin(uv) for _, _, uv in row) for row in pieces]) * gain / 1000
        needed = np.concatenate([up[:1], up[1:] + down[:-1], down[-1:]]) + style.line_mm + 0.6
        if needed.sum() < tall_mm:
            break
    baselines = TOP_MM + np.cumsum(row_gaps_mm(needed, tall_mm))[:-1]
    traces = []
    for row, (baseline_mm, row_pieces) in enumerate(zip(baselines, pieces, strict=True)):
        for column, (name, first, uv) in enumerate(row_pieces):
            x_mm = LEFT_MM + (first + np.arange(uv.size)) / rate_hz * style.speed_mm_per_s + column * BETWEEN_MM
            points = np.column_stack([x_mm, baseline_mm - uv * gain / 1000])
            points[np.isnan(uv)] = np.nan
            middle_uv = float(np.nanmedian(values[name][first : first + uv.size]))
            is_rhythm = row >= len(arranged.rows)
            none = np.zeros(uv.size, dtype=bool)
            traces.append(
                Trace(name, first, points, float(baseline_mm), middle_uv, row, column, is_rhythm, none)
            )
    grid = Grid(Box(10.0, 20.0, 285.0 if style.size == "A4" else 270.0, 205.0)) if style.colour != "none" else None
    foot = float(baselines[0])
    pulse = np.array([(3, 0), (4, 0), (4, -gain), (9, -gain), (9, 0), (10, 0)]) + (0.5, foot)
    text = PrintedText("25 mm/s", "scale", Box(15.0, 206.0, 30.0, 208.5), 2.5)
    marks = [(t.points_mm[-1, 0] + BETWEEN_MM / 2, t.baseline_mm) for t in traces if not t.is_rhythm and t.column < columns - 1]
    separators = np.array([[(x, y - 2), (x, y + 2)] for x, y in marks]).reshape(-1, 2, 2)
    return Page(width_mm, height_mm, style, gain, grid, traces, [text], [Pulse(pulse, 1.0, 0.2)], separators)


def photographed(page: Page, dpi: float, bend_px: float = 0.0) -> tuple[PageMap, int, int]:
    """Return the map of a page seen aslant, and width and height of the picture; bent where asked for."""
    scale = dpi / 25.4
    width, height = page.width_mm * scale, page.height_mm * scale
    corners = np.array([(0.04, 0.05), (0.97, 0.02), (0.93, 0.96), (0.06, 0.92)]) * (width, height)
    import cv2

    places = np.array([(0, 0), (1, 0), (1, 1), (0, 1)]) * (page.width_mm, page.height_mm)
    homography = cv2.getPerspectiveTransform(places.astype(np.float32), corners.astype(np.float32)).astype(np.float64)
    displacement = None
    if bend_px:
        nodes = node_places_mm(page.width_mm, page.height_mm)
        offsets = bend_px * np.stack([np.sin(nodes[..., 1] / 25), np.cos(nodes[..., 0] / 30)], axis=-1)
        displacement = Displacement(5.0, offsets)
    return PageMap(homography, displacement), round(width), round(height)
