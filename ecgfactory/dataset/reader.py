"""Opening a published dataset, and reading its records: one, some, or all of them, for NumPy, pandas and PyTorch."""

from __future__ import annotations

import contextlib
import itertools
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from os import PathLike
from typing import TYPE_CHECKING, Any, SupportsIndex, overload

import numpy as np
import numpy.typing as npt
from pydantic import ValidationError

from ecgfactory.artefact_table import ArtefactTable
from ecgfactory.beat_table import BeatTable
from ecgfactory.candidates.asked import candidate_number
from ecgfactory.dataset.manifest import Manifest
from ecgfactory.dataset.names import LATEST, MANIFEST_FILE
from ecgfactory.dataset.pictures import StoredPicture
from ecgfactory.dataset.store_shelf import latest_in
from ecgfactory.dataset.stretches import read_stretch
from ecgfactory.dataset.tables import DatasetTables
from ecgfactory.ecgs import Ecgs, Unit, check_unit
from ecgfactory.errors import BadInputError, DamagedDatasetError
from ecgfactory.places import find, place_at
from ecgfactory.quality.rule import PUBLISHED
from ecgfactory.record import Record
from ecgfactory.rhythm_table import RhythmTable
from ecgfactory.storage.attempts import while_someone_waits
from ecgfactory.storage.place import Place, as_place
from ecgfactory.storage.store import StoreError
from ecgfactory.storage.store_path import StorePath
from ecgfactory.wave_table import WaveTable

if TYPE_CHECKING:
    from ecgfactory.dataset.pytorch import EcgDataset
    from ecgfactory.dataset.pytorch_pictures import PictureDataset

RECORDS_AT_ONCE = 100
"""Records that an iteration holds at a time: 12 MB of twelve leads of 10 s."""

_MOST_LOOKED_AT, _MOST_NAMED = 20, 5
"""Folders below one that is no dataset, and datasets in them that are named."""


