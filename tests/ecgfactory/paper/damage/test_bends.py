"""Bends of paper: continuous, bounded, and lit."""

from __future__ import annotations

import math
from dataclasses import asdict

import numpy as np
import orjson
import pytest

from ecgfactory.paper.damage.base import Bend
from ecgfactory.paper.damage.crumple import Crumple
from ecgfactory.paper.damage.crumples import Crumples, crumpled
from ecgfactory.paper.damage.folds import Fold, Folds, fold_lines, folded
from ecgfactory.paper.page_map import node_places_mm
from tests.flat_page import flat_page

NODES_MM = node_places_mm(297, 210, 1.0)


def bends() -> list[Bend]:
    """Return a few of each kind."""
    drawn = [kind(flat_page(), np.random.default_rng(seed)) for kind in (folded, crumpled) for seed in range(4)]
    thin = Crumple().recipe(flat_page(), np.random.default_rng(57)).bend  # its net has thin triangles at the edge
    assert thin is not None
    return [*drawn, thin]


@pytest.mark.parametrize("bend", bends(), ids=lambda bend: bend.name)
class TestEveryBend:
    """What holds for all of them."""

    def test_points_move_as_far_as_it_says(self, bend: Bend) -> None:
        """0.05 to 5 mm somewhere, and no further than the parameters allow."""
        moved = np.hypot(*np.moveaxis(bend.offsets_mm(NODES_MM), -1, 0))
        most = bend.shift_mm if isinstance(bend, Crumples) else math.nan
        if isinstance(bend, Folds):
            most = sum(abs(fold.pull_mm) for fold in bend.folds)
        assert 0.05 < moved.max() <= most + 1e-3

    def test_it_tears_nothing(self, bend: Bend) -> None:
        """Points close to each other stay so, and none overtakes its neighbour."""
        offsets = bend.offsets_mm(NODES_MM)
        for axis in (0, 1):
            stretch = np.diff(offsets, axis=axis)
            assert np.hypot(stretch[..., 0], stretch[..., 1]).max() < 0.9
        close = bend.offsets_mm(NODES_MM + 0.01)
        assert np.abs(close - offsets).max() < 0.02

    def test_paper_stays_light(self, bend: Bend) -> None:
        """Brighter than half, not much brighter than flat paper, and not the same everywhere."""
        light = bend.light(NODES_MM)
        assert light.shape == NODES_MM.shape[:-1]
        assert 0.5 < light.min() < 0.97 and light.max() < 1.3

    def test_its_parameters_say_all_of_it(self, bend: Bend) -> None:
        """JSON can hold them, and they are the same bend wherever points lie among others."""
        orjson.dumps(asdict(bend))  # type: ignore[call-overload]
        alone = bend.offsets_mm(NODES_MM[30, 40])
        assert np.allclose(alone, bend.offsets_mm(NODES_MM)[30, 40], atol=1e-5)
        assert np.allclose(bend.light(NODES_MM[30:32]), bend.light(NODES_MM)[30:32], atol=1e-5)


def test_paper_is_pulled_towards_a_fold() -> None:
    """From both sides; the fold itself stays, and far from it the paper does too."""
    folds = Folds((Fold(70.0, 50.0, 90.0, 1.0, 2.0, 0.1),))
    left, at, right, far = folds.offsets_mm(np.array([(62.0, 50.0), (70.0, 50.0), (78.0, 50.0), (400.0, 50.0)]))
    assert left[0] > 0.5 > -0.5 > right[0]
    assert np.abs([at, far]).max() < 1e-3


def test_both_sides_of_a_fold_are_lit_unlike() -> None:
    """One is darker than flat paper, the other a little lighter."""
    light = Folds((Fold(70.0, 50.0, 0.0, 1.0, 2.0, 0.1),)).light(np.array([(70.0, 46.0), (70.0, 54.0)]))
    assert light.max() > 1 > light.min()
    assert 1 - light.min() > light.max() - 1


def test_the_marks_of_folds_lie_on_them() -> None:
    """Their middles are points of the folds."""
    page, rng = flat_page(), np.random.default_rng(3)
    folds = folded(page, rng)
    for fold, line in zip(folds.folds, fold_lines(folds, page, rng).lines_mm, strict=True):
        middle = np.add(line[:2], line[2:]) / 2
        assert np.allclose(middle, (fold.x_mm, fold.y_mm), atol=0.02)


def test_another_seed_crumples_otherwise() -> None:
    """The net is another one."""
    one, other = (Crumples(140.0, 110.0, 30.0, 1.0, 0.2, 0.1, 30.0, seed) for seed in (1, 2))
    assert not np.allclose(one.offsets_mm(NODES_MM), other.offsets_mm(NODES_MM), atol=0.1)
