"""Letters in single strokes, as a pen plotter draws them."""

from __future__ import annotations

import numpy as np

from ecgfactory.arrays import Float64Array

_BASELINE, _CAPITAL = 2, 6
"""Height of the line that letters stand on in the table below, and of a capital letter above it."""

_BETWEEN, _SPACE = 2.0, 3.0
"""Widths of the gap after a letter and of a space, in steps of the table."""

_GLYPHS = {
    # Strokes of each letter; two digits are a point: steps to the right, and upwards. x is six high, g goes down to 0.
    "A": "022842 1535",
    "B": "0208 082837362505 253544433202",
    "C": "4738180703123243",
    "D": "02082846442202",
    "E": "48080242 0535",
    "F": "480802 0535",
    "G": "47381807031232434525",
    "H": "0208 4248 0545",
    "I": "0208",
    "J": "3833221203",
    "K": "0208 4804 1542",
    "L": "080242",
    "M": "0208254842",
    "N": "02084248",
    "O": "183847433212030718",
    "P": "02083847463505",
    "Q": "183847433212030718 2442",
    "R": "02083847463505 2542",
    "S": "473818070615354443321203",
    "T": "0848 2228",
    "U": "080312324348",
    "V": "082248",
    "W": "0812263248",
    "X": "0842 4802",
    "Y": "082548 2522",
    "Z": "08480242",
    "a": "3632 3526160503122233",
    "b": "0802 0516263533221203",
    "c": "3526160503122233",
    "d": "3832 3526160503122233",
    "e": "04343526160503122233",
    "f": "281712 0626",
    "g": "3631201001 3526160503122233",
    "h": "0802 0516263532",
    "i": "0206 0708",
    "j": "161100 1718",
    "k": "0802 3603 1432",
    "l": "080312",
    "m": "0602 05162522 25364542",
    "n": "0602 0516263532",
    "o": "162635332212030516",
    "p": "0600 0516263533221203",
    "q": "3630 3526160503122233",
    "r": "0602 051626",
    "s": "3616051424332202",
    "t": "181322 0626",
    "u": "0603122233 3632",
    "v": "062246",
    "w": "0612253246",
    "x": "0632 3602",
    "y": "0622 4610",
    "z": "06360232",
    "0": "183847433212030718 1337",
    "1": "071812 0222",
    "2": "07183847460242",
    "3": "0718384746354443321203 1535",
    "4": "32380444",
    "5": "480805354443321203",
    "6": "4738180703123243443505",
    "7": "084812",
    "8": "15060718384746351504031232434435",
    "9": "0312324347381807061545",
    ".": "0203",
    ",": "1301",
    ":": "0203 0506",
    "/": "0248",
    "-": "0535",
    "+": "0545 2327",
    "(": "18060412",
    ")": "08161402",
    "_": "0242",
    "=": "0646 0444",
    "'": "0708",
}

_UNKNOWN = "0208484202"
"""An empty box, as all fonts have for letters that they lack."""


def is_plotted(letter: str) -> bool:
    """Return whether a letter has strokes of its own, or is a space."""
    return letter == " " or letter in _GLYPHS


def strokes(text: str) -> list[Float64Array]:
    """Return the strokes of a line of text.

    Returns
    -------
    list of float64 array, shape (points, 2)
        To the right and down from where the line begins on its baseline, in heights of a capital letter.
    """
    lines, at = [], 0.0
    for letter in text:
        if letter == " ":
            at += _SPACE
            continue
        glyph = [_points(stroke) for stroke in _GLYPHS.get(letter, _UNKNOWN).split()]
        lines += [np.column_stack([points[:, 0] + at, _BASELINE - points[:, 1]]) / _CAPITAL for points in glyph]
        at += max(points[:, 0].max() for points in glyph) + _BETWEEN
    return lines


def _points(stroke: str) -> Float64Array:
    return np.array([*stroke], dtype=np.float64).reshape(-1, 2)
