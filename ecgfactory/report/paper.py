"""Paper, lying on its side: how large it is, and where an ECG's grid is on it. All lengths in mm, from lower left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

PaperName = Literal["A4", "Letter"]


@dataclass(frozen=True)
class Paper:
    """A kind of paper. Ten seconds at 25 mm/s and a calibration pulse fit on either, at the scale that they have.

    Parameters
    ----------
    name : {"A4", "Letter"}
        What it is called.
    width_mm, height_mm : float
        Its size.
    grid_width_mm, grid_height_mm : float
        The grid, midway between left and right; whole centimetres or half ones, so that its large squares are whole.
    pulse_from_mm, traces_from_mm : float
        Where calibration pulses and traces begin, from the left edge of the grid.
    """

    name: PaperName
    width_mm: float
    height_mm: float
    grid_width_mm: float
    grid_height_mm: float
    pulse_from_mm: float
    traces_from_mm: float
    grid_bottom_mm: float = 12.0

    @property
    def left_mm(self) -> float:
        """Left edge of the grid and of all else on the page: the width of both margins."""
        return (self.width_mm - self.grid_width_mm) / 2

    @property
    def right_mm(self) -> float:
        """Right edge of the grid and of all else on the page."""
        return self.left_mm + self.grid_width_mm

    @property
    def grid_top_mm(self) -> float:
        """Upper edge of the grid."""
        return self.grid_bottom_mm + self.grid_height_mm

    @property
    def traces_left_mm(self) -> float:
        """Left end of the traces."""
        return self.left_mm + self.traces_from_mm

    @property
    def pulse_left_mm(self) -> float:
        """Where the calibration pulse rises."""
        return self.left_mm + self.pulse_from_mm


A4 = Paper("A4", 297.0, 210.0, grid_width_mm=275.0, grid_height_mm=165.0, pulse_from_mm=5.0, traces_from_mm=20.0)

LETTER = Paper(
    # 17.6 mm narrower: printers need margins of 6.4 mm, so the pulse moves to the left, and no grid is left over.
    "Letter",
    279.4,
    215.9,
    grid_width_mm=265.0,
    grid_height_mm=170.0,
    pulse_from_mm=1.5,
    traces_from_mm=15.0,
)

PAPERS: dict[PaperName, Paper] = {paper.name: paper for paper in (A4, LETTER)}
