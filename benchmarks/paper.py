"""ECG paper for pictures, in mm."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection

from ecgfactory.report.style import PALETTES

MM_PER_S, MM_PER_MV = 25, 10
PAPER = PALETTES["red"]


def draw_paper(axes: Axes, width_mm: float, height_mm: float) -> None:
    """Draw the grid, and let the axes show it from edge to edge, in mm."""
    for pitch_mm, colour, width_pt in ((1, PAPER.minor_grid, 0.3), (5, PAPER.major_grid, 0.6)):
        upright = [[(x, 0), (x, height_mm)] for x in np.arange(0, width_mm + 0.1, pitch_mm)]
        level = [[(0, y), (width_mm, y)] for y in np.arange(0, height_mm + 0.1, pitch_mm)]
        axes.add_collection(LineCollection(upright + level, colors=colour, linewidths=width_pt))
    axes.set_xlim(0, width_mm)
    axes.set_ylim(0, height_mm)
    axes.set_axis_off()
