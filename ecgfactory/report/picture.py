"""Sheets as pictures and drawings, by matplotlib, which is imported only where one is asked for.

Figures are made with matplotlib's object interface and never enter pyplot, and run in settings of their own, so that a
user's matplotlibrc can't change a page and nothing global is left changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path as FilePath

import matplotlib.style
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path
from PIL import Image

from ecgfactory.arrays import Float64Array
from ecgfactory.report.sheet import MM_PER_INCH, Areas, Lines, Sheet, Text

_SETTINGS = {
    "font.family": "DejaVu Sans",  # shipped with matplotlib: the same on every machine
    "lines.scale_dashes": False,  # a sheet's dashes are lengths
    "svg.fonttype": "path",
    "svg.hashsalt": "ecgfactory",
    "path.simplify_threshold": 0.02,  # in points: far below what a printer shows
}


def draw_figure(sheet: Sheet) -> Figure:
    """Draw a sheet as a figure of matplotlib, in its size, which shows itself in a notebook and saves itself."""
    width_mm, height_mm = sheet.paper.width_mm, sheet.paper.height_mm
    with _settings():
        figure = Figure(figsize=(width_mm / MM_PER_INCH, height_mm / MM_PER_INCH))
        axes = figure.add_axes((0, 0, 1, 1), xlim=(0, width_mm), ylim=(0, height_mm))
        axes.set_axis_off()
        for item in sheet.items:
            _draw(axes, item)
    return figure


def pixels(sheet: Sheet, dpi: float) -> npt.NDArray[np.uint8]:
    """Draw a sheet as pixels, shape (height, width, 3)."""
    with _drawn(sheet) as figure:
        figure.set_dpi(dpi)
        canvas = FigureCanvasAgg(figure)
        canvas.draw()  # type: ignore[no-untyped-call]
        shown: npt.NDArray[np.uint8] = np.asarray(canvas.buffer_rgba())[..., :3]  # type: ignore[no-untyped-call]
    return shown


def write_pixels(sheets: Sequence[Sheet], path: FilePath, format_name: str, dpi: float) -> None:
    """Write sheets below each other as a picture without loss, in a format of Pillow's."""
    pages = np.concatenate([pixels(sheet, dpi) for sheet in sheets])
    Image.fromarray(pages).save(path, format_name, dpi=(dpi, dpi), lossless=True)


def write_svg(sheet: Sheet, path: FilePath) -> None:
    """Write a sheet as SVG, its text as outlines; no dates are written."""
    with _drawn(sheet) as figure:
        figure.savefig(path, format="svg", metadata={"Date": None, "Creator": None})


@contextmanager
def _drawn(sheet: Sheet) -> Iterator[Figure]:
    """Draw a sheet, keep its settings while it is saved, and close it afterwards."""
    with _settings():
        figure = draw_figure(sheet)
        try:
            yield figure
        finally:
            figure.clear()


@contextmanager
def _settings() -> Iterator[None]:
    with matplotlib.style.context(["default", _SETTINGS]):
        yield


def _draw(axes: Axes, item: Lines | Areas | Text) -> None:
    """Draw an item above those drawn before."""
    order = len(axes.get_children())
    if isinstance(item, Text):
        axes.text(
            item.x_mm,
            item.y_mm,
            item.text,
            fontsize=item.size_pt,
            color=item.colour,
            fontweight="bold" if item.bold else "normal",
            ha=item.align,
            va="baseline",
            rotation=90 if item.upwards else 0,
            rotation_mode="anchor",
            parse_math=False,
            zorder=order,
        )
        return
    path = _path(item.points_mm)
    if isinstance(item, Areas):
        axes.add_patch(PathPatch(path, facecolor=item.colour, alpha=item.opacity, linewidth=0, zorder=order))
        return
    line = PathPatch(
        path,
        fill=False,
        edgecolor=item.colour,
        linewidth=item.width_pt,
        linestyle=(0, item.dashes_pt) if item.dashes_pt else "solid",
        alpha=item.opacity,
        capstyle="butt",
        joinstyle="round",
        zorder=order,
    )
    axes.add_patch(line)
    if item.inside is not None:
        left, bottom, width, height = item.inside
        line.set_clip_path(Rectangle((left, bottom), width, height, transform=axes.transData))


def _path(points_mm: Float64Array) -> Path:
    lines, points, _ = points_mm.shape
    if lines == 1:
        return Path(points_mm[0])
    return Path(points_mm.reshape(-1, 2), [Path.MOVETO, *[Path.LINETO] * (points - 1)] * lines)
