"""Where the ECGs of a comparison come from: a dataset of ours, files of many kinds, or memory."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from ecgfactory.arrays import Float32Array, FloatingArray
from ecgfactory.dataset.files import DatasetFiles
from ecgfactory.dataset.names import LATEST, MANIFEST_FILE
from ecgfactory.dataset.reader import Dataset
from ecgfactory.ecgs import Ecgs
from ecgfactory.errors import BadInputError, shown
from ecgfactory.foreign.reader import EcgReading, read_ecgs
from ecgfactory.foreign.recording import UnreadableEcg
from ecgfactory.foreign.resampling import resample
from ecgfactory.leads import EIGHT_LEADS, SignalUv
from ecgfactory.record import SAMPLING_RATE_HZ, record_id
from ecgfactory.storage.home import from_home

RECORDS_AT_ONCE = 100

MOST_OF_DATASET = 10_000
"""Records of a dataset of ours that take part: more would tell nothing that a comparison could show."""

MOST_NOTES = 3
"""Kinds of assumptions that are told of a side; each ECG may bring its own."""

Comparable: TypeAlias = "str | Path | DatasetFiles | Ecgs"
"""What may be compared: the path of a dataset of ours, of a file or of a folder; an open dataset; ECGs in memory."""


@dataclass(frozen=True, eq=False)
class Chunk:
    """Some ECGs of the same leads and length, at 500 Hz.

    Parameters
    ----------
    names : sequence of str
        Of the ECGs: ids, or names below what is read.
    lead_names : sequence of str
        Along the second axis.
    signals_uv : int16 or float array, shape (records, leads, samples)
        In uV; floats may be NaN.
    recorded_rate_hz : float
        Samples per second at which they were recorded or stored.
    """

    names: Sequence[str]
    lead_names: Sequence[str]
    signals_uv: SignalUv | FloatingArray
    recorded_rate_hz: float


class Source(ABC):
    """ECGs to be read once, some at a time.

    Attributes
    ----------
    name : str
        What pages call it.
    """

    name: str

    @abstractmethod
    def chunks(self) -> Iterator[Chunk]:
        """Yield the ECGs in their order."""

    def notes(self) -> list[str]:
        """Say, once all were read, what could not be and what was assumed, each a phrase."""
        return []


class DatasetSource(Source):
    """A dataset of ours, published or about to be.

    Parameters
    ----------
    files : DatasetFiles
        Its files.
    """

    def __init__(self, files: DatasetFiles) -> None:
        self.name = files.title
        self._files = files

    def chunks(self) -> Iterator[Chunk]:
        """Yield the ECGs in candidate order."""
        reader = self._files.reader(EIGHT_LEADS)
        candidates = self._files.candidates
        rate_hz = self._files.plan.recorder.rate_hz
        chosen = np.linspace(0, len(candidates) - 1, min(len(candidates), MOST_OF_DATASET)).round().astype(np.int64)
        for start in range(0, len(chosen), RECORDS_AT_ONCE):
            places = chosen[start : start + RECORDS_AT_ONCE]
            names = [record_id(candidate) for candidate in candidates[places]]
            yield Chunk(names, EIGHT_LEADS, _at_500_hz(reader.read(places), rate_hz), rate_hz)

    def notes(self) -> list[str]:
        """Say where not all ECGs take part."""
        held = len(self._files.candidates)
        return [f"{MOST_OF_DATASET:,} of {held:,} records, evenly spaced"] if held > MOST_OF_DATASET else []


class EcgsSource(Source):
    """ECGs in memory.

    Parameters
    ----------
    ecgs : Ecgs
        As `generate` and a dataset's slices give them.
    """

    def __init__(self, ecgs: Ecgs) -> None:
        self.name = ecgs.dataset or f"{len(ecgs):,} ECGs in memory"
        self._ecgs = ecgs

    def chunks(self) -> Iterator[Chunk]:
        """Yield the ECGs in their order."""
        ecgs, rate_hz = self._ecgs, self._ecgs.sampling_rate_hz
        for start in range(0, len(ecgs), RECORDS_AT_ONCE):
            part = slice(start, start + RECORDS_AT_ONCE)
            signals_uv = _at_500_hz(ecgs.signals_uv[part], rate_hz)
            yield Chunk(ecgs.record_ids[part], ecgs.lead_names, signals_uv, rate_hz)


class FilesSource(Source):
    """Files of ECGs from elsewhere.

    Parameters
    ----------
    path : Path
        A file or a folder.
    reading : EcgReading
        What reads them.
    """

    def __init__(self, path: Path, reading: EcgReading) -> None:
        self.name = path.resolve().name
        self._reading = reading
        self._unreadable: list[UnreadableEcg] = []
        self._assumed: Counter[str] = Counter()
        self._shown: dict[str, str] = {}

    def chunks(self) -> Iterator[Chunk]:
        """Yield the ECGs in the order of their files' paths."""
        for ecg in self._reading:
            if isinstance(ecg, UnreadableEcg):
                self._unreadable.append(ecg)
                continue
            for note in ecg.notes:
                kind = re.sub(r"[0-9.]+", "#", note)
                self._assumed[kind] += 1
                self._shown.setdefault(kind, note)
            yield Chunk([ecg.name], ecg.lead_names, ecg.signal_uv[np.newaxis], ecg.recorded_rate_hz)

    def notes(self) -> list[str]:
        """Say what could not be read and what was assumed."""
        notes = []
        if self._unreadable:
            first = self._unreadable[0]
            notes.append(f"{len(self._unreadable):,} could not be read (first {first.name}: {first.problem})")
        if self._reading.not_read:
            notes.append(f"{len(self._reading.not_read):,} files of formats that are not read")
        often = self._assumed.most_common(MOST_NOTES)
        return notes + [f"{self._shown[kind]} (in {count:,} ECGs)" for kind, count in often]


def open_source(given: Comparable, what: str, **stated: Any) -> Source:
    """Open what is to be compared.

    Parameters
    ----------
    given : str, Path, DatasetFiles or Ecgs
        See `Comparable`; a path of a dataset of ours is read by its manifest, any other as `read_ecgs` does.
    what : str
        What it is, for messages.
    **stated
        What the user says about files, by parameter of `read_ecgs`.

    Raises
    ------
    BadInputError
        When it is none of these, or there is nothing to read.
    """
    if isinstance(given, DatasetFiles):
        return DatasetSource(given)
    if isinstance(given, Ecgs):
        return EcgsSource(given)
    if not isinstance(given, str | PathLike):
        raise BadInputError(f"{what} is {shown(given)}; give the path of a dataset, file or folder, a Dataset or Ecgs.")
    path = from_home(given)
    if is_dataset(path):
        return DatasetSource(Dataset(path))
    return FilesSource(path, read_ecgs(path, **stated))


def is_dataset(path: Path) -> bool:
    """Return whether there is a dataset of ours at a path: its folder, or that of its name."""
    return (path / MANIFEST_FILE).is_file() or (path / LATEST / MANIFEST_FILE).is_file()


def _at_500_hz(signals_uv: SignalUv, rate_hz: float) -> SignalUv | Float32Array:
    if rate_hz == SAMPLING_RATE_HZ:
        return signals_uv
    return np.stack([resample(signal_uv.astype(np.float32), rate_hz) for signal_uv in signals_uv])
