from __future__ import annotations

import pytest

from ecgfactory.storage.failure import Reason, failure_of


@pytest.mark.parametrize(
    ("status", "code", "reason"),
    [
        (404, "NoSuchKey", "absent"),
        (412, "PreconditionFailed", "unmet"),
        (408, "", "passing"),
        (429, "TooManyRequests", "passing"),
        (500, "InternalError", "passing"),
        (502, "", "passing"),
        (503, "SlowDown", "passing"),
        (504, "", "passing"),
        (501, "NotImplemented", "other"),
        (507, "", "full"),
        (403, "AccessDenied", "denied"),
        (403, "QuotaExceeded", "full"),
        (400, "XMinioStorageFull", "full"),
        (401, "", "unknown"),
        (400, "MalformedXML", "other"),
        (409, "Renamed", "unmet"),
    ],
)
def test_a_status_is_read_and_a_provider_s_code_goes_before_it(status: int, code: str, reason: Reason) -> None:
    failure = failure_of(status, code, {}, {"Renamed": "unmet"})
    assert failure.reason == reason
    assert failure.detail == f"{status} {code}".strip()


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_code_that_says_no_more_than_the_status_stands_once(status: int) -> None:
    assert failure_of(status, str(status), {}, {}).detail == str(status)


@pytest.mark.parametrize(
    ("status", "headers", "reason", "detail"),
    [
        (301, {"location": "http://host/a?b=c"}, "elsewhere", "301, to http://host"),
        (308, {"Location": "https://[::1]:9000"}, "elsewhere", "308, to https://[::1]:9000"),
        (302, {}, "elsewhere", "302"),
        (308, {}, "other", "308"),
        (201, {"Location": "https://host"}, "no address", "201"),
        (301, {"Location": "https://key:secret@host/"}, "elsewhere", "301"),
    ],
)
def test_an_answer_that_redirects_is_told_with_the_host_alone(
    status: int, headers: dict[str, str], reason: Reason, detail: str
) -> None:
    failure = failure_of(status, "", headers, {})
    assert (failure.reason, failure.detail) == (reason, detail)


@pytest.mark.parametrize(
    ("told", "wait_s"),
    [("7", 7.0), ("0", 0.0), ("Wed, 21 Oct 2026 07:28:00 GMT", None), ("-1", None), ("", None), ("1.5", None)],
)
def test_seconds_that_a_store_asks_for(told: str, wait_s: float | None) -> None:
    assert failure_of(503, "", {"Retry-After": told}, {}).retry_after_s == wait_s
    assert failure_of(503, "", {"retry-after": told}, {}).retry_after_s == wait_s


def test_a_quota_is_found_in_the_words_too() -> None:
    assert failure_of(403, "forbidden", {}, {}, "The project exceeded its storage quota.").reason == "full"
    assert failure_of(403, "forbidden", {}, {}, "No access.").reason == "denied"
