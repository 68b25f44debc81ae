"""Azure Blob Storage."""

from __future__ import annotations

import contextlib
import logging
import os
import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, ClassVar

from azure.core import MatchConditions
from azure.core.exceptions import (
    AzureError,
    ClientAuthenticationError,
    HttpResponseError,
    IncompleteReadError,
    ServiceRequestError,
    ServiceResponseError,
)
from azure.identity import CredentialUnavailableError, DefaultAzureCredential
from azure.storage.blob import BlobBlock, BlobPrefix, BlobServiceClient, ContainerClient

from ecgfactory.storage.at_once import at_once
from ecgfactory.storage.failure import Failure, Reason, failure_of
from ecgfactory.storage.remote_store import NEW, NoAccessError, Operation, RemoteStore, UnmetError
from ecgfactory.storage.store import Stored, StoreError, Unfinished

BEYOND_ITS_END = 416
"""Status of the answer to a range that begins after the last byte."""

MOST_BLOCKS = 50_000
"""Of one blob."""

COPY_POLL_S = 1.0
"""Between two looks at a copy that takes longer than its request."""

_REASONS: Mapping[str, Reason] = {
    "ContainerNotFound": "no bucket",
    "BlobAlreadyExists": "unmet",
    "InvalidRange": "absent",
    "AuthenticationFailed": "unknown",
    "InvalidAuthenticationInfo": "unknown",
    "NoAuthenticationInformation": "unknown",
    "Md5Mismatch": "damaged",
    "Crc64Mismatch": "damaged",
    "ContainerBeingDeleted": "passing",
    "PendingCopyOperation": "passing",
}

# Azure's libraries tell on stderr of each place where they looked for credentials in vain, and of each answer that is
# none of a store's, unless somebody listens.
logging.getLogger("azure").addHandler(logging.NullHandler())

_READER = "the role Storage Blob Data Reader on the container"
_CONTRIBUTOR = "the role Storage Blob Data Contributor on the container"


