"""A printed page as pixels, before anything happens to it."""

from __future__ import annotations

from ecgfactory.paper.damage.base import Pixels
from ecgfactory.paper.page import Page


def draw_page(page: Page) -> Pixels:
    """Draw a page flat, at the dpi of its style: the middle of a line at (x, y) mm is at `PageMap.flat(dpi)` of it."""
    raise NotImplementedError
