"""rhythms.parquet: one row per stretch of composed records in one rhythm, in groups of whole records."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import pyarrow as pa

from ecgfactory.arrays import IntArray
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
from ecgfactory.rhythm_kinds import NAMES
from ecgfactory.rhythm_table import RhythmTable

RHYTHM_SCHEMA = pa.schema(
    [
        pa.field("record_id", pa.string(), nullable=False),
        pa.field("rhythm", pa.string(), nullable=False),
        pa.field("onset", pa.int32(), nullable=False),
        pa.field("offset", pa.int32(), nullable=False),
    ]
)
"""Columns as readers find them."""

_NAMES = ("record_id", "rhythm")


def rhythm_rows(rhythms: RhythmTable, record_ids: list[str]) -> pa.Table:
    """Return stretches as rows of rhythms.parquet, in the same order.

    Parameters
    ----------
    rhythms : RhythmTable
        Of some records.
    record_ids : list of str
        Id of each record.
    """
    columns = {
        "record_id": coded(rhythms.record, record_ids),
        "rhythm": coded(rhythms.rhythm, NAMES),
        "onset": pa.array(rhythms.onset),
        "offset": pa.array(rhythms.offset),
    }
    return pa.table(columns, schema=RhythmsWriter.schema)


class RhythmsWriter(TruthWriter[RhythmTable]):
    """Writes rhythms; see `TruthWriter`."""

    schema = coded_schema(RHYTHM_SCHEMA, _NAMES)
    records_per_group = 10_000  # as many rows, or a few more
    options: ClassVar[dict[str, Any]] = {"use_dictionary": [*_NAMES, "onset", "offset"]}

    def rows(self, table: RhythmTable, record_ids: list[str]) -> pa.Table:
        """Return stretches as rows; see `rhythm_rows`."""
        return rhythm_rows(table, record_ids)


class RhythmsReader(TruthReader[RhythmTable]):
    """Reads rhythms back from rhythms.parquet; see `TruthReader`."""

    noun = "rhythms"
    schema = RHYTHM_SCHEMA
    coded = _NAMES

    def decoded(self, rows: pa.Table) -> tuple[IntArray, RhythmTable]:
        """Return stretches from rows; see `TruthReader.decoded`.

        Raises
        ------
        ValueError
            When they do not follow each other by record, or a rhythm is none of `NAMES`.
        """
        ids, codes = names_and_codes(rows, "record_id")
        candidates, places = candidates_of_ids(ids)
        names, name_codes = names_and_codes(rows, "rhythm")
        rhythms = RhythmTable(
            self.lead_names,
            len(candidates),
            places.astype(np.int32)[codes],
            places_among(NAMES, names, "rhythm")[name_codes],
            rows.column("onset").to_numpy(),
            rows.column("offset").to_numpy(),
        )
        check_order(candidates, rhythms)
        return candidates, rhythms
