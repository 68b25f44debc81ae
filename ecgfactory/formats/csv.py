"""CSV: one file per record, time_ms and then one column per lead, in uV."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.csv

from ecgfactory.formats.base import Format, SignalSpec, record_folder
from ecgfactory.formats.batch import RecordBatch
from ecgfactory.formats.csv_encoding import encode_csv
from ecgfactory.leads import SignalUv
from ecgfactory.record import record_id


class CsvFormat(Format):
    """One text file per record."""

    name: ClassVar[str] = "csv"
    media_types: ClassVar[Mapping[str, str]] = {".csv": "text/csv"}
    bytes_per_sample: ClassVar[float] = 4.8
    loading: ClassVar[Mapping[str, str]] = {
        "CSV": """\
import pandas as pd

ecg_uv = pd.read_csv("$path", index_col="time_ms")    # one column per lead
"""
    }

    def write(self, batch: RecordBatch) -> None:
        """Write records; see `Format.write`."""
        for candidate, signal_uv in zip(batch.candidates, batch.signals_uv, strict=True):
            path = self.place(self.staged_path(candidate, ""))
            path.write_bytes(encode_csv(signal_uv, self.spec.lead_names, self.spec.sampling_rate_hz))

    @classmethod
    def staged_path(cls, candidate: int, split: str) -> str:
        """One file per record."""
        return f"csv/{record_folder(candidate)}/{record_id(candidate)}.csv"

    @classmethod
    def count(cls, dataset: Path) -> int:
        """Count the files."""
        return sum(1 for _ in (dataset / "csv").glob("[!.]*/[!.]*.csv"))

    @classmethod
    def read(cls, dataset: Path, path: str, candidates: Sequence[int], spec: SignalSpec) -> SignalUv:
        """Read records back; see `Format.read`."""
        table = pa.csv.read_csv(dataset / path)
        if table.column_names != ["time_ms", *spec.lead_names] or table.num_rows != spec.samples:
            raise ValueError(f"{path} has other columns or another length than the dataset")
        leads = [table.column(name).to_numpy() for name in spec.lead_names]
        signal: SignalUv = np.stack(leads)[np.newaxis].astype(np.int16)
        return signal
