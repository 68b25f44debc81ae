"""Prefect server and worker of `ecgfactory serve`, as child processes that are started again when they die."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from ecgfactory.errors import EcgFactoryError
from ecgfactory.flows.child import KILLED, ChildKilledError
from ecgfactory.flows.local_server import LocalServer
from ecgfactory.flows.local_worker import LocalWorker

SHORT_LIFE_S = 10.0
SHORT_LIVES_ALLOWED = 5
"""What dies that soon after it was ready, so often in a row, does so for a reason that a restart does not remove."""


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
    EcgFactoryError
        When one of them can't start.
    """

    def __init__(self, state: Path, port: int, folder: Path) -> None:
        self._state, self._port = state, port
        self._lives = ShortLives()
        self._was_ready = False
        self._worker: LocalWorker | None = None
        self.log("server").parent.mkdir(parents=True, exist_ok=True)
        self._server = self._new_server()
        try:
            from ecgfactory.deployments.automations import POOL  # Prefect, imported while the server starts
            from ecgfactory.flows.lost_runs import LostRuns

            self._make_ready("server")
            self._deploy(folder)
            self._pool, self._lost_runs = POOL, LostRuns(POOL)
            self._worker = self._new_worker()
            self._make_ready("worker")
            self._was_ready = True
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
        if not self.log("server").parent.is_dir():
            raise EcgFactoryError(
                f"{self._state}, where the server keeps its database, was removed while it was used; "
                "start `ecgfactory serve` again, and submit again what has not been built."
            )
        for what, child in (("server", self._server), ("worker", self._worker)):
            if how := child.end():
                yield self._restart(what, how)
                self._make_ready(what)
        yield from self._lost_runs.release(self._worker_since, self._worker.pid)

    def stop(self) -> None:
        """End current runs, worker and server, in this order."""
        if self._worker is not None:
            self._worker.stop()
        self._server.stop()

    def _new_server(self) -> LocalServer:
        return LocalServer.to_stay(self._state, self._port, os.environ, self.log("server"))

    def _new_worker(self) -> LocalWorker:
        self._worker_since = datetime.now(UTC)
        return LocalWorker(self._pool, os.environ, self.log("worker"), scratch=self._state / "scratch")

    def _deploy(self, folder: Path) -> None:
        from ecgfactory.deployments.deploy import deploy
        from ecgfactory.flows.server import ServerUnreachableError

        try:
            deploy(folder, is_shared=False)
        except ServerUnreachableError:
            how = self._server.end()
            if how is None:
                raise
            self._restart("server", how)
            self._make_ready("server")
            self._deploy(folder)

    def _make_ready(self, what: str) -> None:
        """Wait until the server or the worker is ready; where a start fails by chance, start again.

        As when it is killed, or when another has taken the port for a moment while the server was away.
        """
        try:
            if what == "server":
                self._server.url()
            elif self._worker is not None:
                self._worker.wait_until_ready()
            self._lives.begin(what, time.monotonic())
        except ChildKilledError:
            self._restart(what, f"{KILLED} while it started")
            self._make_ready(what)
        except RuntimeError as error:
            if not self._was_ready:
                raise EcgFactoryError(str(error)) from None
            self._restart(what, "did not start")
            self._make_ready(what)

    def _restart(self, what: str, how: str) -> str:
        """Start the server or the worker again, unless that is once too often; return a line for log and user."""
        if self._lives.end(what, time.monotonic()) > SHORT_LIVES_ALLOWED:
            raise EcgFactoryError(
                f"the Prefect {what} {how}, and was started again {SHORT_LIVES_ALLOWED} times for nothing. "
                f"Look into {self.log(what)} for the reason, then start `ecgfactory serve` again."
            )
        line = f"the Prefect {what} {how}; it is started again"
        with self.log(what).open("a", encoding="utf-8") as log:
            log.write(f"{datetime.now():%Y-%m-%d %H:%M:%S} ecgfactory serve: {line}\n")
        if what == "server":
            self._server.stop()
            self._server = self._new_server()
        elif self._worker is not None:
            self._worker.stop()
            self._worker = self._new_worker()
        return line


class ShortLives:
    """Counts the lives of server and worker that were too short to be of use."""

    def __init__(self) -> None:
        self._begun: dict[str, float] = {}
        self._in_a_row = 0

    def begin(self, what: str, now_s: float) -> None:
        """Note that one of them is ready."""
        self._begun[what] = now_s

    def end(self, what: str, now_s: float) -> int:
        """Note that one has died, maybe before it was ready; return how many short lives there were in a row."""
        lived_s = now_s - self._begun.pop(what, now_s)
        self._in_a_row = self._in_a_row + 1 if lived_s < SHORT_LIFE_S else 0
        return self._in_a_row
