"""A page as cameras held by hand see it."""

from __future__ import annotations

import numpy as np

from ecgfactory.paper.damage.base import Damage, Recipe
from ecgfactory.paper.damage.capture import photographed
from ecgfactory.paper.page import Page


class Photo(Damage):
    """Photographed."""

    name = "photo"
    title = "photographed"

    def recipe(self, page: Page, rng: np.random.Generator) -> Recipe:
        """Draw how it is photographed."""
        view, steps = photographed(page, rng)
        return Recipe(view=view, picture=steps)
