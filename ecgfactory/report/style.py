"""How a page looks: layout, scale and colours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from ecgfactory.errors import BadInputError
from ecgfactory.report.paper import PAPERS, Paper, PaperName

Layout = Literal["3x4", "6x2", "12x1"]
Gain = Literal[5, 10, 20]
Speed = Literal[25, 50]
Colours = Literal["red", "black-and-white"]


@dataclass(frozen=True)
class Palette:
    """The colours of one kind of paper, as hexadecimal RGB.

    Those of waves are in the order of `WAVES`, those of rhythms are taken in turn.
    """

    minor_grid: str
    major_grid: str
    trace: str
    text: str
    muted: str
    accent: str
    good: str
    caution: str
    bad: str
    waves: tuple[str, str, str, str, str]
    rhythms: tuple[str, ...]


PALETTES: dict[Colours, Palette] = {
    "red": Palette(
        minor_grid="#f6d3d3",
        major_grid="#e79a9a",
        trace="#101010",
        text="#151515",
        muted="#666666",
        accent="#b3261e",
        good="#1b6e37",
        caution="#9a5200",
        bad="#b3261e",
        waves=(
            "#56b4e9",
            "#d55e00",
            "#009e73",
            "#cc79a7",
            "#e69f00",
        ),  # told apart by all eyes (Okabe and Ito 2008), and in grey
        rhythms=("#d55e00", "#0072b2", "#009e73", "#cc79a7", "#e69f00"),
    ),
    "black-and-white": Palette(
        minor_grid="#dedede",
        major_grid="#a8a8a8",
        trace="#000000",
        text="#000000",
        muted="#555555",
        accent="#000000",
        good="#000000",
        caution="#000000",
        bad="#000000",
        waves=("#8c8c8c", "#101010", "#4d4d4d", "#6a6a6a", "#3a3a3a"),
        rhythms=("#9a9a9a", "#c8c8c8", "#707070"),
    ),
}


@dataclass(frozen=True)
class PageStyle:
    """What the reader may choose about a clinical page.

    Parameters
    ----------
    layout : {"3x4", "6x2", "12x1"}
        Rows by columns for twelve leads. Eight leads take 4x2 for the first two and 8x1 for the last.
    gain_mm_per_mv : {10, 5, 20}
        Height of 1 mV on paper.
    speed_mm_per_s : {25, 50}
        Width of 1 s on paper.
    colours : {"red", "black-and-white"}
        Colour of grid and marks.
    paper : {"A4", "Letter"}
        What it is printed on, to the same scale.
    quiz : bool
        Whether measurements and verdict are left out, for readers to find.
    marks : bool
        Whether the waves of every beat are marked, and of a composed record the beats that aren't normal and where its
        rhythm changes.

    Raises
    ------
    BadInputError
        When a value is not one of those listed, or a quiz has marks; all problems are named at once.
    """

    layout: Layout = "3x4"
    gain_mm_per_mv: Gain = 10
    speed_mm_per_s: Speed = 25
    colours: Colours = "red"
    paper: PaperName = "A4"
    quiz: bool = False
    marks: bool = False

    def __post_init__(self) -> None:
        allowed = {
            "layout": get_args(Layout),
            "gain_mm_per_mv": get_args(Gain),
            "speed_mm_per_s": get_args(Speed),
            "colours": get_args(Colours),
            "paper": get_args(PaperName),
        }
        problems = [
            f"{name} {getattr(self, name)!r} is unknown; choose {', '.join(map(str, choices))}."
            for name, choices in allowed.items()
            if getattr(self, name) not in choices
        ]
        if self.quiz and self.marks:
            problems.append("marks tell the answers to a quiz page; leave one of the two out.")
        if problems:
            raise BadInputError(problems)

    @property
    def palette(self) -> Palette:
        """The colours to draw with."""
        return PALETTES[self.colours]

    @property
    def sheet_paper(self) -> Paper:
        """The paper to draw on."""
        return PAPERS[self.paper]
