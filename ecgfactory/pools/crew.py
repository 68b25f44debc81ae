"""The crew of worker processes of one machine: how many, which of them see a GPU, and how much memory each may use."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path

import psutil

from ecgfactory.pools.pool import Slots

ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    # Freed memory is kept: micro-batches would fault the same pages in again and again.
    "MALLOC_TRIM_THRESHOLD_": str(1 << 29),
    "MALLOC_MMAP_THRESHOLD_": str(1 << 29),
    # Huge pages, where the kernel has them to give: 3 % less time in arrays of megabytes.
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",
}
"""Of every worker process, set before it starts."""

LEAST_MEMORY_BYTES = 1_500_000_000
"""A worker takes 0.8 to 1 GB at work, much of which it shares with the others."""

_CGROUP_CORES = "/sys/fs/cgroup/cpu.max"
_CGROUP_LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")


@dataclass(frozen=True)
class Crew:
    """Worker processes of one machine.

    Parameters
    ----------
    gpus : tuple of str
        One worker for each, that sees it alone, named as CUDA_VISIBLE_DEVICES has it.
    cpus : int
        Workers that see no GPU; at most so many are started.
    memory_limit_bytes : int
        What each may take.
    """

    gpus: tuple[str, ...]
    cpus: int
    memory_limit_bytes: int

    @classmethod
    def of(cls, gpus: int, cpus: int | None = None, memory_limit_bytes: int | None = None) -> Crew:
        """Make a crew of so many workers.

        Parameters
        ----------
        gpus : int
            The first GPUs that this process may use.
        cpus : int, optional
            One for each core that this process may use, as far as there is memory for them, when absent.
        memory_limit_bytes : int, optional
            An equal share of this machine's memory, when absent, and at least what a worker needs.
        """
        memory_bytes = machine_memory_bytes()
        if cpus is None:
            room = int(memory_bytes / LEAST_MEMORY_BYTES) - gpus
            cpus = max(1, min(usable_cores(), room))
        share = max(memory_bytes // (gpus + cpus), LEAST_MEMORY_BYTES)
        return cls(_gpu_names(gpus), cpus, memory_limit_bytes or share)

    @property
    def slots(self) -> Slots:
        """A job for each worker."""
        return Slots(gpu=len(self.gpus), cpu=self.cpus)


def usable_cores() -> int:
    """Return how many cores this process may use: those it is bound to, or fewer where a control group says so."""
    cores = len(os.sched_getaffinity(0))
    with contextlib.suppress(OSError, ValueError):  # absent, or "max"
        quota, period = map(int, Path(_CGROUP_CORES).read_text(encoding="ascii").split())
        cores = max(1, min(cores, round(quota / period)))
    return cores


def machine_memory_bytes() -> int:
    """Return the memory that this process may use: the machine's, or less where a control group says so."""
    limits = [psutil.virtual_memory().total]
    for path in _CGROUP_LIMITS:
        with contextlib.suppress(OSError, ValueError):  # absent, or "max"
            limits.append(int(Path(path).read_text(encoding="ascii")))
    return min(limits)


def _gpu_names(count: int) -> tuple[str, ...]:
    allowed = os.environ.get("CUDA_VISIBLE_DEVICES")
    return tuple((allowed.split(",") if allowed else [str(index) for index in range(count)])[:count])
