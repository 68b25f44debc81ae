"""Real servers of object stores on loopback, each started once and only where a test asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from benchmarks.stores.servers import (
    HOST,
    MissingServerError,
    StoreServer,
    free_port,
    of_npm,
    running,
    store_server,
)
from ecgfactory.storage.store_path import StorePath


@pytest.fixture(scope="session")
def moto_server() -> Iterator[StoreServer]:
    """An S3 server that keeps all conditions."""
    yield from _started("s3")


@pytest.fixture(scope="session")
def s3rver_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StoreServer]:
    """Another S3 server, which ignores the conditions of writes."""
    port = free_port()
    folder = str(tmp_path_factory.mktemp("s3rver"))
    try:
        program = of_npm("s3rver")
    except MissingServerError as error:
        pytest.skip(str(error))
    with running([program, "-a", HOST, "-p", str(port), "-d", folder, "-s"], port):
        yield StoreServer("s3", f"http://{HOST}:{port}")


@pytest.fixture(scope="session")
def gcs_server() -> Iterator[StoreServer]:
    """A server of Google Cloud Storage's JSON API."""
    yield from _started("gs")


@pytest.fixture(scope="session")
def azurite_server() -> Iterator[StoreServer]:
    """Azurite, of Azure Blob Storage."""
    yield from _started("az")


def _started(scheme: str) -> Iterator[StoreServer]:
    try:
        with store_server(scheme, free_port()) as server:
            yield server
    except MissingServerError as error:
        pytest.skip(str(error))


SERVERS = {"s3": "moto_server", "gs": "gcs_server", "az": "azurite_server"}
"""The fixture of each kind of store."""


@pytest.fixture
def place_of(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> PlaceMaker:
    """Give a fresh place in a store of a kind, `file` among them, whose variables are then set for this test."""
    return PlaceMaker(request, tmp_path_factory, monkeypatch)


@dataclass(frozen=True)
class PlaceMaker:
    """Makes places in stores; see `place_of`."""

    request: pytest.FixtureRequest
    folders: pytest.TempPathFactory
    patch: pytest.MonkeyPatch

    def __call__(self, kind: str) -> StorePath:
        """Make a place in a store of a kind."""
        if kind == "file":
            return StorePath.parse(f"file://{self.folders.mktemp('store')}/some/place")
        server: StoreServer = self.request.getfixturevalue(SERVERS[kind])
        return self.on(server)

    def on(self, server: StoreServer) -> StorePath:
        """Make a place on a certain server."""
        for name, value in server.environment.items():
            self.patch.setenv(name, value)
        return server.new_place()


@pytest.fixture(params=["file", *SERVERS])
def store_place(request: pytest.FixtureRequest, place_of: PlaceMaker) -> StorePath:
    """A fresh place in a store of each kind."""
    return place_of(request.param)


@pytest.fixture
def s3_place(place_of: PlaceMaker) -> StorePath:
    """A fresh place on S3, where one kind of store is enough."""
    return place_of("s3")
