"""What a picture is, in words, by the truth about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecgfactory.paper.damage import DAMAGE

if TYPE_CHECKING:
    from ecgfactory.paper.truth_file import PageTruth, PictureTruth


def picture_words(truth: PictureTruth) -> str:
    """Say what is printed how, and what happened to it."""
    page = truth.page
    return f"{page.layout} at {scale_words(page)} on {paper_words(page)}; {damage_words(truth)}"


def scale_words(page: PageTruth) -> str:
    """Say how large a page is printed, and which gain was asked for where that did not fit."""
    gain, asked = page.gain_mm_per_mv, page.asked_gain_mm_per_mv
    instead = "" if gain == asked else f" ({asked:g} did not fit)"
    return f"{page.speed_mm_per_s:g} mm/s and {gain:g} mm/mV{instead}"


def paper_words(page: PageTruth) -> str:
    """Say which paper a page is."""
    return f"{page.size} with {'no grid' if page.colour == 'none' else f'a {page.colour} grid'}"


def damage_words(truth: PictureTruth) -> str:
    """Say what happened to the page."""
    return DAMAGE[truth.damage.kind].title
