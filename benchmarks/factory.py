"""A factory that has warmed up: its workers are started and have loaded what they need."""

from __future__ import annotations

import contextlib
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from benchmarks.timing import seconds
from ecgfactory.generators.pulse2pulse import Pulse2PulseGenerator
from ecgfactory.line.build import build
from ecgfactory.line.jobs import shard_modules
from ecgfactory.pools.crew import Crew
from ecgfactory.pools.processes import ProcessPool
from ecgfactory.request.build_request import BuildRequest

WARM_RECORDS = 256
BYTES_PER_MB = 1e6


@dataclass(frozen=True)
class Measured:
    """What a build took.

    Parameters
    ----------
    taken_s : float
        From the request to the published dataset.
    leader_mb, worker_mb : float
        Peak memory of the process that leads the build, and of its largest worker.
    """

    taken_s: float
    leader_mb: float
    worker_mb: float


@dataclass
class Factory:
    """Builds datasets for their timings, and deletes them.

    Parameters
    ----------
    folder : Path
        Where they go meanwhile.
    pool : ProcessPool
        Who does the work.
    scheduler : str
        Of as many Dask workers, for builds by the flow; empty without any.
    """

    folder: Path
    pool: ProcessPool
    scheduler: str = ""
    _built: int = field(default=0, init=False)

    def build(self, records: int, **changes: Any) -> Measured:
        """Build by the library and its processes."""
        request = self._request(records, **changes)
        return _measured(lambda: build(request, pool=lambda _: contextlib.nullcontext(self.pool)))

    def build_by_flow(self, records: int, **changes: Any) -> Measured:
        """Build by the flow and Dask's workers."""
        from ecgfactory.flows.build_dataset import build_dataset

        request = self._request(records, workers={"scheduler": self.scheduler}, **changes)
        return _measured(lambda: build_dataset(request))

    def _request(self, records: int, **changes: Any) -> BuildRequest:
        """Request a dataset that was not built before: Parquet, `basic`, no report."""
        self._built += 1
        asked = {
            "name": f"build-{self._built}",
            "records": records,
            "seed": 7,
            "report": {"samples": 0},
            "output": str(self.folder),
        }
        return BuildRequest.model_validate(asked | changes)


@contextlib.contextmanager
def warm_factory(workers: int) -> Iterator[Factory]:
    """Start so many processes; build once, unmeasured."""
    with (
        tempfile.TemporaryDirectory() as folder,
        ProcessPool(Crew.of(0, workers), shard_modules(Pulse2PulseGenerator), Path(folder) / "workers.log") as pool,
    ):
        factory = Factory(Path(folder), pool)
        factory.build(WARM_RECORDS)
        yield factory


@contextlib.contextmanager
def with_dask(factory: Factory, workers: int) -> Iterator[Factory]:
    """Start a server as a flow has it, and so many Dask workers; build once, unmeasured."""
    from distributed import LocalCluster

    from ecgfactory.flows.dask_workers import local_dask
    from ecgfactory.flows.embedded import prefect_api

    options = {"n_workers": workers, "threads_per_worker": 1, "host": "127.0.0.1", "dashboard_address": "127.0.0.1:0"}
    with local_dask(), prefect_api(), LocalCluster(**options) as cluster:  # type: ignore[no-untyped-call]
        both = Factory(factory.folder / "dask", factory.pool, cluster.scheduler_address)
        both.build_by_flow(WARM_RECORDS)
        yield both


def _measured(work: Any) -> Measured:
    leader = psutil.Process()
    for process in (leader, *leader.children(recursive=True)):
        _forget_peak(process)
    taken_s = seconds(work)
    return Measured(taken_s, _peak_mb(leader), max(map(_peak_mb, leader.children(recursive=True))))


def _forget_peak(process: psutil.Process) -> None:
    """Let the kernel measure a process's peak memory from now on."""
    Path(f"/proc/{process.pid}/clear_refs").write_text("5", encoding="ascii")


def _peak_mb(process: psutil.Process) -> float:
    status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return 1024 * int(found[1]) / BYTES_PER_MB if found else 0.0
