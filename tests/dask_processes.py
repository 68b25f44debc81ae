"""Real `dask scheduler` and `dask worker` processes, as on other machines."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from distributed import Client

from tests.looking import PATIENCE_S, until


@contextmanager
def dask_process(*arguments: str, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [*arguments], env=os.environ | {"OMP_NUM_THREADS": "1"} | environment, stderr=subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        family = [process, *psutil.Process(process.pid).children(recursive=True)]
        process.terminate()
        process.wait(timeout=PATIENCE_S)
        psutil.wait_procs([member for member in family if isinstance(member, psutil.Process)], timeout=30)


@contextmanager
def dask_scheduler(folder: Path) -> Iterator[str]:
    """Start `dask scheduler`; its address."""
    file = folder / "scheduler.json"
    command = [sys.executable, "-m", "dask", "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard"]
    with dask_process(*command, "--scheduler-file", str(file)) as process:
        until(lambda: process.poll() is not None or (file.exists() and file.read_text()), "the scheduler")
        assert process.poll() is None, "the scheduler ended"
        with Client(scheduler_file=str(file), set_as_default=False) as client:
            yield client.scheduler.address


@contextmanager
def dask_worker(
    address: str, folder: Path, *options: str, before: Sequence[str] = (), **environment: str
) -> Iterator[subprocess.Popen[bytes]]:
    """Start `dask worker`, with what comes before it in the command, and wait until the scheduler knows it."""
    command = [*before, sys.executable, "-m", "dask", "worker", address, "--nthreads", "1", "--no-dashboard"]
    with Client(address, set_as_default=False) as client:
        there = len(client.scheduler_info()["workers"])
        with dask_process(*command, "--local-directory", str(folder), *options, **environment) as process:
            client.wait_for_workers(there + 1, timeout=PATIENCE_S)
            yield process


def with_other_versions(folder: Path, **versions: str) -> dict[str, str]:
    """Return what a worker's path has to be for other versions of packages: it begins with other metadata."""
    for name, version in versions.items():
        metadata = folder / "site" / f"{name}-0.dist-info" / "METADATA"
        metadata.parent.mkdir(parents=True)
        metadata.write_text(f"Name: {name}\n" + (f"Version: {version}\n" if version else ""))
    return {"PYTHONPATH": str(folder / "site")}


def without_folders(*folders: Path) -> list[str]:
    """Return what comes before a command that is to find other, empty file systems in place of folders."""
    if subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False).returncode:
        pytest.skip("a worker with mounts of its own needs root")
    covers = " && ".join(f"mount -t tmpfs none {folder}" for folder in folders)
    return ["unshare", "--mount", "sh", "-c", f'{covers} && exec "$@"', "sh"]
