"""The datasets of a name in a store, where `latest` is a small object that holds the id of a plan."""

from __future__ import annotations

from dataclasses import dataclass

from ecgfactory.dataset.manifest import published_at
from ecgfactory.dataset.names import LATEST, MANIFEST_FILE, PIN_FILE
from ecgfactory.errors import BadInputError
from ecgfactory.storage.fetched import is_path_below
from ecgfactory.storage.store_path import StorePath


@dataclass(frozen=True)
class StoreShelf:
    """The place of a dataset in a store; see `Shelf`.

    Parameters
    ----------
    target : StorePath
        `<output>/<name>/<plan id>`.
    """

    target: StorePath

    def check(self) -> None:
        """Make sure that no object has the name of a folder; see `Shelf.check`."""
        for place in (self.target, self.target.parent):
            if place.is_file():
                raise BadInputError(
                    f"output: {place} is an object, below which datasets go; move it away, or choose another output or "
                    "name."
                )

    def point_latest(self) -> None:
        """Write the object; see `Shelf.point_latest`."""
        self.target.store.write(self._latest.name, f"{self.target.last}\n".encode())

    def settle_latest(self) -> None:
        """Compare when both were published; see `Shelf.settle_latest`."""
        named = latest_in(self.target.parent)
        if named is None or _published_at(named) < _published_at(self.target):
            self.point_latest()

    def pin(self, reason: str) -> None:
        """Write an object; see `Shelf.pin`."""
        pin = self.target / PIN_FILE
        if not pin.is_file():
            pin.store.write(pin.name, f"{reason}\n".encode())

    @property
    def _latest(self) -> StorePath:
        return self.target.parent / LATEST


def latest_in(datasets: StorePath) -> StorePath | None:
    """Return the dataset that `latest` names among those of a name; None where it names none that is there."""
    named = named_by_latest(datasets)
    is_one = "/" not in named and is_path_below(named)
    return datasets / named if is_one and (datasets / named / MANIFEST_FILE).is_file() else None


def named_by_latest(datasets: StorePath) -> str:
    """Return what `latest` names among the datasets of a name, there or not; empty when it is not there."""
    try:
        content = datasets.store.read((datasets / LATEST).name, 0, 100)  # it may be somebody's large file
    except FileNotFoundError:
        return ""
    return content.decode("ascii", "replace").strip()


def _published_at(dataset: StorePath) -> str:
    return published_at((dataset / MANIFEST_FILE).read_bytes())
