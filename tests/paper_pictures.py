"""Pictures of pages whose truth is read back from its JSON, as a dataset's reader would."""

import numpy as np
import numpy.typing as npt

from ecgfactory.paper.damage.base import Recipe
from ecgfactory.paper.damage.perform import homography_of
from ecgfactory.paper.mask import draw_mask
from ecgfactory.paper.page import Page
from ecgfactory.paper.page_map import Displacement, PageMap, node_places_mm
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


def aslant(page: Page, bend_px: float = 0.0) -> tuple[PageMap, int, int]:
    """Return the map of a page seen aslant, and width and height of the picture; bent where asked for."""
    _, width_px, height_px = flat(page)
    corners = np.array([(0.04, 0.05), (0.97, 0.02), (0.93, 0.96), (0.06, 0.92)]) * (width_px, height_px)
    paper_mm = np.array([(0, 0), (1, 0), (1, 1), (0, 1)]) * (page.width_mm, page.height_mm)
    homography = homography_of(paper_mm, corners)
    if bend_px == 0:
        return PageMap(homography), width_px, height_px
    nodes_mm = node_places_mm(page.width_mm, page.height_mm)
    offsets_px = bend_px * np.stack([np.sin(nodes_mm[..., 1] / 25), np.cos(nodes_mm[..., 0] / 30)], axis=-1)
    return PageMap(homography, Displacement(5.0, offsets_px)), width_px, height_px
