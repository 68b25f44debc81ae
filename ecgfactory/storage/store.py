"""The storage interface: objects under names, complete or absent, without rename and without locks."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from ecgfactory.errors import EcgFactoryError


class StoreError(EcgFactoryError):
    """A store could not do what it was asked for, after all attempts that could have helped; nothing is lost by it."""


class GarbledError(StoreError):
    """An object does not hold what its name says."""


@dataclass(frozen=True)
class Stored:
    """An object as a store lists it.

    Parameters
    ----------
    name : str
        Its name in the bucket.
    size_bytes : int
        Its size.
    modified_at : float
        When it was last written, by the clock of the store, in seconds since the epoch.
    version : str
        What `Store.swap` compares: it changes with the content. Writing the same content again may keep it.
    """

    name: str
    size_bytes: int
    modified_at: float
    version: str


@dataclass(frozen=True)
class Unfinished:
    """An upload that was begun and never ended: it takes room, and no listing of objects shows it.

    Parameters
    ----------
    name : str
        Of the object that it would have become.
    upload_id : str
        What the store calls it.
    begun_at : float
        By the clock of the store, in seconds since the epoch.
    """

    name: str
    upload_id: str
    begun_at: float


class Store(ABC):
    """The objects of one bucket; for several threads at a time, and not across a fork.

    A new kind of store is a file here with a `Store`, and a line in `STORES`; or a package with an entry point in the
    group `ecgfactory.stores`. Its test inherits `ecgfactory.validation.store_contract`.

    Every method raises `StoreError` with one sentence when the store does not do it, for whatever reason; what may
    help is tried again before. Credentials and endpoint come from the standard places of the provider alone.

    Before each attempt at what writes or deletes, `ecgfactory.storage.attempts.check_request` is called: what it raises
    ends the method, so that a session that has lost its plan does nothing more.

    Parameters
    ----------
    bucket : str
        The bucket, or whatever the provider calls it.
    """

    name: ClassVar[str]
    """The scheme of its addresses."""

    def __init__(self, bucket: str) -> None:
        self.bucket = bucket

    @abstractmethod
    def read(self, name: str, start: int = 0, stop: int | None = None) -> bytes:
        """Read an object, or bytes `start` to `stop` of it.

        Raises
        ------
        FileNotFoundError
            When there is none of that name.
        """

    @abstractmethod
    def fetch(self, name: str, target: Path) -> None:
        """Write an object into a new file, which is there completely or not at all; raises as `read`."""

    @abstractmethod
    def write(self, name: str, content: bytes) -> None:
        """Write a small object, replacing what is there."""

    @abstractmethod
    def create(self, name: str, content: bytes) -> bool:
        """Write a small object where there is none of that name.

        Returns
        -------
        bool
            Whether it holds this content now: False where another content was first. The same content counts as
            ours, since an attempt whose answer was lost may have written it.
        """

    @abstractmethod
    def swap(self, name: str, content: bytes, version: str) -> bool:
        """Write a small object in the place of a certain version of it.

        Returns
        -------
        bool
            Whether it holds this content now: False where it has another version and another content, or is gone.
        """

    @abstractmethod
    def send(self, source: Path, name: str, sha256: str) -> None:
        """Upload a file, replacing what is there; the store checks its digest before the object appears.

        Parameters
        ----------
        source : Path
            The file; in parts where it is large.
        name : str
            Of the object.
        sha256 : str
            Hex digest that the file had when it was made.

        Raises
        ------
        StoreError
            When the file has another digest.
        """

    @abstractmethod
    def copy(self, source: str, target: str) -> None:
        """Copy an object to another name inside the store, replacing what is there; raises as `read`."""

    @abstractmethod
    def stat(self, name: str) -> Stored | None:
        """Describe an object; None when there is none of that name."""

    @abstractmethod
    def objects(self, prefix: str) -> Iterator[Stored]:
        """Yield all objects whose names begin with a prefix, in the order of their names.

        Those whose names end in a slash are left out: consoles and mounts make them, so that empty folders are seen.
        """

    @abstractmethod
    def folders(self, prefix: str) -> list[str]:
        """Return the next parts of names, up to a slash, after a prefix that is empty or ends in one, sorted."""

    def links(self, prefix: str) -> list[str]:
        """Return the next parts of names after a prefix, as `folders`, that lead elsewhere and are not followed."""
        return []

    @abstractmethod
    def delete(self, names: Iterable[str]) -> None:
        """Delete objects; those that are not there count as deleted."""

    @abstractmethod
    def delete_version(self, name: str, version: str) -> None:
        """Delete a certain version of an object: where it has another by now, or is gone, nothing happens."""

    @abstractmethod
    def unfinished(self, prefix: str) -> list[Unfinished]:
        """Return the uploads in parts that were begun and never ended, of names that begin with a prefix."""

    @abstractmethod
    def abandon(self, upload: Unfinished) -> None:
        """Free what an unfinished upload holds; one that is gone counts as freed."""
