"""Builds into a store where somebody else deletes: each ends with a sentence and no dataset, and is gone on with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchmarks.stores.readers import check_nothing_else, check_whole, published_in, sums_of
from ecgfactory.errors import BuildFailedError, EcgFactoryError
from ecgfactory.line.build import build
from ecgfactory.pools.pool import Job
from ecgfactory.storage.store_path import StorePath
from tests.inline_pool import InlinePool, call

REQUEST: dict[str, Any] = {
    "name": "vanishing",
    "records": 12,
    "seed": 5,
    "generator": {"batch": 8},
    "formats": ["wfdb"],
    "report": {"samples": 0},
}
PACKED = {"formats": ["parquet"]}
JOBS = 20
"""More than a build has: one that does not end is cut off."""


def below(place: StorePath, part: str) -> list[str]:
    return [stored.name for stored in place.store.objects(place.prefix) if part in place.below(stored.name)]


def build_with(output: StorePath, request: dict[str, Any], after: str, spoil: Callable[[], object]) -> None:
    """Build, and spoil something when the first job of a kind has ended."""
    done: list[str] = []

    def do(job: Job) -> Any:
        result = call(job)
        done.append(job.function.__name__)
        assert len(done) < JOBS, "it does not end"
        if done.count(after) == 1:
            spoil()
        return result

    build(REQUEST | request | {"output": str(output)}, pool=lambda _: InlinePool(do=do))


@pytest.fixture
def output(tmp_path: Path) -> StorePath:
    return StorePath.parse(f"file://{tmp_path}/store")


@pytest.mark.parametrize(
    ("part", "request_", "after", "words"),
    [
        ("plan.json", {}, "make_shard", "the session was removed while it went on"),
        ("ledger/", {}, "make_shard", "shards that were committed are gone"),
        ("ledger/", PACKED, "make_shard", "was committed and is gone"),
        ("shards/", {}, "make_shard", "was stored and is gone; somebody else deletes there"),
        ("shards/", PACKED, "make_shard", "was stored and is gone; somebody else deletes there"),
        ("made/", PACKED, "pack_shards", "was stored and is gone; somebody else deletes there"),
        ("wfdb/", {}, "compare_records", "was stored and is gone; somebody else deletes there"),
    ],
)
def test_what_vanishes_is_missed(
    part: str, request_: dict[str, Any], after: str, words: str, output: StorePath
) -> None:
    with pytest.raises(BuildFailedError, match=words):
        build_with(output, request_, after, lambda: output.store.delete(below(output, part)))
    assert published_in(output / "vanishing") == []
    build_with(output, request_, "", lambda: None)
    (dataset,) = published_in(output / "vanishing")
    check_whole(dataset)
    check_nothing_else(output, "vanishing")


def test_what_is_no_entry_is_named(output: StorePath) -> None:
    def spoil() -> None:
        for name in below(output, "ledger/"):
            output.store.write(name, b'{"path": "../../home"}')

    with pytest.raises(EcgFactoryError, match=r"ledger/000000\.json: is no entry of a shard; delete it"):
        build_with(output, {}, "make_shard", spoil)
    output.store.delete(below(output, "ledger/"))
    build_with(output, {}, "", lambda: None)
    assert sums_of(published_in(output / "vanishing")[0])
