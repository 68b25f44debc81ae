"""artefacts.parquet: one row per artefact, in groups of whole records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from ecgfactory.arrays import BoolArray, Float64Array, IntArray
from ecgfactory.artefact_table import ArtefactTable, joined_artefacts
from ecgfactory.record import record_id

RECORDS_PER_GROUP = 1000
"""Records in a row group: some 1,500 rows, which a reader of one record decodes in 2 ms."""

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

_NAMES = ["record_id", "kind", "lead", "leads.list.element", "unit"]
"""Columns of few texts, many times each."""

_RATE = b"sampling_rate_hz"
"""Key of the metadata that tells the sampling rate."""


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


class ArtefactsWriter:
    """Writes artefacts in row groups of one number of records, whatever comes in; one group is in memory at a time.

    Parameters
    ----------
    path : Path
        The file.
    rate_hz : int
        Sampling rate of the records, which its metadata tell.

    Attributes
    ----------
    counts : Counter of str
        Artefacts so far, by kind.
    """

    def __init__(self, path: Path, rate_hz: int) -> None:
        self.counts: Counter[str] = Counter()
        self._writer = pq.ParquetWriter(
            path,
            ARTEFACT_SCHEMA,
            use_dictionary=_NAMES,
            compression="zstd",
            write_statistics=["record_id"],  # by which a reader skips groups
            store_schema=False,
            version="2.6",
        )
        self._writer.add_key_value_metadata({_RATE: str(rate_hz)})
        self._waiting: list[tuple[IntArray, ArtefactTable]] = []

    def write(self, candidates: IntArray, artefacts: ArtefactTable) -> None:
        """Write the artefacts of records; called with rising candidate numbers, one for each of those records."""
        self.counts.update(artefacts.kind.tolist())
        self._waiting.append((candidates, artefacts))
        while sum(len(numbers) for numbers, _ in self._waiting) >= RECORDS_PER_GROUP:
            self._write_group()

    def close(self) -> None:
        """Write the last, smaller row group and the footer."""
        if self._waiting:
            self._write_group()
        self._writer.close()

    def _write_group(self) -> None:
        candidates = np.concatenate([numbers for numbers, _ in self._waiting])
        artefacts = joined_artefacts([artefacts for _, artefacts in self._waiting])
        ready, rest = np.split(np.arange(len(candidates)), [RECORDS_PER_GROUP])
        injured = ready[np.isin(ready, artefacts.record)]
        if len(injured):
            ids = [record_id(number) for number in candidates[injured].tolist()]
            table = artefact_rows(artefacts.take(injured), ids)
            self._writer.write_table(table, row_group_size=len(table))
        self._waiting = [(candidates[rest], artefacts.take(rest))] if len(rest) else []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: BaseException | TracebackType | None) -> None:
        if kind is None:
            self.close()
        else:
            self._writer.close()


class ArtefactsReader:
    """Reads artefacts back from artefacts.parquet, a row group at a time; the last ones stay in memory.

    Parameters
    ----------
    path : Path
        The file.
    lead_names : tuple of str
        Leads of its records.
    groups_in_memory : int
        How many stay: one for reading in order.

    Attributes
    ----------
    rate_hz : str
        Sampling rate of the records as its metadata tell it; empty where they don't.

    Raises
    ------
    ValueError
        When it has other columns, or does not say which records its row groups begin with.
    """

    def __init__(self, path: Path, lead_names: tuple[str, ...], groups_in_memory: int = 1) -> None:
        self.lead_names = lead_names
        metadata = pq.read_metadata(path)
        if not metadata.schema.to_arrow_schema().equals(ARTEFACT_SCHEMA):
            raise ValueError("it has other columns than artefacts have")
        self._source = pq.ParquetFile(path, metadata=metadata)
        ids = [metadata.row_group(group).column(0).statistics for group in range(metadata.num_row_groups)]
        if not all(statistics and statistics.has_min_max for statistics in ids):
            raise ValueError("its row groups don't say which records they hold")
        self._firsts = np.array([statistics.min for statistics in ids], dtype=np.int64)
        self.rate_hz = (metadata.metadata or {}).get(_RATE, b"").decode()
        self._group = lru_cache(groups_in_memory)(self._decode)

    def groups(self) -> Iterator[tuple[IntArray, ArtefactTable]]:
        """Yield the candidates that have artefacts, rising, and these artefacts, group after group.

        Raises
        ------
        ValueError
            When a column is not as it should be.
        """
        for group in range(len(self._firsts)):
            yield self._group(group)

    def read(self, candidates: IntArray) -> ArtefactTable:
        """Return the artefacts of some candidates.

        Parameters
        ----------
        candidates : int array, shape (n,)
            Candidate numbers, rising.

        Returns
        -------
        ArtefactTable
            Of n records; those that the file does not name have none.

        Raises
        ------
        ValueError
            When a column is not as it should be.
        """
        places = (np.searchsorted(self._firsts, candidates, side="right") - 1).clip(0)
        parts = [self._read(group, candidates[places == group]) for group in np.unique(places).tolist()]
        return joined_artefacts(parts) if parts else ArtefactTable.of_rows(self.lead_names, 0, [], [])

    def _read(self, group: int, candidates: IntArray) -> ArtefactTable:
        if not len(self._firsts):
            return ArtefactTable.of_rows(self.lead_names, len(candidates), [], [])
        held, artefacts = self._group(group)
        found = np.isin(candidates, held)
        return artefacts.take(np.searchsorted(held, candidates[found])).put(np.flatnonzero(found), len(candidates))

    def _decode(self, group: int) -> tuple[IntArray, ArtefactTable]:
        return artefacts_of_rows(self._source.read_row_group(group), self.lead_names)


def artefacts_of_rows(rows: pa.Table, lead_names: tuple[str, ...]) -> tuple[IntArray, ArtefactTable]:
    """Return the candidates of rows of artefacts.parquet, rising, and the artefacts of each.

    Raises
    ------
    ValueError
        When they do not follow each other by record, or one names no such record or lead.
    """
    ids = rows.column("record_id").to_pylist()
    candidates, record = np.unique(np.array(ids, dtype=np.int64), return_inverse=True)
    names = [record_id(number) for number in candidates.tolist()]
    if misspelt := [text for text, place in zip(ids, record.tolist(), strict=True) if text != names[place]]:
        raise ValueError(f"there is a record {misspelt[0]!r}, where ids have eight digits")
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
    return np.array([[lead in names for lead in lead_names] for names in lists], dtype=bool).reshape(
        len(lists), len(lead_names)
    )
