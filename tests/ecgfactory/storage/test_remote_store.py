"""What goes wrong between a store and here: tried again where that helps, else one sentence; nothing partial."""

from __future__ import annotations

import hashlib
import pickle
import time
import types
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import tenacity.nap
from azure.storage.blob import _download as azure_download

from ecgfactory.errors import BadInputError
from ecgfactory.storage import attempts, remote_store
from ecgfactory.storage.failure import Failure
from ecgfactory.storage.remote_store import NoAccessError, RemoteStore
from ecgfactory.storage.store import StoreError
from ecgfactory.storage.store_path import StorePath
from ecgfactory.validation.store_contract import make_file
from tests.faulty_store import (
    ALWAYS,
    LONGEST_STALL_S,
    Fault,
    FaultyStore,
    answer_cut,
    answer_lost,
    cut_before,
    faulty_store,
    refused,
    stalled,
)
from tests.store_servers import SERVERS, PlaceMaker, StoreServer, free_port

pytestmark = pytest.mark.slow

SECRETS = ("S3RVER", "Eby8vdM02xNOcqFlqUwJ", "Signature", "sig=")

WRITES = "^(PUT|POST)"


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits that a test can afford, and parts of little."""
    monkeypatch.setattr(attempts, "FIRST_WAIT_S", 0.01)
    monkeypatch.setattr(attempts, "LONGEST_WAIT_S", 0.02)
    monkeypatch.setattr(azure_download, "time", types.SimpleNamespace(sleep=lambda wait_s: None))
    monkeypatch.setattr(RemoteStore, "single_bytes", 6 * 2**20)
    monkeypatch.setattr(RemoteStore, "part_bytes", 5 * 2**20)


@pytest.fixture
def short_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    """So short that a test can wait for the end of one: on a busy machine other answers may come too late as well."""
    monkeypatch.setattr(RemoteStore, "read_s", 0.3)


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """So few attempts that a test can wait for the last."""
    monkeypatch.setattr(attempts, "RETRY_FOR_S", 0.3)
    monkeypatch.setattr(remote_store, "CLEAN_UP_S", 0.3)


@pytest.fixture(params=SERVERS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def faulty(kind: str, request: pytest.FixtureRequest) -> Iterator[FaultyStore]:
    server: StoreServer = request.getfixturevalue(SERVERS[kind])
    with faulty_store(server.url) as proxy:
        yield proxy


@pytest.fixture
def place(kind: str, faulty: FaultyStore, place_of: PlaceMaker) -> StorePath:
    """A place in a store that is reached through the proxy."""
    made = place_of.on(StoreServer(kind, faulty.url))
    made.store.write((made / "there").name, b"content")
    faulty.heal()
    return made


def refusal(kind: str, status: int, code: str, words: str = "In words.", **headers: str) -> Fault:
    """An error as the server of this kind words it."""
    if kind == "gs":
        content = f'{{"error": {{"code": {status}, "message": "{words}", "errors": [{{"reason": "{code}"}}]}}}}'
    else:
        content = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>{words}</Message></Error>"
        headers |= {"x_ms_error_code": code, "Content_Type": "application/xml"}
    return refused(status, content, **headers)


def told(request: Callable[[], object]) -> str:
    """The sentence of a request that must fail, which holds no secret and survives the way to another process."""
    with pytest.raises(StoreError) as caught:
        request()
    message = str(caught.value)
    assert str(pickle.loads(pickle.dumps(caught.value))) == message
    assert "\n" not in message and not any(secret in message for secret in SECRETS)
    assert message.endswith(".")
    return message


@pytest.mark.parametrize(
    "fault",
    [refused(503, "<html>no XML"), cut_before, answer_lost],
    ids=["503", "cut before", "answer lost"],
)
def test_what_passes_is_tried_again(place: StorePath, faulty: FaultyStore, fault: Fault) -> None:
    check_tried_again(place, faulty, fault)


@pytest.mark.usefixtures("short_reads")  # before its client is made
def test_what_is_not_answered_is_tried_again(place: StorePath, faulty: FaultyStore) -> None:
    check_tried_again(place, faulty, stalled)


def check_tried_again(place: StorePath, faulty: FaultyStore, fault: Fault) -> None:
    store, name = place.store, (place / "new").name
    failing: list[tuple[str, Callable[[], Any], Any]] = [
        (WRITES, lambda: store.create(name, b"first"), True),
        ("^GET", lambda: store.read(name), b"first"),
        ("^GET", lambda: [each.name for each in store.objects(name)], [name]),
        (WRITES, lambda: store.swap(name, b"second", getattr(store.stat(name), "version", "")), True),
        ("^(DELETE|POST)", lambda: store.delete([name]), None),
        ("^(HEAD|GET)", lambda: store.stat(name), None),
    ]
    for requests, request, result in failing:
        faulty.heal()
        faulty.fail(fault, requests)
        assert request() == result
        assert len(faulty.times_of(requests)) >= 2


def test_an_answer_that_is_lost_does_not_make_what_is_ours_somebody_elses(
    place: StorePath, faulty: FaultyStore
) -> None:
    store, name = place.store, (place / "lease").name
    faulty.fail(answer_lost, WRITES, times=2)
    assert store.create(name, b"ours")
    faulty.fail(answer_lost, WRITES, times=2)
    assert not store.create(name, b"another's")
    assert store.read(name) == b"ours"


def test_a_store_that_never_answers_costs_who_is_in_a_hurry_no_more_than_that(
    place: StorePath, faulty: FaultyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(RemoteStore, "read_s", 60.0)
    monkeypatch.setattr(attempts, "LEAST_ANSWER_S", 0.0)
    store, name = place.store, (place / "there").name
    with attempts.answers_within(0.5):
        begun_s = time.monotonic()
        faulty.fail(stalled, "^(HEAD|GET)")
        assert store.stat(name) is not None
        faulty.fail(stalled, WRITES)
        store.write(name, b"other")
    with attempts.patience(0.5):
        faulty.fail(stalled, "^GET", times=ALWAYS)
        assert "could not list it within" in told(lambda: list(store.objects(name)))
    assert 1.4 < time.monotonic() - begun_s < LONGEST_STALL_S


def test_nothing_is_asked_for_but_what_was_wanted(kind: str, faulty: FaultyStore, place_of: PlaceMaker) -> None:
    place = place_of.on(StoreServer(kind, faulty.url))
    faulty.heal()
    for number in range(5):
        place.store.write((place / f"{number}").name, b"content")
        assert place.store.read((place / f"{number}").name) == b"content"
    assert len(faulty.requests) == 10, faulty.requests


@pytest.mark.parametrize("kind", ["gs"])
def test_a_version_is_deleted_on_a_condition(place: StorePath, faulty: FaultyStore) -> None:
    name = (place / "there").name
    held = place.store.stat(name)
    assert held is not None
    place.store.delete_version(name, held.version)
    assert faulty.times_of(f"^DELETE .*ifGenerationMatch={held.version}")
    faulty.fail(refusal("gs", 412, "conditionNotMet"), "^DELETE")
    place.store.delete_version(name, held.version)


def test_how_long_a_store_was_tried_is_told_as_it_was(
    place: StorePath, faulty: FaultyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not for how long it might have been: an attempt that would begin too late is not made."""
    monkeypatch.setattr(remote_store, "time", types.SimpleNamespace(monotonic=iter([100.0, 109.0]).__next__))
    faulty.fail(refused(503, Retry_After="60"), "^GET")
    with attempts.while_someone_waits():
        assert "could not read it within 9 s (503)" in told(lambda: place.store.read((place / "there").name))


