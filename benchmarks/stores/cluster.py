"""A Dask scheduler and two workers on machines that share no disk."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import psutil
from distributed import Client

from benchmarks.stores.machine import Machine, kill
from benchmarks.stores.servers import HOST

STARTS_WITHIN_S = 180


@dataclass
class Cluster:
    """The scheduler and its workers, one a machine; `cluster` gives it.

    Parameters
    ----------
    address : str
        Of the scheduler.
    machines : list of Machine
        Of the workers.
    environment : mapping of str to str
        Of the workers: how they reach the store.
    workers : dict of int to process
        `dask worker`, by the number of its machine.
    """

    address: str
    machines: list[Machine]
    environment: Mapping[str, str]
    workers: dict[int, psutil.Popen] = field(default_factory=dict)

    def start(self, number: int, **environment: str) -> None:
        """Start the worker of a machine, once more or for the first time."""
        machine = self.machines[number]
        where = ["--local-directory", str(machine.temporary), "--name", f"{number}-{time.monotonic_ns()}"]
        command = ["dask", "worker", self.address, "--nthreads", "1", "--no-dashboard", *where]
        self.workers[number] = machine.start(command, {**self.environment, **environment})

    def kill(self, number: int) -> None:
        """Kill the worker of a machine and its nanny."""
        kill(self.workers[number])

    def wait(self) -> None:
        """Wait until the scheduler has as many workers as there are machines, and no dead ones."""
        until = time.monotonic() + STARTS_WITHIN_S
        with Client(self.address, set_as_default=False) as client:
            while len(client.scheduler_info(n_workers=-1)["workers"]) != len(self.machines):
                assert time.monotonic() < until, "the workers do not come"
                time.sleep(0.1)


@contextmanager
def cluster(scheduler: Machine, workers: list[Machine], environment: Mapping[str, str]) -> Iterator[Cluster]:
    """Run the scheduler and a worker on each machine for the length of the block."""
    file = scheduler.folder / "scheduler.json"
    command = ["dask", "scheduler", "--host", HOST, "--port", "0", "--no-dashboard", "--scheduler-file", str(file)]
    process = scheduler.start(command, {})
    started: Cluster | None = None
    try:
        while not (file.exists() and file.read_text()):
            assert process.poll() is None, "the scheduler ended"
            time.sleep(0.05)
        with Client(scheduler_file=str(file), set_as_default=False) as client:
            started = Cluster(client.scheduler.address, workers, environment)
        for number in range(len(workers)):
            started.start(number)
        started.wait()
        yield started
    finally:
        for worker in started.workers.values() if started else ():
            kill(worker)
        kill(process)
