"""How one page is printed: layout, scale, paper and print, all decided."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any

from ecgfactory.documents.keys import nearest
from ecgfactory.errors import BadInputError, shown
from ecgfactory.paper.arrangement import layout_of
from ecgfactory.paper.sizes import SIZES

SPEEDS_MM_PER_S = (25, 50)
GAINS_MM_PER_MV = (5, 10, 20)
COLOURS = ("red", "blue", "green", "grey", "none")
"""Of the grid; `none` is paper without one."""

FONTS = ("sans", "serif", "mono", "plotter")
"""DejaVu Sans, DejaVu Serif and DejaVu Sans Mono, which matplotlib brings; `plotter` has single strokes."""

PULSES = ("left", "right", "none")
"""Where the calibration pulse is: before the traces, after them, or nowhere."""

DAMAGES = ("none", "scan", "photo", "crumple", "stains", "handwriting", "fax")

LOWEST_DPI, HIGHEST_DPI = 72, 600
"""Below, the millimetres of the grid run together; above, a picture has more than 35 million pixels."""

LOWEST_LINE_MM, HIGHEST_LINE_MM = 0.1, 1.0


@dataclass(frozen=True)
class PaperStyle:
    """How one page is printed, and what happens to it.

    Parameters
    ----------
    layout : str
        Rows x columns of twelve leads, and leads below them for the whole time: `3x4+II`, see `arrangement`.
    speed_mm_per_s : {25, 50}
        Width of 1 s on paper.
    gain_mm_per_mv : {5, 10, 20}
        Height of 1 mV on paper. Where a record would not fit without its rows touching, the next smaller one that does
        is taken, as electrocardiographs do; the truth tells which.
    colour : {"red", "blue", "green", "grey", "none"}
        Colour of the grid.
    size : {"A4", "letter"}
        Paper, lying on its side.
    dpi : int
        Pixels per inch of the page, 72 to 600.
    labels, header, separators : bool
        Whether names of leads, a header of an invented patient, and marks between neighbouring leads are printed.
    pulse : {"left", "right", "none"}
        Where the calibration pulse is.
    font : {"sans", "serif", "mono", "plotter"}
        What text is printed in.
    line_mm : float
        Width of the traces, 0.1 to 1.
    damage : {"none", "scan", "photo", "crumple", "stains", "handwriting", "fax"}
        What happens to the page.

    Raises
    ------
    BadInputError
        When a value is not one of those; all problems are named at once.
    """

    layout: str = "3x4+II"
    speed_mm_per_s: int = 25
    gain_mm_per_mv: int = 10
    colour: str = "red"
    size: str = "A4"
    dpi: int = 200
    labels: bool = True
    header: bool = True
    pulse: str = "left"
    separators: bool = True
    font: str = "sans"
    line_mm: float = 0.3
    damage: str = "none"

    def __post_init__(self) -> None:
        problems = [
            *_printable(self.layout),
            *_among("speed_mm_per_s", self.speed_mm_per_s, SPEEDS_MM_PER_S),
            *_among("gain_mm_per_mv", self.gain_mm_per_mv, GAINS_MM_PER_MV),
            *_among("colour", self.colour, COLOURS),
            *_among("size", self.size, tuple(SIZES)),
            *_among("pulse", self.pulse, PULSES),
            *_among("font", self.font, FONTS),
            *_among("damage", self.damage, DAMAGES),
            *_within("dpi", self.dpi, LOWEST_DPI, HIGHEST_DPI, is_whole=True),
            *_within("line_mm", self.line_mm, LOWEST_LINE_MM, HIGHEST_LINE_MM),
            *(
                f"{name} is {shown(getattr(self, name))}; give True or False."
                for name in ("labels", "header", "separators")
                if not isinstance(getattr(self, name), bool)
            ),
        ]
        if problems:
            raise BadInputError(problems)


def _printable(layout: Any) -> list[str]:
    if not isinstance(layout, str):
        return [f"layout is {shown(layout)}; give one like '3x4+II'."]
    try:
        layout_of(layout)
    except BadInputError as error:
        return error.problems
    return []


def _among(name: str, value: Any, known: Collection[Any]) -> list[str]:
    if value in known:
        return []
    meant = nearest(value, [choice for choice in known if isinstance(choice, str)]) if isinstance(value, str) else None
    choice = f"did you mean {meant}?" if meant else f"choose from {', '.join(map(str, known))}."
    return [f"{name} {value!r} is unknown; {choice}"]


def _within(name: str, value: Any, low: float, high: float, is_whole: bool = False) -> list[str]:
    is_number = isinstance(value, Integral if is_whole else Real) and not isinstance(value, bool)
    if is_number and low <= value <= high:
        return []
    noun = "a whole number from " if is_whole else ""
    return [f"{name} is {shown(value)}; use {noun}{low:g} to {high:g}."]
