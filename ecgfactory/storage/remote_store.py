"""What the stores of all providers have in common: attempts, digests, parts, and failures in one sentence."""

from __future__ import annotations

import hashlib
import os
import secrets
from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import ClassVar, Literal, TypeVar

from ecgfactory.storage.at_once import at_once
from ecgfactory.storage.attempts import RETRY_FOR_S, with_attempts
from ecgfactory.storage.failure import Failure
from ecgfactory.storage.store import Store, Stored, StoreError

CONNECT_S = 10.0
"""How long a request waits for a connection."""

READ_S = 60.0
"""How long a request waits for the next bytes of its answer."""

SINGLE_BYTES = 64 * 2**20
"""Files up to this size are one request."""

PART_BYTES = 16 * 2**20
"""Larger ones are requests of this size, unless there were too many."""

PARTS_AT_ONCE = 4
"""Of one file; as many parts are in memory."""

FIRST_BYTES = 2**20
"""Asked for first when an object is fetched; smaller ones are complete with that."""

NEW = ""
"""In the place of a version: there is no such object yet."""

Operation = Literal["read", "write", "list", "delete", "list unfinished uploads of", "abandon uploads of"]

Result = TypeVar("Result")


class UnmetError(Exception):
    """The condition of a request does not hold."""


class RemoteStore(Store):
    """A store that is reached over the network by the library of its provider.

    A subclass says what one request is; how often it is made, and what is said when it fails, is decided here.

    Parameters
    ----------
    bucket : str
        The bucket, or whatever the provider calls it.
    """

    bucket_noun: ClassVar[str] = "bucket"
    permissions: ClassVar[Mapping[Operation, str]]
    """What has to be granted for each operation, in the provider's words."""

    credentials_from: ClassVar[str]
    """Where the provider's library looks for credentials."""

    endpoint_from: ClassVar[str]
    """What tells the provider's library where to find the store."""

    def read(self, name: str, start: int = 0, stop: int | None = None) -> bytes:
        """Read an object; see `Store.read`."""
        if stop is not None and stop <= start:
            self._ask("read", name, lambda: self._head(name))
            return b""
        return self._ask("read", name, lambda: self._get(name, start, stop, None))

    def fetch(self, name: str, target: Path) -> None:
        """Write an object into a new file; see `Store.fetch`."""
        draft = target.with_name(f"{target.name}.{secrets.token_hex(4)}")
        try:
            with draft.open("wb") as stream:
                first = self.read(name, 0, FIRST_BYTES)
                if len(first) < FIRST_BYTES:
                    stream.write(first)
                else:
                    self._fetch_parts(name, stream.fileno())
            draft.replace(target)
        finally:
            draft.unlink(missing_ok=True)

    def write(self, name: str, content: bytes) -> None:
        """Write a small object; see `Store.write`."""
        self._ask("write", name, lambda: self._put(name, content, None))

    def create(self, name: str, content: bytes) -> bool:
        """Write a small object where there is none; see `Store.create`."""
        return self._put_if(name, content, NEW)

    def swap(self, name: str, content: bytes, version: str) -> bool:
        """Write a small object in the place of a version of it; see `Store.swap`."""
        return self._put_if(name, content, version)

    def send(self, source: Path, name: str, sha256: str) -> None:
        """Upload a file; see `Store.send`."""
        size_bytes = source.stat().st_size
        if size_bytes > SINGLE_BYTES:
            self._put_parts(name, size_bytes, lambda part_bytes: checked_parts(source, name, sha256, part_bytes))
        else:
            content = b"".join(checked_parts(source, name, sha256, SINGLE_BYTES))
            self.write(name, content)

    def stat(self, name: str) -> Stored | None:
        """Describe an object; see `Store.stat`."""
        try:
            return self._ask("read", name, lambda: self._head(name))
        except FileNotFoundError:
            return None

    @abstractmethod
    def _get(self, name: str, start: int, stop: int | None, version: str | None) -> bytes:
        """Read bytes of an object, of a certain version where one is given; none from beyond its end."""

    @abstractmethod
    def _put(self, name: str, content: bytes, version: str | None) -> None:
        """Write an object with its digest: in any case, in the place of a version, or where it is `NEW`."""

    @abstractmethod
    def _put_parts(self, name: str, size_bytes: int, parts: Callable[[int], Iterator[bytes]]) -> None:
        """Upload a large object: what `parts` yields for a size in bytes that each but the last has.

        Where it raises, nothing may appear.
        """

    @abstractmethod
    def _head(self, name: str) -> Stored:
        """Describe an object."""

    @abstractmethod
    def _failure(self, error: BaseException) -> Failure | None:
        """Say why a request failed; None for an error that is none of the provider's library."""

    def _ask(self, operation: Operation, name: str, request: Callable[[], Result]) -> Result:
        """Make a request, again where that may help.

        Raises
        ------
        FileNotFoundError
            When there is no such object.
        UnmetError
            When its condition does not hold.
        StoreError
            For all else, in one sentence.
        """
        try:
            return with_attempts(request, self._failure)
        except Exception as error:
            failure = self._failure(error)
            if failure is None:
                raise
            raise self._error(operation, name, failure) from None

    def _put_if(self, name: str, content: bytes, version: str) -> bool:
        try:
            self._ask("write", name, lambda: self._put(name, content, version))
        except (UnmetError, FileNotFoundError):
            return self._holds(name, content)
        return True

    def _holds(self, name: str, content: bytes) -> bool:
        """Whether an object has this content: an attempt whose answer was lost may have written it."""
        try:
            return self.read(name) == content
        except FileNotFoundError:
            return False

    def _fetch_parts(self, name: str, descriptor: int) -> None:
        whole = self._ask("read", name, lambda: self._head(name))

        def fetch_part(start: int) -> None:
            stop = min(start + PART_BYTES, whole.size_bytes)
            part = self._ask("read", name, lambda: self._get(name, start, stop, whole.version))
            os.pwrite(descriptor, part, start)

        try:
            at_once(fetch_part, range(0, whole.size_bytes, PART_BYTES), PARTS_AT_ONCE)
        except UnmetError:
            raise StoreError(f"{self._address(name)}: was replaced while it was read; try again.") from None

    def _address(self, name: str) -> str:
        return f"{self.name}://{self.bucket}/{name}"

    def _error(self, operation: Operation, name: str, failure: Failure) -> Exception:
        if failure.reason == "absent":
            return FileNotFoundError(self._address(name))
        if failure.reason == "unmet":
            return UnmetError(self._address(name))
        return StoreError(f"{self._address(name)}: {self._sentence(operation, failure)}")

    def _sentence(self, operation: Operation, failure: Failure) -> str:
        match failure.reason:
            case "denied":
                return (
                    f"these credentials may not {operation} it ({failure.detail}); grant them "
                    f"{self.permissions[operation]}."
                )
            case "unknown":
                return (
                    f"the credentials are missing or not accepted ({failure.detail}); give them in "
                    f"{self.credentials_from}."
                )
            case "no bucket":
                return f"there is no {self.bucket_noun} {self.bucket!r}; make it, or write its name as it is."
            case "full":
                return f"its quota is full ({failure.detail}); make room in the {self.bucket_noun}, or raise the quota."
            case "damaged":
                return f"it arrived damaged and was refused ({failure.detail}); try again."
            case "passing":
                return (
                    f"the store could not {operation} it within {RETRY_FOR_S:.0f} s ({failure.detail}); check the "
                    f"network and {self.endpoint_from}, then run this again."
                )
            case _:
                return f"the store does not {operation} it ({failure.detail})."


def checked_parts(source: Path, name: str, sha256: str, part_bytes: int) -> Iterator[bytes]:
    """Yield the content of a file; the last part only when the digest of all is the one expected.

    Raises
    ------
    StoreError
        When the digest is another one.
    """
    digest = hashlib.sha256()
    with source.open("rb") as stream:
        part = stream.read(part_bytes)
        while True:
            digest.update(part)
            following = stream.read(part_bytes)
            if not following and digest.hexdigest() != sha256:
                raise StoreError(f"{source}: its content changed before it was stored as {name}; make it again.")
            yield part
            if not following:
                return
            part = following
