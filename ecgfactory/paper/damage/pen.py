"""What somebody writes on a page with a pen: notes and marks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from ecgfactory.arrays import Float64Array
from ecgfactory.paper.damage.area import random_of
from ecgfactory.paper.damage.base import PaperStep, Pixels
from ecgfactory.paper.damage.ink import smooth, write
from ecgfactory.paper.damage.letters import strokes_of, width_of
from ecgfactory.paper.page import Page

Colour = tuple[int, int, int]

_INKS: tuple[Colour, ...] = ((30, 50, 150), (30, 50, 150), (25, 25, 32), (25, 25, 32), (190, 30, 40))
"""Blue, black and red; the first two more often."""

Shape = Literal["circle", "underline", "double underline", "arrow", "tick", "cross", "bracket"]

MARKS: dict[Shape, tuple[str, ...]] = {
    "circle": ("00 05 20 45 65 75 70 50 25 08 02 10 28",),
    "underline": ("03 25 54 73",),
    "double underline": ("02 25 53 72", "75 54 26 05"),
    "arrow": ("07 25 44 70 70", "43 71 71 75"),
    "tick": ("04 14 27 27 70",),
    "cross": ("00 77", "70 07"),
    "bracket": ("70 70 00 00 07 07 77",),
}
"""Strokes of each: two digits a point, eighths of its box to the right and down. `circle` is drawn by `_circle`."""


class Pen(NamedTuple):
    """One pen: colour of its ink on white paper, and width of its line."""

    colour: Colour
    width_mm: float

    @classmethod
    def draw(cls, rng: np.random.Generator) -> Pen:
        """Draw a ball pen or a fine felt pen."""
        red, green, blue = np.clip(np.array(_INKS[int(rng.integers(len(_INKS)))]) + rng.integers(-15, 26, 3), 0, 255)
        return cls((int(red), int(green), int(blue)), round(rng.uniform(0.35, 0.7), 2))


@dataclass(frozen=True)
class PenNote(PaperStep):
    """A short note.

    Parameters
    ----------
    text : str
        What is written.
    x_mm, y_mm : float
        Where its baseline begins.
    size_mm : float
        Height of a capital letter.
    turn : float
        Angle of the baseline in degrees, upwards to the right.
    slant : float
        How far letters lean to the right, as a share of their height.
    colour : (int, int, int)
        Red, green and blue of the ink on white paper.
    width_mm : float
        Of the line.
    grain_seed : int
        Of the hand.
    """

    name = "pen_note"

    text: str
    x_mm: float
    y_mm: float
    size_mm: float
    turn: float
    slant: float
    colour: Colour
    width_mm: float
    grain_seed: int

    def on_paper(self, pixels: Pixels, page: Page) -> Pixels:
        """Write it."""
        rng = random_of(self.grain_seed)
        return write(pixels, page, self.strokes_mm(rng), self.colour, self.width_mm, rng)

    def strokes_mm(self, rng: np.random.Generator) -> list[Float64Array]:
        """Return the lines of the pen on the page; no letter is like the other of its kind."""
        strokes, along = [], 0.0
        for letter in self.text:
            size, lift = rng.normal(1, 0.06), rng.normal(0, 0.025)
            for points in strokes_of(letter):
                # A corner stands twice; both of its points move alike.
                moved = points + rng.normal(0, 0.035, points.shape)
                twice = np.flatnonzero((points[1:] == points[:-1]).all(axis=1)) + 1
                moved[twice] = moved[twice - 1]
                if len(points) == 2 and len(twice):  # a dot
                    moved[1] += rng.normal(0, 0.04, 2)
                curve = smooth(moved * size) + np.array([along, lift])
                curve[:, 0] += self.slant * curve[:, 1]
                strokes.append(self._placed(curve))
            along += width_of(letter) * size * rng.normal(1, 0.06)
        return strokes

    def _placed(self, points: Float64Array) -> Float64Array:
        """From heights of a capital along and above the baseline to the page."""
        cos, sin = np.cos(np.radians(self.turn)), np.sin(np.radians(self.turn))
        right, up = (self.size_mm * points).T
        return np.column_stack([self.x_mm + right * cos - up * sin, self.y_mm - right * sin - up * cos])


@dataclass(frozen=True)
class PenMark(PaperStep):
    """A mark around or beside something.

    Parameters
    ----------
    shape : str
        What it is; see `MARKS`.
    box_mm : (float, float, float, float)
        Left, top, right and bottom of what it fills, about; left is greater than right where it is mirrored.
    colour : (int, int, int)
        Red, green and blue of the ink on white paper.
    width_mm : float
        Of the line.
    grain_seed : int
        Of the hand.
    """

    name = "pen_mark"

    shape: Shape
    box_mm: tuple[float, float, float, float]
    colour: Colour
    width_mm: float
    grain_seed: int

    def on_paper(self, pixels: Pixels, page: Page) -> Pixels:
        """Draw it."""
        rng = random_of(self.grain_seed)
        left, top, right, bottom = self.box_mm
        size = np.array([right - left, bottom - top])
        strokes = [_circle(rng)] if self.shape == "circle" else [_sketched(mark, rng) for mark in MARKS[self.shape]]
        return write(pixels, page, [(left, top) + size * points for points in strokes], self.colour, self.width_mm, rng)


def _sketched(mark: str, rng: np.random.Generator) -> Float64Array:
    points = np.array([[int(point[0]), int(point[1])] for point in mark.split()]) / 7
    moved = points + rng.normal(0, 0.03, points.shape)
    twice = np.flatnonzero((points[1:] == points[:-1]).all(axis=1)) + 1
    moved[twice] = moved[twice - 1]
    return smooth(moved)


def _circle(rng: np.random.Generator) -> Float64Array:
    """Return a circle as a hand draws it, which does not end where it began."""
    start, turn = rng.uniform(0.6, 1.4) * np.pi, rng.uniform(1.03, 1.35)
    at = np.linspace(0, 1, 90)
    angle = start + 2 * np.pi * turn * at
    radius = 0.5 + rng.normal(0, 0.04) * (at - 0.5) + 0.02 * np.cos(2 * angle + rng.uniform(0, 6))
    return (
        0.5
        + np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])
        + rng.normal(0, 0.04, 2) * at[:, np.newaxis]
    )
