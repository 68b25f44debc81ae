"""annotations.parquet: one row per wave, in groups of whole records.

Measured on generated 12-lead records of 10 s, each with 440 waves in 13 rows a beat (pyarrow 26, one core; onset, peak
and offset, with zstd):

    PLAIN                   2.3 kB a record
    DELTA_BINARY_PACKED     1.8 kB
    BYTE_STREAM_SPLIT       1.5 kB

The other columns are dictionaries, and 30 bytes a record in all. Either takes 20 to 30 us a record to write.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa

from ecgfactory.arrays import IntArray
from ecgfactory.formats.truth_file import (
    TruthReader,
    TruthWriter,
    candidates_of_ids,
    coded,
    coded_schema,
    names_and_codes,
)
from ecgfactory.formats.wave_rows import beat_column, beats_of_column, places_among
from ecgfactory.wave_table import ABSENT, ALL_LEADS, POINTS, WAVES, WaveTable

ANNOTATION_SCHEMA = pa.schema(
    [
        pa.field("record_id", pa.string(), nullable=False),
        pa.field("beat", pa.int32()),  # null where the wave belongs to none
        pa.field("lead", pa.string(), nullable=False),
        pa.field("wave", pa.string(), nullable=False),
        *(pa.field(point, pa.int32()) for point in POINTS),
    ]
)
"""Columns as readers find them."""

_NAMES = ("record_id", "lead", "wave")
"""Columns of few texts, many times each, which are handed over as codes."""

_CODED = coded_schema(ANNOTATION_SCHEMA, _NAMES)


def annotation_table(waves: WaveTable, record_ids: list[str]) -> pa.Table:
    """Return waves as rows of annotations.parquet.

    Parameters
    ----------
    waves : WaveTable
        Of some records.
    record_ids : list of str
        Id of each record.
    """
    points = {point: getattr(waves, point) for point in POINTS}
    columns = {
        "record_id": coded(waves.record, record_ids),
        "beat": beat_column(waves),
        "lead": coded(waves.lead, [ALL_LEADS, *waves.lead_names]),
        "wave": coded(waves.wave, WAVES),
        **{point: pa.array(samples, mask=samples == ABSENT) for point, samples in points.items()},
    }
    return pa.table(columns, schema=_CODED)


class AnnotationsWriter(TruthWriter[WaveTable]):
    """Writes waves; see `TruthWriter`. Those of a long record come, and stay, a piece of it after the other.

    Attributes
    ----------
    counts : Counter of str
        Waves over all leads so far, by wave.
    """

    schema = _CODED
    records_per_group = 250  # 110,000 rows of 12 leads, 2.5 MB in memory, which a reader of one record decodes in 3 ms
    options: ClassVar[dict[str, Any]] = {
        "use_dictionary": [*_NAMES, "beat"],
        "column_encoding": dict.fromkeys(POINTS, "BYTE_STREAM_SPLIT"),
    }

    def __init__(self, path: Path, rate_hz: int) -> None:
        super().__init__(path, rate_hz)
        self.counts: Counter[str] = Counter()

    def write(self, candidates: IntArray, table: WaveTable) -> None:
        """Write the waves of records; see `TruthWriter.write`."""
        found = np.bincount(table.wave[table.lead == 0], minlength=len(WAVES)).tolist()
        self.counts.update(dict(zip(WAVES, found, strict=True)))
        super().write(candidates, table)

    def rows(self, table: WaveTable, record_ids: list[str]) -> pa.Table:
        """Return waves as rows; see `annotation_table`."""
        return annotation_table(table, record_ids)


class AnnotationsReader(TruthReader[WaveTable]):
    """Reads waves back from annotations.parquet; see `TruthReader`."""

    noun = "annotations"
    schema = ANNOTATION_SCHEMA
    coded = _NAMES

    def read(self, candidates: IntArray) -> WaveTable:
        """Return the waves of some candidates; see `TruthReader.read`."""
        return super().read(candidates).in_order()

    def read_stretch(self, candidate: int, start: int, stop: int) -> WaveTable:
        """Return the waves of one candidate whose peaks lie in a stretch of it; see `WaveTable.of_stretch`.

        Row groups in which there are none are not read.
        """
        wanted = np.array([candidate])
        groups = [group for group in self._groups_of(wanted) if self._may_have_peaks(group, start, stop)]
        return self._of_groups(groups, wanted).in_order().of_stretch(start, stop)

    def _may_have_peaks(self, group: int, start: int, stop: int) -> bool:
        peaks = self._source.metadata.row_group(group).column(self.schema.names.index("peak")).statistics
        return not peaks or not peaks.has_min_max or bool(peaks.min < stop and peaks.max >= start)

    def decoded(self, rows: pa.Table) -> tuple[IntArray, WaveTable]:
        """Return waves from rows; see `TruthReader.decoded`."""
        return _waves(rows, self.lead_names)


def _waves(table: pa.Table, lead_names: tuple[str, ...]) -> tuple[IntArray, WaveTable]:
    """Return the candidates of rows, rising, and the waves of each."""
    ids, codes = names_and_codes(table, "record_id")
    candidates, places = candidates_of_ids(ids)
    leads, lead_codes = names_and_codes(table, "lead")
    waves, wave_codes = names_and_codes(table, "wave")
    onset, peak, offset = (table.column(point).fill_null(ABSENT).to_numpy().astype(np.int32) for point in POINTS)
    return candidates, WaveTable(
        lead_names,
        len(candidates),
        places.astype(np.int32)[codes],
        beats_of_column(table.column("beat")),
        places_among((ALL_LEADS, *lead_names), leads)[lead_codes],
        places_among(WAVES, waves)[wave_codes],
        onset,
        peak,
        offset,
    )
