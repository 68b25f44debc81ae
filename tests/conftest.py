"""What several tests share: one Prefect server a session, and one real dataset built by the flow."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ecgfactory.formats import FORMATS
from ecgfactory.request.build_request import BuildRequest

os.environ["PREFECT_SERVER_ANALYTICS_ENABLED"] = "false"  # before Prefect is imported: no test needs the outside world


@pytest.fixture(scope="session")
def prefect_server() -> Iterator[str]:
    """A real Prefect server on loopback, with a database of its own; the address of its API."""
    from prefect.settings import PREFECT_API_URL
    from prefect.testing.utilities import prefect_test_harness

    with prefect_test_harness(server_startup_timeout=120):
        yield str(PREFECT_API_URL.value())


@pytest.fixture(scope="session")
def scheduler(prefect_server: str) -> Iterator[str]:
    """Address of a real Dask cluster of two worker processes that tests share, since workers start slowly."""
    from distributed import LocalCluster

    with LocalCluster(n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address="127.0.0.1:0") as cluster:
        yield cluster.scheduler_address


@pytest.fixture(scope="session")
def make_request(scheduler: str) -> Callable[..., BuildRequest]:
    """A small request for tests, with some keys replaced."""

    def make(**changes: Any) -> BuildRequest:
        small: dict[str, Any] = {
            "name": "small",
            "records": 40,
            "seed": 11,
            "generator": {"batch": 16},
            "shard_records": 16,
            "formats": list(FORMATS),
            "splits": {"train": 0.6, "validation": 0.2, "test": 0.2},
            "report": {"samples": 1},
            "workers": {"scheduler": scheduler},
        }
        return BuildRequest.model_validate(small | changes)

    return make


@pytest.fixture(scope="session")
def built(make_request: Callable[..., BuildRequest], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A published dataset of 40 records in every format; for reading only."""
    from ecgfactory.flows.build_dataset import build_dataset

    output = tmp_path_factory.mktemp("built")
    return build_dataset(make_request(output=str(output))).dataset


@pytest.fixture
def copy(built: Path, tmp_path: Path) -> Path:
    """A copy of the built dataset that a test may damage."""
    target = tmp_path / "small" / built.name
    shutil.copytree(built, target)
    return target
