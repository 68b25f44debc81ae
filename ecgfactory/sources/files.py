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

MOST_NOTES = 3
"""Kinds of assumptions that are told; each ECG may bring its own."""


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

    def left_out(self) -> dict[str, int]:
        """Count what could not be read."""
        return {"not readable": len(self._unreadable)}

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
