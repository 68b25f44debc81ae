"""What a Dask worker of a scheduler that exists already does before and after its jobs."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from distributed import LocalCluster

from ecgfactory.flows.worker_side import forget, look_around
from ecgfactory.session.workspace import SESSIONS_FOLDER, Workspace
from ecgfactory.storage.fetched import at_hand
from ecgfactory.storage.store_path import StorePath


def test_a_worker_keeps_nothing_of_a_build_that_is_over(tmp_path: Path) -> None:
    """Neither its scratch folder nor what it fetched of the dataset to compare records; that of others stays."""
    output = StorePath.parse(f"file://{tmp_path}/store")
    fetched = []
    for place in (output / "small/0123456789abcdef", StorePath.parse(f"{output}-of-others")):
        place.store.write((place / "data.parquet").name, b"records")
        with at_hand(place, ["data.parquet"]) as folder:
            fetched.append(folder / "data.parquet")
    kept = output / SESSIONS_FOLDER / "0123456789abcdef"
    workspace = Workspace.of_store(kept)
    worker: Any = None
    forget(worker, str(kept))
    assert not workspace.root.exists()
    assert [file.exists() for file in fetched] == [False, True]


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="this Python does not stop dead in it")
def test_a_worker_is_profiled_no_more_where_python_may_stop_dead_in_it(tmp_path: Path) -> None:
    """Seen in builds into a store: Dask sampled the stacks of all threads, and one of them waited for ever to start."""
    with LocalCluster(n_workers=1, processes=False, dashboard_address="127.0.0.1:0") as cluster:
        (worker,) = cluster.workers.values()
        profile = worker.periodic_callbacks["profile"]
        assert profile.is_running()
        look_around(worker, str(tmp_path), "0123456789abcdef", str(uuid4()))
        while profile.is_running():
            time.sleep(0.01)
