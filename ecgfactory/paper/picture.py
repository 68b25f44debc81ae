"""A picture of a printed ECG with the truth about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ecgfactory.paper.damage.base import Pixels, Recipe
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
