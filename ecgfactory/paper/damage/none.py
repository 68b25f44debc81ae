"""A page without damage, as a printer's file shows it."""

from __future__ import annotations

import numpy as np

from ecgfactory.paper.damage.base import Damage, Recipe
from ecgfactory.paper.page import Page


class NoDamage(Damage):
    """Nothing happens; pixel for pixel as printed."""

    name = "none"

    def recipe(self, page: Page, rng: np.random.Generator) -> Recipe:
        """Return a recipe without steps."""
        return Recipe()
