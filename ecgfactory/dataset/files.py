"""The files of a dataset: its tables, and what its formats hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ecgfactory.arrays import IntArray
from ecgfactory.dataset.names import ANNOTATIONS_FILE, RECORDS_FILE, REJECTED_FILE
from ecgfactory.dataset.signals import SignalReader
from ecgfactory.ecgs import Ecgs
from ecgfactory.formats import FORMATS
from ecgfactory.formats.annotations import AnnotationsReader
from ecgfactory.formats.damage import reading
from ecgfactory.leads import SignalUv
from ecgfactory.places import place_of
from ecgfactory.quality.feature import FeatureTable
from ecgfactory.record import Record
from ecgfactory.request.plan import Plan
from ecgfactory.wave_table import WaveTable, unmarked

NO_FEATURES = {"record_id", "candidate", "split"}
"""Columns of records.parquet that are neither features nor paths."""


GROUPS_IN_MEMORY = 64
"""Row groups of annotations.parquet that stay decoded: 160 MB, with the waves of 16,000 records of twelve leads."""


class DatasetFiles:
    """The files of a dataset, published or about to be.

    Parameters
    ----------
    path : Path
        Its folder.
    plan : Plan
        What it was made from.
    """

    def __init__(self, path: Path, plan: Plan) -> None:
        self.path = path
        self.plan = plan

    @property
    def title(self) -> str:
        """Its name and how its plan id begins, as pages name it."""
        return f"{self.plan.request.name} {self.plan.plan_id[:8]}"

    @property
    def formats(self) -> Sequence[str]:
        """Names of the formats it holds."""
        return self.plan.request.formats

    @cached_property
    def records_table(self) -> pa.Table:
        """The rows of records.parquet."""
        return self.table(RECORDS_FILE)

    @cached_property
    def rejected_table(self) -> pa.Table:
        """The rows of rejected.parquet."""
        return self.table(REJECTED_FILE)

    @cached_property
    def candidates(self) -> IntArray:
        """Candidate numbers of the records, rising, shape (records,)."""
        candidates: IntArray = self.records_table.column("candidate").to_numpy()
        return candidates

    @cached_property
    def measured(self) -> FeatureTable:
        """Features of the records, by name, each of shape (records,); NaN where a number is not measurable."""
        table = self.records_table
        names = [name for name in table.column_names if name not in NO_FEATURES and not name.endswith("_path")]
        return {name: table.column(name).to_numpy() for name in names}

    def place(self, wanted: str) -> int:
        """Return the place of a record in records.parquet.

        Parameters
        ----------
        wanted : str
            Record id, leading zeros optional.

        Raises
        ------
        BadInputError
            When there is no such record; the nearest one is named.
        """
        return place_of(wanted, self.candidates, str(self.path))

    def take(self, places: IntArray, reader: SignalReader | None = None, with_waves: bool = True) -> Ecgs:
        """Read records with their signals and features, by their places in records.parquet; with waves where marked.

        Raises
        ------
        DamagedDatasetError
            When a file can't be read.
        """
        reader = reader or self._reader
        has_waves = with_waves and self.plan.labels.waves
        return Ecgs(
            reader.read(places),
            self.candidates[places],
            reader.lead_names,
            self.plan.seed,
            {name: values[places] for name, values in self.measured.items()},
            self.plan.recorder.rate_hz,
            self.plan.recorder.filters,
            dataset=self.title,
            followed=self.plan.followed,
            waves=self.waves_of(places, reader.lead_names) if has_waves else None,
        )

    def record(self, wanted: str) -> Record:
        """Read one record by its id; see `place` and `take`."""
        return self.take(np.array([self.place(wanted)]))[0]

    def reader(self, lead_names: Sequence[str], at_random: bool = False) -> SignalReader:
        """Return what reads some leads of the records, in their order or at random."""
        spec = self.plan.signal_spec
        return SignalReader(self.path, self.formats, self.records_table, spec, tuple(lead_names), at_random)

    def waves_of(self, places: IntArray, lead_names: tuple[str, ...]) -> WaveTable:
        """Read the waves of records over all leads and in some, by their places in records.parquet.

        Raises
        ------
        BadInputError
            When the dataset was built without them.
        DamagedDatasetError
            When annotations.parquet can't be read.
        """
        if not self.plan.labels.waves:
            raise unmarked(str(self.path))
        once, again = np.unique(places, return_inverse=True)
        with reading(self.path / ANNOTATIONS_FILE):
            waves = self._annotations.read(self.candidates[once]).of_leads(lead_names)
        return waves if np.array_equal(once, places) else waves.take(again)

    @cached_property
    def _annotations(self) -> AnnotationsReader:
        return AnnotationsReader(self.path / ANNOTATIONS_FILE, self.plan.lead_names, GROUPS_IN_MEMORY)

    @cached_property
    def _reader(self) -> SignalReader:
        return self.reader(self.plan.lead_names, at_random=True)

    def paths(self, wanted: str) -> dict[str, list[str]]:
        """Return the files that hold an accepted record, by format, as paths below the dataset."""
        place = self.place(wanted)
        held = {name: self.records_table.column(f"{name}_path")[place].as_py() for name in self.formats}
        return {name: FORMATS.load(name).files(path, self.plan.signal_spec) for name, path in held.items()}

    def signals_in(self, format_name: str, path: str, candidates: Sequence[int]) -> SignalUv:
        """Read records from one file of one format; see `Format.read`.

        Raises
        ------
        DamagedDatasetError
            When the file is missing or does not hold them.
        """
        with reading(path):
            return FORMATS.load(format_name).read(self.path, path, candidates, self.plan.signal_spec)

    def files_of(self, format_name: str, records_at_once: int) -> Iterator[tuple[str, list[int]]]:
        """Yield each file of a format with the candidates in it, at most so many at once."""
        for path, members in candidates_by_file(self.records_table, format_name).items():
            for start in range(0, len(members), records_at_once):
                yield path, members[start : start + records_at_once]

    def table(self, name: str, columns: list[str] | None = None) -> pa.Table:
        """Read one of the dataset's tables, or some columns of it.

        Raises
        ------
        DamagedDatasetError
            When it can't be read.
        """
        with reading(self.path / name):
            return pq.read_table(self.path / name, columns=columns)


def candidates_by_file(records: pa.Table, format_name: str) -> dict[str, list[int]]:
    """Group rows of records.parquet by the file that holds them in a format."""
    paths = records.column(f"{format_name}_path").to_pylist()
    by_file: dict[str, list[int]] = {}
    for path, candidate in zip(paths, records.column("candidate").to_pylist(), strict=True):
        by_file.setdefault(path, []).append(candidate)
    return by_file
