"""CSV: one file per record, time_ms and then one column per lead, in uV; its waves are in another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.csv

from ecgfactory.formats.base import Format, SignalSpec, record_folder, waves_of
from ecgfactory.formats.batch import RecordBatch
from ecgfactory.formats.csv_encoding import encode_csv
from ecgfactory.formats.dropped_samples import MISSING, dropped_of, held
from ecgfactory.formats.wave_rows import WAVE_SCHEMA, wave_rows_of_each, waves_of_rows
from ecgfactory.leads import SignalUv
from ecgfactory.record import record_id
from ecgfactory.wave_table import WaveTable

WAVES_ENDING = "_waves.csv"
"""Of the file of a record's waves, after its number."""

_WAVE_TYPES = pa.csv.ConvertOptions(column_types=WAVE_SCHEMA)
_UNQUOTED = pa.csv.WriteOptions(include_header=False, quoting_style="none")


class CsvFormat(Format):
    """One text file per record; with waves also NUMBER_waves.csv, a row for each wave, its points in samples.

    Cells of dropped samples are empty, which readers turn into NaN; artefacts are in no file of it.
    """

    name: ClassVar[str] = "csv"
    media_types: ClassVar[Mapping[str, str]] = {".csv": "text/csv"}
    bytes_per_sample: ClassVar[float] = 4.8
    bytes_per_wave: ClassVar[float] = 23.0
    loading: ClassVar[Mapping[str, str]] = {
        "CSV": """\
import pandas as pd

ecg_uv = pd.read_csv("$path", index_col="time_ms")    # one column per lead
"""
    }
    label_loading: ClassVar[Mapping[str, str]] = {
        "Waves as CSV": """\
import pandas as pd

ecg_uv = pd.read_csv("$path", index_col="time_ms")
# Onset, peak and offset in samples; empty where a bound is beyond an end of the record.
waves = pd.read_csv("${stem}_waves.csv")
r_peaks_ms = ecg_uv.index[waves.query("lead == 'all' and wave == 'QRS'")["peak"]]
"""
    }

    def write(self, batch: RecordBatch) -> None:
        """Write records; see `Format.write`."""
        waves = wave_rows_of_each(waves_of(batch)) if self.spec.labels.waves else [None] * len(batch)
        missing = dropped_of(batch, self.spec)
        for row, (candidate, signal_uv, rows) in enumerate(zip(batch.candidates, batch.signals_uv, waves, strict=True)):
            path = self.place(self.staged_path(candidate, ""))
            gaps = None if missing is None else missing[row]
            path.write_bytes(encode_csv(signal_uv, self.spec.lead_names, self.spec.sampling_rate_hz, missing=gaps))
            if rows is not None:
                _write_waves(_waves_file(path), rows)

    @classmethod
    def staged_path(cls, candidate: int, split: str) -> str:
        """One file per record."""
        return f"csv/{record_folder(candidate)}/{record_id(candidate)}.csv"

    @classmethod
    def file_kinds(cls, spec: SignalSpec) -> Mapping[str, str]:
        """Signals and waves; see `Format.file_kinds`."""
        return {**cls.media_types, WAVES_ENDING: "text/csv"} if spec.labels.waves else cls.media_types

    @classmethod
    def count(cls, dataset: Path) -> int:
        """Count the files of signals."""
        return sum(
            not path.name.endswith(WAVES_ENDING) for path in (dataset / cls.top_folder()).glob("[!.]*/[!.]*.csv")
        )

    @classmethod
    def read(cls, dataset: Path, path: str, candidates: Sequence[int], spec: SignalSpec) -> SignalUv:
        """Read records back; see `Format.read`."""
        table = pa.csv.read_csv(dataset / path)
        if table.column_names != ["time_ms", *spec.lead_names] or table.num_rows != spec.samples:
            raise ValueError(f"{path} has other columns or another length than the dataset")
        columns = [table.column(name) for name in spec.lead_names]
        if not spec.artefacts:
            signal: SignalUv = np.stack([column.to_numpy() for column in columns])[np.newaxis].astype(np.int16)
            return signal
        leads = [column.fill_null(MISSING).to_numpy() for column in columns]
        return held(np.stack(leads)[np.newaxis].astype(np.int16))

    @classmethod
    def read_waves(cls, dataset: Path, path: str, candidates: Sequence[int], spec: SignalSpec) -> WaveTable | None:
        """Read waves back; see `Format.read_waves`."""
        if not spec.labels.waves:
            return None
        rows = pa.csv.read_csv(_waves_file(dataset / path), convert_options=_WAVE_TYPES)
        return waves_of_rows(rows, spec.lead_names, np.zeros(len(rows), dtype=np.int32), 1)


def _write_waves(path: Path, rows: pa.Table) -> None:
    with path.open("wb") as stream:
        stream.write(f"{','.join(WAVE_SCHEMA.names)}\n".encode())
        pa.csv.write_csv(rows, stream, _UNQUOTED)


def _waves_file(signals: Path) -> Path:
    return signals.with_name(signals.stem + WAVES_ENDING)
