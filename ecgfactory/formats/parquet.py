"""Parquet: one row per record, one fixed-size int16 list per lead, features, R peaks and masks beside them."""

from __future__ import annotations

import bisect
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ecgfactory.formats.base import Format, SignalSpec, injury_of, numbered, stores_artefact_masks, waves_of
from ecgfactory.formats.batch import RecordBatch
from ecgfactory.formats.damage import reading
from ecgfactory.formats.parquet_settings import mask_type, signal_type, writer_options
from ecgfactory.formats.rows import record_columns
from ecgfactory.leads import SignalUv
from ecgfactory.wave_table import ALL_LEADS

Sample = TypeVar("Sample", np.int16, np.uint8)

R_PEAKS = "r_peaks"
"""Column of the R peaks of each record, in samples."""

ROWS_PER_GROUP = 50
"""Rows per row group: 6 MB of signal in memory, about 2.6 MB on disk.

A reader of one record decodes its whole group, and a reader of all records pays for each group's columns. Measured on
12-lead records (one core; groups decoded per second, Hugging Face's conversion, size of a record):

    10 rows    490 /s    0.95 ms    52.5 kB
    20 rows    240 /s    0.60 ms    51.8 kB
    50 rows    120 /s    0.41 ms    51.4 kB
    100 rows    50 /s    0.40 ms    51.3 kB
"""

LOADING = {
    "Hugging Face datasets": """\
from pathlib import Path

from datasets import load_dataset

splits = load_dataset(str(Path.cwd()))                # this folder; once it is on the Hub, its name there
ecg_uv = splits["$split"].with_format("numpy")[0]["II"]
""",
    "PyTorch": """\
from pathlib import Path

import torch
from datasets import load_dataset
from torch.utils.data import DataLoader

leads = ["I", "II", "V1", "V2", "V3", "V4", "V5", "V6"]
ecgs = load_dataset(str(Path.cwd()), split="$split").select_columns(leads).with_format("torch")
for batch in DataLoader(ecgs, batch_size=32, shuffle=True):
    signal_mv = torch.stack([batch[lead] for lead in leads], dim=1) / 1000    # (batch, leads, samples)
""",
    "pandas": """\
import pandas as pd

ecgs = pd.read_parquet("data", columns=["record_id", "heart_rate_bpm", "II"])
""",
    "DuckDB": """\
import duckdb

slow = duckdb.sql("SELECT record_id, II FROM 'data/[!.]*.parquet' WHERE heart_rate_bpm < 65").df()
""",
}

LABEL_LOADING = {
    "R peaks in Parquet": """\
import numpy as np
import pandas as pd

ecgs = pd.read_parquet("data", columns=["record_id", "r_peaks"])    # samples, from 0
rr_ms = ecgs["r_peaks"].map(np.diff) * 1000 / $rate_hz
"""
}

MASK_LOADING = {
    "Masks in Parquet": """\
from pathlib import Path

import torch
from datasets import load_dataset
from torch.utils.data import DataLoader

leads = ["I", "II", "V1", "V2", "V3", "V4", "V5", "V6"]
columns = [*leads, *(f"mask_{lead}" for lead in leads)]    # over all leads: mask_all
ecgs = load_dataset(str(Path.cwd()), split="$split").select_columns(columns).with_format("torch")
for batch in DataLoader(ecgs, batch_size=32, shuffle=True):
    signal_mv = torch.stack([batch[lead] for lead in leads], dim=1) / 1000    # (batch, leads, samples)
    mask = torch.stack([batch[f"mask_{lead}"] for lead in leads], dim=1)      # the same: 0 no wave, 1 P, 2 QRS, 3 T
"""
}


ARTEFACT_LOADING = {
    "Quality labels in Parquet": """\
import pandas as pd

labels = pd.read_parquet("data", columns=["record_id", "is_clean", "artefact_kinds", "failed_rules", "snr_db_II"])
swapped = labels["artefact_kinds"].map(lambda kinds: "limb_lead_swap" in kinds)
"""
}

