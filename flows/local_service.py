"""Prefect server and worker of `ecgfactory serve`, as child processes that are started again when they die."""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from ecgfactory.errors import EcgFactoryError
from ecgfactory.flows.local_server import LocalServer
from ecgfactory.flows.local_worker import LocalWorker

RESTARTS_ALLOWED = 5
RESTARTS_WITHIN_S = 600.0
"""What ends more often than that does so for a reason that starting it once more does not remove."""


class LocalService:
    """Both of them, ready, with the deployments in place.

    Parameters
    ----------
    state : Path
        Folder of database and logs.
    port : int
        Of the server, on loopback.
    folder : Path
        Where relative paths of requests start.

    Raises
    ------
    RuntimeError
        When one of them can't start.
    """

    def __init__(self, state: Path, port: int, folder: Path) -> None:
        self._state, self._port = state, port
        self._restarts: deque[float] = deque(maxlen=RESTARTS_ALLOWED)
        self._worker: LocalWorker | None = None
        self.log("server").parent.mkdir(parents=True, exist_ok=True)
        self._server = self._started_server()
        try:
            from ecgfactory.deployments.deploy import POOL, deploy  # Prefect, imported while the server starts
            from ecgfactory.flows.lost_runs import LostRuns

            self._server.url()
            deploy(folder)
            self._pool, self._lost_runs = POOL, LostRuns(POOL)
            self._worker = self._started_worker()
            self._worker.wait_until_ready()
        except BaseException:
            self.stop()
            raise

    def log(self, what: str) -> Path:
        """Return where the server or the worker logs."""
        return self._state / "logs" / f"{what}.log"

    def look(self) -> Iterator[str]:
        """Start again what died, and release the runs that no process has any more; yield a line of text on each.

        Raises
        ------
        EcgFactoryError
            When one of them can't start any more, or dies again and again.
        """
        assert self._worker is not None
        try:
            if how := self._server.end():
                yield self._note("server", how)
                self._server.stop()
                self._server = self._started_server()
                self._server.url()
            if how := self._worker.end():
                yield self._note("worker", how)
                self._worker.stop()
                self._worker = self._started_worker()
                self._worker.wait_until_ready()
        except RuntimeError as error:
            raise EcgFactoryError(str(error)) from None
        yield from self._lost_runs.release()

    def stop(self) -> None:
        """End current runs, worker and server, in this order."""
        if self._worker is not None:
            self._worker.stop()
        self._server.stop()

    def _started_server(self) -> LocalServer:
        return LocalServer.to_stay(self._state, self._port, os.environ, self.log("server"))

    def _started_worker(self) -> LocalWorker:
        return LocalWorker(self._pool, os.environ, self.log("worker"))

    def _note(self, what: str, how: str) -> str:
        """Write into the log of server or worker how it ended, unless that was once too often; return the line."""
        now = time.monotonic()
        if len(self._restarts) == RESTARTS_ALLOWED and now - self._restarts[0] < RESTARTS_WITHIN_S:
            raise EcgFactoryError(
                f"the Prefect {what} {how}; this was restart {RESTARTS_ALLOWED} within {RESTARTS_WITHIN_S / 60:.0f} "
                f"minutes. Look into {self.log(what)} for the reason, then start `ecgfactory serve` again."
            )
        self._restarts.append(now)
        line = f"the Prefect {what} {how}; it is started again"
        with self.log(what).open("a", encoding="utf-8") as log:
            log.write(f"{datetime.now():%Y-%m-%d %H:%M:%S} ecgfactory serve: {line}\n")
        return line
