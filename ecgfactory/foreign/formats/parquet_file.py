"""Parquet tables: one row per record with a list per lead, or one row per sample with a number per lead."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ecgfactory.arrays import Float64Array
from ecgfactory.foreign.formats.table import Column, Table, is_id_name, is_rate_name, recordings
from ecgfactory.foreign.lead_names import may_be_lead, split_unit, standard_lead
from ecgfactory.foreign.recording import Recording, Signal, UnreadableEcg, UnreadableError
from ecgfactory.foreign.stated import Stated

_INDEX_WITHOUT_NAME = "__index_level_0__"
_ROWS_AT_ONCE = 64


def read(file: Path, name: str, stated: Stated) -> Iterator[Recording | UnreadableEcg]:
    """Read a table; one of records is streamed."""
    with pq.ParquetFile(file) as source:
        schema = source.schema_arrow
        said = _said(schema)
        if any(_is_list(field.type) for field in schema):
            yield from _rows(source, name, said, stated)
            return
        frame = source.read().to_pandas(ignore_metadata=True)
        columns = [
            Column("" if field.name == _INDEX_WITHOUT_NAME else field.name, _unit(field, said), frame[field.name])
            for field in schema
        ]
        # pandas writes an index behind the columns; in front, one of times without a name is known by its place.
        columns.sort(key=lambda column: column.name != "")
        yield from recordings(Table(columns, _rate_hz(said)), name)


def _is_list(kind: pa.DataType) -> bool:
    return bool(pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind))


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))


def _said(schema: pa.Schema) -> dict[str, Any]:
    """Collect what is said beside the table, by name in lower case: as metadata, or as attributes of a data frame."""
    said: dict[str, Any] = {
        key.decode(): value.decode(errors="replace") for key, value in (schema.metadata or {}).items()
    }
    try:
        attributes = json.loads(said.pop("pandas", "{}")).get("attributes") or {}
    except (ValueError, AttributeError):
        attributes = {}
    return {str(key).lower(): value for key, value in {**attributes, **said}.items()}


def _rate_hz(said: Mapping[str, Any]) -> float | None:
    for key, value in said.items():
        if is_rate_name(key):
            match = re.fullmatch(r"\s*([\d.]+)\s*(?:hz)?\s*", str(value), re.IGNORECASE)
            if match is None:
                raise UnreadableError(f"its metadata {key!r} is {value!r}, which is no sampling rate")
            return float(match[1]) or None
    return None


def _unit(field: pa.Field, said: Mapping[str, Any]) -> str:
    own = (field.metadata or {}).get(b"unit", b"").decode(errors="replace")
    return own or str(said.get("unit") or said.get("units") or "")


def _rows(
    source: pq.ParquetFile, name: str, said: Mapping[str, Any], stated: Stated
) -> Iterator[Recording | UnreadableEcg]:
    """Read a table of one row per record."""
    schema = source.schema_arrow
    lists = [field for field in schema if _is_list(field.type)]
    # Lists like those of R peaks are left unread, unless the user names all lists, or this one.
    if not stated.lead_names:
        lists = [field for field in lists if may_be_lead(field.name) or field.name in stated.lead_map] or lists
    scalars = [field.name for field in schema if not _is_list(field.type)]
    ids = [column for column in scalars if is_id_name(column)][:1]
    rates = [column for column in scalars if is_rate_name(column)][:1]
    differ = bool(rates) and pc.count_distinct(source.read(rates)[rates[0]]).as_py() > 1
    row = 0
    for batch in source.iter_batches(_ROWS_AT_ONCE, columns=[*(field.name for field in lists), *ids, *rates]):
        for place in range(batch.num_rows):
            record = f"{name}:{batch[ids[0]][place].as_py() if ids else row}"
            row += 1
            rate_hz = _number(batch[rates[0]][place].as_py()) if rates else None
            try:
                signals, notes = _signals({field: batch[field.name][place] for field in lists}, said)
                yield Recording(record, signals, rate_hz or _rate_hz(said), has_own_rate=differ, notes=notes)
            except UnreadableError as error:
                yield UnreadableEcg(record, str(error))


def _signals(cells: Mapping[pa.Field, Any], said: Mapping[str, Any]) -> tuple[tuple[Signal, ...], tuple[str, ...]]:
    """Collect the lists of one row, and notes on those that are missing."""
    signals: list[Signal] = []
    notes = []
    for field, cell in cells.items():
        unit = _unit(field, said)
        if not cell.is_valid:
            notes.append(f"left out: {field.name} holds nothing in this record")
        elif _is_number(field.type.value_type):
            signals.append(Signal(field.name, unit, _numbers(cell.values)))
        else:
            signals += [Signal("", unit, values) for values in _matrix(field.name, cell)]
    if not signals:
        raise UnreadableError("it holds no signal")
    return tuple(signals), tuple(notes)


def _numbers(values: pa.Array) -> Float64Array:
    return np.asarray(values.to_numpy(zero_copy_only=False), dtype=np.float64)


def _matrix(name: str, cell: Any) -> Float64Array:
    """Return lists in a list as the leads of an ECG, if their column is not itself named as one lead."""
    lists = cell.as_py()
    try:
        matrix = np.array(lists, dtype=np.float64)
    except (ValueError, TypeError):
        matrix = np.empty(0)
    if matrix.ndim != 2 or standard_lead(split_unit(name)[0]) is not None:
        raise UnreadableError(f"column {name!r} holds lists within a list, where a lead is one list of numbers")
    return matrix if len(matrix) <= matrix.shape[1] else matrix.T


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and value > 0 else None