class Dataset(DatasetTables):
    """A published dataset; `len`, iteration, `[i]` and `["00000012"]` give its records as `Record`s, `[a:b]` as `Ecgs`.

    Records are in candidate order. A record's id is its candidate number, eight digits, of which leading zeros may be
    left out.

    Parameters
    ----------
    path : Path or StorePath
        Its folder or its place in a store, or that of its name (then the newest one).

    Attributes
    ----------
    path : Path or StorePath
        Its folder, or its place in a store.
    plan, manifest
        What it was made from, and what was made.
    candidates : int64 array, shape (records,)
        Candidate numbers.

    Raises
    ------
    BadInputError
        When there is no dataset, or later no such record, split, lead or feature.
    DamagedDatasetError
        When one of its files can't be read.
    StoreError
        When a store does not give it.
    """

    def __init__(self, path: Place) -> None:
        folder = dataset_at(path)
        if folder is None:
            below = ", ".join(_datasets_below(path))
            fix = f"give one of those below it: {below}" if below else "give the folder that `ecgfactory build` printed"
            raise BadInputError(f"{path}: holds no dataset (no {MANIFEST_FILE}); {fix}.")
        try:
            text = (folder / MANIFEST_FILE).read_text(encoding="utf-8")
            self.manifest_content: dict[str, Any] = json.loads(text)
            self.manifest = Manifest.model_validate(self.manifest_content, context=PUBLISHED)
        except ValidationError as error:  # a package that brings one of its formats may be missing
            reasons = dict.fromkeys(problem["msg"].removeprefix("Value error, ") for problem in error.errors())
            problems = [f"{folder / MANIFEST_FILE}: can't be read ({reason[:200]})" for reason in reasons]
            raise DamagedDatasetError(problems) from None
        except (OSError, ValueError) as error:
            first = str(error).splitlines()[0]
            raise DamagedDatasetError([f"{folder / MANIFEST_FILE}: can't be read ({first})"]) from None
        super().__init__(folder, self.manifest.plan)

    @property
    def sampling_rate_hz(self) -> int:
        """Samples per second."""
        return self.plan.recorder.rate_hz

    @property
    def seed(self) -> int:
        """The seed it was generated from."""
        return self.plan.seed

    def signals(
        self, split: str | None = None, leads: Sequence[str] | None = None, unit: Unit = "mV", clean: bool = False
    ) -> npt.NDArray[np.float32] | npt.NDArray[np.int16]:
        """Read the signals of all records, or of a split, into memory.

        Parameters
        ----------
        split : str, optional
            Only this split's: `train`, `validation` or `test`.
        leads : sequence of str, optional
            Only these leads, in this order.
        unit : {'mV', 'uV'}
            mV as float32, or uV as stored in int16.
        clean : bool
            Whether the clean twins of the records are read, which have no artefacts.

        Returns
        -------
        float32 or int16 array, shape (records, leads, samples)
            At `sampling_rate_hz`, in candidate order.

        Raises
        ------
        BadInputError
            When there is no such split, lead or unit, or there are no clean twins.
        DamagedDatasetError
            When a file can't be read.
        """
        check_unit("signals", unit)
        places, reader = self.places(split), self.reader(self.checked_leads(leads))
        if clean:
            reader = self.clean_of(reader)
        shape = (len(places), len(reader.lead_names), self.plan.samples_per_lead)
        signals = np.empty(shape, dtype=np.float32 if unit == "mV" else np.int16)
        for part in _pieces(len(places)):
            if signals.dtype == np.int16:
                reader.read(places[part], out=signals[part])
            else:
                np.divide(reader.read(places[part]), np.float32(1000), out=signals[part])
        return signals

    def chunks(
        self, records: int = RECORDS_AT_ONCE, split: str | None = None, leads: Sequence[str] | None = None
    ) -> Iterator[Ecgs]:
        """Read the records in candidate order, some at a time.

        Parameters
        ----------
        records : int
            How many at a time; the last chunk may be smaller.
        split, leads
            As in `signals`.

        Yields
        ------
        Ecgs
            `signals_uv`, int16 of shape (records, leads, samples); `features`, `record_ids`, and `Record`s; where they
            are kept `clean_uv`, as `signals_uv`.

        Raises
        ------
        BadInputError
            When `records` is not a number from 1, or there is no such split or lead; at once.
        DamagedDatasetError
            While iterating, when a file can't be read.
        """
        records = candidate_number("chunks", "records", records, least=1)
        places, reader = self.places(split), self.reader(self.checked_leads(leads))
        return (self.take(places[start : start + records], reader) for start in range(0, len(places), records))

    def waves(self, split: str | None = None, leads: Sequence[str] | None = None) -> WaveTable:
        """Read where P, QRS and T of every beat are, without the rest of annotations.parquet.

        Parameters
        ----------
        split
            As in `signals`.
        leads : sequence of str, optional
            Only these leads besides all together; [] for what is marked over all leads alone.

        Returns
        -------
        WaveTable
            Of the records in candidate order; `.to_frame()`, `.r_peaks()`, `.masks(samples)`.

        Raises
        ------
        BadInputError
            When there is no such split or lead, or the dataset was built without labels.
        DamagedDatasetError
            When the file can't be read.
        """
        places, names = self.places(split), self.marked_leads(leads)
        return WaveTable.joined([self.waves_of(places[part], names) for part in _pieces(len(places))])

    def masks(self, split: str | None = None, leads: Sequence[str] | None = None) -> npt.NDArray[np.uint8]:
        """Say of each sample of a split, or of all records, which wave it is in: what `signals` gives, segmented.

        Parameters
        ----------
        split, leads
            As in `waves`.

        Returns
        -------
        uint8 array, shape (records, 1 + leads, samples)
            0 none, 1 P, 2 QRS, 3 T: over all leads, then in each. By the marked waves, whether masks are stored or not.

        Raises
        ------
        BadInputError, DamagedDatasetError
            As `waves` does.
        """
        places, names = self.places(split), self.marked_leads(leads)
        masks = np.empty((len(places), 1 + len(names), self.plan.samples_per_lead), dtype=np.uint8)
        for part in _pieces(len(places)):
            masks[part] = self.waves_of(places[part], names).masks(masks.shape[-1])
        return masks

    def beats(self, split: str | None = None) -> BeatTable:
        """Read the beats of composed records: where each is, and its symbol.

        Parameters
        ----------
        split
            As in `signals`.

        Returns
        -------
        BeatTable
            Of the records in candidate order; `.to_frame()`, `.symbol_of_each`.

        Raises
        ------
        BadInputError
            When there is no such split, or the records are not composed.
        DamagedDatasetError
            When the file can't be read.
        """
        return self.beats_of(self.places(split))

    def rhythms(self, split: str | None = None) -> RhythmTable:
        """Read the rhythms of composed records: where each begins and ends.

        Parameters
        ----------
        split
            As in `signals`.

        Returns
        -------
        RhythmTable
            Of the records in candidate order; `.to_frame()`, `.kind_of_each`.

        Raises
        ------
        BadInputError, DamagedDatasetError
            As `beats` does.
        """
        return self.rhythms_of(self.places(split))

    def artefacts(self, split: str | None = None, leads: Sequence[str] | None = None) -> ArtefactTable:
        """Read what was put into the records.

        Parameters
        ----------
        split
            As in `signals`.
        leads : sequence of str, optional
            Only artefacts that changed any of these leads, and of their leads these alone.

        Returns
        -------
        ArtefactTable
            Of the records in candidate order; `.to_frame()`, `.kinds_of_records()`, `.masks(samples)`.

        Raises
        ------
        BadInputError
            When there is no such split or lead, or the dataset was built without artefacts.
        DamagedDatasetError
            When the file can't be read.
        """
        return self.artefacts_of(self.places(split), self.checked_leads(leads))

    def artefact_masks(
        self, split: str | None = None, leads: Sequence[str] | None = None, *, kind: str | None = None
    ) -> npt.NDArray[np.uint8]:
        """Say of each sample of a split, or of all records, whether it is in an artefact.

        Parameters
        ----------
        split, leads
            As in `signals`.
        kind : str, optional
            Only artefacts of this kind.

        Returns
        -------
        uint8 array, shape (records, leads, samples)
            1 from onset to offset in the leads that an artefact changed, else 0; whether masks are stored or not.

        Raises
        ------
        BadInputError
            When there is no such split, lead or kind, or the dataset was built without artefacts.
        DamagedDatasetError
            When the file can't be read.
        """
        places, names = self.places(split), self.checked_leads(leads)
        artefacts = self.artefacts_of(places)
        of_kind = artefacts if kind is None else artefacts.of_kind(kind)
        return of_kind.of_leads(names).masks(self.plan.samples_per_lead)

    def stretch(self, wanted: str, start_s: float, stop_s: float) -> Record:
        """Read a stretch of a record, without the rest of it where records are longer than a minute.

        Parameters
        ----------
        wanted : str
            Its id, leading zeros optional.
        start_s, stop_s : float
            From when to when, in s from the start of the record.

        Returns
        -------
        Record
            With its signal, waves, beats and rhythms, in samples from the start of the stretch; waves and beats are
            those whose peaks are in it. What was measured is of the whole record; `Record.stretch` says which part.

        Raises
        ------
        BadInputError
            When there is no such record or stretch.
        DamagedDatasetError
            When a file can't be read.
        """
        return read_stretch(self, wanted, start_s, stop_s)

    def torch(
        self,
        split: str | None = None,
        leads: Sequence[str] | None = None,
        unit: Unit = "mV",
        features: Sequence[str] = (),
        masks: bool = False,
        clean: bool = False,
        artefact_masks: bool = False,
        rhythm_labels: bool = False,
    ) -> EcgDataset:
        """Return a map-style PyTorch dataset, for any order and any number of DataLoader workers.

        Parameters
        ----------
        split, leads, unit
            As in `signals`.
        features : sequence of str
            Names of features that each sample holds too, or of columns of `injuries` that are no lists.
        masks : bool
            Whether each sample holds its `mask` too.
        clean : bool
            Whether each sample holds its clean twin too, as `clean`.
        artefact_masks : bool
            Whether each sample holds its `artefact_mask` too.
        rhythm_labels : bool
            Whether each sample holds its `rhythm` too.

        Returns
        -------
        EcgDataset
            For each index a dict: `signal`, a tensor of shape (leads, samples) at `sampling_rate_hz`, float32 in mV or
            int16 in uV; `candidate`, an int; the features asked for, NaN or '' where not measurable; `mask`, uint8 of
            shape (1 + leads, samples), as `masks` gives it; `clean`, as `signal`; `artefact_mask`, uint8 of shape
            (leads, samples), as `artefact_masks` gives it; and `rhythm`, an int, the place of the record's rhythm in
            `rhythm_names` of the EcgDataset: all rhythms of ecgfactory in one order, for every dataset.

        Raises
        ------
        BadInputError
            When there is no such split, lead, unit or feature, or there are no labels, clean twins, artefacts or
            rhythms.
        DamagedDatasetError
            When a file can't be read; also later, when a sample is taken.
        """
        from ecgfactory.dataset.pytorch import EcgDataset

        return EcgDataset(self, split, leads, unit, features, masks, clean, artefact_masks, rhythm_labels)

    def picture(self, wanted: str, number: int = 0) -> StoredPicture:
        """Return a picture of a record.

        Parameters
        ----------
        wanted : str
            Id of the record, leading zeros optional.
        number : int
            Which of its pictures, from 0.

        Returns
        -------
        StoredPicture
            `pixels`, `mask`, `truth`; read when they are asked for.

        Raises
        ------
        BadInputError
            When there is no such record or picture, or the dataset was built without pictures.
        DamagedDatasetError
            When a file can't be read; also later, when what it holds is asked for.
        """
        asked = self.asked_picture(number)
        return self.picture_at(self.place(wanted) * asked.per_record + number)

    def picture_again(self, wanted: str, number: int = 0) -> StoredPicture:
        """Draw a picture of a record again, from its signal and the plan alone.

        Parameters
        ----------
        wanted, number
            As in `picture`; its own files may be damaged or gone.

        Returns
        -------
        StoredPicture
            The same, byte for byte, on one kind of machine and with the same versions of libraries; `stored_otherwise`
            names files that are stored in another form, or gone, and `drawn` has what they should hold.

        Raises
        ------
        BadInputError
            When there is no such record or picture, or the dataset was built without pictures.
        DamagedDatasetError
            When the record can't be read.
        """
        from ecgfactory.dataset.picture_remake import remade_picture

        stored = self.picture(wanted, number)
        drawn = remade_picture(self, stored.record_id, number)
        return replace(stored, drawn={self.path / path: content for path, content in drawn.items()})

    def pictures(self, split: str | None = None) -> Iterator[StoredPicture]:
        """Go through the pictures of a split, or of all records, in order; see `picture`."""
        return (self.picture_at(int(place)) for place in self.picture_places(split))

    def torch_pictures(
        self, split: str | None = None, leads: Sequence[str] | None = None, unit: Unit = "mV"
    ) -> PictureDataset:
        """Return a map-style PyTorch dataset of pictures, for any order and any number of DataLoader workers.

        Parameters
        ----------
        split, leads, unit
            As in `signals`.

        Returns
        -------
        PictureDataset
            For each index a dict: `picture`, uint8 of shape (3, height, width), red, green and blue; `mask`, uint8 of
            shape (height, width), what each pixel shows; `signal`, the stretch of the record that the page shows, of
            shape (leads, samples), float32 in mV or int16 in uV; `first_sample`, an int, where it begins in the record;
            `truth`, a `PictureTruth`, with layout, boxes, and where each sample is; `candidate` and `number`, ints.
            Pictures are as stored and differ in size: give a DataLoader `batch_size=None`, `collate_fn=list`, or a
            function that makes what a model takes.

        Raises
        ------
        BadInputError
            When there is no such split, lead or unit, or there are no pictures.
        DamagedDatasetError
            When a file can't be read; also later, when a sample is taken.
        """
        from ecgfactory.dataset.pytorch_pictures import PictureDataset

        return PictureDataset(self, split, leads, unit)

    def __len__(self) -> int:
        return len(self.candidates)

    @overload
    def __getitem__(self, wanted: SupportsIndex | str) -> Record: ...
    @overload
    def __getitem__(self, wanted: slice) -> Ecgs: ...
    def __getitem__(self, wanted: SupportsIndex | str | slice) -> Record | Ecgs:
        """Read one record, or some.

        Parameters
        ----------
        wanted : int, str or slice
            An index, negative from the end; a record id, leading zeros optional; or a slice of indices.

        Returns
        -------
        Record or Ecgs
            Ecgs for a slice.

        Raises
        ------
        IndexError
            When there is no record at the index.
        BadInputError
            When there is no record of the id.
        TypeError
            When it is anything else.
        DamagedDatasetError
            When a file can't be read.
        """
        if isinstance(wanted, str):
            return self.record(wanted)
        if isinstance(wanted, slice):
            return self.take(np.arange(len(self))[wanted])
        return self.take(np.array([place_at(wanted, len(self), str(self.path))]))[0]

    def __iter__(self) -> Iterator[Record]:
        return (record for ecgs in self.chunks() for record in ecgs)

    def __contains__(self, wanted: object) -> bool:
        return isinstance(wanted, str) and find(wanted, self.candidates) is not None

    def __reduce__(self) -> tuple[type[Dataset], tuple[Place]]:
        return Dataset, (self.path,)  # without open files and tables

    def __repr__(self) -> str:
        request = self.plan.request
        splits = ", ".join(f"{name} {count:,}" for name, count in self.manifest.splits.items())
        twins = ", with clean twins" if self.plan.keeps_clean else ""
        composed = f"; composed: {', '.join(self.manifest.rhythms)}" if self.is_composed else ""
        artefacts = f"; with artefacts{twins}" if self.has_artefacts else ""
        pictures = f"; {sum(self.manifest.pictures.values()):,} pictures" if self.has_pictures else ""
        return (
            f"Dataset {request.name}: {len(self):,} ECGs, {request.leads} leads, {request.duration_s} s at "
            f"{self.sampling_rate_hz} Hz{composed}{artefacts}{pictures}; {splits}; "
            f"{', '.join(self.formats)}; {self.path}"
        )


