"""A Prefect server on loopback as a child process: of a build's own, or of `ecgfactory serve`. Run as a module, this
file is that child.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.metadata
import os
import shutil
import socket
import sqlite3
import tempfile
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ecgfactory.flows.child import Child, announce, when_parent_ends

HOST = "127.0.0.1"
STOP_TIMEOUT_S = 10.0

_KEEP_UP = {
    # Prefect writes each state of a task run by itself, about 30 per second; of more than 10,000 waiting it drops some.
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": "100",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_FLUSH_INTERVAL": "1",
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_BATCH_SIZE": "100",
}
"""Of every server, where the user's environment says nothing else: with these it keeps up with its task runs."""

_QUIET = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_UI_ENABLED": "false",
    "PREFECT_SERVER_LOGGING_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_LEVEL": "CRITICAL",
} | {
    # What schedules, sweeps, notifies or keeps events has nothing to do in a server that lives for one build.
    f"PREFECT_SERVER_SERVICES_{service}_ENABLED": "false"
    for service in (
        "SCHEDULER",
        "LATE_RUNS",
        "FOREMAN",
        "PAUSE_EXPIRATIONS",
        "CANCELLATION_CLEANUP",
        "REPOSSESSOR",
        "TRIGGERS",
        "DB_VACUUM",
        "EVENT_PERSISTER",
    )
}


class LocalServer:
    """The child process; making it returns at once, `url` waits until it answers."""

    def __init__(self, child: Child) -> None:
        self._child = child

    @classmethod
    def for_one_build(cls) -> LocalServer:
        """Start one with a database of its own that goes with it, at a port of its own, without UI and schedules."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
        return cls(Child("ecgfactory.flows.local_server", environment | _KEEP_UP | _QUIET))

    @classmethod
    def to_stay(cls, home: Path, port: int, environment: Mapping[str, str], log: Path) -> LocalServer:
        """Start a complete one, whose state outlives it in a folder."""
        arguments = ("--home", str(home), "--port", str(port))
        return cls(Child("ecgfactory.flows.local_server", _KEEP_UP | dict(environment), *arguments, log=log))

    def url(self) -> str:
        """Wait for the server and return the address of its API.

        Raises
        ------
        RuntimeError
            When the server can't start.
        """
        return self._child.announced("the local Prefect server")

    def end(self) -> str | None:
        """Return how the server ended, in words; None while it runs."""
        return self._child.end()

    def stop(self) -> None:
        """End the server and wait for it."""
        self._child.stop(STOP_TIMEOUT_S)


def _template() -> Path:
    """Where an empty, migrated database is kept: migrating takes longer than everything else of the start."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "ecgfactory" / f"prefect-{importlib.metadata.version('prefect')}.db"


def begin_migrated(database: Path) -> None:
    """Let a new database begin as an empty one that was migrated before, where there is such a one."""
    with contextlib.suppress(OSError):
        copy = database.with_name(f".{database.name}.{os.getpid()}")
        shutil.copyfile(_template(), copy)
        copy.replace(database)


def keep_migrated(database: Path) -> None:
    """Keep a copy of a new database for those after it, unless there is one."""
    template = _template()
    if template.exists() or not database.exists():  # the server may have been given a database elsewhere
        return
    with contextlib.suppress(OSError, sqlite3.Error):  # a cache that can't be written only costs time
        template.parent.mkdir(parents=True, exist_ok=True)
        temporary = template.with_name(f".{template.name}.{os.getpid()}")
        with (
            contextlib.closing(sqlite3.connect(database)) as source,
            contextlib.closing(sqlite3.connect(temporary)) as copy,
        ):
            source.backup(copy)
        temporary.replace(template)


@contextlib.contextmanager
def _private_home() -> Iterator[Path]:
    """Make a Prefect home that goes with the server."""
    with tempfile.TemporaryDirectory(prefix="ecgfactory-prefect-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def _serve(home: Path, port: int) -> None:
    os.environ["PREFECT_HOME"] = str(home)
    database = home / "prefect.db"
    is_new = not database.exists()
    if is_new:
        begin_migrated(database)
    import uvicorn
    from prefect.server.api.server import create_app

    listener = socket.create_server((HOST, port))
    place = f"{HOST}:{listener.getsockname()[1]}"
    address = f"http://{place}/api"
    app = _kept_inside(create_app(), f"http://{place} ws://{place}")
    config = uvicorn.Config(app, log_level="critical", lifespan="on", timeout_graceful_shutdown=2)
    server = uvicorn.Server(config)

    def announce_when_started() -> None:
        while not server.started:
            if server.should_exit:
                return
            threading.Event().wait(0.02)
        if is_new:
            keep_migrated(database)
        announce(address)

    def end() -> None:
        server.should_exit = True

    threading.Thread(target=announce_when_started, daemon=True).start()
    when_parent_ends(end)
    server.run(sockets=[listener])


def _kept_inside(app: Any, sources: str) -> Any:
    """Keep browsers from asking anybody else: Prefect's UI calls an analytics service even when that is off."""
    policy = f"default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob: {sources}".encode()

    async def guarded(scope: Any, receive: Any, send: Any) -> None:
        async def send_with_policy(message: Any) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"content-security-policy", policy)]
            await send(message)

        await app(scope, receive, send_with_policy)

    return guarded


def _main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--home", type=Path)
    parser.add_argument("--port", type=int, default=0)
    wanted = parser.parse_args()
    if wanted.home is not None:
        _serve(wanted.home, wanted.port)
    else:
        with _private_home() as home:
            _serve(home, wanted.port)


if __name__ == "__main__":
    _main()
