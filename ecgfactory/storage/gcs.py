"""Google Cloud Storage."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, cast

import google.auth.exceptions
import requests
import urllib3.exceptions
from google.api_core.exceptions import GoogleAPICallError, RequestRangeNotSatisfiable
from google.cloud.storage import Blob, Client
from google.cloud.storage.exceptions import DataCorruption, InvalidResponse

from ecgfactory.storage.at_once import at_once
from ecgfactory.storage.failure import Failure, Reason, failure_of
from ecgfactory.storage.remote_store import NEW, Operation, RemoteStore
from ecgfactory.storage.store import Stored, Unfinished

BAD_REQUEST = 400

_REASONS: Mapping[str, Reason] = {
    "rateLimitExceeded": "passing",
    "userRateLimitExceeded": "passing",
    "quotaExceeded": "full",
    "authError": "unknown",
}

_PASSING = (
    urllib3.exceptions.HTTPError,
    requests.ConnectionError,
    requests.Timeout,
    requests.exceptions.ChunkedEncodingError,
    google.auth.exceptions.TransportError,
)


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
        # for traces, which nobody reads here, it would ask for the bucket from a thread, with attempts of its own and
        # a permission that nothing else needs; there is no argument against that
        self._client._bucket_metadata_cache = None
        if os.environ.get(self.endpoint_from):  # Google's own endpoint may redirect
            self._client._http.max_redirects = 0
        self._bucket: Any = self._client.bucket(bucket)

    def copy(self, source: str, target: str) -> None:
        """Copy an object by as many requests as the store wants; see `Store.copy`."""

        def rewrite(token: str | None) -> str | None:
            found = self._blob(target).rewrite(self._blob(source), token=token, **self._once())
            return cast(str | None, found[0])

        token = self._ask("write", source, lambda: rewrite(None))
        while token is not None:
            token = self._ask("write", source, partial(rewrite, token))

    def objects(self, prefix: str) -> Iterator[Stored]:
        """Yield objects; see `Store.objects`."""
        for page in self._pages(prefix, None):
            yield from (_stored(blob) for blob in page if not blob.name.endswith("/"))

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
                **self._once(),
            )
        except RequestRangeNotSatisfiable:
            return b""
        return content

    def _put(self, name: str, content: bytes, version: str | None) -> None:
        given: Any = {} if version is None else {"if_generation_match": 0 if version == NEW else int(version)}
        self._blob(name).upload_from_string(
            content, content_type="application/octet-stream", checksum="crc32c", **given, **self._once()
        )

    def _put_parts(self, name: str, size_bytes: int, parts: Callable[[int], Iterator[bytes]]) -> None:
        def again(request: Callable[[], Any]) -> Callable[[], Any]:
            return lambda: self._ask("write", name, request)

        # the library calls its `retry` with each request: so one part is sent again, and not the whole
        given: Any = self._once() | {"retry": again}
        writer = self._blob(name).open("wb", chunk_size=self.part_bytes, checksum="crc32c", ignore_flush=True, **given)
        try:
            for part in parts(self.part_bytes):
                writer.write(part)
            writer.close()
        except BaseException:
            with contextlib.suppress(Exception):  # what went wrong before is what counts
                writer.terminate()
            raise

    def _delete_if(self, name: str, version: str) -> None:
        self._blob(name).delete(if_generation_match=int(version), **self._once())

    def _head(self, name: str) -> Stored:
        blob = self._blob(name)
        blob.reload(**self._once())
        return _stored(blob)

    def _failure(self, error: BaseException) -> Failure | None:
        name = type(error).__name__
        if isinstance(error, GoogleAPICallError | InvalidResponse | requests.TooManyRedirects):
            return _refusal(error)
        if isinstance(error, DataCorruption):
            return Failure("damaged", "crc32c")
        if isinstance(error, _PASSING):
            return Failure("passing", name)
        if isinstance(error, google.auth.exceptions.GoogleAuthError):
            return Failure("unknown", _missing_file() or name)
        if isinstance(error, requests.exceptions.JSONDecodeError | AttributeError):  # what answers is no store
            return Failure("no address", "its answer is no JSON")
        if isinstance(error, ValueError):  # as all are that tell of a URL
            return Failure("no address", name)
        return Failure("other", name) if isinstance(error, requests.RequestException) else None

    def _once(self) -> dict[str, Any]:
        """What every request is given: our attempts, and not the library's; and how long it may wait."""
        return {"retry": None, "timeout": self._timeouts_s}

    def _blob(self, name: str) -> Any:
        return Blob(name, self._bucket)

    def _delete(self, name: str) -> None:
        with contextlib.suppress(FileNotFoundError):
            self._ask("delete", name, lambda: self._blob(name).delete(**self._once()))

    def _pages(self, prefix: str, delimiter: str | None) -> Iterator[Any]:
        given = {"prefix": prefix, "delimiter": delimiter, "page_size": self.listed_at_once} | self._once()

        def page_at(token: str | None) -> tuple[Any, str | None]:
            # a new listing for each page: after an error, the library takes one that goes on for ended
            listing = self._client.list_blobs(self._bucket, page_token=token, **given)
            return next(listing.pages), listing.next_page_token

        page, token = self._ask("list", prefix, lambda: page_at(None))
        yield page
        while token is not None:
            page, token = self._ask("list", prefix, partial(page_at, token))
            yield page


def _missing_file() -> str | None:
    """Say which file the variable for credentials names in vain; not where it may hold them itself."""
    told = os.environ.get("GOOGLE_APPLICATION_CREDENTIALS", "")
    return f"there is no file {told!r}" if Path(told).is_absolute() and not os.access(told, os.F_OK) else None


def _stored(blob: Any) -> Stored:
    return Stored(blob.name, blob.size, blob.updated.timestamp(), str(blob.generation))


def _refusal(error: Any) -> Failure:
    answer = error.response
    if answer is None:
        return failure_of(int(error.code or 0), "", {}, {}, str(error))
    if answer.status_code == BAD_REQUEST and "crc32c" in answer.text.lower():
        return Failure("damaged", "crc32c")
    return failure_of(answer.status_code, _code(answer), answer.headers, _REASONS, answer.text)


def _code(answer: requests.Response) -> str:
    """Return Google's own code, such as `rateLimitExceeded`."""
    try:
        return str(answer.json()["error"]["errors"][0]["reason"])
    except (ValueError, LookupError, TypeError):  # of a proxy, or of an upload
        return ""
