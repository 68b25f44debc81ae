"""A page as cameras held by hand see it."""

from __future__ import annotations

import numpy as np

from ecgfactory.paper.damage.base import Damage, Recipe
from ecgfactory.paper.damage.capture import photographed, photographed_on_monitor
from ecgfactory.paper.damage.curl import curled
from ecgfactory.paper.damage.misprints import misprints
from ecgfactory.paper.page import Page

_MONITOR, _MISPRINTS, _CURL = 0.08, 0.08, 0.4
"""Chances that it is on a monitor, of each fault of the printer, and that the sheet does not lie flat."""


class Photo(Damage):
    """Photographed."""

    name = "photo"

    def recipe(self, page: Page, rng: np.random.Generator) -> Recipe:
        """Draw how it is printed, lies and is photographed, or is photographed on a monitor."""
        if rng.random() < _MONITOR:
            view, steps = photographed_on_monitor(page, rng)
            return Recipe(view=view, picture=steps)
        view, steps = photographed(page, rng)
        bend = curled(page, rng) if rng.random() < _CURL else None
        return Recipe(paper=misprints(page, rng, _MISPRINTS), bend=bend, view=view, picture=steps)
