"""Places in stores, handled as paths are: `StorePath.parse("s3://bucket/datasets") / "quickstart"`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self

from ecgfactory.errors import BadInputError, shown
from ecgfactory.storage.store import Store
from ecgfactory.storage.stores import STORES, store_of

SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")


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
    """

    scheme: str
    bucket: str
    name: str

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
        if found is None or scheme not in STORES:
            kinds = ", ".join(f"{kind}://" for kind in STORES)
            raise BadInputError(f"{shown(address)} is of no storage that is known; begin it with one of {kinds}.")
        bucket, _, name = address[found.end() :].partition("/")
        if "@" in bucket:
            raise BadInputError(
                f"the address {scheme}://...@{bucket.rpartition('@')[2]} holds credentials; leave them out, and give "
                "them where your provider's own tools look for them."
            )
        place = cls(scheme, bucket, name.removesuffix("/"))
        if (reason := _fault(place)) is not None:
            raise BadInputError(f"{shown(address)} can't be an address ({reason}); write one like {_example(scheme)}.")
        return place

    def __str__(self) -> str:
        return (
            f"{self.scheme}://{self.bucket}/{self.name}".rstrip("/") if self.name else f"{self.scheme}://{self.bucket}"
        )

    def __truediv__(self, below: str) -> StorePath:
        return StorePath(self.scheme, self.bucket, "/".join(filter(None, (self.name, below.strip("/")))))

    @property
    def last(self) -> str:
        """The last part of the name."""
        return self.name.rpartition("/")[2]

    @property
    def parent(self) -> StorePath:
        """The place above."""
        return StorePath(self.scheme, self.bucket, self.name.rpartition("/")[0])

    @property
    def prefix(self) -> str:
        """How the names of all objects below it begin."""
        return f"{self.name}/" if self.name else ""

    @property
    def store(self) -> Store:
        """The store that it is in."""
        return store_of(self.scheme, self.bucket)

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
    if not place.bucket and place.scheme != "file":
        return "it names no bucket"
    if place.scheme == "file" and place.bucket:
        return "a folder of this machine begins with a third slash"
    parts = place.name.split("/") if place.name else []
    if any(part in {"", ".", ".."} for part in parts):
        return "parts of it are empty or dots"
    if re.search(r"[\x00-\x1f\x7f\\?#*\"<>|]", f"{place.bucket}/{place.name}"):
        return "it holds characters that names in stores can't have"
    if len(place.name.encode()) > 700:  # 1,024 bytes are what stores take, with what is made below
        return "it is longer than 700 bytes"
    return None


def _example(scheme: str) -> str:
    return "file:///mnt/datasets" if scheme == "file" else f"{scheme}://my-bucket/datasets"
