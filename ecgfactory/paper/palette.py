"""The colours of masks, for people: programs read the values."""

from __future__ import annotations

import colorsys
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from ecgfactory.paper.mask_values import FIRST_LEAD

_OTHERS = ((255, 255, 255), (250, 200, 200), (0, 0, 0), (90, 90, 90), (160, 160, 160))
"""Background, grid, text, pulse and separator, in the order of their values."""

_TURN = 0.381966
"""Of the colour wheel from lead to lead, the golden ratio: no two of them are near each other."""


@lru_cache(maxsize=1)
def mask_palette() -> npt.NDArray[np.uint8]:
    """Return red, green and blue of each value of a mask, shape (256, 3)."""
    palette = np.zeros((256, 3), np.uint8)
    palette[: len(_OTHERS)] = _OTHERS
    for value in range(FIRST_LEAD, len(palette)):
        palette[value] = np.rint(255 * np.array(colorsys.hsv_to_rgb(_TURN * (value - FIRST_LEAD) % 1, 0.85, 0.85)))
    palette.flags.writeable = False
    return palette
