"""What several tests share: warm workers, one real dataset; for tests of flows, a Prefect server and a Dask cluster."""

from __future__ import annotations

import contextlib
import os
import pickle
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from ecgfactory.formats import FORMATS
from ecgfactory.generators.pulse2pulse import Pulse2PulseGenerator
from ecgfactory.line.build import Built
from ecgfactory.line.build import build as library_build
from ecgfactory.line.jobs import REPORT_MODULES, shard_modules
from ecgfactory.paper.style import DAMAGES
from ecgfactory.pools.crew import Crew
from ecgfactory.pools.nursery import Nursery
from ecgfactory.pools.processes import ProcessPool
from ecgfactory.request.build_request import BuildRequest
from ecgfactory.storage.lock import waiting_lock
from tests.store_servers import (  # noqa: F401 - fixtures
    azurite_server,
    gcs_server,
    moto_server,
    place_of,
    s3_place,
    s3rver_server,
    store_place,
)

os.environ["PREFECT_SERVER_ANALYTICS_ENABLED"] = "false"  # before Prefect is imported: no test needs the outside world

# A busy machine is no failure.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


@pytest.fixture(scope="session")
def prefect_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real Prefect server on loopback, with a database of its own; the address of its API."""
    from prefect.settings import PREFECT_API_URL
    from prefect.testing import utilities

    from ecgfactory.flows.local_server import begin_migrated, keep_migrated

    database = tmp_path_factory.mktemp("prefect") / "prefect-test.db"  # as the harness calls it
    begin_migrated(database)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(utilities, "mkdtemp", lambda: str(database.parent))
        with utilities.prefect_test_harness(server_startup_timeout=120):
            keep_migrated(database)
            yield str(PREFECT_API_URL.value())


@pytest.fixture(scope="session")
def scheduler(prefect_server: str) -> Iterator[str]:
    """Address of a real Dask cluster of two worker processes that tests share, since workers start slowly."""
    from distributed import LocalCluster

    from ecgfactory.flows.dask_workers import local_dask

    options = {"n_workers": 2, "threads_per_worker": 1, "host": "127.0.0.1", "dashboard_address": "127.0.0.1:0"}
    with local_dask():  # by Dask's own settings they would wake all the time, for as long as the tests last
        cluster = LocalCluster(**options)
    with cluster:
        yield cluster.scheduler_address


@pytest.fixture(scope="session")
def make_request() -> Callable[..., BuildRequest]:
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
        }
        return BuildRequest.model_validate(small | changes)

    return make


Builder = Callable[..., Built]


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Builder]:
    """The library's `build`, by two worker processes that tests share, since they start slowly."""
    log = tmp_path_factory.mktemp("workers") / "workers.log"
    with ProcessPool(Crew.of(0, 2), (*shard_modules(Pulse2PulseGenerator), *REPORT_MODULES), log) as pool:
        yield partial(library_build, pool=lambda _: contextlib.nullcontext(pool))


@pytest.fixture(scope="session")
def in_fresh_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Any]]:
    """Calls a function of a test module in a new process, as users' are: this one has threads of servers and clusters,
    and is better not forked, as PyTorch's loaders do.
    """
    nursery = Nursery(["ecgfactory.candidates.pytorch"], {}, tmp_path_factory.mktemp("fresh") / "processes.log")

    def call(function: Callable[..., Any], **parameters: Any) -> Any:
        with nursery.fork({}) as process:
            process.recv()  # its id
            process.send((function, parameters))
            value, error = pickle.loads(process.recv_bytes())
        if error is not None:
            raise error
        return value

    yield call
    nursery.close()


