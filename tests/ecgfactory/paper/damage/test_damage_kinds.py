"""One contract that every kind of damage keeps."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np
import orjson
import pytest

from ecgfactory.paper.damage import DAMAGE, damage_named
from ecgfactory.paper.damage.base import Bend, PaperStep, PictureStep, Recipe
from ecgfactory.paper.damage.perform import perform
from ecgfactory.paper.style import DAMAGES
from tests.flat_page import flat_page, flat_pixels

DRAWS = 50

MARKS_OF_KINDS = {
    "crumple": {"folds", "crumples"},
    "stains": {"stain"},
    "handwriting": {"pen_note", "pen_mark"},
}
"""Steps of which each recipe of a kind has one at least."""


def drawn(name: str, seed: int) -> Recipe:
    """Draw a recipe of a kind."""
    return damage_named(name).recipe(flat_page(), np.random.default_rng(seed))


def listed(fields: Any) -> Any:
    """Return fields with lists for tuples, as JSON has them."""
    if isinstance(fields, dict):
        return {name: listed(value) for name, value in fields.items()}
    return [listed(value) for value in fields] if isinstance(fields, tuple) else fields


def steps(recipe: Recipe) -> list[Any]:
    """Return all that happens."""
    return [*recipe.paper, *([recipe.bend] if recipe.bend else []), recipe.view, *recipe.picture]


def test_styles_know_all_kinds() -> None:
    """And no other."""
    assert set(DAMAGES) == DAMAGE.keys()


@pytest.mark.parametrize("name", DAMAGE)
class TestEveryKind:
    """What holds for all of them."""

    def test_it_says_what_it_is(self, name: str) -> None:
        """Cards and truth name it without importing it."""
        assert damage_named(name).name == name
        assert DAMAGE[name].title and not DAMAGE[name].title.endswith(".")

    def test_recipes_are_complete(self, name: str) -> None:
        """Steps are where they belong, have names, and JSON holds their parameters as they are."""
        for seed in range(DRAWS):
            recipe = drawn(name, seed)
            assert all(isinstance(step, PaperStep) for step in recipe.paper)
            assert all(isinstance(step, PictureStep) for step in recipe.picture)
            assert recipe.bend is None or isinstance(recipe.bend, Bend)
            for step in steps(recipe):
                assert step.name.isidentifier()
                assert orjson.loads(orjson.dumps(asdict(step))) == listed(asdict(step))
            assert orjson.loads(orjson.dumps(recipe.outline_mm)) == listed(recipe.outline_mm)

    def test_recipes_follow_from_the_generator_alone(self, name: str) -> None:
        """The same state gives the same recipe, another state another one where anything happens."""
        assert str(drawn(name, 4)) == str(drawn(name, 4))
        assert name == "none" or len({str(drawn(name, seed)) for seed in range(8)}) == 8

    def test_a_picture_comes_of_it_the_same_each_time(self, name: str) -> None:
        """Pixels follow from page and recipe."""
        page = flat_page(dpi=72)
        recipe = damage_named(name).recipe(page, np.random.default_rng(1))
        once, again = (perform(recipe, flat_pixels(page), page)[0] for _ in range(2))
        assert once.dtype == np.uint8
        assert np.array_equal(once, again)


@pytest.mark.parametrize("name", MARKS_OF_KINDS)
def test_each_picture_has_what_its_kind_says(name: str) -> None:
    """And is scanned or photographed: both come up."""
    views = set()
    for seed in range(DRAWS):
        recipe = drawn(name, seed)
        assert MARKS_OF_KINDS[name] & {step.name for step in steps(recipe)}
        views.add(recipe.view.lens != 0)
    assert len(views) == 2
