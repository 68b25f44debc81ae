"""WebDataset: tar files of a split's records, an array and a JSON file for each, in candidate order.

Layout: https://github.com/webdataset/webdataset. The headers hold no times or owners, so that the same records give
the same bytes.
"""

from __future__ import annotations

import json
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ecgfactory.artefact_table import ROW_COLUMNS, ArtefactTable
from ecgfactory.beat_table import SYMBOLS, BeatTable
from ecgfactory.formats.artefact_rows import artefact_rows_of_each, artefacts_of_rows
from ecgfactory.formats.base import (
    Format,
    SignalSpec,
    composed_of,
    injury_of,
    mask_of,
    numbered,
    stores_artefact_masks,
    waves_of,
)
from ecgfactory.formats.batch import RecordBatch
from ecgfactory.formats.damage import reading
from ecgfactory.formats.long_record import LongRecord
from ecgfactory.formats.rows import record_columns
from ecgfactory.formats.tar_members import add_file, add_member, arrays_of, lists_of, members, npy_bytes
from ecgfactory.formats.waiting_members import WaitingFiles, WaitingNpy, WaitingWaves
from ecgfactory.formats.wave_rows import WAVE_SCHEMA, places_among, wave_rows_of_each, waves_of_rows
from ecgfactory.formats.webdataset_loading import (
    ARTEFACT_LOADING,
    ARTEFACT_MASK_LOADING,
    LABEL_LOADING,
    LOADING,
    MASK_LOADING,
    PAIR_LOADING,
    RHYTHM_LOADING,
)
from ecgfactory.leads import SignalUv
from ecgfactory.record import record_id
from ecgfactory.rhythm_kinds import NAMES
from ecgfactory.rhythm_table import RhythmTable
from ecgfactory.wave_table import WaveTable

_SIGNAL, _FEATURES, _WAVES, _MASK = ".npy", ".json", ".waves.json", ".mask.npy"
_BEATS, _RHYTHMS = ".beats.json", ".rhythms.json"
_ARTEFACTS, _ARTEFACT_MASK = ".artefacts.json", ".artefact_mask.npy"