ARTEFACT_MASK_LOADING = {
    "Artefact masks in Parquet": """\
from pathlib import Path

import torch
from datasets import load_dataset
from torch.utils.data import DataLoader

leads = ["I", "II", "V1", "V2", "V3", "V4", "V5", "V6"]
columns = [*leads, *(f"artefact_mask_{lead}" for lead in leads)]
ecgs = load_dataset("parquet", data_files="data/$split-*.parquet", split="train").select_columns(columns)
for batch in DataLoader(ecgs.with_format("torch"), batch_size=32, shuffle=True):
    signal_mv = torch.stack([batch[lead] for lead in leads], dim=1) / 1000              # (batch, leads, samples)
    injured = torch.stack([batch[f"artefact_mask_{lead}"] for lead in leads], dim=1)    # the same: 1 in an artefact
"""
}

PAIR_LOADING = {
    "Noisy and clean records for PyTorch": """\
import torch
from datasets import load_dataset
from torch.utils.data import DataLoader, StackDataset

leads = ["I", "II", "V1", "V2", "V3", "V4", "V5", "V6"]
noisy, clean = (
    load_dataset("parquet", data_files=f"{folder}/$split-*.parquet", split="train").select_columns(leads)
    for folder in ("data", "clean")
)
pairs = StackDataset(noisy.with_format("torch"), clean.with_format("torch"))    # the same records in the same order
for batch in DataLoader(pairs, batch_size=32, shuffle=True):
    noisy_mv, clean_mv = (torch.stack([ecgs[lead] for lead in leads], dim=1) / 1000 for ecgs in batch)
""",
    "Noisy and clean records with pandas": """\
import pandas as pd

noisy = pd.read_parquet("data", columns=["record_id", "artefact_kinds", "II"]).set_index("record_id")
clean = pd.read_parquet("clean", columns=["record_id", "II"]).set_index("record_id")
pairs = noisy.join(clean, rsuffix="_clean")
added_uv = pairs["II"] - pairs["II_clean"]            # what the artefacts changed, where nothing was exchanged or cut
""",
}


