"""Reading the signals of a dataset's records by their places: in order, at random, some leads or all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa

from ecgfactory.arrays import IntArray
from ecgfactory.dataset.sources import FileSource, Into, NpySource, ParquetSource, Source
from ecgfactory.formats.base import SignalSpec
from ecgfactory.formats.clean_twin import CLEAN_SUFFIX
from ecgfactory.formats.damage import reading
from ecgfactory.leads import EIGHT_LEADS, TWELVE_LEADS, SignalUv, fill_derived
from ecgfactory.storage.fetched import checked_path
from ecgfactory.storage.place import Place

QUICK_SOURCES: dict[str, type[Source]] = {"npy": NpySource, "parquet": ParquetSource}
"""Formats to read from where the dataset has them, the quickest first."""


def quickest(formats: Sequence[str]) -> str:
    """Return which of some formats is the quickest to read."""
    return next((name for name in QUICK_SOURCES if name in formats), formats[0])


class SignalReader:
    """Reads signals of a dataset from one of its formats; not for several threads at a time.

    Parameters
    ----------
    folder : Path or StorePath
        The dataset.
    format_name : str
        The format to read from, or clean twin of one; see `quickest`.
    records : pyarrow.Table
        Its records.parquet.
    spec : SignalSpec
        What its records have in common.
    lead_names : tuple of str
        Leads to read.
    at_random : bool
        Whether records will be read in any order, for which more of them stay in memory.
    derives : bool
        Whether III, aVR, aVL and aVF are computed of the others, where all twelve leads are read: quicker than they are
        decoded, and the same where nothing broke the lead equations.

    Attributes
    ----------
    clean : SignalReader or None
        What reads the same leads of the clean twins; None where these are not kept.
    """

    clean: SignalReader | None = None

    def __init__(
        self,
        folder: Place,
        format_name: str,
        records: pa.Table,
        spec: SignalSpec,
        lead_names: tuple[str, ...],
        at_random: bool,
        derives: bool,
    ) -> None:
        self.lead_names = lead_names
        self._derives = derives and lead_names == TWELVE_LEADS
        stored = EIGHT_LEADS if self._derives else lead_names
        self._slots = [lead_names.index(name) for name in stored]
        self._samples = spec.samples
        quick = None if spec.is_long else QUICK_SOURCES.get(format_name.removesuffix(CLEAN_SUFFIX))
        self._source: Source = (
            quick(folder, spec, stored, at_random) if quick else FileSource(format_name, folder, spec, stored)
        )
        paths = records.column(f"{format_name}_path").combine_chunks().dictionary_encode()
        self._paths: list[str] = paths.dictionary.to_pylist()
        self._file: IntArray = paths.indices.to_numpy().astype(np.int64)
        self._row = _rows_in_their_files(self._file)
        self._candidates: IntArray = records.column("candidate").to_numpy()

    def read(self, places: IntArray, out: SignalUv | None = None) -> SignalUv:
        """Read records.

        Parameters
        ----------
        places : int array, shape (n,)
            Their places in records.parquet, in any order.
        out : int16 array, shape (n, leads, samples), optional
            Where to put them.

        Returns
        -------
        int16 array, shape (n, leads, samples)
            In uV.

        Raises
        ------
        DamagedDatasetError
            When a file is missing or does not hold them.
        """
        order = np.argsort(places, kind="stable")
        wanted = places[order]
        if (np.diff(wanted) == 0).any():
            once, again = np.unique(places, return_inverse=True)
            return np.take(self.read(once), again, axis=0, out=out)
        if out is None:
            out = np.empty((len(places), len(self.lead_names), self._samples), dtype=np.int16)
        by_file = [(self._paths[self._file[wanted[chosen[0]]]], chosen) for chosen in self._by_file(wanted)]
        for path, _ in by_file:
            with reading(path):
                checked_path(path)
        with self._source.coming([path for path, _ in by_file]):
            for path, chosen in by_file:
                rows, candidates = self._row[wanted[chosen]], self._candidates[wanted[chosen]]
                with reading(path):
                    self._source.read(path, rows, candidates, Into(out, order[chosen], self._slots))
        if self._derives:
            fill_derived(out)
        return out

    def _by_file(self, places: IntArray) -> Iterator[IntArray]:
        """Yield, for each file, which of the places lie in it."""
        files = self._file[places]
        order = np.argsort(files, kind="stable")
        yield from (part for part in np.split(order, np.flatnonzero(np.diff(files[order])) + 1) if len(part))


def _rows_in_their_files(file: IntArray) -> IntArray:
    """Return the row of each record in its file, where records are in candidate order too."""
    order = np.argsort(file, kind="stable")
    first = np.flatnonzero(np.diff(file[order], prepend=-1))
    rows = np.empty_like(file)
    rows[order] = np.arange(len(file)) - first[file[order]]
    return rows
