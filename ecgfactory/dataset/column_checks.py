"""What may be wrong with what formats tell of records besides signals and labels: records.parquet says otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from ecgfactory.arrays import BoolArray, IntArray
from ecgfactory.dataset.files import NO_FEATURES, DatasetFiles
from ecgfactory.dataset.names import ARTEFACTS_FILE, RECORDS_FILE
from ecgfactory.errors import DamagedDatasetError
from ecgfactory.formats.artefacts import ArtefactsReader
from ecgfactory.formats.base import Format, SignalSpec
from ecgfactory.formats.clean_twin import format_named
from ecgfactory.formats.damage import reading
from ecgfactory.formats.rows import feature_columns
from ecgfactory.quality.feature import FeatureTable
from ecgfactory.record import record_id

RECORDS_AT_ONCE = 2000
"""Of which all columns are in memory: some 5 MB of them as JSON tells them."""


def column_problems(dataset: DatasetFiles) -> Iterator[str]:
    """Yield what is wrong with the columns of records.parquet that files hold too, and with what headers tell of them.

    Artefacts are told of in headers where artefacts.parquet is sound, which is not looked at here.
    """
    told = {False: _Told.of_records(dataset)}
    try:
        told[True] = _Told.of_twins(dataset) if dataset.plan.keeps_clean else told[False]
    except DamagedDatasetError as error:
        yield from error.problems
        return
    at_once = 1 if dataset.plan.request.is_in_pieces else RECORDS_AT_ONCE  # of a long one, the columns of each piece
    for name in dataset.plan.formats:
        check = _Check(dataset, name, told[name not in dataset.formats])
        for path, candidates in dataset.files_of(name, at_once):
            try:
                with reading(path):
                    yield from check.problems(path, candidates)
            except DamagedDatasetError as error:
                yield from error.problems


@dataclass(frozen=True)
class _Told:
    """What files are to tell of records, in candidate order.

    Parameters
    ----------
    columns : Table
        By column, as `record_columns` makes them.
    features : dict of str to array of shape (records,)
        Those of the columns that are features.
    has_features : bool array, shape (records,)
        Of which records the features are known too.
    """

    columns: pa.Table
    features: FeatureTable
    has_features: BoolArray

    @classmethod
    def of_records(cls, dataset: DatasetFiles) -> _Told:
        table = dataset.records_table
        kept = [name for name in table.column_names if not name.endswith("_path")]
        return cls(table.select(kept), dataset.measured, np.ones(len(table), dtype=bool))

    @classmethod
    def of_twins(cls, dataset: DatasetFiles) -> _Told:
        """Of clean twins; the features of a clean record are those of its twin."""
        table, is_clean = dataset.records_table, dataset.injured["is_clean"].astype(bool)
        clean = dataset.clean_measured
        features = {
            name: np.where(is_clean, values, clean[name]) if clean else values
            for name, values in dataset.measured.items()
        }
        kept = {name: table.column(name) for name in table.column_names if name in NO_FEATURES}
        has_features = np.ones(len(table), dtype=bool) if clean else is_clean
        return cls(pa.table(kept | feature_columns(features)), features, has_features)


class _Check:
    """Compares the files of one format, or of its clean twin.

    Parameters
    ----------
    dataset : DatasetFiles
        Whose files they are.
    name : str
        Of the format.
    told : _Told
        What the files are to tell.
    """

    def __init__(self, dataset: DatasetFiles, name: str, told: _Told) -> None:
        self._dataset, self._told = dataset, told
        self._format: type[Format] = format_named(name)
        self._spec: SignalSpec = dataset.plan.spec_of(name)
        has_artefacts = self._spec.artefacts is not None
        self._artefacts = (
            ArtefactsReader(dataset.path / ARTEFACTS_FILE, dataset.plan.lead_names) if has_artefacts else None
        )

    def problems(self, path: str, candidates: Sequence[int]) -> Iterator[str]:
        """Yield what is wrong with some records of a file."""
        places = np.searchsorted(self._dataset.candidates, candidates)
        with self._dataset.format_file(self._format.name, path) as folder:
            held = self._format.read_columns(folder, path, candidates, self._spec)
            comments = self._format.read_comments(folder, path, candidates, self._spec)
        if held is not None:
            yield from self._column_problems(path, places, held)
        if comments is not None:
            yield from self._comment_problems(path, places, comments)

    def _column_problems(self, path: str, places: IntArray, held: pa.Table) -> Iterator[str]:
        told = self._told.columns.take(places)
        if sorted(held.column_names) != sorted(told.column_names):
            odd = sorted(set(held.column_names) ^ set(told.column_names))
            yield f"{path}: it has other columns than {RECORDS_FILE} ({', '.join(odd) or 'one twice'})"
            return
        has_features = self._told.has_features[places]
        for name in told.column_names:
            expected, found = told.column(name), held.column(name)
            if found.cast(expected.type).equals(expected):
                continue
            pairs = zip(found.to_pylist(), expected.to_pylist(), strict=True)
            differs = np.array([one != other for one, other in pairs])
            rows = np.flatnonzero(differs if name in NO_FEATURES else differs & has_features)
            if len(rows):
                yield f"{path}: {name} of {self._records(places[rows])} differs from {RECORDS_FILE}"

    def _comment_problems(self, path: str, places: IntArray, held: list[list[str]]) -> Iterator[str]:
        artefacts = None if self._artefacts is None else self._artefacts.read(self._dataset.candidates[places])
        for row, (place, found) in enumerate(zip(places.tolist(), held, strict=True)):
            candidate, is_known = int(self._dataset.candidates[place]), self._told.has_features[place]
            features = {name: values[place] for name, values in self._told.features.items()} if is_known else {}
            of_record = None if artefacts is None else artefacts.of(row)
            rhythm = self._rhythm(place)
            told = self._format.comments(candidate, features, of_record, self._spec, *rhythm)
            also = [] if is_known else [line for line in found if line not in told][:1]  # the one of a feature
            if [line for line in found if line not in also] != told:
                yield f"{path}: what the header says of {self._records(places[[row]])} is not what the dataset holds"

    def _rhythm(self, place: int) -> tuple[str, tuple[str, ...]]:
        """Return the name and the SNOMED CT codes of the rhythm of a record; empty where it is not composed."""
        if not self._spec.composed:
            return "", ()
        name, codes = (self._told.columns.column(column)[place].as_py() for column in ("rhythm", "snomed_ct"))
        return name, tuple(codes)

    def _records(self, places: IntArray) -> str:
        first = f"record {record_id(self._dataset.candidates[places[0]])}"
        return first if len(places) == 1 else f"{first} and {len(places) - 1:,} others"
