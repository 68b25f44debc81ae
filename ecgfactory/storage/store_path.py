"""Places in stores, handled as paths are: `StorePath.parse("s3://bucket/datasets") / "quickstart"`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Self

from ecgfactory.errors import BadInputError, shown
from ecgfactory.storage.store import Store
from ecgfactory.storage.stores import STORES, store_of

SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")

BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")

UNFIT = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\\?#*\"<>|]")
"""What no name in a store may hold: what some store refuses, or a URL takes for something else."""

LONGEST_NAME_BYTES = 700
"""Stores take 1,024 bytes, with what is made below a place."""


@dataclass(frozen=True, order=True)
class StorePath:
    """A place in a store: an object, or whatever has names below it. It names, opens nothing, and can be pickled.

    Parameters
    ----------
    scheme : str
        Which kind of store: one of `STORES`.
    bucket : str
        The bucket; empty for `file`.
    name : str
        The name in the bucket, without slashes at its ends; empty for the bucket itself.
    root : str
        For `file`, the name that a user gave, which all places below it keep; a place above is its own root. See
        `FolderStore`.
    """

    scheme: str
    bucket: str
    name: str
    root: str = field(default="", compare=False, repr=False)

    @classmethod
    def parse(cls, address: str) -> Self:
        """Read an address such as `s3://bucket/datasets`.

        Raises
        ------
        BadInputError
            When it is none.
        """
        found = SCHEME.match(address)
        scheme = found.group(1).lower() if found else ""
        told = shown(without_credentials(address))
        if found is None or scheme not in STORES:
            kinds = ", ".join(f"{kind}://" for kind in STORES)
            raise BadInputError(f"{told} is of no storage that is known; begin it with one of {kinds}.")
        bucket, _, name = address[found.end() :].partition("/")
        name = name.removesuffix("/")
        place = cls(scheme, bucket, name, root=name if scheme == "file" else "")
        if (reason := _fault(place)) is not None:
            raise BadInputError(f"{told} can't be an address ({reason}); write one like {example_of(scheme)}.")
        return place

    def __str__(self) -> str:
        return (
            f"{self.scheme}://{self.bucket}/{self.name}".rstrip("/") if self.name else f"{self.scheme}://{self.bucket}"
        )

    def __truediv__(self, below: str) -> StorePath:
        return replace(self, name="/".join(filter(None, (self.name, below.strip("/")))))

    @property
    def last(self) -> str:
        """The last part of the name."""
        return self.name.rpartition("/")[2]

    @property
    def parent(self) -> StorePath:
        """The place above."""
        return self._above(self.name.rpartition("/")[0])

    @property
    def parents(self) -> list[StorePath]:
        """All places above, the next one first."""
        parts = self.name.split("/")[:-1]
        names = ["/".join(parts[:kept]) for kept in range(len(parts), -1, -1)] if self.name else []
        return [self._above(name) for name in names]

    def _above(self, name: str) -> StorePath:
        return replace(self, name=name, root=min(self.root, name, key=len))

    @property
    def prefix(self) -> str:
        """How the names of all objects below it begin."""
        return f"{self.name}/" if self.name else ""

    @property
    def store(self) -> Store:
        """The store that it is in."""
        return store_of(self.scheme, self.bucket or self.root)

    def below(self, name: str) -> str:
        """Return the part of an object's name that is below this place."""
        return name.removeprefix(self.prefix)

    def is_file(self) -> bool:
        """Whether there is an object of this name; see `Store` for what may be raised."""
        return self.store.stat(self.name) is not None

    def read_bytes(self) -> bytes:
        """Read the object; see `Store.read`."""
        return self.store.read(self.name)

    def read_text(self, encoding: str = "utf-8") -> str:
        """Read the object as text; see `Store.read`."""
        return self.read_bytes().decode(encoding)


def _fault(place: StorePath) -> str | None:
    whole = f"{place.bucket}/{place.name}"
    if "@" in place.bucket or re.search(r":.*@", whole) or "?" in whole:
        return "it holds credentials or settings, which belong where your provider's own tools look for them"
    if place.scheme == "file" and place.bucket:
        return "a folder of this machine begins with a third slash"
    if place.scheme != "file" and not BUCKET.fullmatch(place.bucket):
        return "a bucket's name has letters, digits, '-', '_' or '.'" if place.bucket else "it names no bucket"
    if place.scheme == "az" and "." in place.bucket:
        return "a container's name has no dots, and the account's host does not belong there"
    if any(part in {"", ".", ".."} for part in place.name.split("/")) and place.name:
        return "parts of it are empty or dots"
    if UNFIT.search(place.name):
        return "it holds characters that names in stores can't have"
    if len(place.name.encode()) > LONGEST_NAME_BYTES:
        return f"it is longer than {LONGEST_NAME_BYTES} bytes"
    return None


def without_credentials(text: str) -> str:
    """Return a text for a message, without what may be credentials of an address in it: before an @, or after a ?."""
    head, slashes, rest = text.partition("://")
    before, at, place = rest.rpartition("@")
    place, asked, _ = place.partition("?")
    return f"{head}{slashes}{'...' if before else ''}{at}{place}{f'{asked}...' if asked else ''}"


def example_of(scheme: str) -> str:
    """Return an address as they are written in a kind of store."""
    return "file:///mnt/datasets" if scheme == "file" else f"{scheme}://my-bucket/datasets"