def test_a_store_that_asks_for_time_is_given_it(
    place: StorePath, faulty: FaultyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits_s: list[float] = []
    monkeypatch.setattr(tenacity.nap, "time", type("Clock", (), {"sleep": waits_s.append}))
    for asked in ("7", "3600"):
        faulty.fail(refused(503, Retry_After=asked), "^GET")
    assert place.store.read((place / "there").name) == b"content"
    assert waits_s == [7, attempts.LONGEST_RETRY_AFTER_S]


def test_waits_grow_and_end_with_the_time_that_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    waits_s: list[float] = []
    clock = type("Clock", (), {"sleep": waits_s.append, "monotonic": lambda: sum(waits_s)})
    monkeypatch.setattr(tenacity.nap, "time", clock)
    monkeypatch.setattr(tenacity, "time", clock)

    def request() -> None:
        raise TimeoutError

    with pytest.raises(TimeoutError):
        attempts.with_attempts("s3://bucket", request, lambda error: Failure("passing", "TimeoutError"))
    assert 90 < sum(waits_s) <= attempts.RETRY_FOR_S
    assert max(waits_s) <= attempts.LONGEST_WAIT_S
    assert max(waits_s[:3]) <= 2 < max(waits_s)
    assert len(set(waits_s)) == len(waits_s), "jitter"


@pytest.mark.parametrize("fault", [cut_before, answer_lost, refused(503)], ids=["cut before", "answer lost", "503"])
def test_a_large_file_whose_upload_is_cut_arrives_whole(
    place: StorePath, faulty: FaultyStore, fault: Fault, tmp_path: Path
) -> None:
    if place.scheme == "gs" and fault is answer_lost:
        pytest.skip("fake-gcs-server takes a chunk that is sent again for another; the real one knows it by its range")
    source, sha256 = make_file(tmp_path, 11 * 2**20 + 7)
    name = (place / "large").name
    faulty.fail(fault, "^PUT|POST .*upload_?id=", times=3)  # once begun
    place.store.send(source, name, sha256)
    faulty.fail(answer_cut, "^GET", times=3)
    place.store.fetch(name, tmp_path / "fetched")
    assert (tmp_path / "fetched").read_bytes() == source.read_bytes()
    assert len(faulty.times_of(WRITES)) >= 6
    assert place.store.unfinished(place.prefix) == []


@pytest.mark.usefixtures("short")
def test_a_large_file_that_does_not_arrive_leaves_nothing(
    place: StorePath, faulty: FaultyStore, tmp_path: Path
) -> None:
    source, sha256 = make_file(tmp_path, 11 * 2**20 + 7)
    name = (place / "large").name
    last = {"s3": "POST .*uploadId=", "gs": "PUT .*upload_id=", "az": "comp=blocklist"}[place.scheme]
    faulty.fail(cut_before, last, times=ALWAYS)
    assert "could not write it within" in told(lambda: place.store.send(source, name, sha256))
    faulty.heal()
    assert place.store.stat(name) is None
    faulty.fail(answer_cut, "^GET", times=ALWAYS)
    assert "could not read it" in told(lambda: place.store.fetch((place / "there").name, tmp_path / "fetched"))
    assert [path.name for path in tmp_path.iterdir()] == [source.name]


@pytest.mark.usefixtures("short")
def test_a_store_that_is_not_there_is_told(kind: str, place_of: PlaceMaker, place: StorePath) -> None:
    for name, value in StoreServer(kind, f"http://127.0.0.1:{free_port()}").environment.items():
        place_of.patch.setenv(name, value)
    elsewhere = StorePath(kind, f"not-{place.bucket}", "x")
    sentence = told(lambda: elsewhere.store.read("x"))
    assert sentence.startswith(f"{kind}://not-{place.bucket}/x: the store could not read it within ")
    assert elsewhere.store.endpoint_from in sentence  # type: ignore[attr-defined]


DENIED = {"s3": "AccessDenied", "gs": "forbidden", "az": "AuthorizationPermissionMismatch"}
UNKNOWN = {"s3": "InvalidAccessKeyId", "gs": "authError", "az": "AuthenticationFailed"}
FULL = {"s3": "QuotaExceeded", "gs": "quotaExceeded", "az": "AccountQuotaExceeded"}


def test_what_is_denied_is_told_at_once(kind: str, place: StorePath, faulty: FaultyStore) -> None:
    store, name = place.store, (place / "there").name
    faulty.fail(refusal(kind, 403, DENIED[kind]), WRITES)
    sentence = told(lambda: store.create((place / "new").name, b"x"))
    assert f"{place}/new: these credentials may not write it (403" in sentence
    assert store.permissions["write"] in sentence  # type: ignore[attr-defined]
    assert len(faulty.times_of(WRITES)) == 1
    faulty.fail(refusal(kind, 403, DENIED[kind]), "^GET")
    assert "may not read it" in told(lambda: store.read(name))
    faulty.fail(refusal(kind, 403, DENIED[kind]), "^GET")
    assert "may not list it" in told(lambda: list(store.objects(name)))
    faulty.fail(refusal(kind, 403, DENIED[kind]), "^(DELETE|POST)")
    assert "may not delete it" in told(lambda: store.delete([name]))
    assert store.read(name) == b"content"
    assert store.stat((place / "new").name) is None


@pytest.mark.parametrize("status", [401, 403])
def test_credentials_that_are_wrong_are_told_with_where_they_belong(
    kind: str, place: StorePath, faulty: FaultyStore, status: int
) -> None:
    store, name = place.store, (place / "there").name
    for request in (lambda: store.read(name), lambda: store.stat(name)):
        faulty.heal()
        faulty.fail(refusal(kind, status, UNKNOWN[kind]), "^(HEAD|GET)", times=2)
        with pytest.raises(NoAccessError) as caught:
            request()
        assert caught.value.exit_code == BadInputError.exit_code
        assert "credentials are missing or not accepted" in str(caught.value)
        assert store.credentials_from in str(caught.value)  # type: ignore[attr-defined]


def test_a_condition_of_the_store_itself_is_told(kind: str, place: StorePath, faulty: FaultyStore) -> None:
    """As of an object that somebody has locked there."""
    faulty.fail(refusal(kind, 412, "LeaseIdMissing"), WRITES)
    assert "(412" in told(lambda: place.store.write((place / "there").name, b"other"))


@pytest.mark.parametrize("status", [403, 409, 507])
def test_a_quota_that_is_full_is_told(kind: str, place: StorePath, faulty: FaultyStore, status: int) -> None:
    faulty.fail(refusal(kind, status, FULL[kind]), WRITES)
    assert "its quota is full" in told(lambda: place.store.write((place / "new").name, b"x"))
    assert len(faulty.times_of(WRITES)) == 1
    assert place.store.stat((place / "new").name) is None


def test_a_bucket_that_is_missing_is_told_by_every_request(kind: str, place: StorePath, tmp_path: Path) -> None:
    source, sha256 = make_file(tmp_path, 10)
    requests: list[Callable[[StorePath], object]] = [
        lambda none: none.store.read("x"),
        lambda none: none.store.stat("x"),
        lambda none: none.store.write("x", b""),
        lambda none: none.store.create("x", b""),
        lambda none: none.store.send(source, "x", sha256),
        lambda none: none.store.copy("x", "y"),
        lambda none: none.store.delete(["x"]),
        lambda none: list(none.store.objects("x")),
        lambda none: none.store.folders(""),
    ]
    none = StorePath(kind, f"no-{place.bucket}", "x")
    for request in requests:
        noun = none.store.bucket_noun  # type: ignore[attr-defined]
        assert told(partial(request, none)) == (
            f"{kind}://{none.bucket}: there is no {noun} {none.bucket!r}; make it, or correct its name."
        )


def test_what_is_not_found_by_something_that_may_be_no_store_is_told_with_where_its_endpoint_is_set(
    kind: str, place: StorePath, faulty: FaultyStore
) -> None:
    faulty.fail(refused(404, "<html>Not found.</html>", Content_Type="text/html"), times=ALWAYS)
    endpoint = place.store.endpoint_from  # type: ignore[attr-defined]
    for request in (lambda: place.store.write("x", b""), lambda: list(place.store.objects(""))):
        assert told(request).endswith(f"make it, or correct its name or {endpoint}.")


DAMAGED = {"s3": "BadDigest", "gs": "invalid", "az": "Md5Mismatch"}
DIGESTS = {
    "s3": "FX/FUSGrLFmFLDXXisqY2EAEfl2WaMQj5NOxRuFXeQE=",
    "az": "I/nVDs0gzMRk9K1FozKJSA==",
    "gs": "G6tl5w==",
}
"""Of what is sent below: sha256, crc32c and MD5."""


def test_content_that_arrives_damaged_is_told(kind: str, place: StorePath, faulty: FaultyStore, tmp_path: Path) -> None:
    seen: list[str] = []

    def damaged(proxied: Any) -> None:
        seen.append(f"{proxied.headers}\n{proxied.body()!r}")
        refusal(kind, 400, DAMAGED[kind], "Provided CRC32C does not match.")(proxied)

    file, name = tmp_path / "file", (place / "new").name
    file.write_bytes(b"precious")
    for request in (
        lambda: place.store.write(name, b"precious"),
        lambda: place.store.send(file, name, hashlib.sha256(b"precious").hexdigest()),
    ):
        faulty.fail(damaged, WRITES)
        assert "it arrived damaged and was refused" in told(request)
        assert DIGESTS[kind] in seen.pop()


def test_an_object_that_is_replaced_while_it_is_fetched_is_not_mixed(
    place: StorePath, faulty: FaultyStore, tmp_path: Path
) -> None:
    name = (place / "large").name
    source, sha256 = make_file(tmp_path, 11 * 2**20 + 7)
    place.store.send(source, name, sha256)

    def replaced_after(proxied: Any) -> None:
        described = proxied.forwarded(b"")
        place.store.write(name, b"other")
        proxied.answer(*described)

    first = {"s3": "^HEAD", "gs": "^GET .*large.*projection", "az": "^HEAD"}[place.scheme]
    faulty.fail(replaced_after, first)
    assert "was replaced while it was read" in told(lambda: place.store.fetch(name, tmp_path / "fetched"))
    assert not (tmp_path / "fetched").exists()


def test_what_a_store_refuses_is_told_with_where_the_endpoint_is_set(
    kind: str, place: StorePath, faulty: FaultyStore
) -> None:
    faulty.fail(refusal(kind, 405, "MethodNotAllowed"), WRITES)
    sentence = told(lambda: place.store.write((place / "new").name, b"x"))
    assert "the store refuses to write it (405 MethodNotAllowed); check that it can do this, and " in sentence
    assert sentence.endswith(f"{place.store.endpoint_from}.")  # type: ignore[attr-defined]
