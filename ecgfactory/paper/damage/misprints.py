"""What printers do wrong, drawn for one page."""

from __future__ import annotations

import numpy as np

from ecgfactory.paper.damage.ageing import thermal_darkening, yellowing
from ecgfactory.paper.damage.base import PaperStep
from ecgfactory.paper.damage.dots import dead_dots
from ecgfactory.paper.damage.fading import faded_patch, weak_band
from ecgfactory.paper.page import Page


def misprints(page: Page, rng: np.random.Generator, chance: float = 0.2) -> list[PaperStep]:
    """Draw faults of the printer: dots that do not print, weak bands, a grid that fades; each with a chance."""
    at = rng.random(3)
    steps: list[PaperStep] = []
    if page.grid is not None and at[0] < chance:
        steps += [faded_patch(page, "grid", rng) for _ in range(int(rng.integers(1, 4)))]
    if at[1] < chance:
        steps.append(dead_dots(page, rng))
    if at[2] < chance:
        steps.append(weak_band(page, rng) if rng.random() < 0.5 else faded_patch(page, "all", rng))
    return steps


def aged(rng: np.random.Generator, chance: float) -> list[PaperStep]:
    """Draw whether and how the paper has aged."""
    if rng.random() >= chance:
        return []
    return [yellowing(rng) if rng.random() < 0.6 else thermal_darkening(rng)]