class AzureStore(RemoteStore):
    """A container of Azure Blob Storage, by azure-storage-blob. The version of an object is its ETag."""

    name: ClassVar[str] = "az"
    bucket_noun: ClassVar[str] = "container"
    permissions: ClassVar[Mapping[Operation, str]] = {
        "read": _READER,
        "write": _CONTRIBUTOR,
        "list": _READER,
        "delete": _CONTRIBUTOR,
        "list unfinished uploads of": _READER,
        "abandon uploads of": _CONTRIBUTOR,
    }
    credentials_from: ClassVar[str] = (
        "AZURE_STORAGE_CONNECTION_STRING, AZURE_STORAGE_ACCOUNT with AZURE_STORAGE_KEY, AZURE_STORAGE_ACCOUNT with "
        "`az login`, or by the managed identity of this machine"
    )
    endpoint_from: ClassVar[str] = "AZURE_STORAGE_ACCOUNT or AZURE_STORAGE_CONNECTION_STRING"

    def __init__(self, bucket: str) -> None:
        super().__init__(bucket)
        self._container = self._ask("read", "", self._connected)

    def copy(self, source: str, target: str) -> None:
        """Copy an object and wait for it; see `Store.copy`."""
        address, signed, _ = self._container.get_blob_client(source).url.partition("?")
        if signed:  # it would have to be given for the source too, where those who may read the copy find it
            raise NoAccessError(
                f"{self._address(source)}: with a shared access signature the store copies nothing inside itself, as "
                "builds need; give AZURE_STORAGE_ACCOUNT, with its key or a role."
            )
        blob = self._container.get_blob_client(target)
        status: Any = self._ask("write", source, lambda: blob.start_copy_from_url(address))["copy_status"]
        while status == "pending":
            time.sleep(COPY_POLL_S)
            status = self._ask("read", target, blob.get_blob_properties).copy.status
        if status != "success":
            raise StoreError(f"{self._address(source)}: the store could not copy it to {target} ({status}); try again.")

    def objects(self, prefix: str) -> Iterator[Stored]:
        """Yield objects; see `Store.objects`."""
        pages = self._container.list_blobs(name_starts_with=prefix, results_per_page=self.listed_at_once).by_page()
        for page in self._pages(prefix, pages):
            yield from (_stored(blob) for blob in page if not blob.name.endswith("/"))

    def folders(self, prefix: str) -> list[str]:
        """Return the next parts of names; see `Store.folders`."""
        pages = self._container.walk_blobs(name_starts_with=prefix, delimiter="/").by_page()
        found = [each.name for page in self._pages(prefix, pages) for each in page if isinstance(each, BlobPrefix)]
        return sorted(name.removeprefix(prefix).removesuffix("/") for name in found)

    def delete(self, names: Iterable[str]) -> None:
        """Delete objects; see `Store.delete`."""
        at_once(self._delete, names)

    def unfinished(self, prefix: str) -> list[Unfinished]:
        """Return blobs whose blocks were never committed; see `Store.unfinished`.

        They are listed with those that are empty, and cannot be told from them but by asking for each.
        """
        pages = self._container.list_blobs(name_starts_with=prefix, include=["uncommittedblobs"]).by_page()
        empty = [_stored(blob) for page in self._pages(prefix, pages) for blob in page if not blob.size]
        return [Unfinished(blob.name, "", blob.modified_at) for blob in empty if self.stat(blob.name) is None]

    def abandon(self, upload: Unfinished) -> None:
        """Free blocks that were never committed, by making an empty blob of none of them; see `Store.abandon`."""
        blob = self._container.get_blob_client(upload.name)

        def replaced() -> Any:
            return blob.commit_block_list([], match_condition=MatchConditions.IfMissing)

        with contextlib.suppress(UnmetError):  # it has ended after all
            version = str(self._ask("abandon uploads of", upload.name, replaced)["etag"]).strip('"')
            self._ask("abandon uploads of", upload.name, lambda: blob.delete_blob(**_only(version)))

    def _get(self, name: str, start: int, stop: int | None, version: str | None) -> bytes:
        given = {} if version is None else _only(version)
        length = None if stop is None else stop - start
        offset = start if start or length else None
        try:
            content: bytes = self._container.download_blob(name, offset=offset, length=length, **given).readall()
        except HttpResponseError as error:
            if error.status_code == BEYOND_ITS_END:
                return b""
            raise
        return content

    def _put(self, name: str, content: bytes, version: str | None) -> None:
        given = {} if version in {None, NEW} else _only(str(version))
        self._container.upload_blob(name, content, overwrite=version != NEW, validate_content=True, **given)

    def _put_parts(self, name: str, size_bytes: int, parts: Callable[[int], Iterator[bytes]]) -> None:
        blob = self._container.get_blob_client(name)
        part_bytes = max(self.part_bytes, -(-size_bytes // MOST_BLOCKS))
        upload = secrets.token_hex(4)

        def put_block(numbered: tuple[int, bytes]) -> BlobBlock:
            number, content = numbered
            block = f"{upload}-{number:06}"
            self._ask("write", name, lambda: blob.stage_block(block, content, validate_content=True))
            return BlobBlock(block)

        with self._freed_on_error(Unfinished(name, "", 0)):
            blocks = at_once(put_block, enumerate(parts(part_bytes)), self.parts_at_once)
            self._ask("write", name, lambda: blob.commit_block_list(blocks))

    def _delete_if(self, name: str, version: str) -> None:
        self._container.delete_blob(name, **_only(version))

    def _head(self, name: str) -> Stored:
        return _stored(self._container.get_blob_client(name).get_blob_properties())

    def _failure(self, error: BaseException) -> Failure | None:
        if isinstance(error, CredentialUnavailableError | ClientAuthenticationError) and error.response is None:
            return Failure("unknown", type(error).__name__)
        if isinstance(error, ServiceResponseError) and isinstance(error.inner_exception, ValueError):
            return Failure("no address", "no URL")
        if isinstance(error, ServiceRequestError | ServiceResponseError | IncompleteReadError):
            return Failure("passing", type(error).__name__)
        if isinstance(error, HttpResponseError):
            answer: Any = error.response
            if answer is None:  # it was cut
                return Failure("passing", type(error).__name__)
            return failure_of(answer.status_code, answer.headers.get("x-ms-error-code", ""), answer.headers, _REASONS)
        if isinstance(error, ValueError | AttributeError):  # no account has that name, or what answers is no store
            return Failure("no address", type(error).__name__)
        return Failure("other", type(error).__name__) if isinstance(error, AzureError) else None

    def _connected(self) -> ContainerClient:
        given: Any = {
            "retry_total": 0,
            "permit_redirects": False,
            "raw_request_hook": self._limit,
            "max_single_put_size": self.single_bytes,
        }
        if told := os.environ.get("AZURE_STORAGE_CONNECTION_STRING"):
            try:
                service = BlobServiceClient.from_connection_string(told, **given)
            except ValueError:
                raise self._error("read", "", Failure("unknown", "no connection string")) from None
            return service.get_container_client(self.bucket)
        account = os.environ.get("AZURE_STORAGE_ACCOUNT")
        if not account:
            raise self._error("read", "", Failure("unknown", "no account"))
        key = os.environ.get("AZURE_STORAGE_KEY")
        service = BlobServiceClient(
            f"https://{account}.blob.core.windows.net", key or DefaultAzureCredential(), **given
        )
        return service.get_container_client(self.bucket)

    def _limit(self, request: Any) -> None:
        """Have a request wait no longer than is right here; the library calls it before each."""
        connect_s, read_s = self._timeouts_s
        request.context.options.update(connection_timeout=connect_s, read_timeout=read_s)

    def _delete(self, name: str) -> None:
        with contextlib.suppress(FileNotFoundError):
            self._ask("delete", name, lambda: self._container.delete_blob(name))

    def _pages(self, prefix: str, pages: Iterator[Any]) -> Iterator[list[Any]]:
        while (page := self._ask("list", prefix, lambda: _next(pages))) is not None:
            yield page


def _only(version: str) -> dict[str, Any]:
    """Have a request succeed where an object has this version, and fail where it has another or is gone."""
    return {"etag": f'"{version}"', "match_condition": MatchConditions.IfNotModified}


def _next(pages: Iterator[Any]) -> list[Any] | None:
    page = next(pages, None)
    return None if page is None else list(page)


def _stored(blob: Any) -> Stored:
    return Stored(blob.name, blob.size, _time(blob), blob.etag.strip('"'))


def _time(blob: Any) -> float:
    return float(blob.last_modified.timestamp())