def _pieces(records: int) -> Iterator[slice]:
    """Cut so many records into pieces to read at a time, at least one."""
    return (slice(start, start + RECORDS_AT_ONCE) for start in range(0, max(records, 1), RECORDS_AT_ONCE))


def dataset_at(place: Place) -> Place | None:
    """Return where the dataset is that a place holds, or the newest one, where that is the place of a name.

    It is there as soon as its manifest is, and no sooner. None where there is none.

    Raises
    ------
    StoreError
        When a store does not tell.
    """
    if isinstance(place, StorePath):
        with while_someone_waits():
            return place if (place / MANIFEST_FILE).is_file() else latest_in(place)
    if (place / MANIFEST_FILE).is_file():
        return place.resolve()
    return (place / LATEST).resolve() if (place / LATEST / MANIFEST_FILE).is_file() else None


def _datasets_below(place: Place) -> list[str]:
    """Return some places of datasets, or of their names, that are in one: for who has given the output."""
    with contextlib.suppress(StoreError, OSError), while_someone_waits():
        if isinstance(place, StorePath):
            names = place.store.folders(place.prefix)
        else:
            names = sorted(path.name for path in place.iterdir())
        found = (place / name for name in names[:_MOST_LOOKED_AT] if dataset_at(place / name) is not None)
        return [str(each) for each in itertools.islice(found, _MOST_NAMED)]
    return []


def open_dataset(path: str | PathLike[str] | StorePath) -> Dataset:
    """Open a published dataset.

    Parameters
    ----------
    path : str, Path or StorePath
        Its folder, or its address in a store such as `s3://bucket/datasets/quickstart`; or that of its name (then the
        newest one).

    Returns
    -------
    Dataset
        The open dataset; see the class.

    Raises
    ------
    BadInputError
        When there is no dataset, or `path` is no path.
    DamagedDatasetError
        When its manifest can't be read.
    StoreError
        When a store does not give it.
    """
    if not isinstance(path, str | PathLike | StorePath):
        raise BadInputError(f"open_dataset: path is {path!r}; give the folder that `ecgfactory build` printed.")
    return Dataset(as_place(path))
