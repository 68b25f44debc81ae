"""Datasets of any mixture of empty and full shards, splits and formats: whole, typed, and as others read them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecgfactory.dataset.reader import Dataset
from ecgfactory.dataset.verify import verify
from ecgfactory.formats import FORMATS
from ecgfactory.formats.parquet_settings import signal_type
from ecgfactory.generators import GENERATORS
from ecgfactory.generators.base import Device, Generator
from ecgfactory.generators.checkpoint import Checkpoint
from ecgfactory.generators.model_card import ModelCard
from ecgfactory.leads import SignalUv
from ecgfactory.line.build import build
from ecgfactory.record import record_id
from ecgfactory.session import workspace as workspace_module
from ecgfactory.storage import durable
from tests.ecosystem import read_record
from tests.inline_pool import InlinePool

pytestmark = pytest.mark.slow

POLICY = """\
name: loud
description: Passes what is no flat line.
rules:
  - {name: loud, feature: amplitude_max_uv, min: 1, unit: uV, source: "this test"}
"""

ARROW_TYPES = {"number": pa.float64(), "word": pa.string()}
DURATION_S = 1


class Chosen(Generator):
    """Noise for candidates that are to pass, flat lines for the others."""

    name: ClassVar[str] = "chosen"
    model_card: ClassVar[ModelCard] = ModelCard(title="Chosen", kind="a test", origin="A test.", limits="Noise.")
    passing: ClassVar[Sequence[bool]] = (True,)
    """Whether candidate 0, 1, ... passes; after the last, from the first on again."""

    def __init__(self, checkpoint: Checkpoint | None, batch: int, device: Device) -> None:
        self._generates = checkpoint is None

    @property
    def device_name(self) -> str:
        return "cpu"

    def stream(self, seed: int, batches: Iterable[Sequence[int]], samples: int) -> Iterator[SignalUv]:
        for candidates in batches:
            yield np.stack([self._signal(seed, candidate, samples) for candidate in candidates])

    def _signal(self, seed: int, candidate: int, samples: int) -> SignalUv:
        if not self.passing[candidate % len(self.passing)]:
            return np.zeros((8, samples), dtype=np.int16)
        return np.random.default_rng([seed, candidate]).integers(-900, 900, (8, samples), dtype=np.int16)


@pytest.fixture(scope="module", autouse=True)
def chosen_candidates(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A generator and a policy that let any candidate pass or fail, and a disk that may take its time."""
    policy = tmp_path_factory.mktemp("policy") / "loud.yaml"
    policy.write_text(POLICY, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(GENERATORS._built_in, "chosen", f"{__name__}:Chosen")
        patch.setitem(BASE["quality"], "policy", str(policy))
        for module in (durable, workspace_module):
            patch.setattr(module, "sync", lambda path: None)
        yield


BASE: dict[str, Any] = {
    "name": "mixed",
    "seed": 7,
    "duration_s": DURATION_S,
    "quality": {},
    "report": {"samples": 0},
}


def made(passing: Sequence[bool], output: str, **asked: Any) -> Dataset:
    """Build a dataset of candidates that pass or not, in this process."""
    generator = {"model": "chosen", "device": "cpu", "batch": asked.pop("batch", 2)}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Chosen, "passing", passing)
        request = BASE | {"generator": generator, "output": output} | asked
        return verify(build(request, pool=lambda _: InlinePool()).dataset)


PASSING = st.lists(st.booleans(), min_size=1, max_size=12).filter(any)
SPLITS = st.sampled_from(
    [
        {"train": 1.0},
        {"train": 0.98, "test": 0.02},
        {"train": 0.4, "validation": 0.3, "test": 0.3},
        {"validation": 0.01, "test": 0.99},
    ]
)
SHARES = st.sampled_from([{"shard_records": None}, {"shard_records": 1}, {"shard_records": 3}])
"""Shards that share files, and shards with files of their own."""


@settings(max_examples=15, deadline=None)
@given(
    passing=PASSING,
    records=st.integers(1, 9),
    splits=SPLITS,
    sharding=SHARES,
    batch=st.integers(1, 4),
    formats=st.lists(st.sampled_from([*FORMATS]), min_size=1, max_size=4, unique=True),
    leads=st.sampled_from([8, 12]),
)
def test_any_mixture_of_empty_and_full_is_a_whole_dataset(
    passing: list[bool],
    records: int,
    splits: dict[str, float],
    sharding: dict[str, int | None],
    batch: int,
    formats: list[str],
    leads: int,
) -> None:
    with tempfile.TemporaryDirectory() as output:
        dataset = made(
            passing, output, records=records, splits=splits, batch=batch, formats=formats, leads=leads, **sharding
        )
        candidates = [number for number in range(12 * records + 12) if passing[number % len(passing)]][:records]
        assert dataset.candidates.tolist() == candidates
        assert dataset.rejected_table.num_rows == candidates[-1] + 1 - records
        assert_typed(dataset)
        assert_read_by_others(dataset)


