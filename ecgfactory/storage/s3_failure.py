"""Why requests to S3 failed, and answers that come from something else than a store."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import botocore.exceptions as errors
from botocore.parsers import ResponseParserError

from ecgfactory.errors import shown
from ecgfactory.storage.failure import REDIRECTS, SUCCESS, Failure, Reason, failure_of

PAGE_BEGINS_WITHIN = 1000
"""Bytes."""

_REASONS: Mapping[str, Reason] = {
    "NoSuchBucket": "no bucket",
    "ConditionalRequestConflict": "passing",
    "OperationAborted": "passing",
    "RequestTimeout": "passing",
    "InternalError": "passing",
    "ServiceUnavailable": "passing",
    "SlowDown": "passing",
    "InvalidAccessKeyId": "unknown",
    "SignatureDoesNotMatch": "unknown",
    "InvalidToken": "unknown",
    "ExpiredToken": "unknown",
    "AuthorizationHeaderMalformed": "unknown",
    "RequestTimeTooSkewed": "clock",
    "BadDigest": "damaged",
    "InvalidDigest": "damaged",
    "XAmzContentSHA256Mismatch": "damaged",
    "XAmzContentChecksumMismatch": "damaged",
}

_REGION_FROM = "give one like eu-central-1 by AWS_REGION or AWS_DEFAULT_REGION, or in the profile"

_ENDPOINT = re.compile("endpoint|URL", re.IGNORECASE)

_PASSING = (
    errors.ConnectionError,
    errors.ConnectTimeoutError,
    errors.ReadTimeoutError,
    errors.HTTPClientError,
    errors.ResponseStreamingError,
    errors.IncompleteReadError,
    ResponseParserError,
)

_CREDENTIALS = (
    errors.NoCredentialsError,
    errors.PartialCredentialsError,
    errors.CredentialRetrievalError,
    errors.TokenRetrievalError,
    errors.SSOError,
    errors.MetadataRetrievalError,
    errors.NoAuthTokenError,
)


class _PageError(errors.BotoCoreError):
    """What answers is no store."""

    fmt = "a page"


def s3_failure(error: BaseException) -> Failure | None:
    """Say why a request failed; None for an error that is none of boto3's."""
    if isinstance(error, errors.ClientError):
        told, answer = error.response["Error"], error.response["ResponseMetadata"]
        code = told.get("Code", "")
        headers = answer.get("HTTPHeaders", {})
        return failure_of(answer["HTTPStatusCode"], code, headers, _REASONS, told.get("Message", ""))
    if isinstance(error, errors.ProfileNotFound):
        return Failure("unknown", f"there is no profile {shown(error.kwargs['profile'])}")
    if isinstance(error, errors.HTTPClientError) and "Invalid header value" in str(error):
        return Failure("unknown", "they hold what no header can, such as an end of line")
    if isinstance(error, _CREDENTIALS):
        return Failure("unknown", type(error).__name__)
    if isinstance(error, _PageError):
        return Failure("no address", "its answer is no XML")
    if isinstance(error, _PASSING):
        return Failure("passing", type(error).__name__)
    if isinstance(error, errors.InvalidRegionError):
        return Failure("setting", f"{shown(error.kwargs['region_name'])} is no region; {_REGION_FROM}")
    if isinstance(error, ValueError | errors.EndpointResolutionError) and _ENDPOINT.search(str(error)):
        return Failure("no address", "Invalid endpoint")
    if isinstance(error, KeyError):  # the answer lacks what S3 always tells: it is that of something else
        return Failure("no address", f"it tells no {error.args[0]}")
    return Failure("other", type(error).__name__) if isinstance(error, errors.BotoCoreError) else None


def refuse_page(response_dict: Mapping[str, Any] | None, **_: Any) -> None:
    """Fail where something else than a store answers that all is well: the library takes it for XML that was cut."""
    if response_dict is None or response_dict["status_code"] != SUCCESS:
        return
    body = response_dict["body"]
    begun = body.lstrip()[:PAGE_BEGINS_WITHIN].lower() if isinstance(body, bytes) else b""  # else it is an object's
    if begun and (begun[:1] != b"<" or b"<html" in begun):
        raise _PageError


def end_redirects(response: Any, operation: Any, **_: Any) -> None:
    """Fail where a bucket's region is asked for and the answer redirects without naming one.

    The library asks for it after each answer that redirects, this one among them: without end.
    """
    if response is None or response[0] is None or response[0].status_code not in REDIRECTS:
        return
    told = response[1]
    if not {"x-amz-bucket-region", "Region"} & {*told["ResponseMetadata"]["HTTPHeaders"], *told["Error"]}:
        raise errors.ClientError(told, operation.name)
