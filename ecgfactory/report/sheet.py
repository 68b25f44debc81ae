"""The sheet of paper that pages are drawn on, in millimetres from its lower left corner.

A sheet remembers what was drawn on it and in which order: lines, areas and text. `pdf` and `picture` make files of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from ecgfactory.arrays import Float64Array
from ecgfactory.report.paper import A4, Paper
from ecgfactory.report.typeface import text_width_pt

Align = Literal["left", "center", "right"]

MM_PER_INCH = 25.4
POINTS_PER_MM = 72 / MM_PER_INCH

_CIRCLE = np.exp(2j * np.pi * np.arange(24) / 24)


class Box(NamedTuple):
    """A rectangle on the sheet, in mm."""

    left: float
    bottom: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """The right edge."""
        return self.left + self.width

    @property
    def top(self) -> float:
        """The upper edge."""
        return self.bottom + self.height

    @property
    def heights(self) -> tuple[float, float]:
        """The lower and the upper edge."""
        return self.bottom, self.top

    @property
    def corners(self) -> Float64Array:
        """Shape (4, 2), in the order of drawing."""
        return np.array(
            [(self.left, self.bottom), (self.right, self.bottom), (self.right, self.top), (self.left, self.top)]
        )


@dataclass(frozen=True)
class Lines:
    """Lines of equally many points, drawn in one go.

    Parameters
    ----------
    points_mm : float array, shape (lines, points, 2)
        Corners of each line.
    colour : str
        Hexadecimal RGB.
    width_pt : float
        Width in points.
    dashes_pt : tuple of float
        Lengths of dashes and gaps in turn; empty for a solid line.
    opacity : float
        1 hides what lies below.
    inside : Box or None
        What lies outside is cut off.
    """

    points_mm: Float64Array
    colour: str
    width_pt: float
    dashes_pt: tuple[float, ...] = ()
    opacity: float = 1.0
    inside: Box | None = None


@dataclass(frozen=True)
class Areas:
    """Filled polygons of equally many corners: shape (polygons, corners, 2), in mm."""

    points_mm: Float64Array
    colour: str
    opacity: float = 1.0


@dataclass(frozen=True)
class Text:
    """A line of text.

    Parameters
    ----------
    x_mm, y_mm : float
        Where its baseline begins, has its middle or ends, by `align`.
    text : str
        What it says.
    size_pt : float
        Size of the font.
    colour : str
        Hexadecimal RGB.
    bold : bool
        Whether it is bold.
    align : {"left", "center", "right"}
        Which part of it is at the given place.
    upwards : bool
        Whether it runs from below to above.
    """

    x_mm: float
    y_mm: float
    text: str
    size_pt: float
    colour: str
    bold: bool = False
    align: Align = "left"
    upwards: bool = False


class Sheet:
    """A page, empty at first.

    Parameters
    ----------
    paper : Paper
        What it is drawn on.

    Attributes
    ----------
    paper : Paper
        As given.
    items : list of Lines, Areas and Text
        What was drawn, what lies lowest first.
    """

    def __init__(self, paper: Paper = A4) -> None:
        self.paper = paper
        self.items: list[Lines | Areas | Text] = []

    def line(
        self,
        x_mm: npt.ArrayLike,
        y_mm: npt.ArrayLike,
        colour: str,
        width_pt: float,
        *,
        dashes_pt: tuple[float, ...] = (),
        opacity: float = 1.0,
        inside: Box | None = None,
    ) -> None:
        """Draw one line through points; see `Lines`."""
        points_mm = np.column_stack([x_mm, y_mm])[np.newaxis]
        self.items.append(Lines(points_mm, colour, width_pt, dashes_pt, opacity, inside))

    def segments(
        self,
        starts_mm: Float64Array,
        ends_mm: Float64Array,
        colour: str,
        width_pt: float,
        dashes_pt: tuple[float, ...] = (),
    ) -> None:
        """Draw a straight line from each start to its end, both of shape (lines, 2)."""
        self.items.append(Lines(np.stack([starts_mm, ends_mm], axis=1), colour, width_pt, dashes_pt))

    def area(self, corners_mm: Float64Array, colour: str, opacity: float = 1.0) -> None:
        """Fill a polygon, corners of shape (corners, 2)."""
        self.items.append(Areas(corners_mm[np.newaxis], colour, opacity))

    def areas(self, corners_mm: Float64Array, colour: str, opacity: float = 1.0) -> None:
        """Fill polygons as one, corners of shape (polygons, corners, 2), without seams between them."""
        self.items.append(Areas(corners_mm, colour, opacity))

    def dots(self, x_mm: npt.ArrayLike, y_mm: npt.ArrayLike, colour: str, diameter_pt: float) -> None:
        """Draw round dots."""
        radius_mm = diameter_pt / POINTS_PER_MM / 2
        circle = radius_mm * np.column_stack([_CIRCLE.real, _CIRCLE.imag])
        self.areas(np.column_stack([x_mm, y_mm])[:, np.newaxis] + circle, colour)

    def text(
        self,
        x_mm: float,
        y_mm: float,
        text: str,
        size_pt: float,
        colour: str,
        *,
        bold: bool = False,
        align: Align = "left",
        upwards: bool = False,
    ) -> None:
        """Write a line of text; see `Text`."""
        self.items.append(Text(x_mm, y_mm, text, size_pt, colour, bold, align, upwards))

    def texts(self) -> list[str]:
        """Return what is written on the sheet, in the order of writing."""
        return [item.text for item in self.items if isinstance(item, Text)]


def text_width_mm(text: str, size_pt: float, bold: bool = False) -> float:
    """Return how long a line of text is."""
    return text_width_pt(text, size_pt, bold) / POINTS_PER_MM
