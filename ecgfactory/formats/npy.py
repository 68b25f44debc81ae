"""NumPy: arrays of the records of a split, which `numpy.load` maps into memory, and its rows' candidates beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from ecgfactory.arrays import IntArray
from ecgfactory.formats.base import Format, SignalSpec, injury_of, numbered, stores_artefact_masks, waves_of
from ecgfactory.formats.batch import RecordBatch
from ecgfactory.formats.damage import reading
from ecgfactory.formats.growing_npy import GrowingNpy
from ecgfactory.formats.npy_waves import WAVE_DTYPE, wave_array, waves_of_array
from ecgfactory.leads import SignalUv
from ecgfactory.wave_table import WaveTable

CANDIDATES_SUFFIX, MASK_SUFFIX, ARTEFACT_MASK_SUFFIX = ".candidates.npy", ".mask.npy", ".artefact_mask.npy"
WAVES_SUFFIX, WAVE_STARTS_SUFFIX = ".waves.npy", ".wave_starts.npy"

BESIDE_SIGNALS = (CANDIDATES_SUFFIX, MASK_SUFFIX, ARTEFACT_MASK_SUFFIX, WAVES_SUFFIX, WAVE_STARTS_SUFFIX)
"""Endings of the files that tell of the records in the array beside them."""

_FILE = "application/octet-stream"


class NpyFormat(Format):
    """Files for each split: signals int16 (records, leads, samples) in uV, and beside them the rows' candidates.

    With waves also SPLIT.waves.npy, record after record (see `WAVE_DTYPE`), and SPLIT.wave_starts.npy, int64
    (records + 1,): those of row i are waves[starts[i]:starts[i + 1]]. With masks SPLIT.mask.npy, uint8 (records,
    1 + leads, samples), over all leads first; with artefacts too SPLIT.artefact_mask.npy, uint8 (records, leads,
    samples). All of them can be mapped into memory. Dropped samples hold the value before them.
    """

    name: ClassVar[str] = "npy"
    media_types: ClassVar[Mapping[str, str]] = {".npy": _FILE}
    bytes_per_sample: ClassVar[float] = 2.0
    bytes_per_wave: ClassVar[float] = 16.0
    holds_masks: ClassVar[bool] = True
    loading: ClassVar[Mapping[str, str]] = {
        "NumPy": """\
from pathlib import Path

import numpy as np

files = sorted(Path("npy").glob("$split-*[0-9].npy"))
ecgs_uv = [np.load(file, mmap_mode="r") for file in files]    # each (records, leads, samples), read when used
candidates = [np.load(file.with_suffix(".candidates.npy")) for file in files]
"""
    }
    label_loading: ClassVar[Mapping[str, str]] = {
        "Waves in NumPy": """\
import numpy as np

# Of all records of $path.
waves = np.load("$stem.waves.npy", mmap_mode="r")
starts = np.load("$stem.wave_starts.npy")
of_first = waves[starts[0] : starts[1]]                       # fields beat, lead, wave, onset, peak, offset (samples)
is_r = (of_first["lead"] == 0) & (of_first["wave"] == 2)      # lead: 0 over all, 1 the first, ...; 1 P, 2 QRS, 3 T
r_peaks = of_first["peak"][is_r]
"""
    }
    mask_loading: ClassVar[Mapping[str, str]] = {
        "Masks in NumPy": """\
import numpy as np

ecgs_uv = np.load("$path", mmap_mode="r")
# 0 no wave, 1 P, 2 QRS, 3 T; over all leads first.
masks = np.load("$stem.mask.npy", mmap_mode="r")
signal_uv, mask = ecgs_uv[0], masks[0, 1:]                    # both (leads, samples)
"""
    }
    artefact_mask_loading: ClassVar[Mapping[str, str]] = {
        "Artefact masks in NumPy": """\
import numpy as np

ecgs_uv = np.load("$path", mmap_mode="r")
artefact_masks = np.load("$stem.artefact_mask.npy", mmap_mode="r")    # the same shape: 1 in an artefact, 0 elsewhere
share_injured = artefact_masks.mean(axis=-1)                          # of each lead of each record
"""
    }
    pair_loading: ClassVar[Mapping[str, str]] = {
        "Noisy and clean records in NumPy": """\
from pathlib import Path

import numpy as np

