"""A page as scanners see it."""

from __future__ import annotations

import numpy as np

from ecgfactory.paper.damage.base import Damage, Recipe
from ecgfactory.paper.damage.capture import scanned
from ecgfactory.paper.damage.misprints import misprints
from ecgfactory.paper.page import Page

_MISPRINTS = 0.08
"""Chance of each fault of the printer."""


class Scan(Damage):
    """Scanned."""

    name = "scan"

    def recipe(self, page: Page, rng: np.random.Generator) -> Recipe:
        """Draw how it is printed and scanned."""
        view, steps = scanned(page, rng)
        return Recipe(paper=misprints(page, rng, _MISPRINTS), view=view, picture=steps)
