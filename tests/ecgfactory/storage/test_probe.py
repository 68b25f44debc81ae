"""Stores that can't keep two builds apart are refused by the name of what they lack, and nothing stays in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from ecgfactory.storage import attempts
from ecgfactory.storage.folder_store import FolderStore
from ecgfactory.storage.probe import store_problem
from ecgfactory.storage.store_path import StorePath
from tests.faulty_store import ALWAYS, FaultyStore, faulty_store, refused
from tests.store_servers import PlaceMaker, StoreServer

pytestmark = pytest.mark.slow


def test_a_server_that_ignores_conditions_is_refused_and_can_be_read(
    s3rver_server: StoreServer, place_of: PlaceMaker
) -> None:
    place = place_of.on(s3rver_server)
    problem = store_problem(place)
    assert problem == (
        f"{place}: its store creates an object where there is one already (it ignores If-None-Match); use one that "
        "keeps these conditions, as S3, GCS, Azure and MinIO do."
    )
    assert list(place.store.objects("")) == []
    place.store.write((place / "x").name, b"content")
    assert (place / "x").read_bytes() == b"content"
    assert [each.name for each in place.store.objects(place.prefix)] == [(place / "x").name]


BROKEN: list[tuple[str, Callable[..., object], str]] = [
    ("create", lambda store, name, content: False, "is there already"),
    ("swap", lambda store, name, content, version: False, "fails at If-Match"),
    ("swap", lambda store, name, content, version: store.write(name, content) is None, "ignores If-Match"),
    ("objects", lambda store, prefix: iter(()), "does not list"),
    ("copy", lambda store, source, target: store.write(target, b"") is None, "does not copy"),
    ("delete", lambda store, names: None, "shows an object that was just deleted"),
]


@pytest.mark.parametrize(("method", "does", "words"), BROKEN)
def test_each_promise_that_is_broken_is_named(
    method: str, does: Callable[..., object], words: str, place_of: PlaceMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = place_of("file")
    with monkeypatch.context() as patch:
        patch.setattr(FolderStore, method, does)
        problem = store_problem(place)
    assert problem is not None and words in problem
    assert method == "delete" or list(place.store.objects(place.prefix)) == []


@pytest.fixture
def faulty(moto_server: StoreServer) -> Iterator[FaultyStore]:
    with faulty_store(moto_server.url) as proxy:
        yield proxy


DENIED = {
    "^PUT": "may not write it",
    "^GET (?!.*list-type)": "may not read it",
    "^GET .*list-type": "may not list it",
    "^HEAD": "may not read it",
    "^POST": "may not delete it",
}


@pytest.mark.parametrize(("requests", "words"), DENIED.items())
def test_whatever_is_denied_is_told(faulty: FaultyStore, place_of: PlaceMaker, requests: str, words: str) -> None:
    place = place_of.on(StoreServer("s3", faulty.url))
    faulty.fail(refused(403, "<Error><Code>AccessDenied</Code></Error>"), requests, times=ALWAYS)
    problem = store_problem(place)
    assert problem is not None and problem.startswith(f"{place}: ") and words in problem
    assert ".probe" not in problem
    faulty.heal()
    assert requests == "^POST" or list(place.store.objects("")) == []


def test_who_asks_is_not_kept_waiting(
    faulty: FaultyStore, place_of: PlaceMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    place: StorePath = place_of.on(StoreServer("s3", faulty.url))
    monkeypatch.setattr(attempts, "FIRST_WAIT_S", 0.01)
    monkeypatch.setattr(attempts, "SOMEONE_WAITS_S", 0.2)
    faulty.fail(refused(503), times=ALWAYS)
    problem = store_problem(place)
    assert problem is not None and "the store could not write it within" in problem and "(503" in problem
    assert attempts.patience_s() == attempts.RETRY_FOR_S
