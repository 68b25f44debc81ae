"""Where files are: in a folder of this machine, or in a store."""

from __future__ import annotations

from os import PathLike
from pathlib import Path

from ecgfactory.storage.home import from_home
from ecgfactory.storage.store_path import SCHEME, StorePath

Place = Path | StorePath


def is_address(text: object) -> bool:
    """Whether a text is the address of a place in a store, right or wrong, and not a path."""
    return isinstance(text, str) and SCHEME.match(text) is not None


def last_part(place: Place) -> str:
    """Return the last part of the name of a place."""
    return place.name if isinstance(place, Path) else place.last


def as_place(given: str | PathLike[str] | StorePath) -> Place:
    """Return the place that a user means: a path, in which `~` is the home, or an address.

    Raises
    ------
    BadInputError
        When it can't be one.
    """
    if isinstance(given, StorePath):
        return given
    return StorePath.parse(str(given)) if is_address(given) else from_home(given)
