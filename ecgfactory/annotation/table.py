"""Annotations of many ECGs as one Parquet table."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ecgfactory.annotation.marking import no_waves
from ecgfactory.annotation.records import AnnotatedEcg
from ecgfactory.formats.annotations import annotation_table
from ecgfactory.wave_table import WaveTable

ROWS_PER_GROUP = 400_000
"""In memory at a time, 20 MB: a thousand ECGs of ten seconds and 12 leads, or some hours."""

RATE_COLUMN = "sampling_rate_hz"


class TableWriter:
    """Writes waves as the rows of a dataset's annotations.parquet, and the rate at which their samples are counted.

    `record_id` is the name under which an ECG was read, as `assess` has it.

    Parameters
    ----------
    path : Path
        The file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer: pq.ParquetWriter | None = None
        self._waiting = [_rows("", no_waves(1), 0.0)]

    def write(self, ecg: AnnotatedEcg) -> None:
        """Write the waves of one ECG."""
        self._waiting.append(_rows(ecg.name, ecg.waves, ecg.sampling_rate_hz))
        if sum(map(len, self._waiting)) >= ROWS_PER_GROUP:
            self._write_group()

    def _write_group(self) -> None:
        group = pa.concat_tables(self._waiting).unify_dictionaries()
        if self._writer is None:
            self._writer = pq.ParquetWriter(self._path, group.schema, compression="zstd", store_schema=False)
        self._writer.write_table(group)
        self._waiting = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: BaseException | TracebackType | None) -> None:
        if kind is None and self._waiting:
            self._write_group()
        if self._writer is not None:
            self._writer.close()


def _rows(name: str, waves: WaveTable, rate_hz: float) -> pa.Table:
    rows = annotation_table(waves, [name])
    rates = pa.array(np.full(len(rows), rate_hz), pa.float64())
    return rows.append_column(pa.field(RATE_COLUMN, pa.float64(), nullable=False), rates)
