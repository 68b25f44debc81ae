"""The files of a dataset: its tables, and what its formats hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ecgfactory.arrays import IntArray
from ecgfactory.artefact_table import ArtefactTable, without_artefacts, without_clean
from ecgfactory.beat_table import BeatTable
from ecgfactory.dataset.format_stretch import read_format_stretch
from ecgfactory.dataset.names import (
    ANNOTATIONS_FILE,
    ARTEFACTS_FILE,
    BEATS_FILE,
    IMAGES_FILE,
    RECORDS_FILE,
    REJECTED_FILE,
    RHYTHMS_FILE,
)
from ecgfactory.dataset.pictures import PICTURE_COLUMNS, StoredPicture, without_pictures
from ecgfactory.dataset.signals import SignalReader, quickest
from ecgfactory.ecgs import Ecgs
from ecgfactory.errors import DamagedDatasetError
from ecgfactory.formats.annotations import AnnotationsReader
from ecgfactory.formats.artefacts import ArtefactsReader
from ecgfactory.formats.beats import BeatsReader
from ecgfactory.formats.clean_twin import CLEAN_SUFFIX, format_named
from ecgfactory.formats.damage import reading
from ecgfactory.formats.rhythms import RhythmsReader
from ecgfactory.formats.rows import CLEAN, COMPOSED_COLUMNS
from ecgfactory.formats.truth_file import Table, TruthReader
from ecgfactory.leads import TWELVE_LEADS, SignalUv
from ecgfactory.pictures.table import BOXES, IMAGE_SCHEMA
from ecgfactory.places import place_of
from ecgfactory.quality.feature import FeatureTable
from ecgfactory.record import Record
from ecgfactory.request.plan import Plan
from ecgfactory.rhythm_table import RhythmTable, uncomposed
from ecgfactory.storage.durable import sha256_of
from ecgfactory.storage.fetched import at_hand, checked_path, coming
from ecgfactory.storage.object_file import readable
from ecgfactory.storage.place import Place
from ecgfactory.wave_table import WaveTable, unmarked

NO_FEATURES = {"record_id", "candidate", "split", *COMPOSED_COLUMNS}
"""Columns of records.parquet that are neither features nor paths, nor tell of artefacts."""

VERDICTS = ("is_clean", "artefact_kinds", "failed_rules")
"""Columns that tell of artefacts, besides the signal-to-noise ratio of each lead and what was measured without them."""

_TABLES = f"parquet{CLEAN_SUFFIX}"
"""Clean twins with features beside the signals."""

GROUPS_IN_MEMORY = 64
"""Row groups that stay decoded: of annotations.parquet 160 MB, with the waves of 16,000 records of twelve leads; of
artefacts.parquet 20 MB, with those of 64,000 records; of beats.parquet 20 MB and of rhythms.parquet 10 MB."""

LONG_GROUPS_IN_MEMORY = 4
"""The same of long records, whose groups of waves and beats are far larger: 60 MB."""


FILES_AT_ONCE = 64
"""Fetched at once from a store, where each record has files of its own."""


class DatasetFiles:
    """The files of a dataset, published or about to be.

    Parameters
    ----------
    path : Path or StorePath
        Its folder, or its place in a store.
    plan : Plan
        What it was made from.
    """

    def __init__(self, path: Place, plan: Plan) -> None:
        self.path = path
        self.plan = plan

    @property
    def title(self) -> str:
        """Its name and how its plan id begins, as pages name it."""
        return f"{self.plan.request.name} {self.plan.plan_id[:8]}"

    @property
    def formats(self) -> Sequence[str]:
        """Names of the formats it holds, without those of clean twins; `plan.formats` names these too."""
        return self.plan.request.signal_formats

    @property
    def has_artefacts(self) -> bool:
        """Whether artefacts are put into its records."""
        return self.plan.artefacts is not None

    @property
    def is_composed(self) -> bool:
        """Whether its records are composed of generated beats."""
        return self.plan.is_composed

    @property
    def has_pictures(self) -> bool:
        """Whether there are pictures of its records."""
        return self.plan.pictures is not None

    @cached_property
    def breaks_equations(self) -> bool:
        """Whether an artefact breaks the lead equations in any record."""
        if not self.has_artefacts:
            return False
        return bool(pc.any(self.table(ARTEFACTS_FILE, ["breaks_lead_equations"]).column(0)).as_py())

    @cached_property
    def records_table(self) -> pa.Table:
        """The rows of records.parquet."""
        return self.table(RECORDS_FILE)

    @cached_property
    def rejected_table(self) -> pa.Table:
        """The rows of rejected.parquet."""
        return self.table(REJECTED_FILE)

    @cached_property
    def pictures_table(self) -> pa.Table:
        """The rows of images.parquet, without the boxes in each picture.

        Raises
        ------
        BadInputError
            When the dataset was built without pictures.
        DamagedDatasetError
            When it can't be read.
        """
        if not self.has_pictures:
            raise without_pictures(str(self.path))
        return self.table(IMAGES_FILE, [name for name in IMAGE_SCHEMA.names if name != BOXES])

    def picture_at(self, place: int) -> StoredPicture:
        """Return a picture by its place in images.parquet; raises as `pictures_table`."""
        (row,) = self.pictures_table.select(PICTURE_COLUMNS).slice(place, 1).to_pylist()
        return StoredPicture.of_row(self.path, row)

    @cached_property
    def candidates(self) -> IntArray:
        """Candidate numbers of the records, rising, shape (records,)."""
        candidates: IntArray = self.records_table.column("candidate").to_numpy()
        return candidates

    @cached_property
    def measured(self) -> FeatureTable:
        """Features of the records, by name, each of shape (records,); NaN where a number is not measurable."""
        return {name: self.records_table.column(name).to_numpy() for name in self._names if name not in self._of_injury}

    @cached_property
    def injured(self) -> dict[str, npt.NDArray[Any]]:
        """What artefacts did to the records, by the columns of records.parquet; see `Ecgs.injured`."""
        return {name: _column(self.records_table, name) for name in self._of_injury}

    @cached_property
    def clean_measured(self) -> FeatureTable | None:
        """Features of the records without their artefacts, as `measured`; None where these were not kept.

        Raises
        ------
        DamagedDatasetError
            When a file can't be read.
        """
        if not self.has_artefacts:
            return self.measured
        if all(f"{CLEAN}{name}" in self.injured for name in self.measured):
            return {name: self.injured[f"{CLEAN}{name}"] for name in self.measured}
        if _TABLES not in self.plan.formats:
            return None
        paths = self.records_table.column(f"{_TABLES}_path").unique().to_pylist()
        table = pa.concat_tables(self.table(path, ["candidate", *self.measured]) for path in paths)
        table = table.sort_by("candidate")
        if not np.array_equal(table.column("candidate").to_numpy(), self.candidates):
            raise DamagedDatasetError([f"{RECORDS_FILE}: it does not tell which clean records {paths[0]} holds"])
        return {name: table.column(name).to_numpy() for name in self.measured}

    @property
    def _names(self) -> list[str]:
        names = self.records_table.column_names
        return [name for name in names if name not in NO_FEATURES and not name.endswith("_path")]

    @cached_property
    def _of_injury(self) -> list[str]:
        if not self.has_artefacts:
            return []
        ratios = (f"snr_db_{lead}" for lead in self.plan.lead_names)
        clean = (name for name in self._names if name.startswith(CLEAN) and name.removeprefix(CLEAN) in self._names)
        return [*VERDICTS, *ratios, *clean]

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

    def take(
        self, places: IntArray, reader: SignalReader | None = None, with_waves: bool = True, with_clean: bool = True
    ) -> Ecgs:
        """Read records with their signals and features, by their places in records.parquet.

        Parameters
        ----------
        places : int array, shape (n,)
            In any order.
        reader : SignalReader, optional
            What reads the leads that are wanted; all of them when absent.
        with_waves, with_clean : bool
            Whether waves and clean twins are read too, where there are any. Artefacts, beats and rhythms are, where
            there are any.

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
            artefacts=self.artefacts_of(places, reader.lead_names) if self.has_artefacts else None,
            clean_uv=reader.clean.read(places) if with_clean and reader.clean else None,
            injured={name: values[places] for name, values in self.injured.items()},
            rhythm=self.rhythm_names[places] if self.is_composed else None,
            beats=self.beats_of(places) if self.is_composed else None,
            rhythms=self.rhythms_of(places) if self.is_composed else None,
        )

    def record(self, wanted: str) -> Record:
        """Read one record by its id; see `place` and `take`."""
        return self.take(np.array([self.place(wanted)]))[0]

    def clean_record(self, wanted: str) -> Record:
        """Read the clean twin of one record by its id, with what was measured on it, where that was kept.

        Raises
        ------
        BadInputError, DamagedDatasetError
            As `record` and `clean_of` do.
        """
        places = np.array([self.place(wanted)])
        clean_uv = self.clean_of(self._reader).read(places)
        ecgs, measured = self.take(places, with_clean=False), self.clean_measured
        known = ecgs.measured if ecgs.injured["is_clean"].all() else {}
        features = {name: values[places] for name, values in measured.items()} if measured else known
        title = f"{self.title}, without artefacts"
        return replace(ecgs, signals_uv=clean_uv, measured=features, dataset=title, artefacts=None, injured={})[0]

    def reader(self, lead_names: Sequence[str], at_random: bool = False) -> SignalReader:
        """Return what reads some leads of records, in their order or at random, and of their clean twins if kept."""
        names = tuple(lead_names)
        derives = names == TWELVE_LEADS and not self.breaks_equations
        reader = self._reader_of(quickest(self.formats), names, at_random, derives)
        if self.plan.keeps_clean:
            reader.clean = self._reader_of(f"{quickest(self.formats)}{CLEAN_SUFFIX}", names, at_random, derives=True)
        return reader

    def clean_of(self, reader: SignalReader) -> SignalReader:
        """Return what reads the same leads of the clean twins.

        Raises
        ------
        BadInputError
            When the dataset was built without artefacts or without clean twins.
        """
        if reader.clean is None:
            raise without_clean(str(self.path)) if self.has_artefacts else without_artefacts(str(self.path))
        return reader.clean

    def _reader_of(self, name: str, lead_names: tuple[str, ...], at_random: bool, derives: bool) -> SignalReader:
        spec = self.plan.spec_of(name)
        return SignalReader(self.path, name, self.records_table, spec, lead_names, at_random, derives)

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
        return self._rows_of(places, ANNOTATIONS_FILE, lambda: self.annotations_reader).of_leads(lead_names)

    @cached_property
    def rhythm_names(self) -> npt.NDArray[np.object_]:
        """Name of the rhythm of each record, shape (records,).

        Raises
        ------
        BadInputError
            When they are not composed.
        """
        if not self.is_composed:
            raise uncomposed(str(self.path))
        names: npt.NDArray[np.object_] = self.records_table.column("rhythm").to_numpy()
        return names

    def beats_of(self, places: IntArray) -> BeatTable:
        """Read the beats of records, by their places in records.parquet.

        Raises
        ------
        BadInputError
            When the records are not composed.
        DamagedDatasetError
            When beats.parquet can't be read.
        """
        if not self.is_composed:
            raise uncomposed(str(self.path))
        return self._rows_of(places, BEATS_FILE, lambda: self._beats)

    def rhythms_of(self, places: IntArray) -> RhythmTable:
        """Read the rhythms of records, by their places in records.parquet; raises as `beats_of`."""
        if not self.is_composed:
            raise uncomposed(str(self.path))
        return self._rows_of(places, RHYTHMS_FILE, lambda: self._rhythms)

    def _rows_of(self, places: IntArray, file: str, reader: Callable[[], TruthReader[Table]]) -> Table:
        """Read what a file of rows tells of records, by their places in any order, with what reads it."""
        once, again = np.unique(places, return_inverse=True)
        with reading(self.path / file):
            table = reader().read(self.candidates[once])
        return table if np.array_equal(once, places) else table.take(again)

    def artefacts_of(self, places: IntArray, lead_names: tuple[str, ...] | None = None) -> ArtefactTable:
        """Read the artefacts of records, by their places in records.parquet.

        Parameters
        ----------
        places : int array, shape (n,)
            In any order.
        lead_names : tuple of str, optional
            Leads that are wanted; artefacts that changed none of them are left out.

        Raises
        ------
        BadInputError
            When the dataset was built without them.
        DamagedDatasetError
            When artefacts.parquet can't be read.
        """
        if not self.has_artefacts:
            raise without_artefacts(str(self.path))
        artefacts = self._rows_of(places, ARTEFACTS_FILE, lambda: self._artefacts)
        return artefacts if lead_names is None else artefacts.of_leads(lead_names)

    @cached_property
    def _artefacts(self) -> ArtefactsReader:
        return ArtefactsReader(self.path / ARTEFACTS_FILE, self.plan.lead_names, self._groups_in_memory)

    @cached_property
    def annotations_reader(self) -> AnnotationsReader:
        """What reads annotations.parquet."""
        return AnnotationsReader(self.path / ANNOTATIONS_FILE, self.plan.lead_names, self._groups_in_memory)

    @cached_property
    def _beats(self) -> BeatsReader:
        return BeatsReader(self.path / BEATS_FILE, self.plan.lead_names, self._groups_in_memory)

    @cached_property
    def _rhythms(self) -> RhythmsReader:
        return RhythmsReader(self.path / RHYTHMS_FILE, self.plan.lead_names, self._groups_in_memory)

    @property
    def _groups_in_memory(self) -> int:
        return LONG_GROUPS_IN_MEMORY if self.plan.request.is_in_pieces else GROUPS_IN_MEMORY

    @cached_property
    def _reader(self) -> SignalReader:
        return self.reader(self.plan.lead_names, at_random=True)

    def paths(self, wanted: str) -> dict[str, list[str]]:
        """Return the files that hold an accepted record, by format or clean twin of one, as paths below the dataset."""
        place = self.place(wanted)
        held = {name: self.records_table.column(f"{name}_path")[place].as_py() for name in self.plan.formats}
        return {name: format_named(name).files(path, self.plan.spec_of(name)) for name, path in held.items()}

    def signals_in(self, format_name: str, path: str, candidates: Sequence[int]) -> SignalUv:
        """Read records from one file of one format; see `Format.read`.

        Raises
        ------
        DamagedDatasetError
            When the file is missing or does not hold them.
        """
        with self.format_file(format_name, path) as folder:
            return format_named(format_name).read(folder, path, candidates, self.plan.spec_of(format_name))

    def stretch_in(self, format_name: str, path: str, candidate: int, start: int, stop: int) -> SignalUv:
        """Read a stretch of a record from one file of one format; see `Format.read_stretch`.

        Raises
        ------
        DamagedDatasetError
            When the file is missing or does not hold it.
        """
        spec = self.plan.spec_of(format_name)
        with reading(path):
            return read_format_stretch(format_named(format_name), self.path, path, candidate, spec, start, stop)

    def at_hand(self, *paths: str) -> AbstractContextManager[Path]:
        """Give the folder of this machine in which files of the dataset are while the block runs; see `at_hand`."""
        return at_hand(self.path, paths)

    @contextmanager
    def format_file(self, format_name: str, path: str) -> Iterator[Path]:
        """Give the folder of this machine in which a file of a format is, with those beside it, to read it.

        Raises
        ------
        DamagedDatasetError
            When it is missing, or what reads it finds another content.
        """
        files = format_named(format_name).opened_files(path, self.plan.spec_of(format_name))
        with reading(path), self.at_hand(*files) as folder:
            yield folder

    def files_of(self, format_name: str, records_at_once: int) -> Iterator[tuple[str, list[int]]]:
        """Yield each file of a format with the candidates in it, so many at once at most; the next are on their way."""
        format_, spec = format_named(format_name), self.plan.spec_of(format_name)
        by_file = candidates_by_file(self.records_table, format_name)
        paths = list(by_file)
        files_at_once = FILES_AT_ONCE if format_.has_file_per_record() else 1
        for first in range(0, len(paths), files_at_once):
            group = paths[first : first + files_at_once]
            wanted = [name for path in group for name in format_.opened_files(path, spec)]
            with coming(self.path, wanted):
                for path in group:
                    members = by_file[path]
                    for start in range(0, len(members), records_at_once):
                        yield path, members[start : start + records_at_once]

    def holds(self, path: str, sha256: str) -> bool:
        """Return whether the dataset has a file of this content."""
        if isinstance(self.path, Path) and not (self.path / path).is_file():
            return False  # reading a pipe in its place would never end
        try:
            with self.at_hand(path) as folder:
                return sha256_of(folder / path) == sha256
        except FileNotFoundError:
            return False

    def table(self, name: str, columns: list[str] | None = None) -> pa.Table:
        """Read one of the dataset's tables, or some columns of it.

        Raises
        ------
        DamagedDatasetError
            When it can't be read.
        """
        with reading(self.path / name):
            if columns is not None:
                return pq.read_table(readable(self.path / checked_path(name)), columns=columns)
            with self.at_hand(name) as folder:
                return pq.read_table(folder / name)


def _column(table: pa.Table, name: str) -> npt.NDArray[Any]:
    """Return a column as an array; of lists as one of objects."""
    column = table.column(name)
    if not pa.types.is_list(column.type):
        values: npt.NDArray[Any] = column.to_numpy()
        return values
    return np.fromiter(column.to_pylist(), dtype=object, count=len(column))


def candidates_by_file(records: pa.Table, format_name: str) -> dict[str, list[int]]:
    """Group rows of records.parquet by the file that holds them in a format."""
    paths = records.column(f"{format_name}_path").to_pylist()
    by_file: dict[str, list[int]] = {}
    for path, candidate in zip(paths, records.column("candidate").to_pylist(), strict=True):
        by_file.setdefault(path, []).append(candidate)
    return by_file
