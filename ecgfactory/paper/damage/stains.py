"""Paper with stains."""

from __future__ import annotations

import numpy as np

from ecgfactory.paper.damage.base import Damage, PaperStep, Recipe
from ecgfactory.paper.damage.folds import folded
from ecgfactory.paper.damage.misprints import aged, misprints
from ecgfactory.paper.damage.seen import seen
from ecgfactory.paper.damage.stain import Stain, coffee_ring, drop, grease
from ecgfactory.paper.page import Page


class Stains(Damage):
    """Coffee, grease, and age, then scanned or photographed."""

    name = "stains"

    def recipe(self, page: Page, rng: np.random.Generator) -> Recipe:
        """Draw what happens to a page: at least one stain."""
        steps: list[PaperStep] = [*misprints(page, rng), *aged(rng, 0.5)]
        rings, greases, splashes = (
            rng.choice(3, p=(0.45, 0.4, 0.15)),
            rng.choice(3, p=(0.5, 0.35, 0.15)),
            rng.integers(4),
        )
        if rings + greases + splashes == 0:
            rings = 1
        steps += [coffee_ring(*_place(page, rng), rng) for _ in range(rings)]
        steps += [grease(*_place(page, rng), rng) for _ in range(greases)]
        for _ in range(splashes):
            steps += _splash(page, rng)
        bend = folded(page, rng) if rng.random() < 0.2 else None
        return seen(page, rng, steps, bend)


def _place(page: Page, rng: np.random.Generator) -> tuple[float, float]:
    return round(rng.uniform(0, page.width_mm), 1), round(rng.uniform(0, page.height_mm), 1)


def _splash(page: Page, rng: np.random.Generator) -> list[Stain]:
    """Draw a few drops near each other."""
    x_mm, y_mm = _place(page, rng)
    places = rng.normal((x_mm, y_mm), 14, (int(rng.integers(1, 6)), 2)).round(1).tolist()
    return [drop(x, y, rng) for x, y in places]
