"""Google Cloud Storage."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, ClassVar

import google.auth.exceptions
import requests
from google.api_core.exceptions import GoogleAPICallError, RequestRangeNotSatisfiable
from google.cloud.storage import Blob, Client
from google.cloud.storage.exceptions import DataCorruption, InvalidResponse

from ecgfactory.storage.at_once import at_once
from ecgfactory.storage.failure import Failure, Reason, failure_of
from ecgfactory.storage.remote_store import CONNECT_S, NEW, PART_BYTES, READ_S, Operation, RemoteStore
from ecgfactory.storage.store import Stored, Unfinished

LISTED_AT_ONCE = 1000
"""Objects in one answer."""

_REASONS: Mapping[str, Reason] = {}


class GcsStore(RemoteStore):
    """A bucket of Google Cloud Storage, by google-cloud-storage. The version of an object is its generation."""

    name: ClassVar[str] = "gs"
    permissions: ClassVar[Mapping[Operation, str]] = {
        "read": "storage.objects.get, and storage.objects.list, without which what is missing counts as denied",
        "write": "storage.objects.create, and storage.objects.delete to replace what is there",
        "list": "storage.objects.list",
        "delete": "storage.objects.delete",
    }
    credentials_from: ClassVar[str] = (
        "GOOGLE_APPLICATION_CREDENTIALS, by `gcloud auth application-default login`, or by the service account of "
        "this machine"
    )
    endpoint_from: ClassVar[str] = "STORAGE_EMULATOR_HOST"

    def __init__(self, bucket: str) -> None:
        super().__init__(bucket)
        self._client: Any = self._ask("read", "", lambda: Client(project=None))
        self._bucket: Any = self._client.bucket(bucket)

    def copy(self, source: str, target: str) -> None:
        """Copy an object by as many requests as the store wants; see `Store.copy`."""
        token: str | None = None
        while True:
            token, _, _ = self._ask(
                "write",
                source,
                lambda: self._blob(target).rewrite(self._blob(source), token=token, **_once()),
            )
            if token is None:
                return

    def objects(self, prefix: str) -> Iterator[Stored]:
        """Yield objects; see `Store.objects`."""
        for page in self._pages(prefix, None):
            yield from (_stored(blob) for blob in page)

    def folders(self, prefix: str) -> list[str]:
        """Return the next parts of names; see `Store.folders`."""
        found = {name for page in self._pages(prefix, "/") for name in page.prefixes}
        return sorted(name.removeprefix(prefix).removesuffix("/") for name in found)

    def delete(self, names: Iterable[str]) -> None:
        """Delete objects; see `Store.delete`."""
        at_once(self._delete, names)

    def unfinished(self, prefix: str) -> list[Unfinished]:
        """Return none: uploads that were begun can't be listed here, take no room that is paid, and end in a week."""
        return []

    def abandon(self, upload: Unfinished) -> None:
        """Do nothing: see `unfinished`."""

    def _get(self, name: str, start: int, stop: int | None, version: str | None) -> bytes:
        given: Any = {"if_generation_match": int(version)} if version is not None else {}
        try:
            content: bytes = self._blob(name).download_as_bytes(
                start=start or None if stop is None else start,
                end=None if stop is None else stop - 1,
                raw_download=True,
                **given,
                **_once(),
            )
        except RequestRangeNotSatisfiable:
            return b""
        return content

    def _put(self, name: str, content: bytes, version: str | None) -> None:
        given: Any = {} if version is None else {"if_generation_match": 0 if version == NEW else int(version)}
        self._blob(name).upload_from_string(
            content, content_type="application/octet-stream", checksum="crc32c", **given, **_once()
        )

    def _put_parts(self, name: str, size_bytes: int, parts: Callable[[int], Iterator[bytes]]) -> None:
        def again(request: Callable[[], Any]) -> Callable[[], Any]:
            return lambda: self._ask("write", name, request)

        # the library calls its `retry` with each request: so one part is sent again, and not the whole
        given: Any = _once() | {"retry": again}
        writer = self._blob(name).open("wb", chunk_size=PART_BYTES, checksum="crc32c", ignore_flush=True, **given)
        with writer:
            for part in parts(PART_BYTES):
                writer.write(part)

    def _head(self, name: str) -> Stored:
        blob = self._blob(name)
        blob.reload(**_once())
        return _stored(blob)

    def _failure(self, error: BaseException) -> Failure | None:
        if isinstance(error, GoogleAPICallError | InvalidResponse):
            response: Any = error.response
            status = response.status_code if response is not None else int(error.code or 0)  # type: ignore[union-attr]
            return _failure(status, response)
        if isinstance(error, google.auth.exceptions.TransportError | requests.ConnectionError | requests.Timeout):
            return Failure("passing", type(error).__name__)
        if isinstance(error, requests.exceptions.ChunkedEncodingError):
            return Failure("passing", type(error).__name__)
        if isinstance(error, google.auth.exceptions.GoogleAuthError):
            return Failure("unknown", type(error).__name__)
        if isinstance(error, DataCorruption):
            return Failure("damaged", "crc32c")
        return Failure("other", type(error).__name__) if isinstance(error, requests.RequestException) else None

    def _blob(self, name: str) -> Any:
        return Blob(name, self._bucket)

    def _delete(self, name: str) -> None:
        try:
            self._ask("delete", name, lambda: self._blob(name).delete(**_once()))
        except FileNotFoundError:
            pass

    def _pages(self, prefix: str, delimiter: str | None) -> Iterator[Any]:
        listed = self._client.list_blobs(
            self._bucket, prefix=prefix, delimiter=delimiter, page_size=LISTED_AT_ONCE, **_once()
        ).pages
        while (page := self._ask("list", prefix, lambda: next(listed, None))) is not None:
            yield page


def _once() -> dict[str, Any]:
    return {"retry": None, "timeout": (CONNECT_S, READ_S)}


def _stored(blob: Any) -> Stored:
    return Stored(blob.name, blob.size, blob.updated.timestamp(), str(blob.generation))


def _failure(status: int, response: Any) -> Failure:
    words = response.text if response is not None else ""
    if status == 404 and "bucket" in words and "does not exist" in words:
        return Failure("no bucket", "404")
    return failure_of(status, "", response.headers if response is not None else {}, _REASONS, words)
