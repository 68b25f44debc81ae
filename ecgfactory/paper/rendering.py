"""From a signal to a picture: printed, injured, and seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ecgfactory import draws
from ecgfactory.draws import Purpose
from ecgfactory.leads import SignalUv
from ecgfactory.paper.damage import damage_named
from ecgfactory.paper.damage.base import Recipe
from ecgfactory.paper.damage.perform import perform
from ecgfactory.paper.draw import draw_page
from ecgfactory.paper.mask import draw_mask
from ecgfactory.paper.page import Page
from ecgfactory.paper.patients import invent_patient
from ecgfactory.paper.picture import Picture
from ecgfactory.paper.printing import print_page
from ecgfactory.paper.style import PaperStyle
from ecgfactory.paper.variety import Variety

_STREAMS = 5
"""Generators of random numbers a picture: of its style, its damage, the stretch that it shows, and its looks; and of
the patient, where the first picture's is that of all of a record's."""


@dataclass(frozen=True)
class PictureDraws:
    """The random numbers of one picture of a record: functions of seed, candidate and picture alone.

    The patient's is one for all pictures of a record.

    Parameters
    ----------
    seed, candidate : int
        Of the record.
    picture : int
        Number of the picture among those of the record, from 0.
    """

    seed: int
    candidate: int = 0
    picture: int = 0

    @property
    def style(self) -> np.random.Generator:
        """What the style is drawn with."""
        return self._stream(0)

    @property
    def patient(self) -> np.random.Generator:
        """What the record's patient is invented with, whom the headers of all its pictures name."""
        return PictureDraws(self.seed, self.candidate)._stream(1)

    @property
    def damage(self) -> np.random.Generator:
        """What the damage is drawn with."""
        return self._stream(2)

    @property
    def stretch(self) -> np.random.Generator:
        """What the part of a record is drawn with that it shows."""
        return self._stream(3)

    @property
    def looks(self) -> np.random.Generator:
        """What inks, paper and wording are drawn with."""
        return self._stream(4)

    def _stream(self, number: int) -> np.random.Generator:
        return draws.generator(self.seed, self.candidate, Purpose.PICTURE, self.picture * _STREAMS + number)


def render_picture(
    signal_uv: SignalUv,
    rate_hz: float,
    lead_names: Sequence[str],
    style: PaperStyle | Variety,
    numbers: PictureDraws,
    *,
    first_sample: int = 0,
    features: Mapping[str, object] | None = None,
) -> Picture:
    """Draw a picture of a record.

    Parameters
    ----------
    signal_uv : array, shape (leads, samples)
        In uV; NaN where samples are missing.
    rate_hz : float
        Samples per second.
    lead_names : sequence of str
        Name of each lead.
    style : PaperStyle or Variety
        How it is printed and what happens to it, or what that is drawn from.
    numbers : PictureDraws
        The random numbers.
    first_sample : int
        Number of the first sample in the record, where a stretch of it is given.
    features : mapping, optional
        What was measured on the record, for the header.

    Returns
    -------
    Picture
    """
    decided = style.draw(numbers.style) if isinstance(style, Variety) else style
    names = tuple(lead_names)
    patient = invent_patient(numbers.patient)
    page = print_page(signal_uv, rate_hz, names, decided, patient, numbers.looks, first_sample, features or {})
    recipe = damage_named(decided.damage).recipe(page, numbers.damage)
    pixels, page_map = perform(recipe, draw_page(page), page)
    height_px, width_px, _ = pixels.shape
    mask = draw_mask(_as_seen(page, recipe), page_map, width_px, height_px, names, recipe.outline_mm)
    return Picture(pixels, mask, page, page_map, recipe, names, rate_hz)


def _as_seen(page: Page, recipe: Recipe) -> Page:
    """Return a page without the lines of the grid that its picture does not show."""
    if page.grid is None or recipe.shows_minor:
        return page
    return replace(page, grid=replace(page.grid, minor_mm=page.grid.major_mm) if recipe.shows_major else None)
