"""Builds into a store that are killed by SIGKILL, at every step of the commit protocol, and then resumed.

A reader looks all the time: what it finds under a manifest must be whole. After the next build the sums are those of a
build that nobody disturbed, and nothing else is left. `python -m benchmarks.store_kills` does more of it, on clusters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from benchmarks.stores.readers import Reader, check_nothing_else, published_in, sums_of
from benchmarks.stores.servers import StoreServer
from ecgfactory.dataset.names import SUMS_FILE
from ecgfactory.generators import GENERATORS
from ecgfactory.line.build import Built
from ecgfactory.line.build import build as library_build
from ecgfactory.line.jobs import shard_modules
from ecgfactory.pools.crew import ENVIRONMENT
from ecgfactory.pools.nursery import Nursery
from ecgfactory.session.lease_state import LEASE_FILE, find_lease
from ecgfactory.session.sessions import sessions_of
from ecgfactory.session.store_sessions import session_places
from ecgfactory.storage.faults import ENVIRONMENT_VARIABLE, FAULT_POINTS
from ecgfactory.storage.store_path import StorePath
from tests.inline_pool import InlinePool

pytestmark = pytest.mark.slow

REQUEST: dict[str, Any] = {
    "name": "killed",
    "records": 12,
    "seed": 5,
    "generator": {"batch": 4},
    "formats": ["parquet", "wfdb"],
    "report": {"samples": 0},
}

Builder = Callable[..., Built]


def build_inline(output: str) -> None:
    """Build in one process, so that a fault point ends all of the build."""
    library_build(REQUEST | {"output": output}, pool=lambda _: InlinePool())


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory, build: Builder) -> str:
    built = build(REQUEST | {"output": str(tmp_path_factory.mktemp("undisturbed"))})
    assert isinstance(built.dataset, Path)
    return (built.dataset / SUMS_FILE).read_text()


@pytest.fixture(scope="module")
def nursery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    log = tmp_path_factory.mktemp("nursery") / "children.log"
    modules = ["tests.ecgfactory.line.test_store_kill", *shard_modules(GENERATORS.load("deepfakeecg"))]
    nursery = Nursery(modules, ENVIRONMENT, log)
    yield nursery
    nursery.close()


@pytest.fixture
def output(tmp_path: Path) -> StorePath:
    return StorePath.parse(f"file://{tmp_path}/store")


def build_and_die(nursery: Nursery, output: StorePath, environment: Mapping[str, str]) -> None:
    """Build until killed; then its lease is over, as it is some seconds later: `test_lease` waits for that."""
    with nursery.fork(environment) as child:
        child.recv()  # its id
        child.send((build_inline, {"output": str(output)}))
        with pytest.raises(EOFError):
            child.recv()
    for place in session_places(output):
        found = find_lease(place / LEASE_FILE)
        assert found is not None and found.state.lasts_s
        over = found.state.model_copy(update={"lasts_s": 0.0})
        assert output.store.swap((place / LEASE_FILE).name, over.content(), found.version)


@pytest.fixture
def build_killed_at(nursery: Nursery, output: StorePath) -> Callable[[str], None]:
    return lambda point: build_and_die(nursery, output, {ENVIRONMENT_VARIABLE: point})


def test_killed_at_each_step_in_turn(
    build_killed_at: Callable[[str], None], output: StorePath, undisturbed: str, build: Builder
) -> None:
    """Each build takes over from the one that was killed before it, and is killed a step later."""
    *unpublished, published, _latest = FAULT_POINTS
    reader = Reader(output / "killed")
    with reader.reading():
        for point in unpublished:
            build_killed_at(f"{point}:1" if point.startswith("shard-") else point)
            assert published_in(output / "killed") == [], point
            (session,) = sessions_of(output)
            assert session.committed == REQUEST["records"] or point.startswith("shard-")
        build_killed_at(published)
        assert_ends_well(build, output, undisturbed)
    assert reader.seen_whole


def test_killed_right_after_latest_was_pointed(
    build_killed_at: Callable[[str], None], output: StorePath, undisturbed: str, build: Builder
) -> None:
    build_killed_at(FAULT_POINTS[-1])
    (dataset,) = published_in(output / "killed")
    assert sums_of(dataset) == undisturbed
    assert_ends_well(build, output, undisturbed)


def test_killed_on_a_real_server(
    nursery: Nursery, moto_server: StoreServer, s3_place: StorePath, undisturbed: str, build: Builder
) -> None:
    reader = Reader(s3_place / "killed", every_s=0.5)
    with reader.reading():
        for point in ("shard-renamed:1", "manifest-written", "dataset-published"):
            build_and_die(nursery, s3_place, {**moto_server.environment, ENVIRONMENT_VARIABLE: point})
            assert len(published_in(s3_place / "killed")) == (point == "dataset-published")
        assert_ends_well(build, s3_place, undisturbed)
    assert reader.seen_whole


def assert_ends_well(build: Builder, output: StorePath, undisturbed: str) -> None:
    build(REQUEST | {"output": str(output)})
    (dataset,) = published_in(output / "killed")
    assert sums_of(dataset) == undisturbed
    check_nothing_else(output, "killed")
