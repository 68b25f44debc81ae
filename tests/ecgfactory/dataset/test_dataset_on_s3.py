"""One whole pass on a real S3 server: a dataset is copied there object by object, opened, read, verified, reported."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from torch.utils.data import DataLoader

import ecgfactory as ef
from ecgfactory.dataset.verify import verify
from ecgfactory.errors import BadInputError, DamagedDatasetError
from ecgfactory.report.remake import remake_reports
from ecgfactory.storage.at_once import at_once
from ecgfactory.storage.durable import sha256_of
from ecgfactory.storage.store import StoreError
from ecgfactory.storage.store_path import StorePath


def copied(dataset: Path, output: StorePath) -> StorePath:
    """Copy a dataset below an output in a store, and let it be the newest of its name."""
    place = output / dataset.parent.name / dataset.name
    files = [path for path in dataset.rglob("*") if path.is_file()]
    at_once(
        lambda path: place.store.send(path, (place / path.relative_to(dataset).as_posix()).name, sha256_of(path)), files
    )
    place.store.write((place.parent / "latest").name, f"{place.last}\n".encode())
    return place


def test_a_dataset_is_read_verified_and_reported_as_on_a_disk(
    few: Path, s3_place: StorePath, in_fresh_process: Callable[..., Any]
) -> None:
    place = copied(few, s3_place)
    local, stored = ef.open_dataset(few), ef.open_dataset(str(place.parent))
    assert stored.path == place
    for name in local.formats:
        for path, candidates in local.files_of(name, 100):
            assert np.array_equal(stored.signals_in(name, path, candidates), local.signals_in(name, path, candidates))
    assert np.array_equal(stored.signals(), local.signals())
    assert stored.features.equals(local.features)
    assert pickle.loads(pickle.dumps(stored)).path == place
    assert np.array_equal(in_fresh_process(loaded, address=str(place), environment=dict(os.environ)), local.signals())
    verify(place)
    remake_reports(stored)
    verify(place, with_signals=False)
    place.store.delete([(place / "README.md").name])
    with pytest.raises(DamagedDatasetError, match=r"README\.md: missing"):
        verify(place, with_signals=False)


def loaded(address: str, environment: dict[str, str]) -> Any:
    os.environ.update(environment)
    samples = ef.open_dataset(address).torch()
    samples[0]  # with connections that are of no use to its children
    batches = DataLoader(samples, batch_size=3, num_workers=2)
    return np.concatenate([batch["signal"].numpy() for batch in batches])


def test_what_is_not_there_is_told_in_a_sentence(s3_place: StorePath) -> None:
    with pytest.raises(BadInputError, match=f"^{s3_place}/none: holds no dataset"):
        ef.open_dataset(f"{s3_place}/none")
    with pytest.raises(BadInputError, match="there is no such file, prefix or WFDB record"):
        ef.read_ecgs(f"{s3_place}/none")
    with pytest.raises(StoreError, match="no-such-bucket") as caught:
        ef.open_dataset("s3://no-such-bucket/datasets/few")
    assert str(caught.value).count("\n") == 0
