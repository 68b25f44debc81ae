"""A factory that has warmed up: server, workers and pool are started, and what they load is loaded."""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from distributed import Client, LocalCluster

from benchmarks.timing import seconds
from ecgfactory.request.build_request import BuildRequest

WARM_RECORDS = 256
BYTES_PER_MB = 1e6


@dataclass(frozen=True)
class Build:
    """What a build took.

    Parameters
    ----------
    taken_s : float
        From the request to the published dataset.
    flow_mb, worker_mb : float
        Peak memory of the flow's process and of the largest worker.
    """

    taken_s: float
    flow_mb: float
    worker_mb: float


@dataclass
class Factory:
    """Builds datasets of which only the figures are kept.

    Parameters
    ----------
    folder : Path
        Where they go meanwhile.
    client : Client
        Of the workers.
    scheduler : str
        Their scheduler's address.
    """

    folder: Path
    client: Client
    scheduler: str
    _built: int = field(default=0, init=False)

    def request(self, records: int, **changes: Any) -> BuildRequest:
        """Ask for records that nobody has asked for before: Parquet, `basic`, no report."""
        self._built += 1
        asked = {
            "name": f"build-{self._built}",
            "records": records,
            "seed": 7,
            "report": {"samples": 0},
            "output": str(self.folder),
            "workers": {"scheduler": self.scheduler},
        }
        return BuildRequest.model_validate(asked | changes)

    def build(self, records: int, **changes: Any) -> Build:
        """Build by the flow."""
        from ecgfactory.flows.build_dataset import build_dataset

        request = self.request(records, **changes)
        _forget_peak()
        self.client.run(_forget_peak)
        taken_s = seconds(lambda: build_dataset(request))
        return Build(taken_s, _peak_mb(), max(self.client.run(_peak_mb).values()))


@contextlib.contextmanager
def warm_factory(workers: int) -> Iterator[Factory]:
    """Start a server as a build has it and a local cluster of so many workers; build once, unmeasured."""
    import dask

    from ecgfactory.flows.embedded import prefect_api
    from ecgfactory.flows.workers import LOCAL_DASK

    os.environ["OMP_NUM_THREADS"] = "1"  # as Dask does for its workers; a pool's processes inherit it
    for name, value in LOCAL_DASK.items():  # a pool's processes get what the workers of a local cluster get
        if name.startswith("distributed.nanny.pre-spawn-environ."):
            os.environ[name.rpartition(".")[2]] = str(value)
    dask.config.set(LOCAL_DASK)
    cluster = LocalCluster(  # type: ignore[no-untyped-call]
        n_workers=workers, threads_per_worker=1, host="127.0.0.1", dashboard_address="127.0.0.1:0"
    )
    with (
        prefect_api(),
        cluster,
        Client(cluster, set_as_default=False) as client,  # type: ignore[no-untyped-call]
        tempfile.TemporaryDirectory() as folder,
    ):
        factory = Factory(Path(folder), client, cluster.scheduler_address)
        factory.build(WARM_RECORDS)
        yield factory


def _forget_peak() -> None:
    """Let the kernel measure this process's peak memory from now on."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def _peak_mb() -> float:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert found is not None
    return 1024 * int(found[1]) / BYTES_PER_MB
