from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecgfactory.storage.fetched import at_hand, fetched_files
from ecgfactory.storage.folder_store import FolderStore
from ecgfactory.storage.object_file import LEAST_BYTES, ObjectFile, parquet_file, readable
from ecgfactory.storage.store import StoreError
from ecgfactory.storage.store_path import StorePath

GROUPS, ROWS, COLUMNS = 40, 50, 12


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Parquet file of 40 groups with 12 columns of 50 lists each, as signals are stored: 20 MB."""
    path = tmp_path_factory.mktemp("tables") / "signals.parquet"
    random = np.random.default_rng(1)
    schema = pa.schema([pa.field(f"lead{number}", pa.list_(pa.int16(), 400)) for number in range(COLUMNS)])
    with pq.ParquetWriter(path, schema) as writer:
        for _ in range(GROUPS):
            flat = [pa.array(random.integers(-3000, 3000, ROWS * 400, dtype=np.int16)) for _ in range(COLUMNS)]
            lists = [pa.FixedSizeListArray.from_arrays(values, 400) for values in flat]
            writer.write_table(pa.table(lists, schema=schema))
    return path


@pytest.fixture
def ranges(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """How many bytes each request read; 0 where it asked for the size alone."""
    made: list[int] = []
    read, stat = FolderStore.read, FolderStore.stat

    def noted(store: FolderStore, name: str, start: int = 0, stop: int | None = None) -> bytes:
        content = read(store, name, start, stop)
        made.append(len(content))
        return content

    monkeypatch.setattr(FolderStore, "read", noted)
    monkeypatch.setattr(FolderStore, "stat", lambda store, name: made.append(0) or stat(store, name))
    yield made


def in_store(path: Path) -> StorePath:
    return StorePath.parse(f"file://{path}")


def test_one_group_of_a_large_file_takes_few_requests_and_bytes(table: Path, ranges: list[int]) -> None:
    expected = pq.ParquetFile(table).read_row_group(17)
    assert parquet_file(in_store(table)).read_row_group(17) == expected
    assert len(ranges) == 3, "its size, its footer, and the group"
    assert sum(ranges) < expected.nbytes + 2 * LEAST_BYTES
    assert sum(ranges) < table.stat().st_size / 10


def test_one_column_of_a_group_takes_less(table: Path, ranges: list[int]) -> None:
    file = parquet_file(in_store(table))
    del ranges[:]
    for group in (3, 30):
        columns = file.read_row_group(group, columns=["lead2", "lead3"])
        assert columns == pq.ParquetFile(table).read_row_group(group, columns=["lead2", "lead3"])
    assert len(ranges) == 2
    assert sum(ranges) <= 2 * LEAST_BYTES


def test_a_file_that_was_fetched_is_not_asked_for_again(table: Path, ranges: list[int]) -> None:
    with at_hand(in_store(table.parent), [table.name]):
        assert parquet_file(in_store(table)).read_row_group(1) == pq.ParquetFile(table).read_row_group(1)
        assert pq.read_table(readable(in_store(table)), columns=["lead1"]).num_rows == GROUPS * ROWS
    assert not ranges


def test_an_error_of_the_store_reaches_the_reader_as_it_is(table: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fetched_files().forget(in_store(table.parent))
    file = parquet_file(in_store(table))

    def closed(*_: object) -> bytes:
        raise StoreError("the store is closed.")

    monkeypatch.setattr(FolderStore, "read", closed)
    with pytest.raises(StoreError, match=r"^the store is closed\.$"):
        file.read_row_group(20)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="none"):
        parquet_file(in_store(tmp_path / "none.parquet"))


steps = st.lists(
    st.tuples(st.just("read"), st.integers(-1, 400_000), st.just(0))
    | st.tuples(st.just("seek"), st.integers(-700_000, 700_000), st.sampled_from([0, 1, 2])),
    max_size=12,
)
CONTENT = np.random.default_rng(2).bytes(600_000)


@given(steps, st.sampled_from([0, 1, 200_000, len(CONTENT)]))
def test_it_reads_as_a_file_in_memory_does(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int, int]], size: int
) -> None:
    path = tmp_path_factory.getbasetemp() / f"content-{size}"
    path.write_bytes(CONTENT[:size])
    file, expected = ObjectFile(in_store(path)), io.BytesIO(CONTENT[:size])
    for step, amount, whence in steps:
        if step == "read":
            assert file.read(amount) == expected.read(amount)
        elif {0: 0, 1: expected.tell(), 2: size}[whence] + amount >= 0:
            assert file.seek(amount, whence) == expected.seek(amount, whence)
        else:
            with pytest.raises(ValueError, match="there is no byte"):
                file.seek(amount, whence)
        assert file.tell() == expected.tell()
    buffers = bytearray(1000), bytearray(1000)
    assert file.readinto(buffers[0]) == expected.readinto(buffers[1])
    assert buffers[0] == buffers[1]
