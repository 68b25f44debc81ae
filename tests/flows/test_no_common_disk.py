"""A build into a store by Dask workers that see neither each other's folders nor those of the flow."""

from __future__ import annotations

import re
import signal
import threading
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest
from distributed import Client

from benchmarks.stores.readers import check_nothing_else, check_whole, sums_of
from ecgfactory.dataset.names import SUMS_FILE
from ecgfactory.flows import dask_pool
from ecgfactory.flows.build_dataset import build_dataset
from ecgfactory.request.build_request import BuildRequest
from ecgfactory.shards.handover import ORIGIN_FILE, SIGNALS_FILE
from ecgfactory.storage.store_path import StorePath
from tests.dask_processes import dask_scheduler, dask_worker, without_folders
from tests.looking import PATIENCE_S, found, until

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("prefect_server")]


def kill_once_there(worker: psutil.Process, folder: Path, killed: list[int]) -> None:
    """Kill the process that a nanny keeps, when it has generated a shard; another one takes its place."""
    until(lambda: found(folder, f"**/generated/*/{ORIGIN_FILE}"), "a shard")
    for child in worker.children(recursive=True):
        if "spawn_main" in " ".join(child.cmdline()):
            child.send_signal(signal.SIGKILL)
            killed.append(child.pid)


def test_signals_go_from_gpu_to_cpu_workers_and_the_dataset_is_the_same(
    built: Path,
    make_request: Callable[..., BuildRequest],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The GPU worker is killed on the way, with what it has generated."""
    folders = {name: tmp_path / name for name in ("client", "GPU", "CPU")}
    for folder in folders.values():
        folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folders["client"]))
    monkeypatch.setattr(dask_pool, "GONE_TIMEOUT_S", PATIENCE_S)  # for which a busy machine may need to start another
    output = StorePath.parse(f"file://{tmp_path}/store")
    killed: list[int] = []
    with ExitStack() as stack:
        address = stack.enter_context(dask_scheduler(tmp_path))
        for kind in ("GPU", "CPU"):
            hidden = without_folders(*(folder for name, folder in folders.items() if name != kind))
            options = ("--resources", f"{kind}=1")
            worker = dask_worker(address, folders[kind], *options, before=hidden, TMPDIR=str(folders[kind]))
            process = psutil.Process(stack.enter_context(worker).pid)
            if kind == "GPU":
                threading.Thread(target=kill_once_there, args=(process, folders[kind], killed), daemon=True).start()
        with Client(address, set_as_default=False) as client:
            client.get_task_stream()  # from now on it is recorded
            request = make_request(workers={"scheduler": address}, generator={"batch": 16, "device": "auto"})
            built_there = build_dataset(request.model_copy(update={"output": str(output)}))
            ran = {re.sub(r"-[0-9a-f-]{36}$", "", task["key"]) for task in client.get_task_stream()}
        left = [path for folder in folders.values() for path in found(folder, f"**/{SIGNALS_FILE}")]
    assert len(killed) == 1
    assert {"generate-shard", "finish-shard"} <= ran
    assert isinstance(built_there.dataset, StorePath)
    assert sums_of(built_there.dataset) == (built / SUMS_FILE).read_text()
    check_whole(built_there.dataset)
    check_nothing_else(output, "small")
    assert left == [], "nothing is left on the disks of workers that go on"
