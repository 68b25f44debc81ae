"""Parquet tables: one row per record with a list per lead, or one row per sample with a number per lead."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ecgfactory.arrays import Float64Array
from ecgfactory.foreign.clock import Clock, clock_of
from ecgfactory.foreign.formats.columns import (
    Column,
    Table,
    is_gain_name,
    is_id_name,
    is_rate_name,
    is_unit_name,
)
from ecgfactory.foreign.formats.parquet_pieces import cells_of, is_of_ours, rows_of_each
from ecgfactory.foreign.formats.table import recordings
from ecgfactory.foreign.formats.table_rates import agreed, stated_clock
from ecgfactory.foreign.lead_names import may_be_lead, split_unit
from ecgfactory.foreign.recording import NoEcgError, Recording, Signal, UnreadableEcg, UnreadableError
from ecgfactory.foreign.stated import Stated
from ecgfactory.foreign.times import parse_times, time_unit
from ecgfactory.lead_spelling import standard_lead
from ecgfactory.wave_table import POINTS

_INDEX_WITHOUT_NAME = "__index_level_0__"

_OF_WAVES = {"beat", "lead", "wave", *POINTS}
"""Columns of a table that lists waves, such as our annotations.parquet."""


def is_of_waves(file: Path) -> bool:
    """Return whether a file can be read and lists the waves of ECGs."""
    try:
        return set(pq.read_schema(file).names) >= _OF_WAVES
    except (OSError, pa.ArrowException):
        return False


def read(file: Path, name: str, stated: Stated) -> Iterator[Recording | UnreadableEcg]:
    """Read a table; one of records is streamed."""
    with pq.ParquetFile(file) as source:
        schema = source.schema_arrow
        said = _said(schema)
        if set(schema.names) >= _OF_WAVES:
            raise NoEcgError("it lists the waves of ECGs, and holds no ECG")
        if any(_is_list(field.type) for field in schema):
            yield from _rows(source, name, said, stated)
            return
        values = source.read().columns
        columns = [
            Column("" if field.name == _INDEX_WITHOUT_NAME else field.name, _unit(field, said), one.to_pandas())
            for field, one in zip(schema, values, strict=True)
        ]
        # pandas writes an index behind the columns; in front, one of times without a name is known by its place.
        columns.sort(key=lambda column: column.name != "")
        yield from recordings(Table(columns, *_rate(said), _gain(said)), name, stated)


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


def _rate(said: Mapping[str, Any]) -> tuple[object, str]:
    """Return what is said of the rate, as written, and where; None where nothing is."""
    return next(((value, f"its metadata {key!r}") for key, value in said.items() if is_rate_name(key)), (None, ""))


def _gain(said: Mapping[str, Any]) -> str:
    return ", ".join(f"{key} {value}" for key, value in said.items() if is_gain_name(key))


def _unit(field: pa.Field, said: Mapping[str, Any]) -> str:
    own = (field.metadata or {}).get(b"unit", b"").decode(errors="replace")
    return own or str(said.get("unit") or said.get("units") or "")


def _rows(
    source: pq.ParquetFile, name: str, said: Mapping[str, Any], stated: Stated
) -> Iterator[Recording | UnreadableEcg]:
    """Read a table of one row per record, or one of ours of a row per piece."""
    schema = source.schema_arrow
    if not source.metadata.num_rows:
        raise UnreadableError("it holds no records")
    twice = sorted({name for name in schema.names if schema.names.count(name) > 1})
    if twice:
        raise UnreadableError(f"more than one column is named {', '.join(map(repr, twice))}; rename all but one")
    lists = [field for field in schema if _is_list(field.type)]
    clocks = [field.name for field in lists if time_unit(field.name) is not None and field.name not in stated.lead_map]
    lists = [field for field in lists if field.name not in clocks]
    # Lists like those of R peaks are left unread, unless the user names all lists, or this one.
    if not stated.lead_names or is_of_ours(schema):
        lists = [field for field in lists if may_be_lead(field.name) or field.name in stated.lead_map] or lists
    scalars = [field.name for field in schema if not _is_list(field.type)]
    ids = [column for column in scalars if is_id_name(column)][:1]
    rates = [column for column in scalars if is_rate_name(column)][:1]
    sizes = [column for column in scalars if is_unit_name(column) or is_gain_name(column)]
    differ = bool(rates) and pc.count_distinct(source.read(rates)[rates[0]]).as_py() > 1
    wanted = [*(field.name for field in lists), *clocks, *ids, *rates, *sizes]
    for number, rows in enumerate(rows_of_each(source, wanted)):
        record = f"{name}:{rows.column(ids[0])[0].as_py() if ids else number}"
        try:
            cells = cells_of(rows, [field.name for field in lists])
            own = {column: cells[column].as_py() for column in (*rates, *sizes)}
            signals, notes = _signals({field: cells[field.name] for field in lists}, _sizes(own, said))
            times = [(f"column {clock!r}", _clock(clock, cells[clock])) for clock in clocks]
            rate = agreed(_stated_rates(own, rates, said), times)
            yield Recording(record, signals, rate.rate_hz, rate.problem, differ, (*notes, *rate.notes))
        except UnreadableError as error:
            yield UnreadableEcg(record, str(error))


def _sizes(own: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is said of unit and gain of a record, in its row before what is said of the table."""
    of_row = {column.lower(): value for column, value in own.items() if value is not None}
    unit = next((value for column, value in of_row.items() if is_unit_name(column)), None)
    return {**said, **of_row, **({"unit": unit} if unit is not None else {})}


def _stated_rates(own: Mapping[str, Any], rates: Sequence[str], said: Mapping[str, Any]) -> list[tuple[str, Clock]]:
    """Return the rate of a record's row, or where there is none that of the table."""
    of_row = [(f"column {column!r}", stated_clock(own[column], f"column {column!r}")) for column in rates]
    if any(clock.rate_hz or clock.problem for _, clock in of_row):
        return of_row
    rate, place = _rate(said)
    return [(place, stated_clock(rate, place))]


def _clock(name: str, cell: Any) -> Clock:
    times = parse_times(pd.Series(cell.values.to_pandas()), time_unit(name) or "") if cell.is_valid else None
    return clock_of(times, name) if times is not None else Clock()


def _signals(cells: Mapping[pa.Field, Any], said: Mapping[str, Any]) -> tuple[tuple[Signal, ...], tuple[str, ...]]:
    """Collect the lists of one row, and notes on those that are missing."""
    signals: list[Signal] = []
    notes = []
    gain = _gain(said)
    for field, cell in cells.items():
        # Words that are no unit make the user be asked for it.
        unit = _unit(field, said) or (f"numbers with {gain}" if gain and not split_unit(field.name)[1] else "")
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