@pytest.fixture(scope="session")
def built(make_request: Callable[..., BuildRequest], build: Builder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A published dataset of 40 records in every format, for reading only; all test processes share one."""
    return _built_once(build, make_request, _shared(tmp_path_factory, "built"))


@pytest.fixture(scope="session")
def few(make_request: Callable[..., BuildRequest], build: Builder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A published dataset of 8 records in every format and split, for tests that read all of them often; as `built`."""
    request = partial(make_request, name="few", records=8, seed=1, shard_records=8, generator={"batch": 8})
    return _built_once(build, request, _shared(tmp_path_factory, "few"))


@pytest.fixture(scope="session")
def labelled(
    make_request: Callable[..., BuildRequest], build: Builder, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A published dataset of 20 records of 250 Hz with waves and masks, in every format; as `built`."""
    labels, signal, report = {"waves": True, "mask": True}, {"rate_hz": 250}, {"samples": 0}
    request = partial(make_request, name="labelled", records=20, labels=labels, signal=signal, report=report)
    request = partial(request, shard_records=None, generator={"batch": 8})
    return _built_once(build, request, _shared(tmp_path_factory, "labelled"))


@pytest.fixture(scope="session")
def injured(
    make_request: Callable[..., BuildRequest], build: Builder, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A published dataset of 40 records with artefacts, waves and masks, their clean twins too; as `built`."""
    kinds = {"mains": 2, "limb_lead_swap": 1, "dropped_samples": 1, "lead_off": 1, "wrong_gain": 1}
    artefacts = {"clean_features": True, "per_record": {"max": 2}, "kinds": kinds}
    labels, formats = {"waves": True, "mask": True}, ["parquet", "wfdb", "npy", "csv"]
    request = partial(make_request, name="injured", labels=labels, formats=formats, artefacts=artefacts)
    request = partial(request, shard_records=None, report={"samples": 0}, generator={"batch": 8})
    return _built_once(build, request, _shared(tmp_path_factory, "injured"))


@pytest.fixture(scope="session")
def composed(
    make_request: Callable[..., BuildRequest], build: Builder, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A published dataset of 24 composed records with waves and masks; as `built`."""
    rhythm = {"sinus": 0.3, "atrial_fibrillation": 0.3, "av_block_2_mobitz": 0.2, "premature_ventricular": 0.2}
    request = partial(make_request, name="composed", records=24, rhythm=rhythm, formats=["parquet", "wfdb", "npy"])
    request = partial(request, labels={"waves": True, "mask": True}, shard_records=None, report={"samples": 0})
    request = partial(request, generator={"batch": 8})
    return _built_once(build, request, _shared(tmp_path_factory, "composed"))


@pytest.fixture(scope="session")
def pictured(
    make_request: Callable[..., BuildRequest], build: Builder, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A published dataset of 6 records in two splits, with two small pictures of each; as `built`."""
    images = {
        "per_record": 2,
        "layouts": ["3x4+II", "12x1", "6x2"],
        "paper": {"dpi": {"min": 72, "max": 100}, "speeds": [25, 50]},
        "damage": list(DAMAGES),
    }
    request = partial(make_request, name="pictured", records=6, formats=["parquet", "images"], images=images)
    request = partial(request, splits={"train": 0.6, "test": 0.4}, shard_records=None, report={"samples": 0})
    request = partial(request, generator={"batch": 4})
    return _built_once(build, request, _shared(tmp_path_factory, "pictured"))


def _shared(tmp_path_factory: pytest.TempPathFactory, name: str) -> Path:
    """A folder that all test processes share."""
    own = tmp_path_factory.getbasetemp()
    return (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / name


def _built_once(build: Builder, make_request: Callable[..., BuildRequest], output: Path) -> Path:
    with waiting_lock(output.with_suffix(".lock"), lambda: None):
        return build(make_request(output=str(output))).dataset


@pytest.fixture
def copy(built: Path, tmp_path: Path) -> Path:
    """A copy of the built dataset that a test may damage."""
    target = tmp_path / "small" / built.name
    shutil.copytree(built, target)
    return target


LONGEST_FILE = "test_serving.py"
"""It waits for servers for minutes: begun last, all other processes would be done long before it."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Have processes that share the tests begin with the longest file, then with those of most tests."""
    tests = Counter(item.path for item in items)
    items.sort(key=lambda item: (item.path.name != LONGEST_FILE, -tests[item.path]))


@pytest.fixture(autouse=True)
def figures_are_closed() -> Iterator[None]:
    """Close what a test leaves in pyplot, by examples of cards that plot say, so that no other test finds it."""
    yield
    if pyplot := sys.modules.get("matplotlib.pyplot"):
        pyplot.close("all")
