"""Paper that pictures are of, lying on its side. All lengths in mm."""

from __future__ import annotations

from typing import NamedTuple

MM_PER_INCH = 25.4

SHOWN_MM = 250.0
"""Width of the traces of a page: 10 s at 25 mm/s, as electrocardiographs print them; each sheet has room for it."""


class Size(NamedTuple):
    """Width and height of a sheet."""

    width_mm: float
    height_mm: float


SIZES: dict[str, Size] = {"A4": Size(297.0, 210.0), "letter": Size(279.4, 215.9)}
"""By name: ISO 216 and ANSI/ASME Y14.1."""
