"""Sealed folders: their files are listed in SHA256SUMS.txt and manifest.json, and nothing is written there again."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from ecgfactory.errors import BadInputError
from ecgfactory.storage.place import Place
from ecgfactory.storage.store import StoreError
from ecgfactory.storage.store_path import StorePath

MANIFEST_FILE = "manifest.json"
SUMS_FILE = "SHA256SUMS.txt"


def enclosing_sealed(path: Path) -> Path | None:
    """Return the sealed folder that a path is, or is anywhere inside of, by whatever links; None where there is none.

    Nothing has to exist at the path.
    """
    places = [path]
    if path.is_symlink():  # where a link is counts as much as what it names
        places.append(path.parent)
    for place in (Path(os.path.realpath(place)) for place in places):
        for folder in (place, *place.parents):
            if (folder / MANIFEST_FILE).is_file() and (folder / SUMS_FILE).is_file():
                return folder
    return None


def enclosing_in_store(place: StorePath) -> StorePath | None:
    """Return the published dataset that a place in a store is, or is anywhere below; None where there is none."""
    if _is_sealed_in_store(place):
        return place
    for above in place.parents:
        with contextlib.suppress(StoreError):  # credentials may end at a prefix, and with them nobody publishes above
            if _is_sealed_in_store(above):
                return above
    return None


def _is_sealed_in_store(place: StorePath) -> bool:
    return (place / MANIFEST_FILE).is_file() and (place / SUMS_FILE).is_file()


def check_outside(path: Path) -> None:
    """Check that writing at a path changes no published dataset.

    Raises
    ------
    BadInputError
        When the path is inside of one; it is named.
    """
    if (dataset := enclosing_sealed(path)) is not None:
        raise BadInputError(f"{path}: {inside_words(dataset)}")


def inside_words(dataset: Place) -> str:
    """Say why nothing is written inside a published dataset, and what to do."""
    return f"is inside the published dataset {dataset}, which stays as it is; choose a place outside it."
