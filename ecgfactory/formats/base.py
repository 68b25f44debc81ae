"""The interface of every file format of the signals."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt

from ecgfactory.artefact_table import ArtefactTable
from ecgfactory.beat_table import BeatTable
from ecgfactory.formats.batch import Composed, Injury, RecordBatch
from ecgfactory.formats.long_record import LONGEST_WHOLE_S, PIECE_S, PIECES_READ, LongRecord, RecordPiece
from ecgfactory.leads import TWELVE_LEADS, SignalUv
from ecgfactory.record import SAMPLING_RATE_HZ
from ecgfactory.recorder.filters import Filters
from ecgfactory.rhythm_table import RhythmTable
from ecgfactory.storage.store_path import StorePath
from ecgfactory.wave_table import WaveTable

if TYPE_CHECKING:
    import pyarrow as pa

RECORDS_PER_FOLDER = 1000
"""Formats with one file per record put at most this many in a folder, as PhysioNet's databases do."""


def record_folder(candidate: int) -> str:
    """Name the folder of a record: the thousand that its number belongs to, as five digits."""
    return f"{candidate // RECORDS_PER_FOLDER:05d}"


def numbered(staged_path: str, position: int, count: int) -> str:
    """Number one of several files as Hugging Face does: data/train.tar becomes data/train-00000-of-00004.tar."""
    folder, _, name = staged_path.rpartition("/")
    stem, dot, ending = name.partition(".")
    return f"{folder}/{stem}-{position:05d}-of-{count:05d}{dot}{ending}"


@dataclass(frozen=True)
class Labels:
    """What is written of the waves of every beat; false where that is nothing.

    Parameters
    ----------
    waves : bool
        Onset, peak and offset of each.
    mask : bool
        Which wave each sample is in.
    """

    waves: bool = False
    mask: bool = False

    def __bool__(self) -> bool:
        return self.waves or self.mask

    @property
    def words(self) -> str:
        """What is written, in words; empty where that is nothing."""
        return f"waves of every beat{' and masks' if self.mask else ''}" if self else ""


@dataclass(frozen=True)
class StoredArtefacts:
    """What is written of records that have artefacts put into them.

    Parameters
    ----------
    clean_twins : bool
        Each record without its artefacts too, in files of its own.
    clean_features : bool
        What was measured on these, in columns `clean_...` beside what was measured on the records as they are.
    """

    clean_twins: bool = True
    clean_features: bool = False


@dataclass(frozen=True)
class SignalSpec:
    """What all records of a dataset have in common.

    Parameters
    ----------
    lead_names : tuple of str
        Leads, in stored order.
    samples : int
        Samples per lead.
    seed : int
        Seed of the dataset, for the file formats that can carry it.
    sampling_rate_hz : int
        Samples per second.
    filters : Filters
        What the signals passed; false where that is nothing.
    labels : Labels
        What is written of their waves.
    artefacts : StoredArtefacts or None
        What is written of their artefacts; None where they have none put into them.
    composed : bool
        Whether they are composed, so that their rhythms and the kinds of their beats are written.
    """

    lead_names: tuple[str, ...]
    samples: int
    seed: int
    sampling_rate_hz: int = SAMPLING_RATE_HZ
    filters: Filters = field(default_factory=Filters)
    labels: Labels = field(default_factory=Labels)
    artefacts: StoredArtefacts | None = None
    composed: bool = False

    @property
    def is_long(self) -> bool:
        """Whether the records are too long to be held whole; see `LongRecord`."""
        return self.samples > LONGEST_WHOLE_S * self.sampling_rate_hz

    def stretch_bounds(self) -> Iterator[tuple[int, int]]:
        """Yield the first sample of each stretch in which a long record is read, and the one after its last.

        A stretch is `PIECES_READ` pieces, so that those that are decoded together are decoded once.
        """
        size = PIECES_READ * PIECE_S * self.sampling_rate_hz
        for start in range(0, self.samples, size):
            yield start, min(start + size, self.samples)


