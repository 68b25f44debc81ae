"""The tables of a dataset for pandas, and which of its records and leads are meant."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ecgfactory.arrays import IntArray
from ecgfactory.artefact_table import without_artefacts
from ecgfactory.dataset.files import DatasetFiles
from ecgfactory.dataset.pictures import without_pictures
from ecgfactory.ecgs import annotation_frame, by_record_id, feature_frame
from ecgfactory.errors import BadInputError
from ecgfactory.record import record_id
from ecgfactory.request.images import ImagesRequest

if TYPE_CHECKING:
    import pandas as pd


class DatasetTables(DatasetFiles):
    """The tables of a dataset, one row per record unless they say otherwise, indexed by record_id."""

    @property
    def lead_names(self) -> tuple[str, ...]:
        """Names of the leads, in stored order."""
        return self.plan.lead_names

    @property
    def record_ids(self) -> list[str]:
        """Ids of the records."""
        return [record_id(candidate) for candidate in self.candidates]

    @cached_property
    def features(self) -> pd.DataFrame:
        """What was measured: one row per record, indexed by record_id, one column per feature."""
        return feature_frame(self.record_ids, self.measured)

    @cached_property
    def splits(self) -> pd.Series[str]:
        """The split of each record, indexed by record_id: `ds.features[ds.splits == "train"]`."""
        return feature_frame(self.record_ids, {"split": self._splits})["split"]

    @cached_property
    def rejected(self) -> pd.DataFrame:
        """One row per rejected candidate, indexed by record_id: failed_rules, reasons, features."""
        table = self.rejected_table
        ids = [record_id(candidate) for candidate in table.column("candidate").to_pylist()]
        lists = {name: table.column(name).to_pylist() for name in ("failed_rules", "reasons")}
        features = {name: table.column(name).to_numpy() for name in table.column_names if name in self.measured}
        return feature_frame(ids, lists | features)

    @cached_property
    def annotations(self) -> pd.DataFrame:
        """Where P, QRS and T of every beat are, one row per wave, indexed by record_id; see `WaveTable.to_frame`.

        Of one record `dataset["00000012"].waves` is quicker, of a split or some leads `dataset.waves("train", ["II"])`.
        """
        return annotation_frame(self.waves_of(self.places(), self.lead_names), self.record_ids)

    @cached_property
    def artefact_frame(self) -> pd.DataFrame:
        """What was put into records, one row per artefact, indexed by record_id; see `ArtefactTable.to_frame`.

        Of one record `dataset["00000012"].artefacts` is quicker, of a split or some leads
        `dataset.artefacts("train", ["II"])`.
        """
        return by_record_id(self.artefacts_of(self.places()).to_frame(), self.record_ids)

    @cached_property
    def rhythm(self) -> pd.Series[str]:
        """The rhythm of each record, indexed by record_id: `ds.features[ds.rhythm == "sinus"]`."""
        return feature_frame(self.record_ids, {"rhythm": self.rhythm_names})["rhythm"]

    @cached_property
    def beat_frame(self) -> pd.DataFrame:
        """The beats of composed records, one row per beat, indexed by record_id; see `BeatTable.to_frame`.

        Of one record `dataset["00000012"].beats` is quicker, of a split `dataset.beats("train")`.
        """
        return by_record_id(self.beats_of(self.places()).to_frame(), self.record_ids)

    @cached_property
    def rhythm_frame(self) -> pd.DataFrame:
        """The rhythms of composed records, one row per stretch, indexed by record_id; see `RhythmTable.to_frame`.

        Of one record `dataset["00000012"].rhythms` is quicker, of a split `dataset.rhythms("train")`.
        """
        return by_record_id(self.rhythms_of(self.places()).to_frame(), self.record_ids)

    @cached_property
    def images(self) -> pd.DataFrame:
        """How pictures were printed and what happened to them, and their files: one row each, indexed by record_id.

        `ds.images[ds.images.damage == "photo"].image_path` are the photographed ones; `ds.picture("00000012")` is one.
        """
        frame: pd.DataFrame = self.pictures_table.to_pandas().set_index("record_id")
        return frame

    @cached_property
    def injuries(self) -> pd.DataFrame:
        """What artefacts did to each record: one row per record, indexed by record_id; see `Ecgs.injuries`.

        `ds.features[ds.injuries["is_clean"]]` is what was measured on the records without artefacts.
        """
        if not self.has_artefacts:
            raise without_artefacts(str(self.path))
        return feature_frame(self.record_ids, self.injured)

    def places(self, split: str | None = None) -> IntArray:
        """Return the places in records.parquet of all records, or of a split's."""
        held = list(self.plan.request.splits)  # one of few records may be empty
        if split is not None and split not in held:
            raise BadInputError(f"{self.path}: there is no split {split!r}; it has {', '.join(held)}.")
        return np.arange(len(self.candidates)) if split is None else np.flatnonzero(self._splits == split)

    def asked_picture(self, number: int) -> ImagesRequest:
        """Return what was asked for of pictures, of which each record has one of this number.

        Raises
        ------
        BadInputError
            When it has none, or there are no pictures.
        """
        asked = self.plan.pictures
        if asked is None:
            raise without_pictures(str(self.path))
        if number not in range(asked.per_record):
            held = "0" if asked.per_record == 1 else f"a number from 0 to {asked.per_record - 1}"
            raise BadInputError(f"{self.path}: there is no picture {number!r} of a record; give {held}.")
        return asked

    def picture_places(self, split: str | None = None) -> IntArray:
        """Return the places in images.parquet of all pictures, or of a split's."""
        each = np.arange(self.asked_picture(0).per_record)
        places: IntArray = (self.places(split)[:, np.newaxis] * len(each) + each).ravel()
        return places

    def checked_leads(self, leads: Sequence[str] | None) -> tuple[str, ...]:
        """Return the leads that are meant, when the dataset has them all."""
        given = self.lead_names if leads is None else [leads] if isinstance(leads, str) else leads
        wanted = tuple(given) if isinstance(given, Collection) else ()
        unknown = [name for name in wanted if name not in self.lead_names]
        if unknown or not wanted:
            raise BadInputError(f"{self.path}: leads is {leads!r}; give some of {', '.join(self.lead_names)}.")
        return wanted

    def marked_leads(self, leads: Sequence[str] | None) -> tuple[str, ...]:
        """Return the leads that are meant besides all of them together: none is an answer too."""
        is_none = isinstance(leads, Collection) and not isinstance(leads, str) and len(leads) == 0
        return () if is_none else self.checked_leads(leads)

    @cached_property
    def _splits(self) -> npt.NDArray[np.object_]:
        splits: npt.NDArray[np.object_] = self.records_table.column("split").to_numpy()
        return splits
