"""The part of a page's pixels that a step works on, and smooth fields over it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from ecgfactory.arrays import Float32Array
from ecgfactory.paper.damage.base import Pixels
from ecgfactory.paper.page import Box, Page
from ecgfactory.paper.page_map import MM_PER_INCH
from ecgfactory.paper.tiles import touched_parts

NODES_PER_MM = 4
"""Of fields, which are computed this finely and then resized: 0.25 mm is finer than a stain's edge."""

MOST_NODES = 250_000
"""Of a field; one that would have more is coarser."""

Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Area:
    """The pixels of a rectangle of a page, rounded outwards and cut at the edges of the paper.

    Parameters
    ----------
    pixels : uint8 array, shape (height, width, 3)
        A view into the page's.
    left_px, top_px : int
        Where its upper left pixel is on the page.
    px_per_mm : float
    """

    pixels: Pixels
    left_px: int
    top_px: int
    px_per_mm: float

    @classmethod
    def of(cls, pixels: Pixels, page: Page, box_mm: Box) -> Area | None:
        """Return the part of a page in a box; None where the box lies beyond the paper."""
        scale = page.style.dpi / MM_PER_INCH
        height, width, _ = pixels.shape
        left, top = max(0, int(np.floor(box_mm.left * scale))), max(0, int(np.floor(box_mm.top * scale)))
        right = min(width, int(np.ceil(box_mm.right * scale)))
        bottom = min(height, int(np.ceil(box_mm.bottom * scale)))
        if left >= right or top >= bottom:
            return None
        return cls(pixels[top:bottom, left:right], left, top, scale)

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width in pixels."""
        height, width, _ = self.pixels.shape
        return height, width

    def nodes_mm(self) -> tuple[Float32Array, Float32Array]:
        """Return where on the page the nodes of a field over it are: x, shape (1, columns), and y, shape (rows, 1)."""
        height, width = self.shape
        share = min(1.0, NODES_PER_MM / self.px_per_mm, (MOST_NODES / (height * width)) ** 0.5)
        rows, columns = max(1, round(height * share)), max(1, round(width * share))
        x = (self.left_px + (np.arange(columns, dtype=np.float32) + 0.5) * (width / columns)) / self.px_per_mm
        y = (self.top_px + (np.arange(rows, dtype=np.float32) + 0.5) * (height / rows)) / self.px_per_mm
        return x[np.newaxis].astype(np.float32), y[:, np.newaxis].astype(np.float32)

    def tint(self, strength: Float32Array, colour: tuple[int, int, int]) -> None:
        """Lay a transparent colour over it.

        Parameters
        ----------
        strength : float32 array, shape (rows, columns)
            On the nodes; 0 leaves the pixels, 1 multiplies them by the colour.
        colour : (int, int, int)
            Red, green and blue of what white paper then looks like.
        """
        loss = (255 - np.array(colour, dtype=np.float32)) * np.clip(strength, 0, 1)[..., np.newaxis]
        factor = cv2.resize(np.rint(255 - loss).astype(np.uint8), self.shape[::-1], interpolation=cv2.INTER_LINEAR)
        cv2.multiply(self.pixels, factor, self.pixels, 1 / 255)

    def mix(self, share: Bytes, colour: tuple[int, int, int]) -> None:
        """Cover it with a colour.

        Parameters
        ----------
        share : uint8 array, shape (height, width)
            Of each pixel: 0 leaves it, 255 makes it the colour.
        colour : (int, int, int)
            Red, green and blue.
        """
        for part in touched_parts(share):
            weight = cv2.cvtColor(share[part], cv2.COLOR_GRAY2RGB)
            over = cv2.multiply(weight, np.array([*colour, 0], dtype=np.float64), scale=1 / 255)
            self.pixels[part] = cv2.add(cv2.multiply(self.pixels[part], cv2.bitwise_not(weight), scale=1 / 255), over)

    def shade(self, share: Bytes) -> None:
        """Darken it: 0 leaves a pixel, 255 makes it black."""
        for part in touched_parts(share):
            bright = cv2.cvtColor(cv2.bitwise_not(share[part]), cv2.COLOR_GRAY2RGB)
            self.pixels[part] = cv2.multiply(self.pixels[part], bright, scale=1 / 255)


def random_of(seed: int) -> np.random.Generator:
    """Return the random numbers of a texture."""
    return np.random.Generator(np.random.Philox(seed))


def cloud(
    rng: np.random.Generator, shape: tuple[int, int], cells: tuple[float, float], octaves: int = 3
) -> Float32Array:
    """Return smooth noise, about -1 to 1: octaves of values in cells, each half as large and half as strong.

    Parameters
    ----------
    rng : numpy.random.Generator
    shape : (int, int)
        Rows and columns.
    cells : (float, float)
        How many cells of the first octave fit into the height and the width.
    octaves : int
    """
    rows, columns = shape
    total = np.zeros(shape, dtype=np.float32)
    for octave in range(octaves):
        size = (min(columns, max(2, round(cells[1] * 2**octave))), min(rows, max(2, round(cells[0] * 2**octave))))
        values = rng.uniform(-1, 1, size[::-1]).astype(np.float32)
        total += cv2.resize(values, (columns, rows), interpolation=cv2.INTER_CUBIC) * 0.5**octave
    return total * (0.5 / (1 - 0.5**octaves))


def paper_colour(pixels: Pixels) -> tuple[int, int, int]:
    """Return the colour of the paper between the lines: that of its light pixels, which are most of a page."""
    light = np.percentile(pixels[::16, ::16].reshape(-1, 3), 90, axis=0)
    red, green, blue = (int(value) for value in light)
    return red, green, blue