class WebDatasetFormat(Format):
    """Tar files for each split: NUMBER.npy, int16 (leads, samples) in uV, and NUMBER.json, the features.

    Of composed records also NUMBER.beats.json, a list for each of the columns sample and symbol, and
    NUMBER.rhythms.json, of rhythm, onset and offset. With waves also NUMBER.waves.json, of beat, lead, wave, onset,
    peak and offset, in a long record piece after piece; with masks NUMBER.mask.npy, uint8 (1 + leads, samples), over
    all leads first. With artefacts also NUMBER.artefacts.json, a list of objects with the columns of artefacts.parquet,
    and with masks NUMBER.artefact_mask.npy, uint8 (leads, samples). Dropped samples hold the value before them.
    """

    name: ClassVar[str] = "webdataset"
    media_types: ClassVar[Mapping[str, str]] = {".tar": "application/x-tar"}
    cpu_s_per_hour: ClassVar[float] = 0.15
    bytes_per_wave: ClassVar[float] = 36.0
    loading: ClassVar[Mapping[str, str]] = LOADING
    rhythm_loading: ClassVar[Mapping[str, str]] = RHYTHM_LOADING
    label_loading: ClassVar[Mapping[str, str]] = LABEL_LOADING
    mask_loading: ClassVar[Mapping[str, str]] = MASK_LOADING
    artefact_loading: ClassVar[Mapping[str, str]] = ARTEFACT_LOADING
    artefact_mask_loading: ClassVar[Mapping[str, str]] = ARTEFACT_MASK_LOADING
    pair_loading: ClassVar[Mapping[str, str]] = PAIR_LOADING
    holds_masks: ClassVar[bool] = True
    artefact_columns: ClassVar[tuple[str, ...]] = ROW_COLUMNS
    bytes_per_artefact: ClassVar[float] = 250.0

    def __init__(self, folder: Path, spec: SignalSpec) -> None:
        super().__init__(folder, spec)
        self._tars: dict[str, tarfile.TarFile] = {}

    def write(self, batch: RecordBatch) -> None:
        """Write records; see `Format.write`."""
        labels, injury = self.spec.labels, injury_of(batch, self.spec)
        texts = self._texts(batch)
        waves = wave_rows_of_each(waves_of(batch)) if labels.waves else None
        masks = waves_of(batch).masks(self.spec.samples) if labels.mask else None
        artefacts = artefact_rows_of_each(injury.artefacts) if injury else None
        artefact_masks = injury.artefacts.masks(self.spec.samples) if injury and labels.mask else None
        for row, signal_uv in enumerate(batch.signals_uv):
            tar, name = self._tar(str(batch.splits[row])), record_id(int(batch.candidates[row]))
            add_member(tar, name + _SIGNAL, npy_bytes(signal_uv))
            for ending, text in texts[row].items():
                add_member(tar, name + ending, text)
            if waves is not None:
                add_member(tar, name + _WAVES, json.dumps(waves[row].to_pydict()).encode())
            if masks is not None:
                add_member(tar, name + _MASK, npy_bytes(masks[row]))
            if artefacts is not None:
                add_member(tar, name + _ARTEFACTS, json.dumps(artefacts[row]).encode())
            if artefact_masks is not None:
                add_member(tar, name + _ARTEFACT_MASK, npy_bytes(artefact_masks[row]))

    def write_long(self, record: LongRecord) -> None:
        """Write a record, which waits beside the tar file until it is whole; see `Format.write_long`."""
        leads, samples, labels = len(self.spec.lead_names), self.spec.samples, self.spec.labels
        tar, name = self._tar(record.split), record_id(record.candidate)
        with WaitingFiles(self.folder) as files:
            signal = WaitingNpy(files.new(), "<i2", (leads, samples))
            waves = WaitingWaves(files) if labels.waves else None
            mask = WaitingNpy(files.new(), np.uint8, (1 + leads, samples)) if labels.mask else None
            for piece in record.pieces():
                signal.put(piece.start, piece.signal_uv.astype("<i2", copy=False))
                if waves:
                    waves.add(waves_of(piece))
                if mask:
                    mask.put(piece.start, mask_of(piece))
            add_file(tar, name + _SIGNAL, signal.stream)
            for ending, text in self._texts(record.row)[0].items():
                add_member(tar, name + ending, text)
            if waves:
                waves.finish()
                add_file(tar, name + _WAVES, waves.stream)
            if mask:
                add_file(tar, name + _MASK, mask.stream)

    def _texts(self, batch: RecordBatch) -> list[dict[str, bytes]]:
        """Return the members of each record that tell of it besides waves and artefacts, by their endings."""
        clean_features = bool(self.spec.artefacts and self.spec.artefacts.clean_features)
        columns = pa.table(record_columns(batch, clean_features))
        told: list[dict[str, Any]] = [{_FEATURES: row | _of_all(self.spec)} for row in columns.to_pylist()]
        if composed := composed_of(batch, self.spec):
            for row, of_record in enumerate(told):
                beats, rhythms = composed.beats.of(row), composed.rhythms.of(row)
                of_record[_BEATS] = {"sample": beats.sample.tolist(), "symbol": beats.symbol_of_each}
                of_record[_RHYTHMS] = {
                    "rhythm": [kind.name for kind in rhythms.kind_of_each],
                    "onset": rhythms.onset.tolist(),
                    "offset": rhythms.offset.tolist(),
                }
        return [{ending: json.dumps(text).encode() for ending, text in of_record.items()} for of_record in told]

    def close(self) -> None:
        """Finish the tar files."""
        for tar in self._tars.values():
            tar.close()

    def _tar(self, split: str) -> tarfile.TarFile:
        if split not in self._tars:
            path = self.place(self.staged_path(0, split))
            self._tars[split] = tarfile.open(path, "w", format=tarfile.USTAR_FORMAT)  # noqa: SIM115 (see close)
        return self._tars[split]

    @classmethod
    def staged_path(cls, candidate: int, split: str) -> str:
        """One file per split."""
        return f"webdataset/{split}.tar"

    @classmethod
    def published_path(cls, staged_path: str, position: int, count: int) -> str:
        """Number the files of a split; see `numbered`."""
        return numbered(staged_path, position, count)

    @classmethod
    def count(cls, dataset: Path) -> int:
        """Count the arrays of signals in all files."""
        total = 0
        for path in (dataset / cls.top_folder()).glob("[!.]*.tar"):
            with reading(path.relative_to(dataset)), tarfile.open(path) as tar:
                total += sum(name.partition(".")[1:] == (".", _SIGNAL[1:]) for name in tar.getnames())
        return total

    @classmethod
    def read(cls, dataset: Path, path: str, candidates: Sequence[int], spec: SignalSpec) -> SignalUv:
        """Read records back; see `Format.read`."""
        return arrays_of(dataset, path, candidates, _SIGNAL, np.int16, (len(spec.lead_names), spec.samples))

    @classmethod
    def read_stretch(
        cls, dataset: Path, path: str, candidate: int, spec: SignalSpec, start: int, stop: int
    ) -> SignalUv:
        """Read a stretch back, and nothing else of the record; see `Format.read_stretch`."""
        shape = (len(spec.lead_names), spec.samples)
        stretch: SignalUv = arrays_of(dataset, path, [candidate], _SIGNAL, np.int16, shape, range(start, stop))[0]
        return stretch

    @classmethod
    def read_columns(cls, dataset: Path, path: str, candidates: Sequence[int], spec: SignalSpec) -> pa.Table | None:
        """Read features and what artefacts did back; see `Format.read_columns`."""
        rows = [json.load(member) for member in members(dataset / path, candidates, _FEATURES)]
        expected = _of_all(spec)
        if any({name: row.pop(name, None) for name in expected} != expected for row in rows):
            raise ValueError(f"{path} tells of other leads, sampling rate or filters than the dataset")
        if any(row.keys() != rows[0].keys() for row in rows):
            raise ValueError(f"{path} does not tell the same of every record")
        return pa.Table.from_pylist(rows)

    @classmethod
    def read_waves(cls, dataset: Path, path: str, candidates: Sequence[int], spec: SignalSpec) -> WaveTable | None:
        """Read waves back; see `Format.read_waves`."""
        if not spec.labels.waves:
            return None
        columns = [json.load(member) for member in members(dataset / path, candidates, _WAVES)]
        tables = [pa.table(of_record, WAVE_SCHEMA) for of_record in columns]
        if [table.to_pydict() for table in tables] != columns:
            raise ValueError(f"{path} has waves of other columns or types than the dataset")
        record = np.arange(len(candidates)).repeat([len(table) for table in tables])
        waves = waves_of_rows(pa.concat_tables(tables), spec.lead_names, record, len(candidates))
        return waves.in_order() if spec.is_long else waves

    @classmethod
    def read_beats(cls, dataset: Path, path: str, candidates: Sequence[int], spec: SignalSpec) -> BeatTable | None:
        """Read beats back; see `Format.read_beats`."""
        if not spec.composed:
            return None
        samples, symbols, record = lists_of(dataset, path, candidates, _BEATS, ("sample", "symbol"))
        symbol = places_among(SYMBOLS, symbols, "beat")
        return BeatTable(spec.lead_names, len(candidates), record, _samples(samples), symbol)

    @classmethod
    def read_rhythms(cls, dataset: Path, path: str, candidates: Sequence[int], spec: SignalSpec) -> RhythmTable | None:
        """Read rhythms back; see `Format.read_rhythms`."""
        if not spec.composed:
            return None
        columns = ("rhythm", "onset", "offset")
        names, onsets, offsets, record = lists_of(dataset, path, candidates, _RHYTHMS, columns)
        rhythm = places_among(NAMES, names, "rhythm")
        return RhythmTable(spec.lead_names, len(candidates), record, rhythm, _samples(onsets), _samples(offsets))

    @classmethod
    def read_masks(
        cls, dataset: Path, path: str, candidates: Sequence[int], spec: SignalSpec
    ) -> npt.NDArray[np.uint8] | None:
        """Read masks back; see `Format.read_masks`."""
        if not spec.labels.mask:
            return None
        return arrays_of(dataset, path, candidates, _MASK, np.uint8, (1 + len(spec.lead_names), spec.samples))

    @classmethod
    def read_artefacts(
        cls, dataset: Path, path: str, candidates: Sequence[int], spec: SignalSpec
    ) -> ArtefactTable | None:
        """Read artefacts back; see `Format.read_artefacts`."""
        if not spec.artefacts:
            return None
        of_records = [json.load(member) for member in members(dataset / path, candidates, _ARTEFACTS)]
        try:
            return artefacts_of_rows(of_records, spec.lead_names)
        except ValueError as error:
            raise ValueError(f"{path}: {error}") from None

    @classmethod
    def read_artefact_masks(
        cls, dataset: Path, path: str, candidates: Sequence[int], spec: SignalSpec
    ) -> npt.NDArray[np.uint8] | None:
        """Read masks of artefacts back; see `Format.read_artefact_masks`."""
        if not stores_artefact_masks(spec):
            return None
        return arrays_of(dataset, path, candidates, _ARTEFACT_MASK, np.uint8, (len(spec.lead_names), spec.samples))


def _of_all(spec: SignalSpec) -> dict[str, Any]:
    """Return what the features of every record tell of all records."""
    told = {"leads": list(spec.lead_names), "sampling_rate_hz": spec.sampling_rate_hz}
    return told | ({"filters": str(spec.filters)} if spec.filters else {})


def _samples(values: Sequence[object]) -> npt.NDArray[np.int32]:
    """Return samples as they stand in JSON as an array; raises ValueError where one is no integer."""
    samples: npt.NDArray[np.int32] = pa.array(values, pa.int32()).to_numpy()
    return samples
