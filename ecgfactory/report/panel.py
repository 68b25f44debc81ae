"""A plot on a sheet: data drawn to scale in a frame, with ticks and labels along it."""

from __future__ import annotations

import textwrap

import numpy as np
import numpy.typing as npt

from ecgfactory.arrays import Float64Array
from ecgfactory.report.sheet import Box, Sheet, text_width_mm

Range = tuple[float, float]

_FRAME, _LABEL, _MESSAGE = "#888888", "#444444", "#666666"
_LABEL_PT, TITLE_PT, _FRAME_PT = 6.5, 7.5, 0.5
_TICK_MM, _GAP_MM = 0.7, 0.6
_X_TICK_MM, _Y_TICK_MM = 9.0, 5.0
"""Least distance of neighbouring ticks."""

_MOST_TICKS = 11


class Panel:
    """A plot.

    Parameters
    ----------
    sheet : Sheet
        Where to draw.
    frame : Box
        Its place there.
    title : str
        Written above its left edge.
    """

    def __init__(self, sheet: Sheet, frame: Box, title: str) -> None:
        self.sheet = sheet
        self.frame = frame
        self._x: Range = (0.0, 1.0)
        self._y: Range = (0.0, 1.0)
        sheet.text(frame.left, frame.top + 1.1, title, TITLE_PT, "#000000", bold=True)

    def note(self, text: str, colour: str) -> None:
        """Write a note above the right edge."""
        self.sheet.text(self.frame.right, self.frame.top + 1.1, text, TITLE_PT, colour, align="right")

    def message(self, text: str) -> None:
        """Say, instead of a plot, why there is nothing to see."""
        self.sheet.area(self.frame.corners, "#f7f7f7")
        lines = textwrap.wrap(text, 44)
        middle = self.frame.left + self.frame.width / 2
        top = self.frame.bottom + self.frame.height / 2 + 1.7 * len(lines) - 2.5
        for place, line in enumerate(lines):
            self.sheet.text(middle, top - 3.4 * place, line, 8, _MESSAGE, align="center")

    def scale(self, x: Range, y: Range) -> None:
        """Set the values at the left, right, lower and upper edge; all that is drawn afterwards follows them."""
        self._x, self._y = x, y

    def x_mm(self, values: npt.ArrayLike) -> Float64Array:
        """Return where values of the horizontal axis are on the sheet."""
        return _scaled(values, self._x, self.frame.left, self.frame.width)

    def y_mm(self, values: npt.ArrayLike) -> Float64Array:
        """Return where values of the vertical axis are on the sheet."""
        return _scaled(values, self._y, self.frame.bottom, self.frame.height)

    def line(
        self,
        x: npt.ArrayLike,
        y: npt.ArrayLike,
        colour: str,
        width_pt: float,
        dashes_pt: tuple[float, ...] = (),
        opacity: float = 1.0,
    ) -> None:
        """Draw a line through points of the plot."""
        self.sheet.line(self.x_mm(x), self.y_mm(y), colour, width_pt, dashes_pt=dashes_pt, opacity=opacity)

    def stems(self, x: npt.NDArray[np.generic], y: Float64Array, colour: str, width_pt: float) -> None:
        """Draw a line from the lower edge up to each point."""
        tops = np.column_stack([self.x_mm(x), self.y_mm(y)])
        feet = np.column_stack([tops[:, 0], np.full(len(tops), self.frame.bottom)])
        self.sheet.segments(feet, tops, colour, width_pt)

    def dots(self, x: npt.ArrayLike, y: npt.ArrayLike, colour: str, diameter_pt: float) -> None:
        """Draw round dots at points of the plot."""
        self.sheet.dots(self.x_mm(x), self.y_mm(y), colour, diameter_pt)

    def steps(self, edges: Float64Array, heights: Float64Array, colour: str) -> None:
        """Fill a histogram: the area below each height between its two edges."""
        shown = heights > 0
        left, right = self.x_mm(edges[:-1][shown]), self.x_mm(edges[1:][shown])
        foot, top = np.full(left.size, self.y_mm(0.0)), self.y_mm(heights[shown])
        corners = np.stack([left, foot, right, foot, right, top, left, top], axis=1)
        self.sheet.areas(corners.reshape(-1, 4, 2), colour)

    def band(self, left: float, right: float, colour: str, opacity: float) -> None:
        """Fill the whole height between two values of the horizontal axis."""
        first, last = self.x_mm([left, right])
        self.sheet.area(Box(first, self.frame.bottom, last - first, self.frame.height).corners, colour, opacity)

    def x_axis(self, label: str, grid: str = "", whole: bool = False) -> None:
        """Draw the lower edge with its ticks.

        Parameters
        ----------
        label : str
            What it shows, written below.
        grid : str
            Colour of a line across the plot at each tick; empty for none.
        whole : bool
            Whether ticks are at whole numbers only.
        """
        bottom, top = self.frame.bottom, self.frame.top
        self.sheet.line([self.frame.left, self.frame.right], [bottom, bottom], _FRAME, _FRAME_PT)
        values = ticks(*self._x, most=min(int(self.frame.width / _X_TICK_MM), _MOST_TICKS), whole=whole)
        for x, text in zip(self.x_mm(values), tick_labels(values), strict=True):
            if grid:
                self.sheet.line([x, x], [bottom, top], grid, _FRAME_PT)
            self.sheet.line([x, x], [bottom, bottom - _TICK_MM], _FRAME, _FRAME_PT)
            self.sheet.text(x, bottom - _TICK_MM - _GAP_MM - 1.7, text, _LABEL_PT, _LABEL, align="center")
        middle = self.frame.left + self.frame.width / 2
        self.sheet.text(middle, bottom - _TICK_MM - 5.9, label, _LABEL_PT, "#000000", align="center")

    def y_axis(self, label: str, least: float = -np.inf) -> None:
        """Draw the left edge with its ticks, those below `least` left out, and what it shows beside it."""
        left = self.frame.left
        self.sheet.line([left, left], [self.frame.bottom, self.frame.top], _FRAME, _FRAME_PT)
        values = ticks(*self._y, most=int(self.frame.height / _Y_TICK_MM))
        values = values[values >= least]
        labels = tick_labels(values)
        for y, text in zip(self.y_mm(values), labels, strict=True):
            self.sheet.line([left, left - _TICK_MM], [y, y], _FRAME, _FRAME_PT)
            self.sheet.text(left - _TICK_MM - _GAP_MM, y - 0.85, text, _LABEL_PT, _LABEL, align="right")
        widest = max((text_width_mm(text, _LABEL_PT) for text in labels), default=0.0)
        x, middle = left - _TICK_MM - 2 * _GAP_MM - widest - 0.6, self.frame.bottom + self.frame.height / 2
        self.sheet.text(x, middle, label, _LABEL_PT, "#000000", align="center", upwards=True)


