"""Paper that was folded and opened again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecgfactory.arrays import Float64Array
from ecgfactory.paper.damage.base import Bend
from ecgfactory.paper.damage.crease_lines import CreaseLines
from ecgfactory.paper.page import Page

_REACH_MM = 28.0
"""How far from a fold the paper has come half-way back to flat, and more."""


@dataclass(frozen=True)
class Fold:
    """One fold, a straight line across the whole page.

    Parameters
    ----------
    x_mm, y_mm : float
        A point on it.
    turn : float
        Its angle to the horizontal, in degrees.
    pull_mm : float
        How far the paper on both sides of it is moved towards it, at most.
    round_mm : float
        Over which distance the paper bends.
    shade : float
        How much darker its dark side is; the other is half as much lighter. Negative where the sides are exchanged.
    """

    x_mm: float
    y_mm: float
    turn: float
    pull_mm: float
    round_mm: float
    shade: float


@dataclass(frozen=True)
class Folds(Bend):
    """Folds across the page.

    Parameters
    ----------
    folds : tuple of Fold
    """

    name = "folds"

    folds: tuple[Fold, ...]

    def offsets_mm(self, places_mm: Float64Array) -> Float64Array:
        """Move the paper towards each fold: it stands up there, and is seen from above."""
        offsets = np.zeros_like(places_mm)
        for fold in self.folds:
            across, normal = _across(fold, places_mm)
            size = -fold.pull_mm * np.tanh(across / fold.round_mm) * np.exp(-np.abs(across) / _REACH_MM)
            offsets += size[..., np.newaxis] * normal
        return offsets

    def light(self, places_mm: Float64Array) -> Float64Array:
        """Shade one side of each fold, and light the other."""
        light = np.ones(places_mm.shape[:-1])
        for fold in self.folds:
            across, _ = _across(fold, places_mm)
            side = np.tanh(across / (0.5 * fold.round_mm)) * np.exp(-np.abs(across) / (0.6 * _REACH_MM))
            side *= np.where(side * fold.shade > 0, 1.0, 0.5)
            light *= 1 - fold.shade * side
        return light


def _across(fold: Fold, places_mm: Float64Array) -> tuple[Float64Array, Float64Array]:
    """Return how far points are beside a fold, shape (...), and the direction of that."""
    cos, sin = np.cos(np.radians(fold.turn)), np.sin(np.radians(fold.turn))
    across: Float64Array = (places_mm[..., 1] - fold.y_mm) * cos - (places_mm[..., 0] - fold.x_mm) * sin
    return across, np.array([-sin, cos])


def folded(page: Page, rng: np.random.Generator) -> Folds:
    """Draw folds as of a letter or a chart: in half, in thirds, or in half both ways."""
    down, across = [((1 / 2,), ()), ((1 / 3, 2 / 3), ()), ((), (1 / 2,)), ((1 / 2,), (1 / 2,)), ((), (1 / 3, 2 / 3))][
        int(rng.integers(5))
    ]
    upright = [_fold(page.width_mm * share, page.height_mm / 2, 90.0, rng) for share in down]
    level = [_fold(page.width_mm / 2, page.height_mm * share, 0.0, rng) for share in across]
    return Folds((*upright, *level))


def _fold(x_mm: float, y_mm: float, turn: float, rng: np.random.Generator) -> Fold:
    return Fold(
        x_mm=round(x_mm + rng.normal(0, 2), 2),
        y_mm=round(y_mm + rng.normal(0, 2), 2),
        turn=round(turn + rng.normal(0, 0.5), 3),
        pull_mm=round(rng.uniform(0.3, 1.2), 3),
        round_mm=round(rng.uniform(1.5, 5), 2),
        shade=round(float(rng.choice([-1, 1])) * rng.uniform(0.04, 0.16), 3),
    )


def fold_lines(folds: Folds, page: Page, rng: np.random.Generator) -> CreaseLines:
    """Draw the marks that folds leave on the paper."""
    far_mm = page.width_mm + page.height_mm
    lines = []
    for fold in folds.folds:
        right, down = far_mm * np.cos(np.radians(fold.turn)), far_mm * np.sin(np.radians(fold.turn))
        ends = fold.x_mm - right, fold.y_mm - down, fold.x_mm + right, fold.y_mm + down
        lines.append(tuple(round(float(end), 2) for end in ends))
    return CreaseLines(
        lines_mm=tuple((x0, y0, x1, y1) for x0, y0, x1, y1 in lines),
        width_mm=round(rng.uniform(0.25, 0.6), 2),
        dark=round(rng.uniform(0.06, 0.3), 3),
        bare=round(max(0.0, rng.uniform(-0.3, 0.8)), 3),
        grain_seed=int(rng.integers(2**31)),
    )
