"""artefacts.parquet: one row per artefact, in groups of whole records."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ecgfactory.arrays import BoolArray, Float64Array, IntArray
from ecgfactory.artefact_table import ArtefactTable
from ecgfactory.formats.truth_file import TruthReader, TruthWriter, candidates_of_ids

ARTEFACT_SCHEMA = pa.schema(
    [
        pa.field("record_id", pa.string(), nullable=False),
        pa.field("kind", pa.string(), nullable=False),
        pa.field("lead", pa.string(), nullable=False),
        pa.field("leads", pa.list_(pa.field("element", pa.string(), nullable=False)), nullable=False),
        pa.field("onset", pa.int32(), nullable=False),
        pa.field("offset", pa.int32(), nullable=False),
        pa.field("amount", pa.float64()),
        pa.field("unit", pa.string(), nullable=False),
        pa.field("snr_db", pa.float64()),
        pa.field("breaks_lead_equations", pa.bool_(), nullable=False),
        pa.field("parameters", pa.string(), nullable=False),
    ]
)
"""Columns as readers find them."""


def artefact_rows(artefacts: ArtefactTable, record_ids: list[str]) -> pa.Table:
    """Return artefacts as rows of artefacts.parquet, in the same order.

    Parameters
    ----------
    artefacts : ArtefactTable
        Of some records.
    record_ids : list of str
        Id of each record.
    """
    columns = {
        "record_id": [record_ids[record] for record in artefacts.record.tolist()],
        "kind": artefacts.kind,
        "lead": artefacts.lead_of_each,
        "leads": artefacts.leads_of_each,
        "onset": artefacts.onset,
        "offset": artefacts.offset,
        "amount": _null_for_nan(artefacts.amount),
        "unit": artefacts.unit,
        "snr_db": _null_for_nan(artefacts.snr_db),
        "breaks_lead_equations": artefacts.breaks_lead_equations,
        "parameters": artefacts.parameters,
    }
    return pa.table(columns, schema=ARTEFACT_SCHEMA)


def _null_for_nan(values: Float64Array) -> pa.Array:
    return pa.array(values, pa.float64(), from_pandas=True)


class ArtefactsWriter(TruthWriter[ArtefactTable]):
    """Writes artefacts; see `TruthWriter`.

    Attributes
    ----------
    counts : Counter of str
        Artefacts so far, by kind.
    """

    schema = ARTEFACT_SCHEMA
    records_per_group = 1000  # some 1,500 rows, which a reader of one record decodes in 2 ms
    options: ClassVar[dict[str, Any]] = {"use_dictionary": ["record_id", "kind", "lead", "leads.list.element", "unit"]}

    def __init__(self, path: Path, rate_hz: int) -> None:
        super().__init__(path, rate_hz)
        self.counts: Counter[str] = Counter()

    def write(self, candidates: IntArray, table: ArtefactTable) -> None:
        """Write the artefacts of records; see `TruthWriter.write`."""
        self.counts.update(table.kind.tolist())
        super().write(candidates, table)

    def rows(self, table: ArtefactTable, record_ids: list[str]) -> pa.Table:
        """Return artefacts as rows; see `artefact_rows`."""
        return artefact_rows(table, record_ids)


class ArtefactsReader(TruthReader[ArtefactTable]):
    """Reads artefacts back from artefacts.parquet; see `TruthReader`."""

    noun = "artefacts"
    schema = ARTEFACT_SCHEMA

    def decoded(self, rows: pa.Table) -> tuple[IntArray, ArtefactTable]:
        """Return artefacts from rows; see `artefacts_of_rows`."""
        return artefacts_of_rows(rows, self.lead_names)


def artefacts_of_rows(rows: pa.Table, lead_names: tuple[str, ...]) -> tuple[IntArray, ArtefactTable]:
    """Return the candidates of rows of artefacts.parquet, rising, and the artefacts of each.

    Raises
    ------
    ValueError
        When they do not follow each other by record, or one names no such record or lead.
    """
    candidates, record = candidates_of_ids(rows.column("record_id").to_pylist())
    if np.any(np.diff(record) < 0):
        raise ValueError("its rows are not in the order of the records")
    artefacts = ArtefactTable(
        lead_names,
        len(candidates),
        record.astype(np.int32),
        _texts(rows, "kind"),
        _touched(rows, lead_names),
        rows.column("onset").to_numpy(),
        rows.column("offset").to_numpy(),
        rows.column("amount").to_numpy(),
        _texts(rows, "unit"),
        rows.column("snr_db").to_numpy(),
        rows.column("breaks_lead_equations").to_numpy(),
        _texts(rows, "parameters"),
    )
    if artefacts.lead_of_each != rows.column("lead").to_pylist():
        raise ValueError("there is a lead that is not what its leads say")
    return candidates, artefacts


def _texts(rows: pa.Table, name: str) -> npt.NDArray[np.object_]:
    texts: npt.NDArray[np.object_] = rows.column(name).to_numpy()
    return texts


def _touched(rows: pa.Table, lead_names: tuple[str, ...]) -> BoolArray:
    """Return which leads the lists name, shape (rows, leads)."""
    lists = rows.column("leads").to_pylist()
    if unknown := {lead for names in lists for lead in names} - set(lead_names):
        raise ValueError(f"there is a lead {min(unknown)!r}, which is none of {', '.join(lead_names)}")
    named = np.array([[lead in names for lead in lead_names] for names in lists], dtype=bool)
    return named.reshape(len(lists), len(lead_names))