def around(*values: npt.NDArray[np.floating]) -> Range:
    """Return the range of values with a margin of a twentieth; of a tenth of a unit around values all the same."""
    low, high = min(float(part.min()) for part in values), max(float(part.max()) for part in values)
    margin = (high - low) / 20 or 0.05
    return low - margin, high + margin


def ticks(low: float, high: float, most: int, whole: bool = False) -> Float64Array:
    """Return round numbers inside a range, a step of 1, 2, 2.5 or 5 times a power of ten apart, at most so many.

    Two at least are tried for, so that a scale can be read.
    """
    span = high - low
    finest = 10.0 ** np.floor(np.log10(span / max(most, 2)))
    steps = [factor * finest for factor in (1, 2, 2.5, 5, 10, 20)]
    if whole:
        steps = [step for step in steps if step >= 1 and step == round(step)] or [1.0]
    step = next((step for step in steps if span / step <= max(most, 2)), steps[-1])
    first, last = np.ceil(low / step - 1e-6), np.floor(high / step + 1e-6)
    values: Float64Array = np.arange(first, last + 1) * step + 0.0  # no negative zero
    return values


def tick_labels(values: Float64Array) -> list[str]:
    """Write ticks with as many decimals as tell them apart, a true minus sign before negative ones."""
    if not len(values):
        return []
    step = float(values[1] - values[0]) if len(values) > 1 else float(values[0]) or 1.0
    decimals = next((count for count in range(7) if np.isclose(round(step, count), step, rtol=1e-6)), 7)
    plain = decimals < 7 and np.abs(values).max() < 1e6
    texts = [f"{value:.{decimals}f}" if plain else f"{value:.6g}" for value in values]
    return [text.replace("-", "−") for text in texts]


def _scaled(values: npt.ArrayLike, scale: Range, start_mm: float, length_mm: float) -> Float64Array:
    low, high = scale
    return start_mm + (np.asarray(values, dtype=np.float64) - low) * (length_mm / (high - low))
