"""Pictures of pages whose truth is read back from its JSON, as a dataset's reader would."""

import numpy as np
import numpy.typing as npt

from ecgfactory.paper.damage.base import Recipe
from ecgfactory.paper.mask import draw_mask
from ecgfactory.paper.page import Page
from ecgfactory.paper.page_map import PageMap
from ecgfactory.paper.picture import Picture
from ecgfactory.paper.truth import truth_of
from ecgfactory.paper.truth_file import PictureTruth, parsed_truth, truth_json


def masked(
    page: Page, names: tuple[str, ...], page_map: PageMap, width_px: int, height_px: int, rate_hz: float = 500
) -> tuple[npt.NDArray[np.uint8], PictureTruth]:
    """Return the mask of a page's picture, which is blank, and its truth."""
    mask = draw_mask(page, page_map, width_px, height_px, names)
    blank = np.full((height_px, width_px, 3), 255, dtype=np.uint8)
    picture = Picture(blank, mask, page, page_map, Recipe(), names, rate_hz)
    return mask, parsed_truth(truth_json(truth_of(picture)))


def flat(page: Page) -> tuple[PageMap, int, int]:
    """Return the map of a page without damage, and width and height of its picture."""
    dpi = page.style.dpi
    return PageMap.flat(dpi), round(page.width_mm * dpi / 25.4), round(page.height_mm * dpi / 25.4)
