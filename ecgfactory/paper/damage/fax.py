"""A page sent by fax: black and white, in coarse lines, some of them lost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np

from ecgfactory.arrays import Float32Array
from ecgfactory.paper.colours import Colour
from ecgfactory.paper.damage.base import Damage, PictureStep, Pixels, Recipe
from ecgfactory.paper.damage.grain import QUANTILES, random_bytes
from ecgfactory.paper.damage.misprints import misprints
from ecgfactory.paper.damage.views import glass_view, seed
from ecgfactory.paper.page import Page
from ecgfactory.paper.sizes import MM_PER_INCH

_DOTS_PER_INCH = 204
_LINES_PER_INCH = {"standard": 98, "fine": 196}
"""Of fax machines of group 3: ITU-T T.4."""

_SENSOR_SIGMA = 5.0
"""Of the fax machine's sensor, where white is 255: edges are ragged."""

_BYTES = 256

_RED, _GREEN, _BLUE = 0.299, 0.587, 0.114
"""Shares of grey: ITU-R BT.601, as OpenCV has it."""

_MISPRINTS = 0.08
"""Chance of each fault of the printer."""


@dataclass(frozen=True)
class FaxLines(PictureStep):
    """Black and white dots, as a fax machine sends and prints them.

    Parameters
    ----------
    dots, lines : float
        Dots a pixel to the right, and lines a pixel down, as many as the picture's pixels at most.
    threshold : float
        Grey, of 255, below which a dot is black.
    dither : float
        Share of the greys around the threshold that are shown as patterns of dots, from 0 to 1.
    lost : float
        Share of the lines that don't arrive; the one before is printed again.
    grain_seed : int
    """

    name: ClassVar[str] = "fax_lines"

    dots: float
    lines: float
    threshold: float
    dither: float
    lost: float
    grain_seed: int

    def shows(self, colour: Colour) -> bool:
        """Return whether something of a colour is seen: in areas of it at least a quarter of the dots are black."""
        red, green, blue = colour
        return _RED * red + _GREEN * green + _BLUE * blue < self.threshold + 255 * self.dither / 4

    def on_picture(self, pixels: Pixels) -> Pixels:
        """Return the pixels in black and white."""
        height_px, width_px, _ = pixels.shape
        size = max(1, round(width_px * min(self.dots, 1.0))), max(1, round(height_px * min(self.lines, 1.0)))
        grey = cv2.resize(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), size, interpolation=cv2.INTER_AREA)
        printed = self._with_lost_lines(self._black_and_white(np.asarray(grey, dtype=np.uint8)))
        whole = cv2.resize(printed, (width_px, height_px), interpolation=cv2.INTER_NEAREST_EXACT)
        faxed: Pixels = np.asarray(cv2.cvtColor(whole, cv2.COLOR_GRAY2RGB), dtype=np.uint8)
        return faxed

    def _black_and_white(self, grey: Pixels) -> Pixels:
        rows, columns = grey.shape
        pattern = np.rint(255 * self.dither * _ordered())
        sensor = np.ceil(self.threshold + pattern.min() + _SENSOR_SIGMA * QUANTILES)
        limits = cv2.LUT(random_bytes(rows, columns, self.grain_seed), np.clip(sensor, 0, 255).astype(np.uint8))
        above = np.tile((pattern - pattern.min()).astype(np.uint8), (-(-rows // 8), -(-columns // 8)))
        return np.asarray(cv2.compare(grey, cv2.add(limits, above[:rows, :columns]), cv2.CMP_GE), dtype=np.uint8)

    def _with_lost_lines(self, printed: Pixels) -> Pixels:
        count = len(printed)
        arrived = random_bytes(1, count, self.grain_seed + 1)[0] >= self.lost * _BYTES
        last = np.maximum.accumulate(np.where(arrived, np.arange(count), 0))
        return np.ascontiguousarray(printed[last])


def _ordered() -> Float32Array:
    """Return the thresholds of an 8 x 8 ordered dither (Bayer 1973), from -0.5 to 0.5."""
    pattern = np.zeros((1, 1))
    for _ in range(3):
        pattern = np.block([[4 * pattern, 4 * pattern + 2], [4 * pattern + 3, 4 * pattern + 1]])
    return ((pattern + 0.5) / 64 - 0.5).astype(np.float32)


class Fax(Damage):
    """Sent by fax."""

    name = "fax"

    def recipe(self, page: Page, rng: np.random.Generator) -> Recipe:
        """Draw how it is pulled in, and how finely it is sent."""
        at = rng.random(5)
        lines = _LINES_PER_INCH["fine" if at[0] < 0.6 else "standard"]
        covered = min(1.0, page.style.line_mm / MM_PER_INCH * min(_DOTS_PER_INCH, lines, page.style.dpi))
        fax = FaxLines(
            dots=round(_DOTS_PER_INCH / page.style.dpi, 4),
            lines=round(lines / page.style.dpi, 4),
            # Where a trace covers a part of a dot, dots are as much paler: else it would not be there at all.
            threshold=round(float(255 - (130 - 45 * at[1]) * covered), 1),
            dither=round(float(0.5 * at[2]) * covered, 3) if at[3] < 0.4 else 0.0,
            lost=round(float(0.012 * at[4]), 4),
            grain_seed=seed(rng),
        )
        return Recipe(
            paper=misprints(page, rng, _MISPRINTS),
            view=glass_view(page, rng),
            picture=[fax],
            shows_minor=fax.shows(page.inks.minor),
            shows_major=fax.shows(page.inks.major),
        )
