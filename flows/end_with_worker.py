"""The process of a flow run ends with the worker that started it: without one, nobody can see or stop it."""

from __future__ import annotations

import os
import signal
import threading
import time

import psutil

RUN_VARIABLE = "PREFECT__FLOW_RUN_ID"
"""In the environment of each process that a worker starts for a flow run."""

WORKER_VARIABLE = "ECGFACTORY_WORKER_PID"
"""In the environment of what a worker of `ecgfactory serve` starts; other workers are known as the parent process."""

LOOK_INTERVAL_S = 2.0

ORDERLY_END_S = 20.0
"""How long the run may take to end its workers and to report itself; what it committed is safe in any case."""


def end_with_worker() -> None:
    """Have this process end itself, in order, once the worker that started it for a flow run is gone.

    Where no worker started it, as in `ecgfactory build`, it lives on.
    """
    if RUN_VARIABLE not in os.environ:
        return
    try:
        worker = psutil.Process(int(os.environ.get(WORKER_VARIABLE) or os.getppid()))
    except psutil.NoSuchProcess:
        if WORKER_VARIABLE not in os.environ:  # as in a container of its own
            return
        worker = None
    threading.Thread(target=_end_after, args=(worker,), daemon=True, name="end-with-worker").start()


def _end_after(worker: psutil.Process | None) -> None:
    while worker is not None and is_there(worker):
        time.sleep(LOOK_INTERVAL_S)
    os.kill(os.getpid(), signal.SIGTERM)  # as the worker itself does when it is stopped
    time.sleep(ORDERLY_END_S)
    os.kill(os.getpid(), signal.SIGKILL)


def is_there(process: psutil.Process) -> bool:
    """Return whether a process still works; nobody may have asked yet how it ended."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
