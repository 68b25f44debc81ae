"""Parquet tables: one row per record with a list per lead, or one row per sample with a number per lead."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ecgfactory.foreign.columns import lead_and_unit
from ecgfactory.foreign.formats.table import from_frame
from ecgfactory.foreign.recording import Recording, Signal
from ecgfactory.foreign.stated import Stated


def read(file: Path, name: str, stated: Stated) -> Iterator[Recording]:
    """Read a table; one of records is streamed."""
    with pq.ParquetFile(file) as source:
        schema = source.schema_arrow
        leads = [field for field in schema if lead_and_unit(field.name)[0] is not None]
        lists = [field.name for field in leads if pa.types.is_nested(field.type)]
        if not lists:
            yield from_frame(source.read().to_pandas(), name)
            return
        metadata = {key.decode(): value.decode() for key, value in (schema.metadata or {}).items()}
        rate_hz = float(metadata.get("sampling_rate_hz", 0)) or None
        named = next((column for column in ("record_id", "record", "id") if column in schema.names), None)
        row = 0
        for batch in source.iter_batches(batch_size=64, columns=[*lists, *([named] if named else [])]):
            for values in batch.to_pylist():
                signals = _signals(values, lists, metadata.get("unit", ""))
                yield Recording(f"{name}:{values[named] if named else row}", signals, rate_hz)
                row += 1


def _signals(values: dict[str, object], columns: list[str], unit: str) -> tuple[Signal, ...]:
    """Collect the lists of one row."""
    return tuple(
        Signal(column, lead_and_unit(column)[1] or unit, np.array(values[column], dtype=np.float64))
        for column in columns
        if values[column] is not None
    )
