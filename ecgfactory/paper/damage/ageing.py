"""Paper that has aged: yellow from light and acid, grey or brown where thermal paper lay warm."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecgfactory.paper.damage.area import Area, cloud, random_of
from ecgfactory.paper.damage.base import PaperStep, Pixels
from ecgfactory.paper.page import Box, Page


@dataclass(frozen=True)
class Ageing(PaperStep):
    """The whole sheet changes colour, more at its edges than in its middle, and in clouds.

    Parameters
    ----------
    colour : (int, int, int)
        Red, green and blue of white paper at strength 1.
    middle, edges : float
        Strength in the middle of the page, and at its edges in addition.
    edge_mm : float
        How far the edges' strength reaches inwards.
    uneven : float
        How much the strength varies, as a share of it.
    grain_seed : int
        Of the clouds.
    """

    name = "ageing"

    colour: tuple[int, int, int]
    middle: float
    edges: float
    edge_mm: float
    uneven: float
    grain_seed: int

    def on_paper(self, pixels: Pixels, page: Page) -> Pixels:
        """Tint the paper."""
        area = Area.of(pixels, page, Box(0, 0, page.width_mm, page.height_mm))
        assert area is not None, "a page has an area"
        rng = random_of(self.grain_seed)
        x, y = (np.linspace(0, size, int(size) + 1, dtype=np.float32) for size in (page.width_mm, page.height_mm))
        from_left, from_top = np.minimum(x, x[::-1])[np.newaxis], np.minimum(y, y[::-1])[:, np.newaxis]
        texture = cloud(rng, (len(y), len(x)), (page.height_mm / 60, page.width_mm / 60), 4)
        at_edge = np.exp(-np.minimum(from_left, from_top) / self.edge_mm * (1 + 0.5 * texture))
        area.tint((self.middle + self.edges * at_edge) * (1 + self.uneven * texture), self.colour)
        return pixels


def yellowing(rng: np.random.Generator) -> Ageing:
    """Draw how paper yellows in a file."""
    return Ageing(
        colour=(int(rng.integers(226, 240)), int(rng.integers(205, 222)), int(rng.integers(150, 185))),
        middle=round(rng.uniform(0.15, 0.7), 3),
        edges=round(rng.uniform(0.1, 0.5), 3),
        edge_mm=round(rng.uniform(5, 30), 1),
        uneven=round(rng.uniform(0.1, 0.4), 3),
        grain_seed=int(rng.integers(2**31)),
    )


def thermal_darkening(rng: np.random.Generator) -> Ageing:
    """Draw how thermal paper darkens where it lay warm."""
    return Ageing(
        colour=(int(rng.integers(170, 190)), int(rng.integers(165, 182)), int(rng.integers(160, 178))),
        middle=round(rng.uniform(0.05, 0.35), 3),
        edges=round(rng.uniform(0.1, 0.6), 3),
        edge_mm=round(rng.uniform(10, 45), 1),
        uneven=round(rng.uniform(0.3, 0.7), 3),
        grain_seed=int(rng.integers(2**31)),
    )
