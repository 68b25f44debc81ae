"""What each pixel of a picture shows: a palette picture of the same size."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ecgfactory.leads import TWELVE_LEADS
from ecgfactory.paper.page import Page
from ecgfactory.paper.page_map import PageMap

BACKGROUND, GRID, TEXT, PULSE, SEPARATOR = range(5)

FIRST_LEAD, FIRST_OTHER_LEAD = 10, 22
"""Values of I, and of the first lead that is not among the usual twelve."""


def mask_values(lead_names: Sequence[str]) -> dict[str, int]:
    """Return the value of each thing, by name: the usual twelve leads have theirs whatever leads a record has."""
    known = {name: FIRST_LEAD + place for place, name in enumerate(TWELVE_LEADS)}
    others = [name for name in lead_names if name not in known]
    return {
        "background": BACKGROUND,
        "grid": GRID,
        "text": TEXT,
        "pulse": PULSE,
        "separator": SEPARATOR,
        **{name: known[name] if name in known else FIRST_OTHER_LEAD + others.index(name) for name in lead_names},
    }


def draw_mask(
    page: Page, page_map: PageMap, width_px: int, height_px: int, lead_names: Sequence[str]
) -> npt.NDArray[np.uint8]:
    """Draw what each pixel of a page's picture shows, shape (height_px, width_px).

    A pixel shows a lead where its middle is no further from the middle of the drawn line than half the line's width.
    Leads lie over pulse and separators, these over text, this over the grid.
    """
    raise NotImplementedError
