"""A page with something on it or done to it, scanned or photographed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ecgfactory.paper.damage.base import Bend, PaperStep, Recipe
from ecgfactory.paper.damage.capture import photographed, scanned
from ecgfactory.paper.damage.edges import cut_askew, torn_edge
from ecgfactory.paper.damage.holes import punch_holes
from ecgfactory.paper.page import Page


def seen(
    page: Page,
    rng: np.random.Generator,
    paper: Sequence[PaperStep],
    bend: Bend | None = None,
    *,
    torn: float = 0.1,
    punched: float = 0.15,
) -> Recipe:
    """Draw the rest of a recipe: edges, holes, and at even odds a scanner or a camera.

    Parameters
    ----------
    page : Page
    rng : numpy.random.Generator
    paper : sequence of PaperStep
        What happened to the paper.
    bend : Bend or None
        How it is bent.
    torn, punched : float
        Chances that an edge is torn or cut, and that there are holes.
    """
    view, picture = (scanned if rng.random() < 0.5 else photographed)(page, rng)
    steps, outline_mm = list(paper), None
    at = rng.random(3)
    if at[0] < torn:
        tear = torn_edge(page, rng)
        if at[1] < 0.35:
            outline_mm = cut_askew(page, rng)
        elif tear is not None:
            outline_mm, fibres = tear
            steps.append(fibres)
    holes = punch_holes(page, view.behind, rng) if at[2] < punched else None
    if holes is not None:
        steps.append(holes)
    return Recipe(steps, bend, outline_mm, view, picture)