def assert_typed(dataset: Dataset) -> None:
    """Every column has the type that the plan gives it, whatever is in it."""
    features = {
        feature.name: ARROW_TYPES.get(feature.kind, pa.int32() if feature.kind == "count" else pa.float64())
        for feature in dataset.plan.policy.features
    }
    named = {"record_id": pa.string(), "candidate": pa.int64(), "split": pa.string()}
    paths = {f"{name}_path": pa.string() for name in dataset.formats}
    signals = {lead: signal_type(dataset.plan.samples_per_lead) for lead in dataset.lead_names}
    words = pa.list_(pa.string())
    expected = {
        "records": named | features | paths,
        "rejected": {"candidate": pa.int64(), "failed_rules": words, "reasons": words} | features,
        "data": named | features | signals,
    }
    assert set(dataset.rejected[["failed_rules", "reasons"]].dtypes) == {np.dtype(object)}
    for split, count in dataset.manifest.splits.items():
        assert dataset.signals(split).shape == (count, len(dataset.lead_names), dataset.plan.samples_per_lead)
        assert len(dataset.torch(split)) == count
    tables = list(dataset.path.rglob("*.parquet"))
    assert len(tables) >= 2
    for path in tables:
        schema = pq.read_schema(path)
        kind = "data" if path.parent.name == "data" else path.stem
        assert dict(zip(schema.names, schema.types, strict=True)) == expected[kind], path


def assert_read_by_others(dataset: Dataset) -> None:
    """Every record is read in every format, and the tables of several files as one."""
    leads = list(dataset.lead_names)
    records = pd.read_parquet(dataset.path / "records.parquet")
    text = pd.read_csv(dataset.path / "records.csv", dtype={"record_id": str})
    assert list(text.record_id) == list(records.record_id) == [record_id(number) for number in dataset.candidates]
    numbers = [name for name, values in dataset.measured.items() if values.dtype.kind in "if"]
    pd.testing.assert_frame_equal(text[numbers], records[numbers], check_dtype=False)
    for row, record in zip(records.itertuples(), dataset, strict=True):
        for name in dataset.formats:
            assert np.array_equal(read_record(name, dataset.path, row, leads, DURATION_S), record.signal_uv), name
    if "parquet" in dataset.formats:
        together = pd.read_parquet(dataset.path / "data")
        assert sorted(together.record_id) == list(records.record_id)


@pytest.mark.parametrize("records", [1, 300])
def test_a_small_dataset_has_one_file_of_each_split(records: int, tmp_path: Path) -> None:
    formats = ["parquet", "npy", "webdataset", "csv"]
    splits = {"train": 0.8, "validation": 0.1, "test": 0.1}
    dataset = made([True] * 9 + [False], str(tmp_path), records=records, formats=formats, splits=splits, batch=16)
    held = [split for split, number in dataset.manifest.splits.items() if number]
    assert len(dataset.manifest.shards) > 1 or records == 1
    for pattern in ("data/*.parquet", "webdataset/*.tar", "npy/*[0-9].npy", "npy/*.candidates.npy"):
        files = {path.name.partition(".")[0] for path in dataset.path.glob(pattern)}
        assert files == {f"{split}-00000-of-00001" for split in held}
    assert len(list(dataset.path.rglob("*.csv"))) == records + 1


def test_shared_files_have_the_bytes_of_those_of_one_shard(tmp_path: Path) -> None:
    """Neither the cut into shards nor what a shard holds its signals in is seen in them."""
    asked = {"records": 60, "formats": ["parquet", "npy", "webdataset"], "splits": {"train": 0.7, "test": 0.3}}
    shared = made([True, False, True], str(tmp_path / "a"), batch=8, **asked)
    alone = made([True, False, True], str(tmp_path / "b"), batch=8, shard_records=200, **asked)
    assert (len(shared.manifest.shards), len(alone.manifest.shards)) == (12, 1)
    for folder in ("data", "npy", "webdataset"):
        names = sorted(path.name for path in (shared.path / folder).iterdir())
        assert names == sorted(path.name for path in (alone.path / folder).iterdir())
        for name in names:
            assert (shared.path / folder / name).read_bytes() == (alone.path / folder / name).read_bytes(), name
