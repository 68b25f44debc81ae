"""Paper that was folded and opened again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecgfactory.arrays import Float64Array
from ecgfactory.paper.damage.area import grain
from ecgfactory.paper.damage.base import Bend
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
    line : float
        How much darker the very fold is; negative where it is lighter.
    """

    x_mm: float
    y_mm: float
    turn: float
    pull_mm: float
    round_mm: float
    shade: float
    line: float


@dataclass(frozen=True)
class Folds(Bend):
    """Folds across the page.

    Parameters
    ----------
    folds : tuple of Fold
    grain_seed : int
        Of how worn they are along their lengths.
    """

    name = "folds"

    folds: tuple[Fold, ...]
    grain_seed: int

    @property
    def most_mm(self) -> float:
        """No point is moved further."""
        return sum(abs(fold.pull_mm) for fold in self.folds)

    def offsets_mm(self, places_mm: Float64Array) -> Float64Array:
        """Move the paper towards each fold: it stands up there, and is seen from above."""
        offsets = np.zeros_like(places_mm)
        for fold in self.folds:
            across, _, normal = _beside(fold, places_mm)
            size = -fold.pull_mm * np.tanh(across / fold.round_mm) * np.exp(-np.abs(across) / _REACH_MM)
            offsets += size[..., np.newaxis] * normal
        return offsets

    def light(self, places_mm: Float64Array) -> Float64Array:
        """Shade one side of each fold, light the other, and draw its line."""
        light = np.ones(places_mm.shape[:-1])
        rng = grain(self.grain_seed)
        for fold in self.folds:
            across, along, _ = _beside(fold, places_mm)
            waves = zip(rng.uniform(0.02, 0.5, 6), rng.uniform(0, 2 * np.pi, 6), strict=True)
            worn = 0.7 + sum(0.14 * np.sin(number * along + phase) for number, phase in waves)
            side = np.tanh(across / (0.5 * fold.round_mm)) * np.exp(-np.abs(across) / (0.6 * _REACH_MM))
            side *= np.where(side * fold.shade > 0, 1.0, 0.5)
            light *= (1 - fold.shade * side) * (1 - fold.line * worn * np.exp(-((across / 0.45) ** 2)))
        return light


def _beside(fold: Fold, places_mm: Float64Array) -> tuple[Float64Array, Float64Array, Float64Array]:
    """Return how far points are beside a fold and along it, shape (...), and the direction across it."""
    cos, sin = np.cos(np.radians(fold.turn)), np.sin(np.radians(fold.turn))
    x, y = places_mm[..., 0] - fold.x_mm, places_mm[..., 1] - fold.y_mm
    return y * cos - x * sin, x * cos + y * sin, np.array([-sin, cos])


def folded(page: Page, rng: np.random.Generator) -> Folds:
    """Draw folds as of a letter or a chart: in half, in thirds, or in half both ways."""
    down, across = [((1 / 2,), ()), ((1 / 3, 2 / 3), ()), ((), (1 / 2,)), ((1 / 2,), (1 / 2,)), ((), (1 / 3, 2 / 3))][
        int(rng.integers(5))
    ]
    upright = [_fold(page.width_mm * share, page.height_mm / 2, 90.0, rng) for share in down]
    level = [_fold(page.width_mm / 2, page.height_mm * share, 0.0, rng) for share in across]
    return Folds((*upright, *level), int(rng.integers(2**31)))


def _fold(x_mm: float, y_mm: float, turn: float, rng: np.random.Generator) -> Fold:
    return Fold(
        x_mm=round(x_mm + rng.normal(0, 2), 2),
        y_mm=round(y_mm + rng.normal(0, 2), 2),
        turn=round(turn + rng.normal(0, 0.5), 3),
        pull_mm=round(rng.uniform(0.3, 1.2), 3),
        round_mm=round(rng.uniform(1.5, 5), 2),
        shade=round(float(rng.choice([-1, 1])) * rng.uniform(0.04, 0.16), 3),
        line=round(rng.uniform(0.08, 0.3) * (1 if rng.random() < 0.7 else -0.4), 3),
    )
