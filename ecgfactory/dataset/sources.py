"""How records are read from one file of a dataset, by their rows: what stays open and decoded between two reads."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from ecgfactory.arrays import IntArray
from ecgfactory.dataset.format_stretch import read_format_stretch
from ecgfactory.formats.base import SignalSpec
from ecgfactory.formats.clean_twin import format_named
from ecgfactory.leads import SignalUv
from ecgfactory.storage.fetched import at_hand, coming
from ecgfactory.storage.object_file import parquet_file
from ecgfactory.storage.place import Place

OPEN_FILES = 64
LEAST_GROUPS = 4
"""Row groups that stay decoded for reading in order: neighbours lie in one group of each split."""

CACHE_BYTES = 256 * 2**20
"""Signals of row groups that stay decoded for reading at random: of 3,300 records of ten seconds."""


@dataclass(frozen=True)
class Into:
    """Where signals are written, so that they are copied only once: fresh memory costs as much as decoding them.

    Parameters
    ----------
    signals_uv : int16 array, shape (records, leads, samples)
        Written to.
    places : int array, shape (n,)
        For each record that is read, its place along the first axis.
    slots : sequence of int
        For each lead that is read, its place along the second.
    """

    signals_uv: SignalUv
    places: IntArray
    slots: Sequence[int]

    def put(self, chosen: IntArray | slice, lead: int, values: npt.NDArray[np.int16]) -> None:
        """Put one lead of some of the records, shape (chosen, samples), into its place."""
        self.signals_uv[self.places[chosen], self.slots[lead]] = values


class Source(ABC):
    """Reads signals from the files of a dataset in one format.

    Parameters
    ----------
    folder : Path or StorePath
        The dataset.
    spec : SignalSpec
        What its records have in common.
    lead_names : sequence of str
        Leads to read.
    at_random : bool
        Whether records are read in any order, not in their own.
    """

    @abstractmethod
    def __init__(self, folder: Place, spec: SignalSpec, lead_names: Sequence[str], at_random: bool) -> None: ...

    def coming(self, paths: Sequence[str]) -> AbstractContextManager[None]:
        """Begin to fetch files that are about to be read, where that is of use."""
        return nullcontext()

    @abstractmethod
    def read(self, path: str, rows: IntArray, candidates: IntArray, into: Into) -> None:
        """Read records from one file.

        Parameters
        ----------
        path : str
            The file, as records.parquet names it.
        rows, candidates : int arrays, shape (n,)
            Their rows in the file, rising, and the candidates expected there.
        into : Into
            Where to put them.

        Raises
        ------
        Exception
            Of many kinds, when the file does not hold them.
        """


@dataclass(frozen=True)
class _ParquetFile:
    """An open file, and the row after the last of each of its groups."""

    content: pq.ParquetFile
    ends: IntArray


@dataclass(frozen=True)
class _RowGroup:
    """A row group decoded: whose signals it holds, and each lead, shape (rows, samples)."""

    candidates: IntArray
    leads: list[npt.NDArray[np.int16]]

    @property
    def nbytes(self) -> int:
        return sum(lead.nbytes for lead in self.leads)


class ParquetSource(Source):
    """Reads by row group; the last ones stay decoded."""

    def __init__(self, folder: Place, spec: SignalSpec, lead_names: Sequence[str], at_random: bool) -> None:
        self._folder, self._lead_names, self._samples = folder, lead_names, spec.samples
        self._cache_bytes = CACHE_BYTES if at_random else 0
        self._open = lru_cache(OPEN_FILES)(self._open_anew)
        self._decoded: dict[tuple[str, int], _RowGroup] = {}

    def read(self, path: str, rows: IntArray, candidates: IntArray, into: Into) -> None:
        """Read records; see `Source.read`."""
        ends = self._open(path).ends
        group_of = np.searchsorted(ends, rows, side="right")
        for number in np.unique(group_of).tolist():
            group, chosen = self._group(path, number), np.flatnonzero(group_of == number)
            inside = rows[chosen] - ends[number] + len(group.candidates)
            _check(path, group.candidates[inside], candidates[chosen])
            for lead, values in enumerate(group.leads):
                into.put(chosen, lead, values[inside])

    def _open_anew(self, path: str) -> _ParquetFile:
        content = parquet_file(self._folder / path, memory_map=True)
        sizes = [content.metadata.row_group(number).num_rows for number in range(content.num_row_groups)]
        return _ParquetFile(content, np.cumsum(sizes))

    def _group(self, path: str, number: int) -> _RowGroup:
        """Return a row group decoded; those used longest ago make room for it."""
        group = self._decoded.pop((path, number), None) or self._decode(path, number)
        room = max(self._cache_bytes // max(group.nbytes, 1), LEAST_GROUPS)
        while len(self._decoded) >= room:
            del self._decoded[next(iter(self._decoded))]
        self._decoded[path, number] = group
        return group

    def _decode(self, path: str, number: int) -> _RowGroup:
        table = self._open(path).content.read_row_group(number, columns=["candidate", *self._lead_names])
        flat = [_joined(table.column(name)).flatten().to_numpy() for name in self._lead_names]
        leads = [values.reshape(table.num_rows, self._samples) for values in flat]
        return _RowGroup(table.column("candidate").to_numpy(), leads)


class NpySource(Source):
    """Maps arrays into memory, and copies what is wanted.

    Those of a store don't stay mapped: what was fetched longest ago makes room on the disk, and would not.
    """

    def __init__(self, folder: Place, spec: SignalSpec, lead_names: Sequence[str], at_random: bool) -> None:
        self._folder, self._shape = folder, (len(spec.lead_names), spec.samples)
        self._leads = [spec.lead_names.index(name) for name in lead_names]
        self._open = lru_cache(OPEN_FILES if isinstance(folder, Path) else 0)(self._open_anew)

    def read(self, path: str, rows: IntArray, candidates: IntArray, into: Into) -> None:
        """Read records; see `Source.read`."""
        held, signals_uv = self._open(path)
        _check(path, held[rows], candidates)
        for place, row in zip(into.places, rows, strict=True):
            into.signals_uv[place, into.slots] = signals_uv[row, self._leads]

    def _open_anew(self, path: str) -> tuple[IntArray, SignalUv]:
        beside = f"{path.removesuffix('.npy')}.candidates.npy"
        with at_hand(self._folder, (path, beside)) as folder:
            held = np.load(folder / beside)
            signals_uv = np.load(folder / path, mmap_mode="r")
        if signals_uv.dtype != np.int16 or signals_uv.shape != (held.size, *self._shape):
            raise ValueError(f"{path} has another shape or type than the dataset")
        return held, signals_uv


class FileSource(Source):
    """Reads by a format's own means, which open the file each time.

    Parameters
    ----------
    format_name : str
        Which format, or clean twin of one.
    folder, spec, lead_names
        As in `Source`.
    """

    def __init__(self, format_name: str, folder: Place, spec: SignalSpec, lead_names: Sequence[str]) -> None:
        self._format, self._folder, self._spec = format_named(format_name), folder, spec
        self._leads = [spec.lead_names.index(name) for name in lead_names]

    def coming(self, paths: Sequence[str]) -> AbstractContextManager[None]:
        """Begin to fetch files of single records; larger ones come one after the other."""
        are_small = self._format.has_file_per_record()
        files = (name for path in paths for name in self._format.opened_files(path, self._spec))
        return coming(self._folder, list(files)) if are_small else nullcontext()

    def read(self, path: str, rows: IntArray, candidates: IntArray, into: Into) -> None:
        """Read records; see `Source.read`. Of long ones a piece is held at a time."""
        if self._spec.is_long:
            self._read_pieces(path, candidates, into)
            return
        with at_hand(self._folder, self._format.opened_files(path, self._spec)) as folder:
            signals_uv = self._format.read(folder, path, candidates.tolist(), self._spec)
        for lead, stored in enumerate(self._leads):
            into.put(slice(None), lead, signals_uv[:, stored])

    def _read_pieces(self, path: str, candidates: IntArray, into: Into) -> None:
        for record, candidate in enumerate(candidates.tolist()):
            for start, stop in self._spec.stretch_bounds():
                stretch_uv = read_format_stretch(self._format, self._folder, path, candidate, self._spec, start, stop)
                for lead, stored in enumerate(self._leads):
                    into.signals_uv[into.places[record], into.slots[lead], start:stop] = stretch_uv[stored]


def _joined(column: pa.ChunkedArray) -> pa.FixedSizeListArray:
    """Return a column in one piece: as it is where it is one, which `combine_chunks` would copy."""
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def _check(path: str, held: IntArray, wanted: IntArray) -> None:
    if not np.array_equal(held, wanted):
        raise ValueError(f"{path} does not hold the records that records.parquet places there")
