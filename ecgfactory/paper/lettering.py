"""Lines of text as ink: how large they are, and what they look like in pixels."""

from __future__ import annotations

import importlib.util
import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt
from PIL import ImageFont

from ecgfactory.errors import BadInputError
from ecgfactory.paper.page_map import MM_PER_INCH
from ecgfactory.paper.plotter_letters import is_plotted, strokes

_FILES = {
    ("sans", False): "DejaVuSans.ttf",
    ("sans", True): "DejaVuSans-Bold.ttf",
    ("serif", False): "DejaVuSerif.ttf",
    ("serif", True): "DejaVuSerif-Bold.ttf",
    ("mono", False): "DejaVuSansMono.ttf",
    ("mono", True): "DejaVuSansMono-Bold.ttf",
}

_CAPITAL = 1493 / 2048
"""Height of a capital letter of all DejaVu fonts in units of the font's size."""


PLOTTER = "plotter"
"""The font that has no file: OpenCV 5 no longer has strokes, and other versions draw others."""

_PEN, _BOLD_PEN = 0.09, 0.16
"""Width of a plotter's pen as a share of a capital letter's height."""

_FAINT = 32
"""Of 255: OpenCV's smooth lines have skirts fainter than this, a pixel wide, which are no ink."""

_SHIFT = 4
"""Bits of OpenCV's coordinates for parts of a pixel."""


class Lettering(NamedTuple):
    """The ink of a line of text.

    Parameters
    ----------
    coverage : uint8 array, shape (height, width)
        Share of each pixel that is inked, of 255; no row and no column at its edge is without ink.
    left, rise : int
        Pixels from where the line begins to its first ink, and from its baseline up to its highest.
    """

    coverage: npt.NDArray[np.uint8]
    left: int
    rise: int


@lru_cache(maxsize=1024)
def lettering(text: str, font: str, bold: bool, size_mm: float, dpi: int) -> Lettering:
    """Return the ink of a line of text at a resolution; `size_mm` is the height of a capital letter.

    Raises
    ------
    BadInputError
        When the font's file is missing.
    """
    capital_px = size_mm / MM_PER_INCH * dpi
    if font == PLOTTER:
        return _plotted(text, capital_px, bold)
    face = _face(font, bold, capital_px / _CAPITAL)
    ink, (left, top) = face.getmask2(text, mode="L", anchor="ls")
    coverage = np.asarray(ink, dtype=np.uint8).reshape(ink.size[::-1])
    return _trimmed(coverage, left, -top)


def lacking_letter(text: str, font: str) -> str | None:
    """Return the first letter of a text that a font can't print; None where it prints all.

    Fonts print an empty box in its place, and none of them joins letters or writes from right to left.
    """
    return next((letter for letter in text if not _can_print(letter, font)), None)


def _can_print(letter: str, font: str) -> bool:
    if not letter.isprintable() or unicodedata.bidirectional(letter) in ("R", "AL"):
        return False
    if font == PLOTTER:
        return is_plotted(letter)
    return all(ord(letter) in _codes(font, bold) for bold in (False, True))


@lru_cache(maxsize=16)
def _codes(font: str, bold: bool) -> frozenset[int]:
    from matplotlib.ft2font import FT2Font  # Pillow does not tell which letters a font has

    return frozenset(FT2Font(str(_file(font, bold))).get_charmap())


def _plotted(text: str, capital_px: float, bold: bool) -> Lettering:
    """Draw text in single strokes, whose pen is as wide as befits the letters, in whole pixels."""
    pen_px = max(int(capital_px * (_BOLD_PEN if bold else _PEN)), 1)
    around = round(capital_px) + pen_px  # enough above a capital, and below the baseline
    lines = [line * (capital_px - pen_px) + (around, around - pen_px / 2) for line in strokes(text)]
    width = max((line[:, 0].max() for line in lines), default=0.0)
    canvas = np.zeros((2 * around, int(width) + around), dtype=np.uint8)
    points = [np.rint(line * 2**_SHIFT).astype(np.int32) for line in lines]
    cv2.polylines(canvas, points, False, 255, pen_px, cv2.LINE_AA, _SHIFT)
    canvas[canvas < _FAINT] = 0
    return _trimmed(canvas, -around, around)


def _trimmed(coverage: npt.NDArray[np.uint8], left: int, rise: int) -> Lettering:
    rows, columns = np.flatnonzero(coverage.any(axis=1)), np.flatnonzero(coverage.any(axis=0))
    if not rows.size:
        return Lettering(np.zeros((0, 0), np.uint8), 0, 0)
    inner = np.ascontiguousarray(coverage[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])
    inner.flags.writeable = False
    return Lettering(inner, left + int(columns[0]), rise - int(rows[0]))


@lru_cache(maxsize=64)
def _face(font: str, bold: bool, size_px: float) -> ImageFont.FreeTypeFont:
    # Without raqm, which not all machines have: the same ink everywhere.
    return ImageFont.truetype(str(_file(font, bold)), size_px, layout_engine=ImageFont.Layout.BASIC)


def _file(font: str, bold: bool) -> Path:
    file = _fonts_folder() / _FILES[font, bold]
    if not file.is_file():
        raise BadInputError(f"the font file {file} is missing; install matplotlib again, which brings it.")
    return file


@lru_cache(maxsize=1)
def _fonts_folder() -> Path:
    package = importlib.util.find_spec("matplotlib")
    if package is None or package.origin is None:
        raise BadInputError("matplotlib is missing, which brings the fonts of printed ECGs; install matplotlib.")
    return Path(package.origin).parent / "mpl-data" / "fonts" / "ttf"
