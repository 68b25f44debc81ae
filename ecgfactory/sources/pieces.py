"""Pieces of the ECGs of a source, kept in a temporary file so that memory stays flat."""

from __future__ import annotations

import hashlib
import os
import tempfile
import weakref
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ecgfactory.arrays import BoolArray, Float64Array, IntArray
from ecgfactory.leads import EIGHT_LEADS, SignalUv
from ecgfactory.quality.batch import to_integers
from ecgfactory.record import SAMPLING_RATE_HZ
from ecgfactory.sources.source import Chunk, Source

PIECE = 10 * SAMPLING_RATE_HZ
"""Samples of a piece: 10 s, a standard resting ECG."""

SHORTEST = 8 * SAMPLING_RATE_HZ
"""A shorter ECG is left out: it shows too few beats for its rhythm and its median beat."""

MOST_PIECES = 6
"""Of one ECG, evenly spaced: a minute of a night says what such an ECG looks like, and drowns no other."""

MISSING_SHARE = 0.1
"""A lead that lacks more of its samples, or never changes, counts as absent."""


class Pieces:
    """Pieces of the ECGs of a source, int16 at 500 Hz in the order of `EIGHT_LEADS`, in a temporary file.

    The file has no name, so that nothing stays behind whatever happens to the process.

    Parameters
    ----------
    source : Source
        Read to its end.
    length : int
        Samples of a piece.
    shortest : int
        Samples of an ECG that is just long enough.
    most : int
        Pieces of an ECG.

    Attributes
    ----------
    names : list of str
        Of each piece, its ECG's name.
    group : int array, shape (pieces,)
        Of each piece, its ECG's number.
    samples : int array, shape (pieces,)
        Of each piece, how long it is.
    rates_hz : float array, shape (pieces,)
        At which rate each was recorded.
    has_lead : bool array, shape (pieces, 8)
        Which leads each piece has.
    has_gap : bool array, shape (pieces,)
        Which lack samples in any of the eight leads, and have a straight line there.
    too_short : int
        ECGs that were left out as they are too short.
    """

    def __init__(self, source: Source, length: int = PIECE, shortest: int = SHORTEST, most: int = MOST_PIECES) -> None:
        self.names: list[str] = []
        self.too_short = 0
        self._length, self._shortest, self._most = length, shortest, most
        self._file = tempfile.TemporaryFile(prefix="ecgfactory-")  # noqa: SIM115 - read as long as this lives
        weakref.finalize(self, self._file.close)
        self._group: list[int] = []
        self._samples: list[int] = []
        self._rates_hz: list[float] = []
        self._has_lead: list[BoolArray] = []
        self._has_gap: list[bool] = []
        for chunk in source.chunks():
            self._add(chunk)
        self._file.flush()
        self.group: IntArray = np.array(self._group, dtype=np.int64)
        self.samples: IntArray = np.array(self._samples, dtype=np.int64)
        self.rates_hz: Float64Array = np.array(self._rates_hz, dtype=np.float64)
        self.has_lead = np.array(self._has_lead, dtype=np.bool_).reshape(-1, len(EIGHT_LEADS))
        self.has_gap = np.array(self._has_gap, dtype=np.bool_)

    def _add(self, chunk: Chunk) -> None:
        records, samples = len(chunk.names), chunk.signals_uv.shape[-1]
        if samples < self._shortest:
            self.too_short += records
            return
        first = self._group[-1] + 1 if self._group else 0
        for start in piece_starts(samples, self._length, self._most):
            pieces = eight_leads(chunk, start, self._length)
            self._file.write(pieces.signals_uv.tobytes())
            self.names += chunk.names
            self._group += range(first, first + records)
            self._samples += [min(samples, self._length)] * records
            self._rates_hz += [chunk.recorded_rate_hz] * records
            self._has_lead += list(pieces.has_lead)
            self._has_gap += pieces.has_gap.tolist()

    def __len__(self) -> int:
        return len(self.names)

    def read(self, rows: IntArray, leads: Sequence[int], samples: int) -> SignalUv:
        """Read some pieces.

        Parameters
        ----------
        rows : int array, shape (n,)
            Which.
        leads : sequence of int
            Places of the wanted leads in `EIGHT_LEADS`.
        samples : int
            How much of each, from its beginning.

        Returns
        -------
        int16 array, shape (n, leads, samples)
            In uV.
        """
        signals_uv = np.empty((len(rows), len(leads), samples), dtype=np.int16)
        size = len(EIGHT_LEADS) * self._length * signals_uv.itemsize
        for place, row in enumerate(rows.tolist()):
            stored = os.pread(self._file.fileno(), size, row * size)  # several threads may read
            piece = np.frombuffer(stored, dtype=np.int16).reshape(len(EIGHT_LEADS), self._length)
            signals_uv[place] = piece[leads, :samples]
        return signals_uv


def digest_of(signal_uv: SignalUv) -> str:
    """Return twelve hexadecimal digits that tell an ECG from others and say nothing else of it.

    Parameters
    ----------
    signal_uv : int16 array, shape (8, samples)
        Its first piece, before any filter; of that, as much as the shortest ECG has, whatever the length of pieces.
    """
    beginning = np.ascontiguousarray(signal_uv[:, :SHORTEST], dtype="<i2")
    return hashlib.sha256(beginning.tobytes()).hexdigest()[:12]


def piece_starts(samples: int, length: int = PIECE, most: int = MOST_PIECES) -> list[int]:
    """Return where the pieces of an ECG begin: one at its beginning, of two lengths and more several all over it."""
    count = min(max(samples // length, 1), most)
    spaced: list[int] = np.linspace(0, max(samples - length, 0), count).astype(np.int64).tolist()
    return spaced


@dataclass(frozen=True, eq=False)
class EightLeads:
    """A part of some ECGs in the places of the eight leads.

    Parameters
    ----------
    signals_uv : int16 array, shape (records, 8, samples)
        In uV; 0 where there is no lead, and beyond the end of a shorter ECG.
    has_lead : bool array, shape (records, 8)
        Which leads are there.
    has_gap : bool array, shape (records,)
        Which lack samples.
    """

    signals_uv: SignalUv
    has_lead: BoolArray
    has_gap: BoolArray


def eight_leads(chunk: Chunk, start: int, length: int) -> EightLeads:
    """Put so many samples of some ECGs into the places of the eight leads."""
    records, names = len(chunk.names), list(chunk.lead_names)
    held = [place for place, name in enumerate(EIGHT_LEADS) if name in names]
    taken = chunk.signals_uv[:, [names.index(EIGHT_LEADS[place]) for place in held], start : start + length]
    stored_uv, missing = to_integers(taken)
    usable = np.ptp(stored_uv, axis=-1) > 0 if stored_uv.size else np.empty((records, 0), dtype=np.bool_)
    has_gap: BoolArray = np.zeros(records, dtype=np.bool_)
    if missing is not None:
        usable &= missing.mean(axis=-1) <= MISSING_SHARE
        has_gap |= missing.any(axis=(1, 2))
    signals_uv = np.zeros((records, len(EIGHT_LEADS), length), dtype=np.int16)
    signals_uv[:, held, : stored_uv.shape[-1]] = stored_uv
    has_lead = np.zeros((records, len(EIGHT_LEADS)), dtype=np.bool_)
    has_lead[:, held] = usable
    return EightLeads(signals_uv, has_lead, has_gap)
