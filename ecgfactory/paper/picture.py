"""A picture of a printed ECG with the truth about it."""

from __future__ import annotations

from dataclasses import dataclass
from os import PathLike
from typing import Any

import numpy as np
import numpy.typing as npt

from ecgfactory.paper.damage.base import Pixels, Recipe
from ecgfactory.paper.encode import USUAL_QUALITY, encode_png
from ecgfactory.paper.page import Page
from ecgfactory.paper.page_map import PageMap


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture of a page.

    Parameters
    ----------
    pixels : uint8 array, shape (height, width, 3)
        Red, green and blue.
    mask : uint8 array, shape (height, width)
        What each pixel shows; see `ecgfactory.paper.mask`.
    page : Page
        What was printed.
    page_map : PageMap
        Where places on the page are in the picture.
    recipe : Recipe
        What happened to it.
    lead_names : tuple of str
        Leads of the record.
    rate_hz : float
        Samples per second of the signal.
    """

    pixels: Pixels
    mask: npt.NDArray[np.uint8]
    page: Page
    page_map: PageMap
    recipe: Recipe
    lead_names: tuple[str, ...]
    rate_hz: float

    @property
    def truth(self) -> dict[str, Any]:
        """All that is known of it, as its JSON file tells; see `ecgfactory.paper.truth`."""
        from ecgfactory.paper.truth import truth_of

        return truth_of(self)

    def save(self, path: str | PathLike[str], *, quality: int = USUAL_QUALITY, overwrite: bool = False) -> None:
        """Write it as a file, with its mask and the truth beside: for `ecg.png`, `ecg_mask.png` and `ecg.json`.

        Parameters
        ----------
        path : str or Path
            Where; the suffix says what: .png, .jpg or .webp.
        quality : int
            1 to 100, of JPEG and WebP.
        overwrite : bool
            Whether files that are there are replaced.

        Raises
        ------
        BadInputError
            When the suffix says no format, a file is there already or inside a published dataset, or can't be written.
        """
        from ecgfactory.paper.saving import save_picture

        save_picture(self, path, quality, overwrite)

    def _repr_png_(self) -> bytes:
        """Show it in a notebook."""
        return encode_png(self.pixels, self.page.style.dpi)

    def __repr__(self) -> str:
        height_px, width_px = self.mask.shape
        page = self.page.style
        scale = f"{page.speed_mm_per_s} mm/s and {self.page.gain_mm_per_mv:g} mm/mV"
        size = f"{width_px} x {height_px} pixels"
        return f"Picture of {', '.join(self.lead_names)}: {size}, {self.page.layout} at {scale}, damage {page.damage}"
