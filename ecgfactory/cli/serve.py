"""`ecgfactory serve`: Prefect server, worker and deployments on this machine, from one command."""

from __future__ import annotations

import contextlib
import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path

from ecgfactory.cli.drop_folder import DropFolder
from ecgfactory.cli.interrupt import interruptible
from ecgfactory.cli.local_service import LocalService
from ecgfactory.cli.output import console, print_rows
from ecgfactory.errors import BadInputError
from ecgfactory.flows import heartbeat
from ecgfactory.flows.local_server import HOST
from ecgfactory.storage.home import from_home
from ecgfactory.storage.lock import FileLock
from ecgfactory.storage.sealed import check_outside

LOOK_INTERVAL_S = 0.5

ENVIRONMENT = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    # Prefect's 15 s, and 30 s after another run, are long for somebody who has just clicked Run.
    "PREFECT_WORKER_QUERY_SECONDS": "2",
    "PREFECT_SERVER_DEPLOYMENTS_CONCURRENCY_SLOT_WAIT_SECONDS": "5",
    # In memory, a run would lose its slot, and with it be stopped, when the server is started again.
    "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect.server.concurrency.lease_storage.filesystem",
    **heartbeat.ENVIRONMENT,
}
"""Of server, worker and flow runs, where the user's own says nothing else."""


def default_state() -> Path:
    """Return where the server's database and logs are kept unless told otherwise."""
    data = from_home(os.environ.get("XDG_DATA_HOME") or "~/.local/share")
    return from_home(os.environ.get("PREFECT_HOME") or data / "ecgfactory" / "prefect")


def serve(port: int, state: Path, watched: Path | None = None) -> None:
    """Serve until Ctrl-C or SIGTERM.

    Parameters
    ----------
    port : int
        Of the Prefect UI and API.
    state : Path
        Folder of database and logs.
    watched : Path, optional
        Folder whose YAML files are submitted.

    Raises
    ------
    BadInputError
        When the port or the state folder is in use, the folder can't be watched, or one is inside a dataset.
    EcgFactoryError
        When the server or the worker can't start, or dies again and again.
    """
    for folder in (state, *([watched] if watched else [])):
        check_outside(folder)
    _check_port(port)
    state = state.absolute()
    drop_folder = DropFolder(watched) if watched else None
    with _alone_in(state), interruptible(), contextlib.suppress(KeyboardInterrupt), _service(port, state) as service:
        _print_welcome(port, state, watched)
        while True:
            time.sleep(LOOK_INTERVAL_S)
            for line in service.look():
                console().print(line)
            for line in drop_folder.look() if drop_folder else ():
                console().print(line, markup=False)
    console(stderr=True).print("stopped; a build that was running goes on when its request is run again")


@contextlib.contextmanager
def _service(port: int, state: Path) -> Iterator[LocalService]:
    """Start server and worker, and stop them at the end."""
    address = f"http://{HOST}:{port}/api"
    os.environ.pop("PREFECT_API_KEY", None)  # those of another server
    os.environ.update(ENVIRONMENT | os.environ | {"PREFECT_HOME": str(state), "PREFECT_API_URL": address})
    # Prefect's default lets any page that the user has open in a browser start runs here.
    os.environ["PREFECT_SERVER_CORS_ALLOWED_ORIGINS"] = f"http://{HOST}:{port},http://localhost:{port}"
    console(stderr=True).print("starting, which may take half a minute")
    service = LocalService(state, port, Path.cwd())
    try:
        yield service
    finally:
        service.stop()


def _print_welcome(port: int, state: Path, watched: Path | None) -> None:
    rows = [
        ("Prefect UI", f"http://{HOST}:{port}"),
        ("submit", f"PREFECT_API_URL=http://{HOST}:{port}/api ecgfactory submit FILE.yaml --watch"),
        ("watched", f"*.yaml in {watched}"),
        ("paths", f"in requests start in {Path.cwd()}"),
        ("state", f"{state}, logs in {state / 'logs'}"),
        ("stop", "Ctrl-C"),
    ]
    print_rows(row for row in rows if watched or row[0] != "watched")


def _check_port(port: int) -> None:
    try:
        socket.create_server((HOST, port)).close()
    except OSError as error:
        raise BadInputError(
            f"port {port} of {HOST} is not available ({error.strerror}); is another `ecgfactory serve` running there? "
            "Stop it, or choose another with --port."
        ) from None


@contextlib.contextmanager
def _alone_in(state: Path) -> Iterator[None]:
    """Keep a second server from using the same database."""
    try:
        state.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInputError(
            f"{state}: can't hold the server's database ({error.strerror}); choose another folder with --state."
        ) from None
    lock = FileLock(state / "serve.lock")
    if not lock.try_acquire():
        raise BadInputError(f"another `ecgfactory serve` uses {state}; stop it, or choose another folder with --state.")
    try:
        yield
    finally:
        lock.release()
