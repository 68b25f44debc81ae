"""Running the build flow in this process, with a Prefect server of its own where none is configured."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ecgfactory.flows import heartbeat
from ecgfactory.flows.configured import is_configured
from ecgfactory.flows.local_server import LocalServer
from ecgfactory.line.build import Built, find_built
from ecgfactory.request.build_request import BuildRequest

if TYPE_CHECKING:
    from ecgfactory.line.state import ProgressCallback

DRAIN_TIMEOUT_S = 10.0

QUIET_TERMINAL = {
    "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",
    "PREFECT_INTERNAL_LOGGING_LEVEL": "CRITICAL",  # which has a handler of its own
}
"""The log goes to the session's file, and to a configured server. Read when Prefect is first imported, here and in
the workers, which inherit the environment."""


def build(request: BuildRequest, on_progress: ProgressCallback) -> Built:
    """Run the build flow here and now, unless the dataset is there already.

    Parameters
    ----------
    request : BuildRequest
        What to build.
    on_progress : callable
        Called now and then with the `Progress` of the build.

    Returns
    -------
    Built
        The published dataset.

    Raises
    ------
    EcgFactoryError
        When the build can't be done; the message is for the user.
    """
    if (built := find_built(request)) is not None:  # before a server is started, or a run is made on one
        return built
    with prefect_api():
        from ecgfactory.flows.build_dataset import build_dataset
        from ecgfactory.flows.watching import watched_by

        with watched_by(on_progress):
            return build_dataset(request)


@contextlib.contextmanager
def prefect_api() -> Iterator[None]:
    """Use the configured Prefect server, or one that lives as long as the block; see `server.usable_server`."""
    os.environ.update(QUIET_TERMINAL)
    if is_configured():
        os.environ.update(heartbeat.ENVIRONMENT)
        from ecgfactory.flows.server import usable_server

        try:
            with usable_server():
                yield
        finally:
            _send_events()
        return
    server = LocalServer.for_one_build()
    try:
        os.environ["PREFECT_LOGGING_TO_API_ENABLED"] = "false"  # that server is gone after the build
        import prefect_dask  # noqa: F401 (imported while the server starts)
        from prefect.settings import PREFECT_API_URL, PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings

        # Nobody waits for heartbeats there, and the thread that sends them takes up to a second to end.
        with temporary_settings({PREFECT_API_URL: server.url(), PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):
            yield
    finally:
        _send_events()
        server.stop()


def _send_events() -> None:
    """Deliver the events of task runs to the server while it is there: what is left would hold up the exit."""
    worker = sys.modules.get("prefect.events.worker")
    if worker is not None:
        worker.EventsWorker.drain_all(timeout=DRAIN_TIMEOUT_S, at_exit=False)
