"""A page as scanners see it."""

from __future__ import annotations

import numpy as np

from ecgfactory.paper.damage.base import Damage, Recipe
from ecgfactory.paper.damage.capture import scanned
from ecgfactory.paper.page import Page


class Scan(Damage):
    """Scanned."""

    name = "scan"
    title = "scanned"

    def recipe(self, page: Page, rng: np.random.Generator) -> Recipe:
        """Draw how it is scanned."""
        view, steps = scanned(page, rng)
        return Recipe(view=view, picture=steps)
