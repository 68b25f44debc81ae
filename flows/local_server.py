"""A Prefect server of a build's own, for builds that have none configured.

The server is a child process on loopback with a database of its own. It ends, and cleans up, when its standard input
closes: that happens however the build ends, SIGKILL included. Run as a module, this file is that child.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

START_TIMEOUT_S = 120.0

_ENVIRONMENT = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_UI_ENABLED": "false",
    "PREFECT_SERVER_LOGGING_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_LEVEL": "CRITICAL",
} | {
    # What schedules, sweeps or notifies has nothing to do in a server that lives for one build.
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
    )
}


class LocalServer:
    """The child process; `start` returns at once, `url` waits until it answers."""

    def __init__(self) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "flows.local_server"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
            text=True,
            start_new_session=True,  # Ctrl-C is for the build, which then ends its server in order
        )

    def url(self) -> str:
        """Wait for the server and return the address of its API.

        Raises
        ------
        RuntimeError
            When the server can't start.
        """
        assert self._process.stdout is not None
        timer = threading.Timer(START_TIMEOUT_S, self._process.kill)
        timer.start()
        try:
            line = self._process.stdout.readline().strip()
        finally:
            timer.cancel()
        if not line.startswith("http"):
            self._process.kill()
            _, errors = self._process.communicate()
            raise RuntimeError(f"the local Prefect server did not start: {errors.strip()[-500:]}")
        return line

    def stop(self) -> None:
        """End the server and wait for it."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for stream in (self._process.stdout, self._process.stderr):
            if stream is not None:
                stream.close()


def _template() -> Path:
    """Where an empty, migrated database is kept: migrating takes longer than everything else of the start."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "ecgfactory" / f"prefect-{importlib.metadata.version('prefect')}.db"


def _keep_template(database: Path, template: Path) -> None:
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
def _home() -> Iterator[Path]:
    """Make a private Prefect home, with the migrated database where there is one."""
    with tempfile.TemporaryDirectory(prefix="ecgfactory-prefect-", ignore_cleanup_errors=True) as folder:
        home = Path(folder)
        with contextlib.suppress(OSError):
            shutil.copyfile(_template(), home / "prefect.db")
        yield home


def _serve(home: Path) -> None:
    os.environ.update(_ENVIRONMENT | {"PREFECT_HOME": str(home)})
    import uvicorn
    from prefect.server.api.server import create_app

    listener = socket.create_server(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{listener.getsockname()[1]}/api"
    config = uvicorn.Config(create_app(), log_level="critical", lifespan="on", timeout_graceful_shutdown=2)
    server = uvicorn.Server(config)

    def announce_and_watch() -> None:
        while not server.started:
            if server.should_exit:
                return
            threading.Event().wait(0.02)
        if not _template().exists():
            _keep_template(home / "prefect.db", _template())
        print(address, flush=True)  # noqa: T201 (the parent reads it)
        sys.stdin.read()
        server.should_exit = True

    threading.Thread(target=announce_and_watch, daemon=True).start()
    server.run(sockets=[listener])


if __name__ == "__main__":
    with _home() as private_home:
        _serve(private_home)
