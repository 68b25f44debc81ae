"""NumPy: arrays of the records of a split, which `numpy.load` maps into memory, and its rows' candidates beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from ecgfactory.arrays import IntArray
from ecgfactory.beat_table import BeatTable
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
from ecgfactory.formats.growing_npy import GrowingNpy
from ecgfactory.formats.long_record import LongRecord
from ecgfactory.formats.npy_composed import (
    BEAT_DTYPE,
    RHYTHM_DTYPE,
    beat_array,
    beats_of_array,
    rhythm_array,
    rhythms_of_array,
)
from ecgfactory.formats.npy_loading import (
    ARTEFACT_MASK_LOADING,
    LABEL_LOADING,
    LOADING,
    MASK_LOADING,
    PAIR_LOADING,
    RHYTHM_LOADING,
)
from ecgfactory.formats.npy_waves import WAVE_DTYPE, wave_array, waves_of_array
from ecgfactory.formats.ragged_npy import RaggedNpy, RaggedNpyWriter
from ecgfactory.leads import SignalUv
from ecgfactory.rhythm_table import RhythmTable
from ecgfactory.wave_table import WaveTable

CANDIDATES_SUFFIX, MASK_SUFFIX, ARTEFACT_MASK_SUFFIX = ".candidates.npy", ".mask.npy", ".artefact_mask.npy"

WAVES_FILES = RaggedNpy("waves", ".waves.npy", ".wave_starts.npy", WAVE_DTYPE)
BEATS_FILES = RaggedNpy("beats", ".beats.npy", ".beat_starts.npy", BEAT_DTYPE)
RHYTHMS_FILES = RaggedNpy("rhythms", ".rhythms.npy", ".rhythm_starts.npy", RHYTHM_DTYPE)

BESIDE_SIGNALS = (
    CANDIDATES_SUFFIX,
    MASK_SUFFIX,
    ARTEFACT_MASK_SUFFIX,
    *WAVES_FILES.suffixes,
    *BEATS_FILES.suffixes,
    *RHYTHMS_FILES.suffixes,
)
"""Endings of the files that tell of the records in the array beside them."""

_FILE = "application/octet-stream"


class NpyFormat(Format):
    """Files for each split: signals int16 (records, leads, samples) in uV, and beside them the rows' candidates.

    With waves also SPLIT.waves.npy, record after record (see `WAVE_DTYPE`), and SPLIT.wave_starts.npy, int64
    (records + 1,): those of row i are waves[starts[i]:starts[i + 1]], of a long record piece after piece. Of composed
    records the same of beats (`BEAT_DTYPE`) and rhythms (`RHYTHM_DTYPE`). With masks SPLIT.mask.npy, uint8 (records,
    1 + leads, samples), over all leads first; with artefacts too SPLIT.artefact_mask.npy, uint8 (records, leads,
    samples). All of them can be mapped into memory. Dropped samples hold the value before them.
    """

    name: ClassVar[str] = "npy"
    media_types: ClassVar[Mapping[str, str]] = {".npy": _FILE}
    files_besides: ClassVar[int] = 1  # which candidates they are of
    bytes_per_sample: ClassVar[float] = 2.0
    cpu_s_per_hour: ClassVar[float] = 0.05
    bytes_per_wave: ClassVar[float] = 16.0
    holds_masks: ClassVar[bool] = True
    loading: ClassVar[Mapping[str, str]] = LOADING
    rhythm_loading: ClassVar[Mapping[str, str]] = RHYTHM_LOADING
    label_loading: ClassVar[Mapping[str, str]] = LABEL_LOADING
    mask_loading: ClassVar[Mapping[str, str]] = MASK_LOADING
    artefact_mask_loading: ClassVar[Mapping[str, str]] = ARTEFACT_MASK_LOADING
    pair_loading: ClassVar[Mapping[str, str]] = PAIR_LOADING

    def __init__(self, folder: Path, spec: SignalSpec) -> None:
        super().__init__(folder, spec)
        self._arrays: dict[str, dict[str, GrowingNpy]] = {}
        self._tables: dict[str, dict[str, RaggedNpyWriter]] = {}
        self._candidates: dict[str, list[int]] = {}

    def write(self, batch: RecordBatch) -> None:
        """Write records; see `Format.write`."""
        for split in np.unique(batch.splits).tolist():
            self._write_split(split, batch.take(np.flatnonzero(batch.splits == split)))

    def write_long(self, record: LongRecord) -> None:
        """Write a record piece by piece into its place; see `Format.write_long`."""
        split, spec = record.split, self.spec
        arrays = [self._signals(split), *([self._masks(split)] if spec.labels.mask else [])]
        waves = self._table(split, WAVES_FILES) if spec.labels.waves else None
        for piece in record.pieces():
            arrays[0].put(piece.start, _stored(piece.signal_uv))
            if spec.labels.mask:
                arrays[1].put(piece.start, mask_of(piece))
            if waves:
                waves.extend(wave_array(waves_of(piece)))
        for array in arrays:
            array.end_row()
        if waves:
            waves.end_record()
        self._write_row(split, record.row)

    def _write_split(self, split: str, batch: RecordBatch) -> None:
        self._signals(split).append(_stored(batch.signals_uv))
        if self.spec.labels.waves:
            waves = waves_of(batch)
            self._table(split, WAVES_FILES).append(wave_array(waves), waves.counts)
        if self.spec.labels.mask:
            self._masks(split).append(waves_of(batch).masks(self.spec.samples))
        injury = injury_of(batch, self.spec)
        if injury and self.spec.labels.mask:
            masks = self._array(split, ARTEFACT_MASK_SUFFIX, np.uint8, len(self.spec.lead_names))
            masks.append(injury.artefacts.masks(self.spec.samples))
        self._write_row(split, batch)

    def _write_row(self, split: str, batch: RecordBatch) -> None:
        """Write what is told of records besides signals, waves and artefacts."""
        self._candidates.setdefault(split, []).extend(batch.candidates.tolist())
        if composed := composed_of(batch, self.spec):
            self._table(split, BEATS_FILES).append(beat_array(composed.beats), composed.beats.counts)
            self._table(split, RHYTHMS_FILES).append(rhythm_array(composed.rhythms), composed.rhythms.counts)

    def _signals(self, split: str) -> GrowingNpy:
        return self._array(split, ".npy", "<i2", len(self.spec.lead_names))

    def _masks(self, split: str) -> GrowingNpy:
        return self._array(split, MASK_SUFFIX, np.uint8, 1 + len(self.spec.lead_names))

    def _array(self, split: str, suffix: str, dtype: npt.DTypeLike, height: int) -> GrowingNpy:
        arrays = self._arrays.setdefault(split, {})
        if suffix not in arrays:
            arrays[suffix] = GrowingNpy(self._path(split).with_suffix(suffix), dtype, (height, self.spec.samples))
        return arrays[suffix]

    def _table(self, split: str, files: RaggedNpy) -> RaggedNpyWriter:
        tables = self._tables.setdefault(split, {})
        if files.noun not in tables:
            tables[files.noun] = RaggedNpyWriter(files, self._path(split))
        return tables[files.noun]

    def close(self) -> None:
        """Write how many rows there are into the headers, and the candidates."""
        for split, candidates in self._candidates.items():
            for array in self._arrays[split].values():
                array.close()
            for table in self._tables.get(split, {}).values():
                table.close()
            np.save(self._path(split).with_suffix(CANDIDATES_SUFFIX), np.array(candidates, dtype="<i8"))

    def _path(self, split: str) -> Path:
        return self.place(self.staged_path(0, split))

    @classmethod
    def staged_path(cls, candidate: int, split: str) -> str:
        """One file per split."""
        return f"npy/{split}.npy"

    @classmethod
    def file_kinds(cls, spec: SignalSpec) -> Mapping[str, str]:
        """Signals, beats, rhythms, waves and masks; see `Format.file_kinds`."""
        composed = [*BEATS_FILES.suffixes, *RHYTHMS_FILES.suffixes] if spec.composed else []
        waves = WAVES_FILES.suffixes if spec.labels.waves else ()
        masks = [MASK_SUFFIX] if spec.labels.mask else []
        artefact_masks = [ARTEFACT_MASK_SUFFIX] if stores_artefact_masks(spec) else []
        return {**cls.media_types, **dict.fromkeys([*composed, *waves, *masks, *artefact_masks], _FILE)}

    @classmethod
    def opened_files(cls, path: str, spec: SignalSpec) -> list[str]:
        """With the numbers of the records; see `Format.opened_files`."""
        return [*cls.files(path, spec), f"{path.removesuffix('.npy')}{CANDIDATES_SUFFIX}"]

    @classmethod
    def published_path(cls, staged_path: str, position: int, count: int) -> str:
        """Number the files of a split; see `numbered`."""
        return numbered(staged_path, position, count)

    @classmethod
    def count(cls, dataset: Path) -> int:
        """Add up the rows that the headers of the signals give."""
        paths = [
            path for path in (dataset / cls.top_folder()).glob("[!.]*.npy") if not path.name.endswith(BESIDE_SIGNALS)
        ]
        return sum(len(_array(dataset, path.relative_to(dataset))) for path in paths)

    @classmethod
    def read(cls, dataset: Path, path: str, candidates: Sequence[int], spec: SignalSpec) -> SignalUv:
        """Read records back; see `Format.read`."""
        return _read_rows(dataset, path, ".npy", candidates, np.int16, (len(spec.lead_names), spec.samples))

    @classmethod
    def read_stretch(
        cls, dataset: Path, path: str, candidate: int, spec: SignalSpec, start: int, stop: int
    ) -> SignalUv:
        """Read a stretch back, and nothing else of the record; see `Format.read_stretch`."""
        shape = (len(spec.lead_names), spec.samples)
        stretch: SignalUv = _read_rows(dataset, path, ".npy", [candidate], np.int16, shape, slice(start, stop))[0]
        return stretch

    @classmethod
    def read_waves(cls, dataset: Path, path: str, candidates: Sequence[int], spec: SignalSpec) -> WaveTable | None:
        """Read waves back; see `Format.read_waves`."""
        if not spec.labels.waves:
            return None
        waves, record = _spans(dataset, path, candidates, WAVES_FILES)
        table = waves_of_array(waves, spec.lead_names, record, len(candidates))
        return table.in_order() if spec.is_long else table

    @classmethod
    def read_beats(cls, dataset: Path, path: str, candidates: Sequence[int], spec: SignalSpec) -> BeatTable | None:
        """Read beats back; see `Format.read_beats`."""
        if not spec.composed:
            return None
        beats, record = _spans(dataset, path, candidates, BEATS_FILES)
        return beats_of_array(beats, spec.lead_names, record, len(candidates))

    @classmethod
    def read_rhythms(cls, dataset: Path, path: str, candidates: Sequence[int], spec: SignalSpec) -> RhythmTable | None:
        """Read rhythms back; see `Format.read_rhythms`."""
        if not spec.composed:
            return None
        rhythms, record = _spans(dataset, path, candidates, RHYTHMS_FILES)
        return rhythms_of_array(rhythms, spec.lead_names, record, len(candidates))

    @classmethod
    def read_masks(
        cls, dataset: Path, path: str, candidates: Sequence[int], spec: SignalSpec
    ) -> npt.NDArray[np.uint8] | None:
        """Read masks back; see `Format.read_masks`."""
        if not spec.labels.mask:
            return None
        return _read_rows(dataset, path, MASK_SUFFIX, candidates, np.uint8, (1 + len(spec.lead_names), spec.samples))

    @classmethod
    def read_artefact_masks(
        cls, dataset: Path, path: str, candidates: Sequence[int], spec: SignalSpec
    ) -> npt.NDArray[np.uint8] | None:
        """Read masks of artefacts back; see `Format.read_artefact_masks`."""
        if not stores_artefact_masks(spec):
            return None
        shape = (len(spec.lead_names), spec.samples)
        return _read_rows(dataset, path, ARTEFACT_MASK_SUFFIX, candidates, np.uint8, shape)


def _read_rows(
    dataset: Path,
    path: str,
    suffix: str,
    candidates: Sequence[int],
    dtype: npt.DTypeLike,
    shape: tuple[int, int],
    stretch: slice = slice(None),
) -> npt.NDArray[Any]:
    """Read the rows of some records, or a stretch of them, from the array itself or one of its shape beside it."""
    array, held = (_array(dataset, Path(path).with_suffix(ending)) for ending in (suffix, CANDIDATES_SUFFIX))
    if array.dtype != dtype or array.shape != (held.size, *shape):
        raise ValueError(f"{path.removesuffix('.npy')}{suffix} has another shape or type than the dataset")
    return np.array(array[_rows(held, path, candidates), :, stretch])


def _spans(
    dataset: Path, path: str, candidates: Sequence[int], files: RaggedNpy
) -> tuple[npt.NDArray[Any], npt.NDArray[np.int32]]:
    """Read the rows of some records from files beside the array, and which of them each is of."""
    suffixes = (*files.suffixes, CANDIDATES_SUFFIX)
    rows, starts, held = (_array(dataset, Path(path).with_suffix(suffix)) for suffix in suffixes)
    try:
        return files.spans(rows, starts, _rows(held, path, candidates), len(held))
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None


def _stored(signal_uv: SignalUv) -> SignalUv:
    """Return samples as they lie in the files, whatever the machine."""
    return signal_uv.astype("<i2", copy=False)


def _array(dataset: Path, path: Path) -> npt.NDArray[Any]:
    """Map an array into memory.

    Raises
    ------
    DamagedDatasetError
        When the file holds none.
    """
    with reading(path):
        try:
            array: npt.NDArray[Any] = np.load(dataset / path, mmap_mode="r")
        except ValueError as error:  # where it is cut off, NumPy tells of memory
            raise ValueError(f"it is no whole array: {error}") from None
    return array


def _rows(held: IntArray, path: str, candidates: Sequence[int]) -> IntArray:
    """Return the rows of some records, given the candidates that the file holds."""
    rows = np.searchsorted(held, candidates)
    if not np.array_equal(held[rows[rows < held.size]], candidates):
        raise ValueError(f"{path} does not hold the records that records.parquet places there")
    return rows
