"""What is asked of a store, against the files of what was built."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from ecgfactory.dataset.reader import Dataset
from ecgfactory.request.build_request import BuildRequest
from ecgfactory.request.store_costs import about, store_costs, with_file_per_record
from ecgfactory.request.work import estimated_cpu_s
from ecgfactory.storage.remote_store import RemoteStore

MILLIONS = 10_000_000

INDICES = {"RECORDS", "ANNOTATORS", "metadata.parquet"}
"""Written when all records are known."""


@pytest.mark.parametrize("name", ["labelled", "injured", "composed", "pictured"])
def test_each_file_of_signals_and_pictures_is_copied_once(name: str, request: pytest.FixtureRequest) -> None:
    folder = request.getfixturevalue(name)
    asked = Dataset(folder).plan.request
    files = [path for path in folder.rglob("*") if path.is_file()]
    made = [path for path in files if path.parent not in {folder, folder / "images"} and path.name not in INDICES]
    assert store_costs(asked, 1).copies == len(made)


def test_requests_follow_shards_where_records_share_files_and_records_elsewhere(
    make_request: Callable[..., BuildRequest],
) -> None:
    millions = partial(make_request, records=10_000_000, shard_records=None, labels={"waves": True})
    few, many = (store_costs(millions(records=records, formats=["parquet"]), 64) for records in (1_000_000, MILLIONS))
    assert 8 < many.writes / few.writes < 12
    assert many.writes < MILLIONS / 50
    assert many.gets < MILLIONS / 50
    for name, files in {"csv": 2, "wfdb": 15, "edf": 1}.items():
        asked = millions(formats=["parquet", name])
        costs = store_costs(asked, 64)
        assert costs.copies - many.copies == files * MILLIONS
        assert costs.puts - many.puts == pytest.approx(files * MILLIONS, rel=0.01)
        assert with_file_per_record(asked) == [name]
    assert with_file_per_record(millions(formats=["parquet", "npy", "webdataset"])) == []


def test_large_files_are_several_requests_and_a_longer_build_renews_its_lease_more_often(
    make_request: Callable[..., BuildRequest],
) -> None:
    asked = make_request(records=100_000, splits={"train": 1.0}, shard_records=None, formats=["npy"])
    small = asked.model_copy(update={"shard_records": 500})  # 60 MB a file
    assert store_costs(small, 1).copies == pytest.approx(2 * 211 + 3, abs=1)
    parts = 100_000 * 120_000 / RemoteStore.part_bytes
    assert store_costs(asked, 1).puts - store_costs(small, 1).puts > parts / 2 - 211 * 4
    fewer, more = (store_costs(asked, workers) for workers in (10, 1))
    assert more.puts - fewer.puts == pytest.approx(0.9 * estimated_cpu_s(asked) / 3, abs=2)
    assert more.gets - fewer.gets == pytest.approx(2 * (more.puts - fewer.puts), abs=4)  # it is looked at before
    assert (more.copies, more.uploaded_bytes) == (fewer.copies, fewer.uploaded_bytes)


def test_small_shards_are_packed_and_their_signals_fetched_for_it(make_request: Callable[..., BuildRequest]) -> None:
    asked = make_request(records=500, shard_records=None, formats=["parquet"])
    costs = store_costs(asked, 2)
    assert costs.copies == 3 + 3  # a file of each split, and the report's
    assert costs.downloaded_bytes > 500 * 120_000
    assert costs.uploaded_bytes > costs.downloaded_bytes + costs.copied_bytes


@pytest.mark.parametrize(
    ("asked", "counted"),
    [
        ({"records": 96, "shard_records": 16}, {"puts": 53, "copies": 9, "gets": 96, "lists": 14}),
        ({"records": 288, "shard_records": 16}, {"puts": 102, "copies": 21, "gets": 182, "lists": 14}),
        (
            {"records": 96, "shard_records": 16, "formats": ["parquet", "wfdb"]},
            {"puts": 246, "copies": 201, "gets": 288, "lists": 14},
        ),
        ({"records": 96, "shard_records": None}, {"puts": 44, "copies": 4, "gets": 94, "lists": 13}),
    ],
)
def test_estimates_are_what_an_s3_server_counted(
    make_request: Callable[..., BuildRequest], asked: dict[str, Any], counted: dict[str, int]
) -> None:
    """The log of moto's server while these were built by two workers, which took half a minute each."""
    request = make_request(**{"formats": ["parquet"], "splits": {"train": 1.0}, "generator": {}} | asked)
    costs = store_costs(request, 2)
    assert {what: getattr(costs, what) for what in counted} == pytest.approx(counted, rel=1 / 3)


@pytest.mark.parametrize(
    ("number", "words"), [(0, "0"), (7, "7"), (123, "120"), (41_234_567, "41 million"), (1_049_999, "1 million")]
)
def test_numbers_of_requests_are_said_with_two_digits(number: int, words: str) -> None:
    assert about(number) == words