class ParquetFormat(Format):
    """Files for each split, in row groups of a fixed size whatever the micro-batches were.

    Dropped samples hold the value before them.
    """

    name: ClassVar[str] = "parquet"
    media_types: ClassVar[Mapping[str, str]] = {".parquet": "application/x-parquet"}
    bytes_per_sample: ClassVar[float] = 0.85
    bytes_per_wave: ClassVar[float] = 0.1
    holds_masks: ClassVar[bool] = True
    bytes_per_mask_sample: ClassVar[float] = 0.02
    loading: ClassVar[Mapping[str, str]] = LOADING
    label_loading: ClassVar[Mapping[str, str]] = LABEL_LOADING
    mask_loading: ClassVar[Mapping[str, str]] = MASK_LOADING
    artefact_loading: ClassVar[Mapping[str, str]] = ARTEFACT_LOADING
    artefact_mask_loading: ClassVar[Mapping[str, str]] = ARTEFACT_MASK_LOADING
    pair_loading: ClassVar[Mapping[str, str]] = PAIR_LOADING

    def __init__(self, folder: Path, spec: SignalSpec) -> None:
        super().__init__(folder, spec)
        self._writers: dict[str, pq.ParquetWriter] = {}
        self._waiting: dict[str, list[pa.Table]] = {}

    def write(self, batch: RecordBatch) -> None:
        """Write records; see `Format.write`."""
        for split in np.unique(batch.splits):
            rows = batch.take(np.flatnonzero(batch.splits == split))
            waiting = self._waiting.setdefault(str(split), [])
            waiting.append(self._table(rows))
            if sum(table.num_rows for table in waiting) >= ROWS_PER_GROUP:
                self._flush(str(split), whole_groups=True)

    def close(self) -> None:
        """Write the last, smaller row groups and the footers."""
        for split in list(self._waiting):
            self._flush(split, whole_groups=False)
        for writer in self._writers.values():
            writer.close()

    def _flush(self, split: str, whole_groups: bool) -> None:
        table = pa.concat_tables(self._waiting.pop(split, []))
        ready = table.num_rows // ROWS_PER_GROUP * ROWS_PER_GROUP if whole_groups else table.num_rows
        for start in range(0, ready, ROWS_PER_GROUP):
            group = table.slice(start, min(ROWS_PER_GROUP, ready - start))
            self._writer(split, table.schema).write_table(group.combine_chunks(), row_group_size=ROWS_PER_GROUP)
        if ready < table.num_rows:
            self._waiting[split] = [table.slice(ready)]

    def _writer(self, split: str, schema: pa.Schema) -> pq.ParquetWriter:
        if split not in self._writers:
            path = self.place(self.staged_path(0, split))
            masks = mask_columns(self.spec.lead_names) if self.spec.labels.mask else []
            if stores_artefact_masks(self.spec):
                masks += artefact_mask_columns(self.spec.lead_names)
            options = writer_options(schema, self.spec.lead_names, masks)
            self._writers[split] = pq.ParquetWriter(path, schema, **options)
        return self._writers[split]

    def _table(self, batch: RecordBatch) -> pa.Table:
        injury = injury_of(batch, self.spec)
        columns = record_columns(batch, bool(self.spec.artefacts and self.spec.artefacts.clean_features))
        if self.spec.labels.waves:
            columns[R_PEAKS] = pa.array(waves_of(batch).r_peaks(), pa.list_(pa.int32()))
        for index, lead in enumerate(self.spec.lead_names):
            columns[lead] = _lists(batch.signals_uv[:, index], signal_type(self.spec.samples))
        if self.spec.labels.mask:
            masks = waves_of(batch).masks(self.spec.samples)
            for index, name in enumerate(mask_columns(self.spec.lead_names)):
                columns[name] = _lists(masks[:, index], mask_type(self.spec.samples))
        if injury and self.spec.labels.mask:
            masks = injury.artefacts.masks(self.spec.samples)
            for index, name in enumerate(artefact_mask_columns(self.spec.lead_names)):
                columns[name] = _lists(masks[:, index], mask_type(self.spec.samples))
        metadata = {"unit": "uV", "sampling_rate_hz": str(self.spec.sampling_rate_hz), "seed": str(self.spec.seed)}
        if self.spec.filters:
            metadata["filters"] = str(self.spec.filters)
        return pa.table(columns).replace_schema_metadata(metadata)

    @classmethod
    def staged_path(cls, candidate: int, split: str) -> str:
        """One file per split."""
        return f"data/{split}.parquet"

    @classmethod
    def published_path(cls, staged_path: str, position: int, count: int) -> str:
        """Number the files of a split; see `numbered`."""
        return numbered(staged_path, position, count)

    @classmethod
    def takes_for_data(cls, path: str) -> bool:
        """Whether it is in the folder: pandas and PyArrow read it whole, whatever its files are called."""
        return path.startswith(f"{cls.top_folder()}/")

    @classmethod
    def table_files(cls, split: str) -> str:
        """Return the pattern of the names that `published_path` makes."""
        return f"{cls.top_folder()}/{split}-*.parquet"

    @classmethod
    def table_schema(cls, dataset: Path) -> pa.Schema | None:
        """Read the columns from the first file."""
        files = sorted((dataset / cls.top_folder()).glob("[!.]*.parquet"))
        return pq.read_schema(files[0]) if files else None

    @classmethod
    def count(cls, dataset: Path) -> int:
        """Add up the rows that the footers give."""
        total = 0
        for path in (dataset / cls.top_folder()).glob("[!.]*.parquet"):
            with reading(path.relative_to(dataset)):
                total += pq.read_metadata(path).num_rows
        return total

    @classmethod
    def read(cls, dataset: Path, path: str, candidates: Sequence[int], spec: SignalSpec) -> SignalUv:
        """Read records back; see `Format.read`."""
        tables = _tables(dataset, path, candidates, spec.lead_names)
        return _samples(tables, spec.lead_names, spec.samples, np.int16)

    @classmethod
    def read_columns(cls, dataset: Path, path: str, candidates: Sequence[int], spec: SignalSpec) -> pa.Table | None:
        """Read features and what artefacts did back; see `Format.read_columns`."""
        leads = spec.lead_names
        arrays = {*leads, *mask_columns(leads), *artefact_mask_columns(leads), R_PEAKS}
        names = [name for name in pq.read_schema(dataset / path).names if name not in arrays and name != "candidate"]
        return pa.concat_tables(_tables(dataset, path, candidates, names))

    @classmethod
    def read_r_peaks(
        cls, dataset: Path, path: str, candidates: Sequence[int], spec: SignalSpec
    ) -> list[npt.NDArray[np.int32]] | None:
        """Read R peaks back; see `Format.read_r_peaks`."""
        if not spec.labels.waves:
            return None
        tables = _tables(dataset, path, candidates, [R_PEAKS])
        return list(pa.concat_tables(tables).column(R_PEAKS).to_numpy())

    @classmethod
    def read_masks(
        cls, dataset: Path, path: str, candidates: Sequence[int], spec: SignalSpec
    ) -> npt.NDArray[np.uint8] | None:
        """Read masks back; see `Format.read_masks`."""
        if not spec.labels.mask:
            return None
        names = mask_columns(spec.lead_names)
        tables = _tables(dataset, path, candidates, names)
        return _samples(tables, names, spec.samples, np.uint8)

    @classmethod
    def read_artefact_masks(
        cls, dataset: Path, path: str, candidates: Sequence[int], spec: SignalSpec
    ) -> npt.NDArray[np.uint8] | None:
        """Read masks of artefacts back; see `Format.read_artefact_masks`."""
        if not stores_artefact_masks(spec):
            return None
        names = artefact_mask_columns(spec.lead_names)
        return _samples(_tables(dataset, path, candidates, names), names, spec.samples, np.uint8)


