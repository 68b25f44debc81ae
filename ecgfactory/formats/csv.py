"""CSV: one file per record, time_ms and then one column per lead, in uV; its waves are in another."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.csv

from ecgfactory.beat_table import BeatTable
from ecgfactory.formats.base import Format, SignalSpec, composed_of, record_folder, waves_of
from ecgfactory.formats.batch import Composed, RecordBatch
from ecgfactory.formats.csv_encoding import encode_csv, encode_head, encode_rows
from ecgfactory.formats.csv_stretch import lines_from
from ecgfactory.formats.csv_truth import (
    WaveRows,
    read_beats,
    read_rhythms,
    read_waves,
    write_beats,
    write_rhythms,
    write_waves,
)
from ecgfactory.formats.dropped_samples import MISSING, dropped_of, held
from ecgfactory.formats.long_record import LongRecord
from ecgfactory.formats.wave_rows import wave_rows_of_each
from ecgfactory.leads import SignalUv
from ecgfactory.record import record_id
from ecgfactory.rhythm_table import RhythmTable
from ecgfactory.wave_table import WaveTable

WAVES_ENDING, BEATS_ENDING, RHYTHMS_ENDING = "_waves.csv", "_beats.csv", "_rhythms.csv"
"""Of the files of a record's waves, beats and rhythms, after its number."""

LABEL_ENDINGS = (WAVES_ENDING, BEATS_ENDING, RHYTHMS_ENDING)


class CsvFormat(Format):
    """One text file per record; with waves also NUMBER_waves.csv, a row for each wave, its points in samples.

    Composed records also have NUMBER_beats.csv, a row for each beat, and NUMBER_rhythms.csv, one for each stretch.
    Cells of dropped samples are empty, which readers turn into NaN; artefacts are in no file of it.
    """

    name: ClassVar[str] = "csv"
    media_types: ClassVar[Mapping[str, str]] = {".csv": "text/csv"}
    bytes_per_sample: ClassVar[float] = 4.8
    cpu_s_per_hour: ClassVar[float] = 0.8
    bytes_per_wave: ClassVar[float] = 23.0
    loading: ClassVar[Mapping[str, str]] = {
        "CSV": """\
import pandas as pd

ecg_uv = pd.read_csv("$path", index_col="time_ms")    # one column per lead
"""
    }
    rhythm_loading: ClassVar[Mapping[str, str]] = {
        "Beats and rhythms as CSV": """\
import pandas as pd

beats = pd.read_csv("${stem}_beats.csv")              # sample of the R peak, and symbol
rhythms = pd.read_csv("${stem}_rhythms.csv")          # name, first and last sample
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
        missing, composed = dropped_of(batch, self.spec), composed_of(batch, self.spec)
        for row, (candidate, signal_uv, rows) in enumerate(zip(batch.candidates, batch.signals_uv, waves, strict=True)):
            path = self.place(self.staged_path(candidate, ""))
            gaps = None if missing is None else missing[row]
            path.write_bytes(encode_csv(signal_uv, self.spec.lead_names, self.spec.sampling_rate_hz, missing=gaps))
            if rows is not None:
                write_waves(_beside(path, WAVES_ENDING), rows)
            if composed:
                _write_composed(path, composed.take(np.array([row])))

    def write_long(self, record: LongRecord) -> None:
        """Write a long record, piece by piece; see `Format.write_long`."""
        names, rate_hz = self.spec.lead_names, self.spec.sampling_rate_hz
        path = self.place(self.staged_path(record.candidate, ""))
        if composed := composed_of(record.row, self.spec):
            _write_composed(path, composed)
        waves = WaveRows(_beside(path, WAVES_ENDING)) if self.spec.labels.waves else None
        with path.open("wb") as stream:
            stream.write(encode_head(names))
            for piece in record.pieces():
                stream.write(encode_rows(piece.signal_uv, names, rate_hz, start=piece.start))
                if waves:
                    waves.add(waves_of(piece))
            stream.write(b"\n")
        if waves:
            waves.close()

    @classmethod
    def staged_path(cls, candidate: int, split: str) -> str:
        """One file per record."""
        return f"csv/{record_folder(candidate)}/{record_id(candidate)}.csv"

    @classmethod
    def file_kinds(cls, spec: SignalSpec) -> Mapping[str, str]:
        """Signals, waves, beats and rhythms; see `Format.file_kinds`."""
        endings = [WAVES_ENDING] if spec.labels.waves else []
        endings += [BEATS_ENDING, RHYTHMS_ENDING] if spec.composed else []
        return {**cls.media_types, **dict.fromkeys(endings, "text/csv")}

    @classmethod
    def count(cls, dataset: Path) -> int:
        """Count the files of signals."""
        return sum(
            not path.name.endswith(LABEL_ENDINGS) for path in (dataset / cls.top_folder()).glob("[!.]*/[!.]*.csv")
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
    def read_stretch(
        cls, dataset: Path, path: str, candidate: int, spec: SignalSpec, start: int, stop: int
    ) -> SignalUv:
        """Read a stretch of a record back, found by its times; see `Format.read_stretch`."""
        if spec.artefacts:  # what is held in a gap may be before the stretch
            return super().read_stretch(dataset, path, candidate, spec, start, stop)
        columns = ["time_ms", *spec.lead_names]
        with (dataset / path).open("rb") as stream:
            head = stream.readline()
        if head.rstrip() != encode_head(spec.lead_names):
            raise ValueError(f"{path} has other columns than the dataset")
        lines, first = lines_from(dataset / path, start, stop, spec.sampling_rate_hz)
        table = pa.csv.read_csv(io.BytesIO(lines), pa.csv.ReadOptions(column_names=columns)).slice(start - first)
        if len(table) < stop - start:
            raise ValueError(f"{path} has another length than the dataset")
        leads = [table.column(name)[: stop - start].to_numpy() for name in spec.lead_names]
        return np.stack(leads).astype(np.int16)

    @classmethod
    def read_waves(cls, dataset: Path, path: str, candidates: Sequence[int], spec: SignalSpec) -> WaveTable | None:
        """Read waves back; see `Format.read_waves`."""
        return read_waves(_beside(dataset / path, WAVES_ENDING), spec.lead_names) if spec.labels.waves else None

    @classmethod
    def read_beats(cls, dataset: Path, path: str, candidates: Sequence[int], spec: SignalSpec) -> BeatTable | None:
        """Read beats back; see `Format.read_beats`."""
        return read_beats(_beside(dataset / path, BEATS_ENDING), spec.lead_names) if spec.composed else None

    @classmethod
    def read_rhythms(cls, dataset: Path, path: str, candidates: Sequence[int], spec: SignalSpec) -> RhythmTable | None:
        """Read rhythms back; see `Format.read_rhythms`."""
        return read_rhythms(_beside(dataset / path, RHYTHMS_ENDING), spec.lead_names) if spec.composed else None


def _write_composed(signals: Path, composed: Composed) -> None:
    write_beats(_beside(signals, BEATS_ENDING), composed.beats)
    write_rhythms(_beside(signals, RHYTHMS_ENDING), composed.rhythms)


def _beside(signals: Path, ending: str) -> Path:
    return signals.with_name(signals.stem + ending)
