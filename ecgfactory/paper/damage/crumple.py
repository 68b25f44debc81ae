"""Paper that was folded or crumpled."""

from __future__ import annotations

import numpy as np

from ecgfactory.paper.damage.base import Bend, Damage, PaperStep, Recipe
from ecgfactory.paper.damage.crumples import crumpled
from ecgfactory.paper.damage.folds import fold_lines, folded
from ecgfactory.paper.damage.misprints import aged, misprints
from ecgfactory.paper.damage.seen import seen
from ecgfactory.paper.page import Page

_CRUMPLED = 0.5
"""Share of pages that are crumpled; the others are folded."""


class Crumple(Damage):
    """Folded or crumpled, sometimes torn or yellow, then scanned or photographed."""

    name = "crumple"

    def recipe(self, page: Page, rng: np.random.Generator) -> Recipe:
        """Draw what happens to a page."""
        steps: list[PaperStep] = [*misprints(page, rng), *aged(rng, 0.35)]
        bend: Bend
        if rng.random() < _CRUMPLED:
            bend = crumpled(page, rng)
        else:
            bend = folds = folded(page, rng)
            steps.append(fold_lines(folds, page, rng))
        return seen(page, rng, steps, bend, torn=0.4)