files = sorted(Path("npy").glob("$split-*[0-9].npy"))
noisy_uv = [np.load(file, mmap_mode="r") for file in files]                        # each (records, leads, samples)
clean_uv = [np.load(Path("npy_clean") / file.name, mmap_mode="r") for file in files]    # the same records, clean
"""
    }

    def __init__(self, folder: Path, spec: SignalSpec) -> None:
        super().__init__(folder, spec)
        self._arrays: dict[str, dict[str, GrowingNpy]] = {}
        self._candidates: dict[str, list[int]] = {}
        self._wave_starts: dict[str, list[int]] = {}

    def write(self, batch: RecordBatch) -> None:
        """Write records; see `Format.write`."""
        for split in np.unique(batch.splits).tolist():
            self._write_split(split, batch.take(np.flatnonzero(batch.splits == split)))

    def _write_split(self, split: str, batch: RecordBatch) -> None:
        arrays = self._arrays.setdefault(split, {})
        self._candidates.setdefault(split, []).extend(batch.candidates.tolist())
        self._append(arrays, split, ".npy", batch.signals_uv.astype("<i2", copy=False))
        if self.spec.labels.waves:
            waves = waves_of(batch)
            starts = self._wave_starts.setdefault(split, [0])
            starts.extend((starts[-1] + np.searchsorted(waves.record, np.arange(len(batch)), side="right")).tolist())
            self._append(arrays, split, WAVES_SUFFIX, wave_array(waves))
        if self.spec.labels.mask:
            self._append(arrays, split, MASK_SUFFIX, waves_of(batch).masks(self.spec.samples))
        injury = injury_of(batch, self.spec)
        if injury and self.spec.labels.mask:
            self._append(arrays, split, ARTEFACT_MASK_SUFFIX, injury.artefacts.masks(self.spec.samples))

    def _append(self, arrays: dict[str, GrowingNpy], split: str, suffix: str, rows: npt.NDArray[Any]) -> None:
        if suffix not in arrays:
            arrays[suffix] = GrowingNpy(self._path(split).with_suffix(suffix), rows.dtype, rows.shape[1:])
        arrays[suffix].append(rows)

    def close(self) -> None:
        """Write how many rows there are into the headers, and the candidates."""
        for split, arrays in self._arrays.items():
            for array in arrays.values():
                array.close()
            np.save(self._path(split).with_suffix(CANDIDATES_SUFFIX), np.array(self._candidates[split], dtype="<i8"))
            if self.spec.labels.waves:
                starts = np.array(self._wave_starts[split], dtype="<i8")
                np.save(self._path(split).with_suffix(WAVE_STARTS_SUFFIX), starts)

    def _path(self, split: str) -> Path:
        return self.place(self.staged_path(0, split))

    @classmethod
    def staged_path(cls, candidate: int, split: str) -> str:
        """One file per split."""
        return f"npy/{split}.npy"

    @classmethod
    def file_kinds(cls, spec: SignalSpec) -> Mapping[str, str]:
        """Signals, waves and masks; see `Format.file_kinds`."""
        waves = [WAVES_SUFFIX, WAVE_STARTS_SUFFIX] if spec.labels.waves else []
        masks = [MASK_SUFFIX] if spec.labels.mask else []
        artefact_masks = [ARTEFACT_MASK_SUFFIX] if stores_artefact_masks(spec) else []
        return {**cls.media_types, **dict.fromkeys(waves + masks + artefact_masks, _FILE)}

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
    def read_waves(cls, dataset: Path, path: str, candidates: Sequence[int], spec: SignalSpec) -> WaveTable | None:
        """Read waves back; see `Format.read_waves`."""
        if not spec.labels.waves:
            return None
        suffixes = (WAVES_SUFFIX, WAVE_STARTS_SUFFIX, CANDIDATES_SUFFIX)
        waves, starts, held = (_array(dataset, Path(path).with_suffix(suffix)) for suffix in suffixes)
        are_those = waves.dtype == WAVE_DTYPE and starts.dtype == np.int64 and len(starts) == len(held) + 1
        if not are_those or starts[-1] != len(waves):
            raise ValueError(f"{path} has waves of another type or number than the dataset")
        spans = [waves[starts[place] : starts[place + 1]] for place in _rows(held, path, candidates).tolist()]
        record = np.arange(len(spans)).repeat([len(span) for span in spans])
        return waves_of_array(np.concatenate(spans), spec.lead_names, record, len(spans))

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
    dataset: Path, path: str, suffix: str, candidates: Sequence[int], dtype: npt.DTypeLike, shape: tuple[int, int]
) -> npt.NDArray[Any]:
    """Read the rows of some records from the array itself, or from one of its shape beside it."""
    array, held = (_array(dataset, Path(path).with_suffix(ending)) for ending in (suffix, CANDIDATES_SUFFIX))
    if array.dtype != dtype or array.shape != (held.size, *shape):
        raise ValueError(f"{path.removesuffix('.npy')}{suffix} has another shape or type than the dataset")
    return np.array(array[_rows(held, path, candidates)])


def _array(dataset: Path, path: Path) -> npt.NDArray[Any]:
    """Map an array into memory.

    Raises
    ------
    DamagedDatasetError
        When the file holds none.
    """
    with reading(path):
        array: npt.NDArray[Any] = np.load(dataset / path, mmap_mode="r")
    return array


def _rows(held: IntArray, path: str, candidates: Sequence[int]) -> IntArray:
    """Return the rows of some records, given the candidates that the file holds."""
    rows = np.searchsorted(held, candidates)
    if not np.array_equal(held[rows[rows < held.size]], candidates):
        raise ValueError(f"{path} does not hold the records that records.parquet places there")
    return rows
