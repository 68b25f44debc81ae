"""beats.parquet: one row per beat of composed records, in groups of whole records."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa

from ecgfactory.arrays import IntArray
from ecgfactory.beat_table import SYMBOLS, BeatTable
from ecgfactory.formats.truth_file import (
    TruthReader,
    TruthWriter,
    candidates_of_ids,
    check_order,
    coded,
    coded_schema,
    names_and_codes,
)
from ecgfactory.formats.wave_rows import places_among
from ecgfactory.record import record_id

BEAT_SCHEMA = pa.schema(
    [
        pa.field("record_id", pa.string(), nullable=False),
        pa.field("beat", pa.int32(), nullable=False),
        pa.field("sample", pa.int32(), nullable=False),
        pa.field("symbol", pa.string(), nullable=False),
    ]
)
"""Columns as readers find them."""

_NAMES = ("record_id", "symbol")


def beat_rows(beats: BeatTable, record_ids: list[str]) -> pa.Table:
    """Return beats as rows of beats.parquet, in the same order, numbered from 0 in each record.

    Parameters
    ----------
    beats : BeatTable
        Of some records.
    record_ids : list of str
        Id of each record.
    """
    columns = {
        "record_id": coded(beats.record, record_ids),
        "beat": pa.array(_numbers(beats)),
        "sample": pa.array(beats.sample),
        "symbol": coded(beats.symbol, SYMBOLS),
    }
    return pa.table(columns, schema=BeatsWriter.schema)


def _numbers(beats: BeatTable) -> IntArray:
    """Number the beats of each record from 0."""
    firsts = np.cumsum(beats.counts) - beats.counts
    numbers: IntArray = (np.arange(len(beats)) - firsts[beats.record]).astype(np.int32)
    return numbers


class BeatsWriter(TruthWriter[BeatTable]):
    """Writes beats; see `TruthWriter`.

    Attributes
    ----------
    counts : Counter of str
        Beats so far, by symbol.
    """

    schema = coded_schema(BEAT_SCHEMA, _NAMES)
    records_per_group = 2000  # some 25,000 rows of 10 s, which a reader of one record decodes in 1 ms
    options: ClassVar[dict[str, Any]] = {
        "use_dictionary": [*_NAMES, "beat"],
        "column_encoding": {"sample": "DELTA_BINARY_PACKED"},
    }

    def __init__(self, path: Path, rate_hz: int) -> None:
        super().__init__(path, rate_hz)
        self.counts: Counter[str] = Counter()

    def write(self, candidates: IntArray, table: BeatTable) -> None:
        """Write the beats of whole records; see `TruthWriter.write`."""
        self.counts.update(table.symbol_of_each)
        super().write(candidates, table)

    def rows(self, table: BeatTable, record_ids: list[str]) -> pa.Table:
        """Return beats as rows; see `beat_rows`."""
        return beat_rows(table, record_ids)


class BeatsReader(TruthReader[BeatTable]):
    """Reads beats back from beats.parquet; see `TruthReader`."""

    noun = "beats"
    schema = BEAT_SCHEMA
    coded = _NAMES

    def decoded(self, rows: pa.Table) -> tuple[IntArray, BeatTable]:
        """Return beats from rows; see `TruthReader.decoded`.

        Raises
        ------
        ValueError
            When they do not follow each other by record and number, or a symbol is none of `SYMBOLS`.
        """
        ids, codes = names_and_codes(rows, "record_id")
        candidates, places = candidates_of_ids(ids)
        symbols, symbol_codes = names_and_codes(rows, "symbol")
        beats = BeatTable(
            self.lead_names,
            len(candidates),
            places.astype(np.int32)[codes],
            rows.column("sample").to_numpy(),
            places_among(SYMBOLS, symbols, "beat")[symbol_codes],
        )
        check_order(candidates, beats)
        strays = np.flatnonzero(_numbers(beats) != rows.column("beat").to_numpy())
        if len(strays):
            name = record_id(candidates[beats.record[strays[0]]])
            raise ValueError(f"the beats of record {name} are not numbered from 0 on, one by one")
        return candidates, beats
