"""The address of the user's Prefect server: whatever is there, one sentence says what to do, in bounded time."""

from __future__ import annotations

import contextlib
import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version
from pathlib import Path

import prefect
import pytest
from prefect.settings import PREFECT_API_URL, temporary_settings

from benchmarks.stores.servers import free_port
from ecgfactory.errors import BadInputError, EcgFactoryError
from ecgfactory.flows import server
from ecgfactory.flows.configured import is_configured
from ecgfactory.flows.server import ServerUnreachableError, usable_server

pytestmark = pytest.mark.slow

VERSION_PATH = "/api/admin/version"


@contextlib.contextmanager
def answering(status: int, body: str, path: str = VERSION_PATH) -> Iterator[str]:
    """A real HTTP server that gives one answer at one path, and 404 elsewhere; its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = (body if self.path == path else "not here").encode()
            self.send_response(status if self.path == path else 404)
            self.send_header("Retry-After", "300")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listener:
        threading.Thread(target=listener.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{listener.server_port}"
        listener.shutdown()


def used(address: str) -> str | None:
    """The address that is used when this one is configured."""
    with temporary_settings({PREFECT_API_URL: address}), usable_server():
        return PREFECT_API_URL.value()


@pytest.mark.parametrize("given", ["", "/api", "/api/", "/runs/flow-run/1"])
def test_the_api_is_found_from_what_people_paste(given: str) -> None:
    with answering(200, json.dumps(prefect.__version__)) as host:
        found = used(f"{host}{given}")
        assert found is not None
        assert found.rstrip("/") == f"{host}/api"


def newer(step: int) -> str:
    major, minor, patch = map(int, version("prefect").split("."))
    return {0: f"{major}.{minor}.{patch + 1}", 1: f"{major}.{minor + 1}.0rc1", 2: f"{major + 1}.0.0"}[step]


@pytest.mark.parametrize("version", [newer(0), newer(1)])
def test_a_newer_server_will_do(version: str) -> None:
    with answering(200, json.dumps(version)) as host:
        assert used(f"{host}/api") == f"{host}/api"


@pytest.mark.parametrize("version", ["2.20.3", "3.4.25", "3.8.0", newer(2)])
def test_a_server_of_another_version_is_refused(version: str) -> None:
    needed = rf"has version {re.escape(version)}; ecgfactory needs {re.escape(prefect.__version__)} or a newer 3\.x"
    with answering(200, json.dumps(version)) as host, pytest.raises(BadInputError, match=needed):
        used(f"{host}/api")


@pytest.mark.parametrize(
    ("status", "body", "told"),
    [
        (200, "<html>hello</html>", r"is not the API of a Prefect server \(200 OK\); correct PREFECT_API_URL"),
        (200, '{"version": 3}', r"is not the API of a Prefect server \(200 OK\)"),
        (404, "no such page", r"is not the API of a Prefect server \(404 Not Found\)"),
        (401, "who are you", r"lets nobody in \(401 Unauthorized\); set PREFECT_API_AUTH_STRING"),
        (503, "later", r"is in trouble \(503 Service Unavailable\); look at its log"),
    ],
)
def test_what_answers_is_no_server_that_can_be_used(status: int, body: str, told: str) -> None:
    with answering(status, body) as host, pytest.raises(BadInputError, match=f"{re.escape(host)}/api {told}"):
        used(f"{host}/api")


def test_nothing_answers() -> None:
    port = free_port()
    with pytest.raises(
        ServerUnreachableError, match=rf"answers at http://127\.0\.0\.1:{port}/api \(.*refused\); start"
    ):
        used(f"http://user:secret@127.0.0.1:{port}/api")


def test_it_takes_the_connection_and_never_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "ANSWER_TIMEOUT_S", 0.5)
    started = time.monotonic()
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        pytest.raises(ServerUnreachableError, match="nothing within"),
    ):
        used(f"http://127.0.0.1:{listener.getsockname()[1]}/api")
    assert time.monotonic() - started < 30


def test_https_where_there_is_none() -> None:
    with answering(200, json.dumps(prefect.__version__)) as host, pytest.raises(EcgFactoryError, match="write http://"):
        used(f"{host.replace('http', 'https')}/api")


@pytest.mark.parametrize(
    "address",
    [
        "nonsense",
        "127.0.0.1:4200/api",
        "ftp://host/api",
        "http:///api",
        "http://[::1/api",
        "http://h:99999/api",
        "http://a b",
    ],
)
def test_what_can_not_be_an_address_is_told_before_prefect_is_imported(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PREFECT_API_URL", address)
    with pytest.raises(
        BadInputError, match=r"can't be the address of a server; write one like http://127\.0\.0\.1:4200"
    ):
        is_configured()


def test_an_empty_address_says_that_there_is_no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_API_URL", "")
    assert not is_configured()
    with pytest.raises(BadInputError, match="no Prefect server is configured"):
        used("")


Answer = Callable[[], contextlib.AbstractContextManager[str]]


def closed() -> contextlib.AbstractContextManager[str]:
    return contextlib.nullcontext("http://127.0.0.1:9")


def old() -> contextlib.AbstractContextManager[str]:
    return answering(200, '"3.4.25"')


@pytest.mark.parametrize(
    ("command", "there", "exit_code", "told"),
    [
        ("ecgfactory build request.yaml", old, 2, "has version 3.4.25"),
        ("ecgfactory.deployments", closed, 1, "no Prefect server answers"),
    ],
)
def test_commands_say_so_in_one_sentence(
    command: str, there: Answer, exit_code: int, told: str, tmp_path: Path
) -> None:
    (tmp_path / "request.yaml").write_text("{name: small, records: 2, seed: 1}")
    path = os.pathsep.join([str(Path(__file__).parents[2]), *filter(None, [os.environ.get("PYTHONPATH")])])
    with there() as address:
        done = subprocess.run(
            [sys.executable, "-m", *command.split()],
            env=os.environ | {"PREFECT_API_URL": address, "PYTHONPATH": path},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    *progress, last = done.stderr.splitlines()
    assert (done.returncode, told in last) == (exit_code, True), done.stderr
    assert [line for line in progress if "of 2 records, starting" not in line] == [], "that is told after a while"
    assert not list(tmp_path.glob("datasets/*"))