_WITH_ALL = SignalSpec(
    TWELVE_LEADS, 1, 0, labels=Labels(waves=True, mask=True), artefacts=StoredArtefacts(), composed=True
)
"""Records with everything that formats write."""


class Format(ABC):
    """A file format of the signals: an instance writes the records of a shard, or of small ones that share files.

    The class reads a dataset back.

    All that the rest of ecgfactory knows about a format is here, so that a new one is one file and one line.

    Parameters
    ----------
    folder : Path
        The folder to write into, which exists; files go below it, under the paths that `staged_path` gives.
    spec : SignalSpec
        What the records have in common.
    """

    name: ClassVar[str]
    """Key in the registry, and prefix of the path column in records.parquet."""

    media_types: ClassVar[Mapping[str, str]]
    """Media type of each kind of file that records are in, by the ending of its name; the first is the one that
    `staged_path` names."""

    loading: ClassVar[Mapping[str, str]] = {}
    """How to load it: a title, and Python that runs in the dataset's folder. In it `$path` is the file that holds the
    first record, `$stem` that path without its suffix, `$record_id` and `$split` say which record it is, `$rate_hz` is
    its sampling rate."""

    long_loading: ClassVar[Mapping[str, str]] = {}
    """How to load records that are too long to be held whole (`SignalSpec.is_long`), where not as in `loading`; as
    `loading`."""

    rhythm_loading: ClassVar[Mapping[str, str]] = {}
    """How to load the rhythms and the kinds of beats of composed records; as `loading`."""

    label_loading: ClassVar[Mapping[str, str]] = {}
    """How to load the waves that `SignalSpec.labels` asks for, and what they are in it; as `loading`."""

    mask_loading: ClassVar[Mapping[str, str]] = {}
    """How to load the masks that `SignalSpec.labels` asks for; as `loading`."""

    artefact_loading: ClassVar[Mapping[str, str]] = {}
    """How to load the artefacts that `SignalSpec.artefacts` asks for; as `loading`."""

    artefact_mask_loading: ClassVar[Mapping[str, str]] = {}
    """How to load the masks of artefacts that `SignalSpec.labels` asks for where there are artefacts; as `loading`."""

    pair_loading: ClassVar[Mapping[str, str]] = {}
    """How to load records together with their clean twins, where `SignalSpec.artefacts` asks for these; as
    `loading`."""

    bytes_per_sample: ClassVar[float] = 2.1
    """Mean bytes on disk for one sample of one lead, to estimate the disk space of a build: measured on 12-lead
    datasets. The default is that of plain int16 and a small overhead."""

    cpu_s_per_hour: ClassVar[float] = 0.3
    """Seconds of one core that an hour of 12 leads at 500 Hz takes to write, to estimate how long a build takes:
    measured as `request.work` says."""

    bytes_per_wave: ClassVar[float] = 0.0
    """Mean bytes on disk for one wave, in a lead or over all of them, where `SignalSpec.labels` asks for waves."""

    holds_masks: ClassVar[bool] = False
    """Whether it writes the mask of each record where `SignalSpec.labels` asks for it, and that of its artefacts."""

    bytes_per_mask_sample: ClassVar[float] = 1.0
    """Mean bytes on disk for one sample of a mask, in a lead or over all of them, where it holds masks."""

    artefact_columns: ClassVar[tuple[str, ...]] = ()
    """Columns of `ArtefactTable` that it writes of each artefact where `SignalSpec.artefacts` asks for them."""

    bytes_per_artefact: ClassVar[float] = 0.0
    """Mean bytes on disk for one artefact where `SignalSpec.artefacts` asks for them, in files that hold more."""

    files_besides: ClassVar[int] = 0
    """Files that it writes beside each file that many records share, besides those of `file_kinds`."""

    packages: ClassVar[tuple[str, ...]] = ()
    """Installed packages, besides NumPy and PyArrow, whose version can change a byte of the files."""

    def __init__(self, folder: Path, spec: SignalSpec) -> None:
        self.folder = folder
        self.spec = spec

    def place(self, path: str) -> Path:
        """Return where to write a file, given below the staging folder; the folders in between are made.

        Raises
        ------
        FileNotFoundError
            When the staging folder is gone, and with it whoever wanted the shard: it is not made again.
        """
        place = self.folder / path
        for parent in reversed(place.relative_to(self.folder).parents[:-1]):
            (self.folder / parent).mkdir(exist_ok=True)
        return place

    @abstractmethod
    def write(self, batch: RecordBatch) -> None:
        """Write records; called with rising candidate numbers."""

    def write_long(self, record: LongRecord) -> None:
        """Write a long record, called with rising candidate numbers; by default it is put together and held whole."""
        self.write(record.whole)

    def close(self) -> None:  # noqa: B027 (most formats have nothing to do)
        """Finish the shard's files. Nothing is flushed to disk yet: the shard does that once for all formats."""

    @classmethod
    @abstractmethod
    def staged_path(cls, candidate: int, split: str) -> str:
        """Path of the file that holds a record, below the staging folder."""

    @classmethod
    def file_kinds(cls, spec: SignalSpec) -> Mapping[str, str]:
        """Media type of each kind of file that records with such a spec are in; as `media_types`, and what is beside
        the signals too."""
        return cls.media_types

    @classmethod
    def files(cls, path: str, spec: SignalSpec) -> list[str]:
        """Every file that a record consists of, from the path that `staged_path` or records.parquet gives."""
        stem = path.removesuffix(next(iter(cls.media_types)))
        return [stem + ending for ending in cls.file_kinds(spec)]

    @classmethod
    def opened_files(cls, path: str, spec: SignalSpec) -> list[str]:
        """Every file that `read` and its like open, from the path that records.parquet gives: not only the record's."""
        return cls.files(path, spec)

    @classmethod
    def published_path(cls, staged_path: str, position: int, count: int) -> str:
        """Path below the dataset of a file that was staged.

        Parameters
        ----------
        staged_path : str
            Path below the staging folder.
        position, count : int
            This is file number `position` of the `count` that were staged under the same path.
        """
        return staged_path

    @classmethod
    def top_folder(cls) -> str:
        """Name of the folder of a dataset that holds all files of this format."""
        return PurePosixPath(cls.staged_path(0, "train")).parts[0]

    @classmethod
    def has_file_per_record(cls) -> bool:
        """Whether each record is in files of its own, rather than many in one."""
        return cls.staged_path(0, "train") != cls.staged_path(1, "train")

    @classmethod
    def takes_for_data(cls, path: str) -> bool:
        """Whether readers of this format would take a file for data, by its path below a dataset.

        They look for labels and artefacts beside the signals whether the dataset has these or not.
        """
        return path.startswith(f"{cls.top_folder()}/") and path.endswith(tuple(cls.file_kinds(_WITH_ALL)))

    @classmethod
    def table_files(cls, split: str) -> str | None:
        """Pattern, below a dataset, of the files of a split, where these are tables that dataset readers load as such.

        Hugging Face's `datasets` and readers of Croissant find them by it. None, the default, for other formats.
        """
        return None

    @classmethod
    def table_schema(cls, dataset: Path) -> pa.Schema | None:
        """Columns of the tables in a dataset; None where the format has no tables, or there are no records."""
        return None

    @classmethod  # noqa: B027 (most formats have nothing to do)
    def write_index(cls, dataset: Path, candidates: Iterator[npt.NDArray[np.int64]], spec: SignalSpec) -> None:
        """Write what the format needs beside the shards' files, if anything; `candidates` come in batches."""

    @classmethod
    @abstractmethod
    def count(cls, dataset: Path) -> int:
        """Count the records that a dataset holds in this format, by its files alone."""

    @classmethod
    @abstractmethod
    def read(cls, dataset: Path, path: str, candidates: Sequence[int], spec: SignalSpec) -> SignalUv:
        """Read records back from one file of a dataset.

        Parameters
        ----------
        dataset : Path
            The dataset's folder.
        path : str
            The file, as records.parquet names it.
        candidates : sequence of int
            Candidates in that file, rising.
        spec : SignalSpec
            What the records have in common.

        Returns
        -------
        int16 array, shape (candidates, leads, samples)
            In uV. Where samples are missing they hold the value before, at the start of a record the first after them.

        Raises
        ------
        ValueError
            When the file does not hold these records as the spec says.
        """

    @classmethod
    def read_stretch(
        cls, dataset: Path, path: str, candidate: int, spec: SignalSpec, start: int, stop: int
    ) -> SignalUv:
        """Read a stretch of a record back from one file of a dataset; see `read`, for errors too.

        By default the whole record is read.

        Returns
        -------
        int16 array, shape (leads, stop - start)
            In uV.
        """
        return cls.read(dataset, path, [candidate], spec)[0, :, start:stop]

    @classmethod
    def read_stretch_in_store(
        cls, dataset: StorePath, path: str, candidate: int, spec: SignalSpec, start: int, stop: int
    ) -> SignalUv | None:
        """Read a stretch from a store without the rest of the file; see `read_stretch`, for errors too.

        Returns
        -------
        int16 array, shape (leads, stop - start), or None
            In uV. None, the default, where the format can't.
        """
        return None

    @classmethod
    def read_waves(cls, dataset: Path, path: str, candidates: Sequence[int], spec: SignalSpec) -> WaveTable | None:
        """Read waves back from one file of a dataset, or from those beside it; see `read`, for errors too.

        Returns
        -------
        WaveTable or None
            Those over all leads alone, where the format holds no others. None, the default, where it holds no waves.
        """
        return None

    @classmethod
    def read_r_peaks(
        cls, dataset: Path, path: str, candidates: Sequence[int], spec: SignalSpec
    ) -> list[npt.NDArray[np.int32]] | None:
        """Read R peaks back from one file of a dataset, where it holds these alone; see `read`, for errors too.

        Returns
        -------
        list of int32 arrays, each of shape (beats,), or None
            As `WaveTable.r_peaks` gives them. None, the default, where it holds whole waves or none.
        """
        return None

    @classmethod
    def read_beats(cls, dataset: Path, path: str, candidates: Sequence[int], spec: SignalSpec) -> BeatTable | None:
        """Read the beats of composed records back from one file of a dataset, or from those beside it.

        See `read`, for errors too.

        Returns
        -------
        BeatTable or None
            The beats of each candidate. None, the default, where the format holds no symbols of beats.
        """
        return None

    @classmethod
    def read_rhythms(cls, dataset: Path, path: str, candidates: Sequence[int], spec: SignalSpec) -> RhythmTable | None:
        """Read the rhythms of composed records back from one file of a dataset, or from those beside it.

        See `read`, for errors too.

        Returns
        -------
        RhythmTable or None
            The stretches of each candidate. None, the default, where the format holds no rhythms.
        """
        return None

    @classmethod
    def read_masks(
        cls, dataset: Path, path: str, candidates: Sequence[int], spec: SignalSpec
    ) -> npt.NDArray[np.uint8] | None:
        """Read masks back from one file of a dataset, or from those beside it; see `read`, for errors too.

        Returns
        -------
        uint8 array, shape (candidates, 1 + leads, samples), or None
            As `WaveTable.masks` draws them. None, the default, where the format does not hold masks.
        """
        return None

    @classmethod
    def read_columns(cls, dataset: Path, path: str, candidates: Sequence[int], spec: SignalSpec) -> pa.Table | None:
        """Read back what one file of a dataset tells of records besides signals and labels; see `read`, for errors too.

        Returns
        -------
        Table or None
            A row for each, in all columns of `record_columns` that were written. None, the default, where the format
            holds none of them.
        """
        return None

    @classmethod
    def comments(
        cls,
        candidate: int,
        features: Mapping[str, Any],
        artefacts: ArtefactTable | None,
        spec: SignalSpec,
        rhythm: str = "",
        snomed_ct: Sequence[str] = (),
    ) -> list[str]:
        """Say what the format writes of a record for people, a line each; nothing by default.

        Parameters
        ----------
        candidate : int
            Its number.
        features : mapping of str to Any
            What was measured on it; empty where that is not known.
        artefacts : ArtefactTable or None
            Its artefacts; None where its spec asks for none.
        spec : SignalSpec
            What the records have in common.
        rhythm : str
            Name of the rhythm that it was composed in.
        snomed_ct : sequence of str
            The codes of that and of its stretches, where it is composed.
        """
        return []

    @classmethod
    def read_comments(
        cls, dataset: Path, path: str, candidates: Sequence[int], spec: SignalSpec
    ) -> list[list[str]] | None:
        """Read the `comments` of records back; see `read`, for errors too. None, the default, where there are none."""
        return None

    @classmethod
    def read_artefacts(
        cls, dataset: Path, path: str, candidates: Sequence[int], spec: SignalSpec
    ) -> ArtefactTable | None:
        """Read artefacts back from one file of a dataset, or from those beside it; see `read`, for errors too.

        Returns
        -------
        ArtefactTable or None
            Of which `artefact_columns` tell something; those of a record may be in another order than they were
            written in. None, the default, where the format holds no artefacts.
        """
        return None

    @classmethod
    def read_artefact_masks(
        cls, dataset: Path, path: str, candidates: Sequence[int], spec: SignalSpec
    ) -> npt.NDArray[np.uint8] | None:
        """Read masks of artefacts back from one file of a dataset, or from those beside it; see `read`, for errors too.

        Returns
        -------
        uint8 array, shape (candidates, leads, samples), or None
            As `ArtefactTable.masks` draws them. None, the default, where the format does not hold masks.
        """
        return None


