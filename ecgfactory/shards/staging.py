"""In which files a shard holds its records until the dataset is put together."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ecgfactory.dataset.names import ANNOTATIONS_FILE, ARTEFACTS_FILE, BEATS_FILE, RHYTHMS_FILE
from ecgfactory.formats import FORMATS
from ecgfactory.formats.annotations import AnnotationsWriter
from ecgfactory.formats.artefacts import ArtefactsWriter
from ecgfactory.formats.base import Format, Labels, SignalSpec
from ecgfactory.formats.batch import RecordBatch
from ecgfactory.formats.beats import BeatsWriter
from ecgfactory.formats.clean_twin import clean_twin
from ecgfactory.formats.long_record import LongRecord
from ecgfactory.formats.npy import NpyFormat
from ecgfactory.formats.rhythms import RhythmsWriter
from ecgfactory.request.plan import Plan

if TYPE_CHECKING:
    from ecgfactory.pictures.writer import PicturesWriter

_ANY_SPLIT = "all"


class StagedSignals(NpyFormat):
    """The signals of a small shard, whatever their split, until they are in files that shards share: quick to read."""

    def __init__(self, folder: Path, spec: SignalSpec) -> None:
        # Their waves, artefacts, beats and rhythms are in tables of the shard.
        super().__init__(folder, replace(spec, labels=Labels(), artefacts=None, composed=False))

    def write(self, batch: RecordBatch) -> None:
        """Write records; see `Format.write`."""
        super().write(replace(batch, splits=np.full(len(batch), _ANY_SPLIT)))

    @classmethod
    def staged_path(cls, candidate: int, split: str) -> str:
        """One file, whatever the split."""
        return NpyFormat.staged_path(candidate, _ANY_SPLIT)


class StagedFiles:
    """Writes accepted records into the files of a shard, those of their pictures, waves, artefacts, beats and
    rhythms too.

    Parameters
    ----------
    folder : Path
        The shard's staging folder.
    plan : Plan
        What is made.
    """

    def __init__(self, folder: Path, plan: Plan) -> None:
        rate_hz = plan.recorder.rate_hz
        formats = staged_formats(plan)
        twins = [clean_twin(of) for of in formats] if plan.keeps_clean else []
        self._formats = [of(folder, plan.spec_of(of.name)) for of in formats]
        self._twins = [of(folder, plan.spec_of(of.name)) for of in twins]
        self._pictures = _pictures_writer(folder, plan)
        self._annotations = AnnotationsWriter(folder / ANNOTATIONS_FILE, rate_hz) if plan.labels else None
        self._artefacts = ArtefactsWriter(folder / ARTEFACTS_FILE, rate_hz) if plan.artefacts else None
        self._beats = BeatsWriter(folder / BEATS_FILE, rate_hz) if plan.is_composed else None
        self._rhythms = RhythmsWriter(folder / RHYTHMS_FILE, rate_hz) if plan.is_composed else None

    def write(self, batch: RecordBatch) -> None:
        """Write records; called with rising candidate numbers."""
        for writer in self._formats if len(batch) else ():
            writer.write(batch)
        for writer in self._twins if len(batch) else ():
            writer.write(batch.clean)
        if self._pictures is not None:
            self._pictures.write(batch)
        if self._annotations is not None and batch.waves is not None:
            self._annotations.write(batch.candidates, batch.waves)
        if self._artefacts is not None and batch.injury is not None:
            self._artefacts.write(batch.candidates, batch.injury.artefacts)
        self._write_composed(batch)

    def write_long(self, record: LongRecord) -> None:
        """Write a long record; called with rising candidate numbers."""
        for writer in self._formats:
            writer.write_long(record)
        if self._pictures is not None:
            self._pictures.write_long(record)
        if self._annotations is not None:
            for piece in record.pieces():
                if piece.waves is not None:
                    self._annotations.write(record.row.candidates, piece.waves)
        self._write_composed(record.row)

    def _write_composed(self, batch: RecordBatch) -> None:
        if self._beats is not None and self._rhythms is not None and batch.composed is not None:
            self._beats.write(batch.candidates, batch.composed.beats)
            self._rhythms.write(batch.candidates, batch.composed.rhythms)

    def close(self) -> None:
        """Finish the files; nothing is flushed to disk yet."""
        tables = (self._pictures, self._annotations, self._artefacts, self._beats, self._rhythms)
        for writer in (*self._formats, *self._twins, *tables):
            if writer is not None:
                writer.close()


def _pictures_writer(folder: Path, plan: Plan) -> PicturesWriter | None:
    if plan.pictures is None:
        return None
    from ecgfactory.pictures.writer import PicturesWriter  # imports what draws; most datasets have no pictures

    return PicturesWriter(folder, plan.signal_spec, plan.pictures)


def staged_formats(plan: Plan) -> list[type[Format]]:
    """Return the formats that each shard is written in, and their clean twins where these are kept.

    The first is the one to read it back from.
    """
    own = [FORMATS.load(name) for name in plan.request.signal_formats if name not in plan.packed_formats]
    return [StagedSignals, *own] if plan.packs else own


def has_clean_features(plan: Plan) -> bool:
    """Whether a shard's table of records tells what was measured on them without their artefacts."""
    asked = plan.signal_spec.artefacts
    return asked is not None and (asked.clean_twins or asked.clean_features)
