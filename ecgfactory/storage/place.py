"""Where files are: in a folder of this machine, or in a store."""

from __future__ import annotations

import re
from os import PathLike
from pathlib import Path

from ecgfactory.errors import BadInputError, shown
from ecgfactory.storage.home import from_home
from ecgfactory.storage.store_path import SCHEME, StorePath, example_of
from ecgfactory.storage.stores import STORES

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
    if isinstance(given, str) and is_address(given):
        return StorePath.parse(given)
    check_is_path(str(given))
    return from_home(given)


def check_is_path(text: str) -> None:
    """Check that a path is no address that has lost a slash, as in `s3:/bucket` or `Path("s3://bucket")`.

    Raises
    ------
    BadInputError
        When it is one.
    """
    begun = re.match(r"([A-Za-z0-9]+):/?(?!/)", text)
    if begun and begun.group(1).lower() in STORES:
        example = example_of(begun.group(1).lower())
        raise BadInputError(f"{shown(f'{begun.group()}...')} lacks a slash of an address; write it like {example}.")
