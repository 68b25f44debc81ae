"""What may be wrong in beats.parquet and rhythms.parquet: with their rows by themselves, and with records.parquet."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Generic, TypeVar

import numpy as np
import pyarrow as pa

from ecgfactory.arrays import BoolArray, IntArray
from ecgfactory.beat_table import BeatTable
from ecgfactory.dataset.files import DatasetFiles
from ecgfactory.dataset.names import BEATS_FILE, RECORDS_FILE, RHYTHMS_FILE
from ecgfactory.dataset.truth_checks import truth_problems
from ecgfactory.formats.batch import Composed
from ecgfactory.formats.beats import BeatsReader
from ecgfactory.formats.rhythms import RhythmsReader
from ecgfactory.formats.rows import COMPOSED_COLUMNS, composed_columns
from ecgfactory.record import record_id
from ecgfactory.record_rows import RecordRows
from ecgfactory.rhythm_kinds import KINDS
from ecgfactory.rhythm_table import RhythmTable

Rows = TypeVar("Rows", bound=RecordRows)


def rhythm_problems(dataset: DatasetFiles) -> Iterator[str]:
    """Yield what is wrong with the beats and rhythms of a dataset of composed records, by record.

    Raises
    ------
    DamagedDatasetError
        When a file can't be read.
    """
    beats, rhythms = _Seen(dataset, BEATS_FILE, _BEAT_CHECKS), _Seen(dataset, RHYTHMS_FILE, _RHYTHM_CHECKS)
    yield from truth_problems(dataset, BEATS_FILE, BeatsReader, beats.problems_of)
    yield from beats.missing()
    unknown = list(_unknown_rhythms(dataset))
    yield from unknown

    def check(candidates: IntArray, table: RhythmTable) -> Iterator[str]:
        yield from rhythms.problems_of(candidates, table)
        if not unknown:
            yield from _column_problems(dataset, candidates, table)

    yield from truth_problems(dataset, RHYTHMS_FILE, RhythmsReader, check)
    yield from rhythms.missing()


class _Seen(Generic[Rows]):
    """Checks the rows of a file, and that it has rows of every record.

    Parameters
    ----------
    dataset : DatasetFiles
        Whose file it is.
    file : str
        Its name.
    checks : mapping
        What may be wrong with a row, in words, and what tells of which rows it is, given the samples of a record.
    """

    def __init__(
        self, dataset: DatasetFiles, file: str, checks: Mapping[str, Callable[[Rows, int], BoolArray]]
    ) -> None:
        self._dataset, self._file, self._checks = dataset, file, checks
        self._is_there = np.zeros(len(dataset.candidates), dtype=bool)

    def problems_of(self, candidates: IntArray, table: Rows) -> Iterator[str]:
        """Yield what is wrong with a group of rows: of a record, the first row that is."""
        for words, check in self._checks.items():
            faulty = table.record[check(table, self._dataset.plan.samples_per_lead)]
            for row in np.unique(faulty).tolist():
                yield f"{self._file}: record {record_id(candidates[row])}: {words}"
        is_known = np.isin(candidates, self._dataset.candidates)
        for candidate in candidates[~is_known].tolist():
            yield f"{self._file}: record {record_id(candidate)} is not in {RECORDS_FILE}"
        self._is_there[np.searchsorted(self._dataset.candidates, candidates[is_known])] = True

    def missing(self) -> Iterator[str]:
        """Yield the records that have no rows."""
        for candidate in self._dataset.candidates[~self._is_there].tolist():
            yield f"{self._file}: record {record_id(candidate)} is missing"


def _unknown_rhythms(dataset: DatasetFiles) -> Iterator[str]:
    """Yield the records whose rhythm, as records.parquet tells it, was not asked for or is none."""
    asked = [name for name, share in dataset.plan.rhythms.items() if share > 0 and name in KINDS]
    for candidate, name in zip(dataset.candidates.tolist(), dataset.rhythm_names.tolist(), strict=True):
        if name not in asked:
            yield f"{RECORDS_FILE}: record {record_id(candidate)}: its rhythm {name!r} was not asked for"


def _column_problems(dataset: DatasetFiles, candidates: IntArray, rhythms: RhythmTable) -> Iterator[str]:
    """Compare what records.parquet tells of some records with what follows from their rhythms."""
    held = np.flatnonzero(np.isin(candidates, dataset.candidates))
    places = np.searchsorted(dataset.candidates, candidates[held])
    none = np.zeros(0, dtype=np.int32)
    beats = BeatTable(dataset.plan.lead_names, len(held), none, none, none.astype(np.int8))
    told = composed_columns(Composed(dataset.rhythm_names[places], beats, rhythms.take(held)))
    rows = dataset.records_table.select(COMPOSED_COLUMNS).take(places)
    expected = pa.table({name: told[name] for name in COMPOSED_COLUMNS}).to_pylist()
    for row, (one, other) in enumerate(zip(rows.to_pylist(), expected, strict=True)):
        if odd := [name for name in COMPOSED_COLUMNS if one[name] != other[name]]:
            yield (
                f"{RECORDS_FILE}: record {record_id(candidates[held[row]])}: its rhythm {one['rhythm']!r}, with its "
                f"{' and '.join(odd)}, disagrees with {RHYTHMS_FILE}"
            )


def _follows(table: RecordRows) -> BoolArray:
    """Whether each row comes after another of its record."""
    return np.concatenate([[False], np.diff(table.record) == 0])[: len(table)]


def _beat_outside(beats: BeatTable, samples: int) -> BoolArray:
    outside: BoolArray = (beats.sample < 0) | (beats.sample >= samples)
    return outside


def _beat_early(beats: BeatTable, samples: int) -> BoolArray:
    early: BoolArray = _follows(beats) & (np.diff(beats.sample, prepend=-1) <= 0)
    return early


def _empty(rhythms: RhythmTable, samples: int) -> BoolArray:
    empty: BoolArray = rhythms.onset > rhythms.offset
    return empty


def _apart(rhythms: RhythmTable, samples: int) -> BoolArray:
    """Tell which stretches do not begin where they should: after the one before, or at the start of the record."""
    after = np.concatenate([[0], rhythms.offset[:-1] + 1])[: len(rhythms)]
    apart: BoolArray = rhythms.onset != np.where(_follows(rhythms), after, 0)
    return apart


def _open(rhythms: RhythmTable, samples: int) -> BoolArray:
    """Tell which stretches are the last of their record and do not end with it."""
    is_last = ~np.concatenate([_follows(rhythms)[1:], [False]])[: len(rhythms)]
    open_: BoolArray = is_last & (rhythms.offset != samples - 1)
    return open_


def _unchanged(rhythms: RhythmTable, samples: int) -> BoolArray:
    unchanged: BoolArray = _follows(rhythms) & (np.diff(rhythms.rhythm, prepend=np.int8(-1)) == 0)
    return unchanged


_BEAT_CHECKS = {
    "a beat lies outside of the signal": _beat_outside,
    "a beat is not after the one before it": _beat_early,
}

_RHYTHM_CHECKS = {
    "a stretch ends before it begins": _empty,
    "its stretches do not touch each other from its first sample on": _apart,
    "its last stretch does not end with it": _open,
    "a stretch is in the rhythm of the one before it": _unchanged,
}
