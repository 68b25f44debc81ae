"""A Prefect worker of a process pool as a child process of `ecgfactory serve`. Run as a module, this file is it.

Before it ends, it ends the current runs in order: their workspaces stay resumable, and no process stays.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

import psutil

from ecgfactory.flows.child import Child, announce, when_parent_ends
from ecgfactory.flows.end_with_worker import WORKER_VARIABLE, is_there

LOOK_INTERVAL_S = 0.1
RUN_STOP_TIMEOUT_S = 20.0
STOP_TIMEOUT_S = RUN_STOP_TIMEOUT_S + 10.0


class LocalWorker:
    """The child process; making it returns at once, `wait_until_ready` waits until it takes runs.

    Parameters
    ----------
    pool : str
        Name of the work pool.
    environment : mapping of str to str
        All of its environment.
    log : Path
        File that gets what it prints.
    scratch : Path
        Folder for what it keeps of each run while that lasts; what a killed one left there is deleted.
    """

    def __init__(self, pool: str, environment: Mapping[str, str], log: Path, scratch: Path) -> None:
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir(parents=True, exist_ok=True)
        self._child = Child("ecgfactory.flows.local_worker", environment, pool, str(scratch), log=log)

    def wait_until_ready(self) -> None:
        """Wait for the worker.

        Raises
        ------
        RuntimeError
            When it can't start.
        """
        self._child.announced("the Prefect worker")

    def end(self) -> str | None:
        """Return how the worker ended, in words; None while it runs."""
        return self._child.end()

    @property
    def pid(self) -> int:
        """Id of the process."""
        return self._child.pid

    def stop(self) -> None:
        """End the current runs, then the worker, and wait for them."""
        self._child.stop(STOP_TIMEOUT_S)


async def _work(pool: str, scratch: str) -> None:
    from prefect.workers.process import ProcessWorker

    loop, stopping = asyncio.get_running_loop(), asyncio.Event()
    when_parent_ends(lambda: loop.call_soon_threadsafe(stopping.set))
    os.environ[WORKER_VARIABLE] = str(os.getpid())
    tempfile.tempdir = scratch  # of this process alone, not of what runs make
    worker = ProcessWorker(work_pool_name=pool, create_pool_if_not_found=False)
    poll = worker.get_and_submit_flow_runs

    async def poll_unless_stopping() -> list[Any]:
        return [] if stopping.is_set() else await poll()

    worker.get_and_submit_flow_runs = poll_unless_stopping  # type: ignore[method-assign]
    working = asyncio.create_task(worker.start(printer=announce))
    told_to_stop = asyncio.create_task(stopping.wait())
    await asyncio.wait({working, told_to_stop}, return_when=asyncio.FIRST_COMPLETED)
    if not working.done():
        await asyncio.to_thread(_end_runs)
        working.cancel()
    told_to_stop.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await working


def _end_runs() -> None:
    """End the processes of runs: in order where a run has begun, without a word where not, so that it begins later."""
    this = psutil.Process()
    below = this.children(recursive=True)
    to_begin_later = [run for run in this.children() if _has_not_begun(run)]
    for run in set(this.children()).difference(to_begin_later):
        with contextlib.suppress(psutil.NoSuchProcess):
            run.terminate()
    deadline = time.monotonic() + RUN_STOP_TIMEOUT_S
    # Looked at from outside: it is for the worker to ask how they ended.
    while time.monotonic() < deadline and any(is_there(process) for process in below if process not in to_begin_later):
        time.sleep(LOOK_INTERVAL_S)
    for process in filter(is_there, below):
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    if to_begin_later:
        os._exit(0)  # before the worker reports them as crashed


def _has_not_begun(process: psutil.Process) -> bool:
    """Return whether a process is of a run that does not work yet, as far as the server can be asked."""
    import httpx
    from prefect.client.orchestration import get_client
    from prefect.exceptions import PrefectHTTPStatusError

    from ecgfactory.flows.lost_runs import run_of

    run = run_of(process)
    if run is None:
        return False
    try:
        with get_client(sync_client=True) as client:
            state = client.read_flow_run(UUID(run)).state
    except (httpx.HTTPError, PrefectHTTPStatusError):
        return False
    return state is not None and state.is_pending()


if __name__ == "__main__":
    asyncio.run(_work(*sys.argv[1:]))
