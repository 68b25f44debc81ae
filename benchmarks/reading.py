"""Reading 12-lead records of a published dataset on one core: ours against Hugging Face `datasets` on the same files.

Hugging Face copies Parquet into an Arrow file first, decoded, of three times the size, and then maps that into memory;
the copying has its own row here. What bounds us on Parquet is pyarrow's decoding of packed differences (0.15 ms for
the eight leads of a record from which the other four follow), in order for each record once, at random for the fifty
records of a row group whenever it isn't among those in memory. The format `npy` needs no decoding.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

import ecgfactory
from benchmarks.timing import Row, per_record
from ecgfactory.arrays import IntArray
from ecgfactory.dataset.reader import Dataset
from ecgfactory.leads import TWELVE_LEADS

RECORDS = 2000
AT_RANDOM = 200
AT_ONCE = 100


def run() -> list[Row]:
    """Read a dataset of 2,000 records in order and at random, from Parquet and from NumPy's format."""
    with tempfile.TemporaryDirectory() as folder:
        parquet, npy = (_built(Path(folder), name) for name in ("parquet", "npy"))
        with _one_core():
            return list(_rows(parquet, npy, Path(folder) / "cache"))


def _rows(parquet: Dataset, npy: Dataset, cache: Path) -> Iterator[Row]:
    assert isinstance(parquet.path, Path)
    folder = parquet.path
    peer = _hugging_face(folder, cache / "read")
    few = np.random.default_rng(5).permutation(RECORDS)[:AT_RANDOM]
    attempts = iter(range(RECORDS))

    def convert() -> None:
        _hugging_face(folder, cache / f"{next(attempts)}")

    def peer_in_order() -> None:
        for start in range(0, RECORDS, AT_ONCE):
            _stacked(peer[start : start + AT_ONCE])

    def peer_at_random() -> None:
        for place in few.tolist():
            _stacked(peer[place])

    yield per_record(
        "Parquet in order, against opening it with datasets", lambda: _in_order(parquet), RECORDS, convert, RECORDS, 3
    )
    for name, dataset in (("Parquet", parquet), ("npy", npy)):
        what = f"{name} in order, against datasets once it is opened"
        yield per_record(what, partial(_in_order, dataset), RECORDS, peer_in_order, RECORDS, 5)
        what = f"{name} at random, against datasets once it is opened"
        yield per_record(what, partial(_at_random, dataset, few), AT_RANDOM, peer_at_random, AT_RANDOM, 5)
    yield per_record(
        "Parquet at random, nothing in memory yet",
        lambda: _at_random(ecgfactory.open_dataset(parquet.path), few),
        AT_RANDOM,
        peer_at_random,
        AT_RANDOM,
        3,
    )


def _built(folder: Path, name: str) -> Dataset:
    request: dict[str, Any] = {"name": name, "records": RECORDS, "seed": 7, "formats": [name]}
    return ecgfactory.build(request | {"report": {"samples": 0}, "output": str(folder)}).open()


def _in_order(dataset: Dataset) -> None:
    for chunk in dataset.chunks(AT_ONCE):
        assert chunk.signals_uv.shape[1] == len(TWELVE_LEADS)


def _at_random(dataset: Dataset, places: IntArray) -> None:
    for place in places.tolist():
        assert dataset[place].signal_uv.shape[0] == len(TWELVE_LEADS)


def _hugging_face(folder: Path, cache: Path) -> Any:
    """Open the Parquet files of a dataset as Hugging Face's users do, with NumPy arrays as the outcome."""
    import datasets

    datasets.disable_progress_bars()
    files = sorted(str(path) for path in (folder / "data").glob("*.parquet"))
    opened = datasets.load_dataset("parquet", data_files=files, split="train", cache_dir=str(cache))
    return opened.select_columns(list(TWELVE_LEADS)).with_format("numpy")


def _stacked(columns: dict[str, Any]) -> None:
    assert np.stack([columns[lead] for lead in TWELVE_LEADS]).shape[0] == len(TWELVE_LEADS)


@contextmanager
def _one_core() -> Iterator[None]:
    """Keep this process, and the threads of pyarrow, on one core."""
    cores, threads = os.sched_getaffinity(0), pa.cpu_count()
    os.sched_setaffinity(0, {min(cores)})
    pa.set_cpu_count(1)
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)
        pa.set_cpu_count(threads)
