"""Artefacts as lists of objects that JSON holds, with the columns of artefacts.parquet."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any

from ecgfactory.artefact_table import ROW_COLUMNS, ArtefactTable

_KEYS = ("kind", "lead", "leads", *(name for name in ROW_COLUMNS if name not in ("kind", "touched")))


def artefact_rows_of_each(artefacts: ArtefactTable) -> list[list[dict[str, Any]]]:
    """Return the artefacts of each record, null where there is no number; parameters are objects."""
    columns = (
        artefacts.kind.tolist(),
        artefacts.lead_of_each,
        artefacts.leads_of_each,
        artefacts.onset.tolist(),
        artefacts.offset.tolist(),
        map(_null_for_nan, artefacts.amount.tolist()),
        artefacts.unit.tolist(),
        map(_null_for_nan, artefacts.snr_db.tolist()),
        artefacts.breaks_lead_equations.tolist(),
        map(json.loads, artefacts.parameters),
    )
    rows: list[list[dict[str, Any]]] = [[] for _ in range(artefacts.records)]
    for record, *values in zip(artefacts.record.tolist(), *columns, strict=True):
        rows[record].append(dict(zip(_KEYS, values, strict=True)))
    return rows


def artefacts_of_rows(rows: Sequence[Sequence[dict[str, Any]]], lead_names: tuple[str, ...]) -> ArtefactTable:
    """Read the artefacts of records back.

    Raises
    ------
    ValueError
        When a row has other columns or leads.
    """
    record = [number for number, of_record in enumerate(rows) for _ in of_record]
    values = [_values(row, lead_names) for of_record in rows for row in of_record]
    artefacts = ArtefactTable.of_rows(lead_names, len(rows), record, values)
    if artefact_rows_of_each(artefacts) != [list(of_record) for of_record in rows]:
        raise ValueError("an artefact has other columns or types than artefacts have")
    return artefacts


def _values(row: dict[str, Any], lead_names: tuple[str, ...]) -> tuple[Any, ...]:
    if tuple(row) != _KEYS:
        raise ValueError(f"an artefact has the columns {', '.join(row)}, not {', '.join(_KEYS)}")
    touched = [name in row["leads"] for name in lead_names]
    amount, snr_db = (math.nan if row[name] is None else row[name] for name in ("amount", "snr_db"))
    parameters = json.dumps(row["parameters"], sort_keys=True, separators=(",", ":"))
    others = (row["onset"], row["offset"], amount, row["unit"], snr_db, row["breaks_lead_equations"], parameters)
    return (row["kind"], touched, *others)


def _null_for_nan(value: float) -> float | None:
    return None if math.isnan(value) else value
