"""Putting lines of text on a page."""

from __future__ import annotations

from dataclasses import dataclass

from ecgfactory.paper.lettering import Lettering, lettering
from ecgfactory.paper.page import Box, PrintedText, Role
from ecgfactory.paper.page_map import MM_PER_INCH


@dataclass(frozen=True)
class Writing:
    """How all text of a page is written.

    Parameters
    ----------
    font : str
        See `ecgfactory.paper.style.FONTS`.
    dpi : int
        Of the page: ink begins and ends at its pixels, so that a text's box is that of its ink.
    """

    font: str
    dpi: int

    def line(
        self, text: str, role: Role, left_mm: float, foot_mm: float, size_mm: float, *, bold: bool = False
    ) -> PrintedText:
        """Write a line of text, from its left end and the foot of its letters."""
        ink = self._ink(text, size_mm, bold)
        mm = MM_PER_INCH / self.dpi
        left, top = round(left_mm / mm) + ink.left, round(foot_mm / mm) - ink.rise
        height, width = ink.coverage.shape
        box = Box(left * mm, top * mm, (left + width) * mm, (top + height) * mm)
        return PrintedText(text, role, box, size_mm, bold)

    def width_mm(self, text: str, size_mm: float, *, bold: bool = False) -> float:
        """Return how wide the ink of a text is."""
        width: int = self._ink(text, size_mm, bold).coverage.shape[1]
        return width * MM_PER_INCH / self.dpi

    def fitting_mm(self, text: str, size_mm: float, room_mm: float, *, bold: bool = False) -> float:
        """Return the height of capitals at which a text is no wider than its room: the usual one, or a smaller."""
        width_mm = self.width_mm(text, size_mm, bold=bold)
        return size_mm if width_mm <= room_mm else round(size_mm * room_mm / width_mm, 3)

    def _ink(self, text: str, size_mm: float, bold: bool) -> Lettering:
        return lettering(text, self.font, bold, size_mm, self.dpi)
