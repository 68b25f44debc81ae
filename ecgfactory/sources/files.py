"""The ECGs of files from elsewhere."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from ecgfactory.foreign.reader import EcgReading
from ecgfactory.foreign.recording import UnreadableEcg
from ecgfactory.sources.source import Chunk, Source
from ecgfactory.storage.place import Place, last_part

MOST_NOTES = 3
"""Kinds of assumptions that are told; each ECG may bring its own."""


class FilesSource(Source):
    """Files of ECGs from elsewhere.

    Parameters
    ----------
    path : Path or StorePath
        A file or a folder.
    reading : EcgReading
        What reads them.
    called : str
        What ECGs are called, before a number in the order of reading, where their names must not be passed on: names of
        files may tell who they are of, and so may notes on them, which are only counted then.
    """

    def __init__(self, path: Place, reading: EcgReading, called: str = "") -> None:
        self.name = last_part(path.resolve() if isinstance(path, Path) else path)
        self._reading = reading
        self._called = called
        self._read = self._with_notes = 0
        self._unreadable: list[UnreadableEcg] = []
        self._assumed: Counter[str] = Counter()
        self._shown: dict[str, str] = {}

    def chunks(self) -> Iterator[Chunk]:
        """Yield the ECGs in the order of their files' paths."""
        for ecg in self._reading:
            if isinstance(ecg, UnreadableEcg):
                self._unreadable.append(ecg)
                continue
            self._read += 1
            self._with_notes += bool(ecg.notes)
            for note in ecg.notes:
                kind = re.sub(r"[0-9.]+", "#", note)
                self._assumed[kind] += 1
                self._shown.setdefault(kind, note)
            name = f"{self._called} {self._read}" if self._called else ecg.name
            yield Chunk([name], ecg.lead_names, ecg.signal_uv[np.newaxis], ecg.recorded_rate_hz)

    def left_out(self) -> dict[str, int]:
        """Count what could not be read."""
        return {"not readable": len(self._unreadable)}

    def notes(self) -> list[str]:
        """Say what could not be read and what was assumed."""
        notes = []
        if self._unreadable:
            first = self._unreadable[0]
            why = "" if self._called else f" (first {first.name}: {first.problem})"
            notes.append(f"{len(self._unreadable):,} could not be read{why}")
        if self._reading.not_read:
            notes.append(f"{len(self._reading.not_read):,} files of formats that are not read")
        return notes + (self._count_of_assumptions() if self._called else self._assumptions())

    def _assumptions(self) -> list[str]:
        often = self._assumed.most_common(MOST_NOTES)
        return [f"{self._shown[kind]} (in {count:,} ECGs)" for kind, count in often]

    def _count_of_assumptions(self) -> list[str]:
        return [f"{self._with_notes:,} read with assumptions"] if self._with_notes else []