def waves_of(records: RecordBatch | RecordPiece) -> WaveTable:
    """Return the waves of records, or of a piece of one, that are to be written with labels.

    Raises
    ------
    ValueError
        When they come without.
    """
    if records.waves is None:
        raise ValueError("records without waves are to be written with labels")
    return records.waves


def mask_of(piece: RecordPiece) -> npt.NDArray[np.uint8]:
    """Return the mask of a piece that is to be written with one.

    Raises
    ------
    ValueError
        When it comes without.
    """
    if piece.mask is None:
        raise ValueError("a piece without a mask is to be written with one")
    return piece.mask


def composed_of(batch: RecordBatch, spec: SignalSpec) -> Composed | None:
    """Return what records were composed as, where their spec says that they are.

    Raises
    ------
    ValueError
        When it says so, and they come as generated.
    """
    if spec.composed and batch.composed is None:
        raise ValueError("records that were not composed are to be written as such")
    return batch.composed if spec.composed else None


def injury_of(batch: RecordBatch, spec: SignalSpec) -> Injury | None:
    """Return what artefacts did to records, where their spec asks for it.

    Raises
    ------
    ValueError
        When it asks, and they come without.
    """
    if spec.artefacts and batch.injury is None:
        raise ValueError("records that no artefacts were put into are to be written with these")
    return batch.injury if spec.artefacts else None


def artefacts_of(batch: RecordBatch, spec: SignalSpec) -> list[ArtefactTable | None]:
    """Return the artefacts of each record, None where its spec asks for none; raises as `injury_of`."""
    injury = injury_of(batch, spec)
    return [injury.artefacts.of(row) if injury else None for row in range(len(batch))]


def stores_artefact_masks(spec: SignalSpec) -> bool:
    """Whether records with such a spec have masks of their artefacts, in formats that hold masks."""
    return spec.artefacts is not None and spec.labels.mask
