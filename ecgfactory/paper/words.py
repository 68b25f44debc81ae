"""What a picture is, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ecgfactory.paper.damage import damage_named


def picture_words(truth: Mapping[str, Any]) -> str:
    """Say of a picture, by its truth, what is printed how, and what happened to it."""
    page = truth["page"]
    paper = f"{page['size']}, {'no' if page['colour'] == 'none' else page['colour']} grid"
    return f"{page['layout']} at {scale_words(page)} on {paper}; {damage_named(truth['damage']['kind']).title}"


def scale_words(page: Mapping[str, Any]) -> str:
    """Say how large a page is printed, and which gain was asked for where that did not fit."""
    gain, asked = page["gain_mm_per_mv"], page["asked_gain_mm_per_mv"]
    instead = "" if gain == asked else f" ({asked:g} did not fit)"
    return f"{page['speed_mm_per_s']:g} mm/s and {gain:g} mm/mV{instead}"