def mask_columns(lead_names: Sequence[str]) -> list[str]:
    """Name the columns of the masks: over all leads, then of each."""
    return [f"mask_{lead}" for lead in (ALL_LEADS, *lead_names)]


def artefact_mask_columns(lead_names: Sequence[str]) -> list[str]:
    """Name the columns of the masks of artefacts, of each lead."""
    return [f"artefact_mask_{lead}" for lead in lead_names]


def _lists(samples: npt.NDArray[np.integer], kind: pa.DataType) -> pa.Array:
    return pa.FixedSizeListArray.from_arrays(pa.array(np.ascontiguousarray(samples).reshape(-1)), type=kind)


def _tables(dataset: Path, path: str, candidates: Sequence[int], columns: Sequence[str]) -> list[pa.Table]:
    """Read columns of the rows of some candidates, row group by row group.

    Raises
    ------
    ValueError
        When the file does not hold them.
    """
    with pq.ParquetFile(dataset / path) as source:
        tables = [
            _rows_in(source, group, candidates, ["candidate", *columns])
            for group in range(source.num_row_groups)
            if _may_hold(source, group, candidates)
        ]
    if [number for table in tables for number in table.column("candidate").to_pylist()] != list(candidates):
        raise ValueError(f"{path} does not hold the records that records.parquet places there")
    return tables


def _samples(tables: list[pa.Table], columns: Sequence[str], samples: int, dtype: type[Sample]) -> npt.NDArray[Sample]:
    """Return columns of lists as an array of shape (records, columns, samples)."""
    array = np.empty((sum(table.num_rows for table in tables), len(columns), samples), dtype)
    start = 0
    for table in tables:
        for place, name in enumerate(columns):
            flat = table.column(name).combine_chunks().flatten().to_numpy()
            array[start : start + table.num_rows, place] = flat.reshape(table.num_rows, samples)
        start += table.num_rows
    return array


def _rows_in(source: pq.ParquetFile, group: int, candidates: Sequence[int], columns: list[str]) -> pa.Table:
    """Read the rows of some candidates from one row group; the rest of it is freed at once."""
    table = source.read_row_group(group, columns=columns)
    return table.filter(pc.is_in(table.column("candidate"), pa.array(candidates, pa.int64())))


def _may_hold(source: pq.ParquetFile, group: int, candidates: Sequence[int]) -> bool:
    """Return whether a row group can hold one of some rising candidate numbers, by its statistics."""
    column = source.schema_arrow.get_field_index("candidate")
    statistics = source.metadata.row_group(group).column(column).statistics
    index = bisect.bisect_left(candidates, statistics.min)
    return index < len(candidates) and candidates[index] <= statistics.max
