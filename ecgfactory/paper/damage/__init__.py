"""What happens to pages: one file per kind of damage, each a recipe of steps (see base.py)."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from ecgfactory.paper.damage.base import Damage


class Kind(NamedTuple):
    """A kind of damage.

    Parameters
    ----------
    place : str
        "module:class" in this folder; imported on first use, so that naming kinds costs nothing.
    title : str
        What happens, in a few words.
    """

    place: str
    title: str


DAMAGE = {
    "none": Kind("none:NoDamage", "as printed"),
    "scan": Kind("scan:Scan", "scanned"),
    "photo": Kind("photo:Photo", "photographed"),
    "crumple": Kind("crumple:Crumple", "folded or crumpled, then scanned or photographed"),
    "stains": Kind("stains:Stains", "stains of coffee and grease, yellowed; then scanned or photographed"),
    "handwriting": Kind("handwriting:Handwriting", "written on by hand, then scanned or photographed"),
    "fax": Kind("fax:Fax", "sent by fax"),
}
"""By name."""


def damage_named(name: str) -> Damage:
    """Return the kind of damage of a name, imported on first use."""
    module, _, attribute = DAMAGE[name].place.partition(":")
    kind: type[Damage] = getattr(importlib.import_module(f"{__name__}.{module}"), attribute)
    return kind()
