"""Paper that somebody has written on."""

from __future__ import annotations

import numpy as np

from ecgfactory.paper.damage.base import Damage, PaperStep, Recipe
from ecgfactory.paper.damage.folds import folded
from ecgfactory.paper.damage.misprints import aged, misprints
from ecgfactory.paper.damage.notes import marks, note, stripe
from ecgfactory.paper.damage.pen import Pen
from ecgfactory.paper.damage.seen import seen
from ecgfactory.paper.page import Page


class Handwriting(Damage):
    """Notes and marks of one pen, sometimes of a second one and a highlighter; then scanned or photographed."""

    name = "handwriting"

    def recipe(self, page: Page, rng: np.random.Generator) -> Recipe:
        """Draw what happens to a page: at least one note or mark."""
        steps: list[PaperStep] = [*misprints(page, rng), *aged(rng, 0.2)]
        if rng.random() < 0.25:
            steps.append(stripe(page, rng))
        for pen in [Pen.draw(rng) for _ in range(1 if rng.random() < 0.8 else 2)]:
            steps += [note(page, pen, rng) for _ in range(int(rng.integers(0, 3)))]
            steps += [mark for _ in range(int(rng.integers(1, 4))) for mark in marks(page, pen, rng)]
        bend = folded(page, rng) if rng.random() < 0.2 else None
        return seen(page, rng, steps, bend, punched=0.3)
