"""What happens to pages: one file per kind of damage, each a recipe of steps (see base.py)."""

from __future__ import annotations

import importlib

from ecgfactory.paper.damage.base import Damage

DAMAGE: dict[str, str] = {
    "none": "none:NoDamage",
    "scan": "scan:Scan",
    "photo": "photo:Photo",
    "crumple": "crumple:Crumple",
    "stains": "stains:Stains",
    "handwriting": "handwriting:Handwriting",
    "fax": "fax:Fax",
}
"""Module in this folder and class of each kind, by name."""


def damage_named(name: str) -> Damage:
    """Return the kind of damage of a name, imported on first use."""
    module, _, attribute = DAMAGE[name].partition(":")
    kind: type[Damage] = getattr(importlib.import_module(f"{__name__}.{module}"), attribute)
    return kind()
