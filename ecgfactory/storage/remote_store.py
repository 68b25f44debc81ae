"""What the stores of all providers have in common: attempts, digests, parts, and failures in one sentence."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import time
from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import ClassVar, Literal, TypeVar

from ecgfactory.storage.at_once import at_once
from ecgfactory.storage.attempts import answer_s, patience, with_attempts
from ecgfactory.storage.failure import Failure
from ecgfactory.storage.store import Store, Stored, StoreError, Unfinished

CLEAN_UP_S = 5.0
"""For how long it is tried to leave nothing behind after an error."""

NEW = ""
"""In the place of a version: there is no such object yet."""

Operation = Literal["read", "write", "list", "delete", "list unfinished uploads of", "abandon uploads of"]

Result = TypeVar("Result")


class UnmetError(StoreError):
    """The condition of a request does not hold; or the store has one of its own for what was asked without any."""


class MissingBucketError(StoreError):
    """There is no such bucket: as with a folder that is not there, its name is taken for wrong."""

    exit_code = 2


class NoAccessError(StoreError):
    """Credentials or endpoint are missing or wrong: they are what the user gives, if not by a request."""

    exit_code = 2


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

    connect_s: ClassVar[float] = 10.0
    """How long a request waits for a connection, where nobody is in a hurry."""

    read_s: ClassVar[float] = 60.0
    """How long a request waits for the next bytes of its answer, where nobody is in a hurry."""

    single_bytes: ClassVar[int] = 64 * 2**20
    """Files up to this size are one request."""

    part_bytes: ClassVar[int] = 16 * 2**20
    """Larger ones are requests of this size, unless there were too many."""

    parts_at_once: ClassVar[int] = 4
    """Of one file; as many are in memory."""

    first_bytes: ClassVar[int] = 2**20
    """Asked for first when an object is fetched; smaller ones are complete with that."""

    listed_at_once: ClassVar[int] = 1000
    """Objects in one answer."""

    def __init__(self, bucket: str) -> None:
        super().__init__(bucket)
        self._bucket_seen = False

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
                first = self.read(name, 0, self.first_bytes)
                if len(first) < self.first_bytes:
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
        if size_bytes > self.single_bytes:
            self._put_parts(name, size_bytes, lambda part_bytes: checked_parts(source, name, sha256, part_bytes))
        else:
            content = b"".join(checked_parts(source, name, sha256, self.single_bytes))
            self._ask("write", name, lambda: self._put_file(name, content, sha256))

    def delete_version(self, name: str, version: str) -> None:
        """Delete a version of an object; see `Store.delete_version`."""
        with contextlib.suppress(UnmetError, FileNotFoundError):
            self._ask("delete", name, lambda: self._delete_if(name, version))

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

    def _put_file(self, name: str, content: bytes, sha256: str) -> None:
        """Write an object whose sha256 is known, for stores that can check it."""
        self._put(name, content, None)

    @abstractmethod
    def _put_parts(self, name: str, size_bytes: int, parts: Callable[[int], Iterator[bytes]]) -> None:
        """Upload a large object: what `parts` yields for a size in bytes that each but the last has.

        Where it raises, nothing may appear.
        """

    @abstractmethod
    def _delete_if(self, name: str, version: str) -> None:
        """Delete an object that has this version; it is an error where it has another."""

    @abstractmethod
    def _head(self, name: str) -> Stored:
        """Describe an object."""

    @abstractmethod
    def _failure(self, error: BaseException) -> Failure | None:
        """Say why a request failed; None for an error that is none of the provider's library."""

    @property
    def _timeouts_s(self) -> tuple[float, float]:
        """How long a request waits here: for a connection, and for the next bytes of its answer."""
        return min(self.connect_s, answer_s()), min(self.read_s, answer_s())

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
        begun_s = time.monotonic()
        try:
            return with_attempts(self._address(""), request, self._failure)
        except Exception as error:
            failure = self._failure(error)
            if failure is None:
                raise
            raise self._error(operation, name, failure, time.monotonic() - begun_s) from None

    @contextlib.contextmanager
    def _freed_on_error(self, upload: Unfinished) -> Iterator[None]:
        """Free what an upload in parts holds when the block fails, if the store can still be reached."""
        try:
            yield
        except BaseException:
            with contextlib.suppress(StoreError), patience(CLEAN_UP_S):
                self.abandon(upload)
            raise

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
            stop = min(start + self.part_bytes, whole.size_bytes)
            part = self._ask("read", name, lambda: self._get(name, start, stop, whole.version))
            if len(part) < stop - start:  # some stores find that the range is gone before they find that the version is
                raise UnmetError
            os.pwrite(descriptor, part, start)

        try:
            at_once(fetch_part, range(0, whole.size_bytes, self.part_bytes), self.parts_at_once)
        except UnmetError:
            raise StoreError(f"{self._address(name)}: was replaced while it was read; try again.") from None

    def _address(self, name: str) -> str:
        return f"{self.name}://{self.bucket}/{name}".removesuffix("/")

    def _error(self, operation: Operation, name: str, failure: Failure, tried_s: float = 0.0) -> Exception:
        address = self._address(name)
        if failure.reason == "unmet":
            return UnmetError(
                f"{address}: the store has a condition for it that does not hold ({failure.detail}); see whether it is "
                "locked, or kept by a policy."
            )
        if failure.reason == "absent" and operation != "list":
            return self._missing_bucket(name) or FileNotFoundError(address)
        if failure.reason in {"absent", "no bucket"}:
            elsewhere = f" or {self.endpoint_from}" if failure.detail.isdecimal() else ""  # no store's own words
            return MissingBucketError(
                f"{self._address('')}: there is no {self.bucket_noun} {self.bucket!r}; make it, or correct its "
                f"name{elsewhere}."
            )
        kind = NoAccessError if failure.reason in {"unknown", "elsewhere", "no address", "setting"} else StoreError
        return kind(f"{address}: {self._sentence(operation, failure, tried_s)}")

    def _missing_bucket(self, name: str) -> MissingBucketError | None:
        """Find out, once, whether it is the bucket that is missing: the answer to most requests does not tell."""
        if not self._bucket_seen:
            try:
                next(self.objects(name), None)
            except MissingBucketError as error:
                return error
            except StoreError:  # it may not be listed: so it is there
                pass
            self._bucket_seen = True
        return None

    def _sentence(self, operation: Operation, failure: Failure, tried_s: float) -> str:
        detail = failure.detail
        match failure.reason:
            case "denied":
                return f"these credentials may not {operation} it ({detail}); grant them {self.permissions[operation]}."
            case "unknown":
                return f"credentials are missing or not accepted ({detail}); give them by {self.credentials_from}."
            case "clock":
                return f"the store does not take requests of this machine's clock ({detail}); set it right."
            case "full":
                return f"its quota is full ({detail}); make room in the {self.bucket_noun}, or raise the quota."
            case "damaged":
                return f"it arrived damaged and was refused ({detail}); try again."
            case "elsewhere":
                return (
                    f"the endpoint redirects elsewhere ({detail}); write the address that it redirects to into "
                    f"{self.endpoint_from}."
                )
            case "no address":
                return f"{self.endpoint_from} holds no address of a store ({detail}); write one like https://host:9000."
            case "setting":
                return f"{detail}."
            case "passing":
                return (
                    f"the store could not {operation} it within {tried_s:.0f} s ({detail}); check the network "
                    f"and {self.endpoint_from}, then run this again."
                )
            case _:
                return (
                    f"the store refuses to {operation} it ({detail}); check that it can do this, and "
                    f"{self.endpoint_from}."
                )


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
