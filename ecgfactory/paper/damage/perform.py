"""Doing what a recipe says."""

from __future__ import annotations

from ecgfactory.paper.damage.base import Pixels, Recipe
from ecgfactory.paper.page import Page
from ecgfactory.paper.page_map import PageMap


def perform(recipe: Recipe, pixels: Pixels, page: Page) -> tuple[Pixels, PageMap]:
    """Do to a flat page what a recipe says; return its picture, and where places on the page are in it."""
    raise NotImplementedError
