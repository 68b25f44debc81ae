"""A page as it is printed, before anything happens to it: where each trace, line and text is.

Lengths are in mm, to the right and down from the upper left corner of the paper.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from ecgfactory.arrays import Float64Array
from ecgfactory.paper.arrangement import Layout
from ecgfactory.paper.colours import USUAL_INKS, Inks
from ecgfactory.paper.style import PaperStyle

Role = Literal["lead", "header", "scale", "footer"]


class Box(NamedTuple):
    """A rectangle; also in pixels of a picture."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def corners(self) -> Float64Array:
        """Shape (4, 2): upper left, upper right, lower right, lower left."""
        left, top, right, bottom = self
        return np.array([(left, top), (right, top), (right, bottom), (left, bottom)])

    @property
    def middle(self) -> tuple[float, float]:
        """Of both directions."""
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2


def box_around(points: Float64Array, margin: float = 0.0) -> Box:
    """Return the smallest box that holds points, shape (n, 2), with a margin; points that are NaN are left out."""
    x, y = np.ascontiguousarray(points.T)  # NumPy reduces two rows ten times faster than two columns
    left, right = float(np.fmin.reduce(x)) - margin, float(np.fmax.reduce(x)) + margin
    top, bottom = float(np.fmin.reduce(y)) - margin, float(np.fmax.reduce(y)) + margin
    return Box(left, top, right, bottom)


@dataclass(frozen=True, eq=False)
class Trace:
    """One lead over part of the time.

    Parameters
    ----------
    lead : str
        Its name.
    first_sample : int
        Sample of the record that it begins with; it shows as many as it has points.
    first_x_mm : float
        Where that sample is, to the right.
    points_mm : float64 array, shape (samples, 2)
        Middle of the line at each sample; NaN where the sample is missing.
    baseline_mm : float
        Height of the row's baseline.
    baseline_uv : float
        Value that lies on the baseline.
    row, column : int
        Place on the page, from 0.
    is_rhythm : bool
        Whether it is one of those for the whole time below the others.
    clipped : bool array, shape (samples,)
        Where the value lies beyond what the row has room for: there the point is at the edge of the row.
    """

    lead: str
    first_sample: int
    first_x_mm: float
    points_mm: Float64Array
    baseline_mm: float
    baseline_uv: float
    row: int
    column: int
    is_rhythm: bool
    clipped: npt.NDArray[np.bool_]

    @property
    def last_sample(self) -> int:
        """The last sample that it shows."""
        return self.first_sample + len(self.points_mm) - 1


@dataclass(frozen=True)
class PrintedText:
    """A line of text.

    Parameters
    ----------
    text : str
        What it says.
    role : {"lead", "header", "scale", "footer"}
        What it is for.
    box_mm : Box
        What its ink fits into.
    size_mm : float
        Height of a capital letter.
    bold : bool
        Whether it is bold.
    """

    text: str
    role: Role
    box_mm: Box
    size_mm: float
    bold: bool = False


@dataclass(frozen=True, eq=False)
class Pulse:
    """A calibration pulse, 1 mV high.

    Parameters
    ----------
    points_mm : float64 array, shape (6, 2)
        Corners of its line.
    height_mv, width_s : float
        What it stands for.
    """

    points_mm: Float64Array
    height_mv: float
    width_s: float


@dataclass(frozen=True, eq=False)
class Grid:
    """The lines of the paper: at every mm, and stronger at every fifth.

    Parameters
    ----------
    box_mm : Box
        What they fill.
    minor_mm, major_mm : float
        Distances of fine and strong lines.
    """

    box_mm: Box
    minor_mm: float = 1.0
    major_mm: float = 5.0

    def vertical_mm(self) -> Float64Array:
        """Where the vertical lines are, from left to right."""
        return _steps(self.box_mm.left, self.box_mm.right, self.minor_mm)

    def horizontal_mm(self) -> Float64Array:
        """Where the horizontal lines are, from above."""
        return _steps(self.box_mm.top, self.box_mm.bottom, self.minor_mm)


def _steps(first: float, last: float, step: float) -> Float64Array:
    places: Float64Array = first + step * np.arange(int((last - first) / step + 1e-6) + 1, dtype=np.float64)
    return places


@dataclass(frozen=True, eq=False)
class Page:
    """A printed page.

    Parameters
    ----------
    width_mm, height_mm : float
        Of the paper.
    style : PaperStyle
        How it is printed, as asked for.
    gain_mm_per_mv : float
        Gain that it is drawn at.
    grid : Grid or None
        None on paper without one.
    traces : sequence of Trace
        Row by row, each from left to right. No two of them share a height over the same time: their boxes, a line's
        width wider, do not meet.
    texts : sequence of PrintedText
    pulses : sequence of Pulse
    separators_mm : float64 array, shape (n, 2, 2)
        Short vertical lines between neighbouring leads; they, and the pulses, are as wide as the traces.
    inks : Inks
        Colours of paper, grid and print.
    """

    width_mm: float
    height_mm: float
    style: PaperStyle
    gain_mm_per_mv: float
    grid: Grid | None
    traces: Sequence[Trace]
    texts: Sequence[PrintedText] = ()
    pulses: Sequence[Pulse] = ()
    separators_mm: Float64Array = field(default_factory=lambda: np.zeros((0, 2, 2)))
    inks: Inks = USUAL_INKS

    @property
    def layout(self) -> Layout:
        """The layout as it is drawn: for other than twelve leads not the one that was asked for."""
        in_columns = [trace for trace in self.traces if not trace.is_rhythm]
        rows, columns = {trace.row for trace in in_columns}, {trace.column for trace in in_columns}
        return Layout(len(rows), len(columns), tuple(trace.lead for trace in self.traces if trace.is_rhythm))
