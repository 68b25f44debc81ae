"""Where the datasets of a name stand, `latest` among them: in a folder, or in a store."""

from __future__ import annotations

from typing import Protocol

from ecgfactory.dataset import publish
from ecgfactory.storage.place import Place
from ecgfactory.storage.store_path import StorePath


class Shelf(Protocol):
    """The place of a dataset among those of its name."""

    def check(self) -> None:
        """Make sure that a dataset can get its place, before it is made.

        Raises
        ------
        BadInputError
            When something else is there.
        """

    def point_latest(self) -> None:
        """Let `latest` name the dataset."""

    def settle_latest(self) -> None:
        """Let `latest` name a published dataset unless it names one that was published later.

        For a session that finds the dataset there: the one that published it may have died before it got to this.
        """

    def pin(self, reason: str) -> None:
        """Pin a published dataset, unless it is pinned already."""


def shelf_of(target: Place) -> Shelf:
    """Return the shelf on which a dataset has its place, `<output>/<name>/<plan id>`."""
    if isinstance(target, StorePath):
        from ecgfactory.dataset.store_shelf import StoreShelf

        return StoreShelf(target)
    return publish.FolderShelf(target)
