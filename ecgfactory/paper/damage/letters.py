"""Letters of an invented hand, as single strokes of a pen."""

from __future__ import annotations

import numpy as np

from ecgfactory.arrays import Float64Array

BASELINE, HEIGHT = 3, 6
"""Of the digits below: where a capital letter stands, and how high it is."""

_STROKES = {
    "0": "39 18 15 33 43 55 58 39 28",
    "1": "17 39 39 33",
    "2": "18 39 58 56 13 13 53",
    "3": "18 39 58 46 36 36 55 44 23 14",
    "4": "39 39 15 15 65 | 48 43",
    "5": "59 59 29 29 26 46 55 54 33 14",
    "6": "49 27 15 14 33 53 55 36 15",
    "7": "19 19 59 59 23",
    "8": "58 39 18 27 46 54 33 14 26 47 58",
    "9": "56 36 17 29 49 57 57 53",
    "a": "55 36 14 23 43 55 56 56 54 63",
    "b": "19 19 14 23 43 55 46 26 15",
    "c": "55 46 26 14 23 43 54",
    "d": "55 46 26 14 23 43 55 59 59 54 63",
    "e": "14 45 55 46 26 14 23 43 54",
    "f": "58 49 38 23 | 16 56",
    "g": "55 46 26 14 23 43 55 56 56 51 30 11",
    "h": "19 19 13 13 15 36 46 45 43",
    "i": "16 16 13 23 | 18 18",
    "k": "19 19 13 | 46 14 14 43",
    "l": "19 19 14 23 34",
    "m": "06 06 03 03 05 26 36 33 33 35 56 66 63",
    "n": "16 16 13 13 15 36 46 45 43",
    "o": "36 15 14 33 43 54 55 36",
    "p": "16 16 10 10 15 36 46 55 44 23 14",
    "r": "16 16 13 13 15 26 46",
    "s": "56 46 26 15 44 54 43 23 13",
    "t": "29 29 24 33 43 | 06 46",
    "u": "16 16 14 23 33 45 46 46 43 53",
    "v": "16 16 33 33 56",
    "w": "06 06 13 13 35 35 43 43 66",
    "x": "16 43 | 46 13",
    "y": "16 16 14 23 44 46 46 41 20 10",
    "z": "16 46 46 13 13 43",
    "A": "13 13 39 39 53 | 25 45",
    "B": "13 19 19 49 47 16 16 55 43 13",
    "C": "58 39 17 14 33 54",
    "D": "13 19 19 48 56 44 13",
    "E": "59 19 19 13 13 53 | 16 46",
    "H": "19 13 | 59 53 | 16 56",
    "J": "49 49 44 33 14 15",
    "K": "19 13 | 59 16 16 53",
    "L": "19 19 13 13 53",
    "M": "13 13 19 19 35 35 69 69 63",
    "N": "13 13 19 19 53 53 59",
    "P": "13 19 19 49 57 46 16",
    "R": "13 19 19 49 57 46 16 16 53",
    "S": "58 39 18 27 46 54 33 14",
    "T": "09 69 | 39 33",
    "V": "19 19 33 33 59",
    "W": "09 09 23 23 37 37 43 43 69",
    "/": "13 59",
    ":": "36 36 | 33 33",
    ".": "23 23",
    "-": "15 45",
    "?": "18 39 58 56 35 35 | 33 33",
    "!": "39 35 | 33 33",
    " ": "",
}
"""Points of each stroke, two digits each: to the right, and up. A point that stands twice is a corner."""


def strokes_of(letter: str) -> list[Float64Array]:
    """Return a letter's strokes, each shape (points, 2): right and up from the baseline, in heights of a capital."""
    written = _STROKES[letter]
    return [_points(stroke) for stroke in written.split(" | ")] if written else []


def width_of(letter: str) -> float:
    """Return how far the next letter begins to the right, in heights of a capital."""
    points = [int(point[0]) for stroke in _STROKES[letter].split(" | ") for point in stroke.split()]
    return (max(points, default=2) + 0.9) / HEIGHT


def _points(stroke: str) -> Float64Array:
    digits = np.array([[int(point[0]), int(point[1])] for point in stroke.split()], dtype=np.float64)
    return (digits - (0, BASELINE)) / HEIGHT


KNOWN = frozenset(_STROKES)
"""Letters that can be written."""
