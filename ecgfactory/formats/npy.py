"""NumPy: arrays of the records of a split, which `numpy.load` maps into memory, and its rows' candidates beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, ClassVar

import numpy as np
from numpy.lib import format as npy_format

from ecgfactory.formats.base import Format, SignalSpec, numbered
from ecgfactory.formats.batch import RecordBatch
from ecgfactory.leads import SignalUv

CANDIDATES_SUFFIX = ".candidates.npy"


class NpyFormat(Format):
    """Pairs of files for each split: signals int16 (records, leads, samples) in uV, candidates int64 (records,)."""

    name: ClassVar[str] = "npy"
    media_types: ClassVar[Mapping[str, str]] = {".npy": "application/octet-stream"}
    bytes_per_sample: ClassVar[float] = 2.0
    loading: ClassVar[Mapping[str, str]] = {
        "NumPy": """\
from pathlib import Path

import numpy as np

files = sorted(Path("npy").glob("$split-*[0-9].npy"))
ecgs_uv = [np.load(file, mmap_mode="r") for file in files]    # each (records, leads, samples), read when used
candidates = [np.load(file.with_suffix(".candidates.npy")) for file in files]
"""
    }

    def __init__(self, folder: Path, spec: SignalSpec) -> None:
        super().__init__(folder, spec)
        self._streams: dict[str, IO[bytes]] = {}
        self._candidates: dict[str, list[int]] = {}

    def write(self, batch: RecordBatch) -> None:
        """Write records; see `Format.write`."""
        for split in np.unique(batch.splits).tolist():
            rows = np.flatnonzero(batch.splits == split)
            self._stream(split).write(np.ascontiguousarray(batch.signals_uv[rows], dtype="<i2").data)
            self._candidates.setdefault(split, []).extend(batch.candidates[rows].tolist())

    def close(self) -> None:
        """Write how many records there are into the headers, and the candidates."""
        for split, stream in self._streams.items():
            stream.seek(0)
            self._write_header(stream, len(self._candidates[split]))
            stream.close()
            path = self.folder / self.staged_path(0, split)
            np.save(path.with_suffix(CANDIDATES_SUFFIX), np.array(self._candidates[split], dtype="<i8"))

    def _stream(self, split: str) -> IO[bytes]:
        if split not in self._streams:
            path = self.place(self.staged_path(0, split))
            self._streams[split] = path.open("wb")
            self._write_header(self._streams[split], 0)
        return self._streams[split]

    def _write_header(self, stream: IO[bytes], records: int) -> None:
        """Write the header, which NumPy makes equally long for any number of records."""
        shape = (records, len(self.spec.lead_names), self.spec.samples)
        npy_format.write_array_header_1_0(stream, {"descr": "<i2", "fortran_order": False, "shape": shape})

    @classmethod
    def staged_path(cls, candidate: int, split: str) -> str:
        """One file per split."""
        return f"npy/{split}.npy"

    @classmethod
    def published_path(cls, staged_path: str, position: int, count: int) -> str:
        """Number the files of a split; see `numbered`."""
        return numbered(staged_path, position, count)

    @classmethod
    def count(cls, dataset: Path) -> int:
        """Add up the rows that the headers of the signals give."""
        paths = [path for path in (dataset / "npy").glob("[!.]*.npy") if not path.name.endswith(CANDIDATES_SUFFIX)]
        return sum(len(np.load(path, mmap_mode="r")) for path in paths)

    @classmethod
    def read(cls, dataset: Path, path: str, candidates: Sequence[int], spec: SignalSpec) -> SignalUv:
        """Read records back; see `Format.read`."""
        held = np.load((dataset / path).with_suffix(CANDIDATES_SUFFIX))
        signals = np.load(dataset / path, mmap_mode="r")
        if signals.dtype != np.int16 or signals.shape != (held.size, len(spec.lead_names), spec.samples):
            raise ValueError(f"{path} has another shape or type than the dataset")
        rows = np.searchsorted(held, candidates)
        if not np.array_equal(held[rows[rows < held.size]], candidates):
            raise ValueError(f"{path} does not hold the records that records.parquet places there")
        return np.array(signals[rows])
