"""Amazon S3, and stores that speak its protocol."""

from __future__ import annotations

import base64
import contextlib
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, ClassVar

import boto3.session
import botocore.exceptions as errors
from botocore.config import Config

from ecgfactory.storage.at_once import REQUESTS_AT_ONCE, at_once
from ecgfactory.storage.failure import Failure
from ecgfactory.storage.remote_store import NEW, Operation, RemoteStore
from ecgfactory.storage.s3_failure import end_redirects, refuse_page, s3_failure
from ecgfactory.storage.store import Stored, StoreError, Unfinished

Part = Mapping[str, Any]
"""Number and digest of a part that has arrived, as S3 wants them in the end."""

MOST_PARTS = 10_000
"""Of one upload."""

COPIED_AT_ONCE_BYTES = 5 * 2**30
"""What S3 copies by one request; more by parts of this size."""

DELETED_AT_ONCE = 1000
"""Names in one request."""

_REFUSED: Any = {"HTTPStatusCode": 403, "HTTPHeaders": {}}
"""What the answer would be if one of several names were asked for alone."""

_UNSAID = {400, 401, 403}
"""Status of answers whose reason is in their content, which the answer to a look at an object lacks."""


class S3Store(RemoteStore):
    """A bucket of S3, by boto3.

    The version of an object is its ETag: it changes with the content, so writing the same content again may keep it.
    """

    name: ClassVar[str] = "s3"
    permissions: ClassVar[Mapping[Operation, str]] = {
        "read": "s3:GetObject, and s3:ListBucket on the bucket, without which what is missing counts as denied",
        "write": "s3:PutObject",
        "list": "s3:ListBucket on the bucket",
        "delete": "s3:DeleteObject",
        "list unfinished uploads of": "s3:ListBucketMultipartUploads on the bucket",
        "abandon uploads of": "s3:AbortMultipartUpload",
    }
    credentials_from: ClassVar[str] = (
        "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a profile (AWS_PROFILE), or the role of this machine"
    )
    endpoint_from: ClassVar[str] = "AWS_ENDPOINT_URL or AWS_ENDPOINT_URL_S3"

    def __init__(self, bucket: str) -> None:
        super().__init__(bucket)
        self._session = self._ask("read", "", _session)
        self._clients: dict[tuple[float, float], Any] = {}
        self._connecting = threading.Lock()
        self._ask("read", "", lambda: self._client)

    def copy(self, source: str, target: str) -> None:
        """Copy an object, in parts where it is too large for one request; see `Store.copy`."""
        given: Any = {"Bucket": self.bucket, "Key": target, "CopySource": {"Bucket": self.bucket, "Key": source}}
        try:
            self._ask("write", target, lambda: self._client.copy_object(**given))
            return
        except StoreError:
            whole = self._ask("read", source, lambda: self._head(source))  # only now, to save a request a copy
            if whole.size_bytes <= COPIED_AT_ONCE_BYTES:
                raise

        def copy_part(upload_id: str, number: int, start: int) -> Part:
            last = min(start + COPIED_AT_ONCE_BYTES, whole.size_bytes) - 1
            answer = self._client.upload_part_copy(
                **given, UploadId=upload_id, PartNumber=number, CopySourceRange=f"bytes={start}-{last}"
            )
            return {"PartNumber": number, "ETag": answer["CopyPartResult"]["ETag"]}

        self._in_parts(target, range(0, whole.size_bytes, COPIED_AT_ONCE_BYTES), copy_part, {})

    def objects(self, prefix: str) -> Iterator[Stored]:
        """Yield objects; see `Store.objects`."""
        for page in self._pages(prefix, ""):
            for each in page.get("Contents", []):
                if not each["Key"].endswith("/"):
                    modified_at = each["LastModified"].timestamp()
                    yield Stored(each["Key"], each["Size"], modified_at, _version(each["ETag"]))

    def folders(self, prefix: str) -> list[str]:
        """Return the next parts of names; see `Store.folders`."""
        found = [each["Prefix"] for page in self._pages(prefix, "/") for each in page.get("CommonPrefixes", [])]
        return sorted(name.removeprefix(prefix).removesuffix("/") for name in found)

    def delete(self, names: Iterable[str]) -> None:
        """Delete objects, up to a thousand by one request; see `Store.delete`."""
        left = iter(names)
        while some := list(islice(left, DELETED_AT_ONCE)):
            self._delete(some)

    def unfinished(self, prefix: str) -> list[Unfinished]:
        """Return uploads in parts; see `Store.unfinished`."""

        def listed() -> list[Unfinished]:
            pages = self._client.get_paginator("list_multipart_uploads").paginate(Bucket=self.bucket, Prefix=prefix)
            return [
                Unfinished(each["Key"], each["UploadId"], each["Initiated"].timestamp())
                for page in pages
                for each in page.get("Uploads", [])
            ]

        return self._ask("list unfinished uploads of", prefix, listed)

    def abandon(self, upload: Unfinished) -> None:
        """Abort an upload in parts; see `Store.abandon`."""
        given: Any = {"Bucket": self.bucket, "Key": upload.name, "UploadId": upload.upload_id}
        with contextlib.suppress(FileNotFoundError):
            self._ask("abandon uploads of", upload.name, lambda: self._client.abort_multipart_upload(**given))

    def _get(self, name: str, start: int, stop: int | None, version: str | None) -> bytes:
        given: Any = {"Bucket": self.bucket, "Key": name}
        if start or stop is not None:
            given["Range"] = f"bytes={start}-{'' if stop is None else stop - 1}"
        if version is not None:
            given["IfMatch"] = f'"{version}"'
        try:
            answer = self._client.get_object(**given)
            _version(answer["ETag"])  # without one it is a page of something else
            content: bytes = answer["Body"].read()
        except errors.ClientError as error:
            if error.response["Error"]["Code"] == "InvalidRange":
                return b""
            raise
        return content

    def _put(self, name: str, content: bytes, version: str | None) -> None:
        given: Any = {"Bucket": self.bucket, "Key": name, "Body": content, "ChecksumAlgorithm": "SHA256"}
        if version is not None:
            given |= {"IfNoneMatch": "*"} if version == NEW else {"IfMatch": f'"{version}"'}
        _version(self._client.put_object(**given)["ETag"])  # without one, nothing was stored

    def _put_file(self, name: str, content: bytes, sha256: str) -> None:
        checksum = base64.b64encode(bytes.fromhex(sha256)).decode()
        given: Any = {"Bucket": self.bucket, "Key": name, "Body": content, "ChecksumAlgorithm": "SHA256"}
        _version(self._client.put_object(**given, ChecksumSHA256=checksum)["ETag"])

    def _put_parts(self, name: str, size_bytes: int, parts: Callable[[int], Iterator[bytes]]) -> None:
        part_bytes = max(self.part_bytes, -(-size_bytes // MOST_PARTS))

        def put_part(upload_id: str, number: int, content: bytes) -> Part:
            answer = self._client.upload_part(
                Bucket=self.bucket,
                Key=name,
                UploadId=upload_id,
                PartNumber=number,
                Body=content,
                ChecksumAlgorithm="SHA256",
            )
            told = {key: answer[key] for key in ("ETag", "ChecksumSHA256") if key in answer}  # some keep no checksums
            return {"PartNumber": number, **told}

        self._in_parts(name, parts(part_bytes), put_part, {"ChecksumAlgorithm": "SHA256"})

    def _delete_if(self, name: str, version: str) -> None:
        self._client.delete_object(Bucket=self.bucket, Key=name, IfMatch=f'"{version}"')

    def _head(self, name: str) -> Stored:
        given: Any = {"Bucket": self.bucket, "Key": name}
        try:
            held = self._client.head_object(**given)
        except errors.ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] in _UNSAID:
                self._client.get_object(**given, Range="bytes=0-0")  # fails as well, and says why
            raise
        return Stored(name, held["ContentLength"], held["LastModified"].timestamp(), _version(held["ETag"]))

    def _failure(self, error: BaseException) -> Failure | None:
        return s3_failure(error)

    @property
    def _client(self) -> Any:
        """The library's client for requests that wait as long as is right here: it has that for all of its own."""
        timeouts_s = self._timeouts_s
        with self._connecting:
            if timeouts_s not in self._clients:
                self._clients[timeouts_s] = self._connected(*timeouts_s)
            return self._clients[timeouts_s]

    def _connected(self, connect_s: float, read_s: float) -> Any:
        config = Config(
            connect_timeout=connect_s,
            read_timeout=read_s,
            retries={"total_max_attempts": 1},
            max_pool_connections=4 * REQUESTS_AT_ONCE,
            request_checksum_calculation="when_required",  # not all stores know those that boto3 adds unasked
            response_checksum_validation="when_required",
        )
        client = self._session.client("s3", config=config)
        client.meta.events.register("response-received.s3", refuse_page)
        client.meta.events.register("needs-retry.s3.HeadBucket", end_redirects)
        return client

    def _pages(self, prefix: str, delimiter: str) -> Iterator[Any]:
        given: Any = {"Bucket": self.bucket, "Prefix": prefix, "Delimiter": delimiter, "MaxKeys": self.listed_at_once}

        def page_and_next() -> tuple[Any, str | None]:
            page = self._client.list_objects_v2(**given)
            return page, page["NextContinuationToken"] if page["IsTruncated"] else None

        while True:
            page, token = self._ask("list", prefix, page_and_next)
            yield page
            if token is None:
                return
            given["ContinuationToken"] = token

    def _delete(self, names: list[str]) -> None:
        given: Any = {"Objects": [{"Key": name} for name in names], "Quiet": True}

        def deleted() -> None:
            answer = self._client.delete_objects(Bucket=self.bucket, Delete=given)
            for left in answer.get("Errors", []):  # the answer as a whole says that all went well
                raise errors.ClientError({"Error": left, "ResponseMetadata": _REFUSED}, "DeleteObjects")

        self._ask("delete", names[0], deleted)

    def _in_parts(
        self,
        name: str,
        parts: Iterable[Any],
        put_part: Callable[[str, int, Any], Part],
        checks: Mapping[str, Any],
    ) -> None:
        """Upload an object in parts, several at a time; on any error free those that are there."""
        given: Any = {"Bucket": self.bucket, "Key": name}
        upload_id = self._ask(
            "write", name, lambda: self._client.create_multipart_upload(**given, **checks)["UploadId"]
        )
        with self._freed_on_error(Unfinished(name, upload_id, 0)):
            done = at_once(
                lambda part: self._ask("write", name, lambda: put_part(upload_id, *part)),
                enumerate(parts, 1),
                self.parts_at_once,
            )
            self._complete(name, upload_id, done)

    def _complete(self, name: str, upload_id: str, done: list[Part]) -> None:
        given: Any = {"Bucket": self.bucket, "Key": name, "UploadId": upload_id, "MultipartUpload": {"Parts": done}}
        try:
            self._ask("write", name, lambda: self._client.complete_multipart_upload(**given))
        except FileNotFoundError:  # no such upload: it is complete where the answer to an attempt before was lost
            held = self.stat(name)
            if held is None or not held.version.endswith(f"-{len(done)}"):
                raise StoreError(f"{self._address(name)}: its upload was aborted by someone else; try again.") from None


def _session() -> boto3.session.Session:
    # as AWS's other tools do: boto3 by itself looks at AWS_DEFAULT_REGION, then at the profile
    return boto3.session.Session(region_name=os.environ.get("AWS_REGION") or None)


def _version(etag: str) -> str:
    return etag.strip('"')
