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
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psutil

from ecgfactory.flows.child import Child, announce, when_parent_ends
from ecgfactory.flows.end_with_worker import WORKER_VARIABLE

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
    """Ask each flow run's process to end, as cancelling does, and wait for it and all below it; kill what stays."""
    this = psutil.Process()
    below = this.children(recursive=True)
    for run in this.children():
        with contextlib.suppress(psutil.NoSuchProcess):
            run.terminate()
    _, left = psutil.wait_procs(below, timeout=RUN_STOP_TIMEOUT_S)
    for process in left:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()


if __name__ == "__main__":
    asyncio.run(_work(*sys.argv[1:]))
