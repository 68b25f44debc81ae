"""The pieces of ECGs that are compared, kept in a temporary file so that memory stays flat."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence

import numpy as np

from ecgfactory.arrays import BoolArray, IntArray
from ecgfactory.comparison.sources import Chunk, Source
from ecgfactory.leads import EIGHT_LEADS, SignalUv
from ecgfactory.quality.batch import to_integers
from ecgfactory.record import SAMPLING_RATE_HZ

PIECE = 10 * SAMPLING_RATE_HZ
"""Samples of a piece: 10 s, a standard resting ECG."""

SHORTEST = 8 * SAMPLING_RATE_HZ
"""A shorter ECG is left out: it shows too few beats for its rhythm and its median beat."""

MOST_PIECES = 6
"""Of one ECG, evenly spaced: a minute of a night says what such an ECG looks like, and drowns no other."""

MISSING_SHARE = 0.1
"""A lead that lacks more of its samples, or never changes, counts as absent."""

PIECE_BYTES = len(EIGHT_LEADS) * PIECE * np.dtype(np.int16).itemsize


class Pieces:
    """Pieces of 10 s of the ECGs of one side, int16 at 500 Hz in the order of `EIGHT_LEADS`, in a temporary file.

    The file has no name, so that nothing stays behind whatever happens to the process.

    Parameters
    ----------
    source : Source
        Read to its end.

    Attributes
    ----------
    names : list of str
        Of each piece, its ECG's name.
    group : int array, shape (pieces,)
        Of each piece, its ECG's number.
    samples : int array, shape (pieces,)
        Of each piece, how long it is.
    has_lead : bool array, shape (pieces, 8)
        Which leads each piece has.
    lowest_rate_hz : float
        Lowest rate at which any was recorded.
    too_short : int
        ECGs that were left out as they are shorter than 8 s.
    """

    def __init__(self, source: Source) -> None:
        self.names: list[str] = []
        self.lowest_rate_hz = float(SAMPLING_RATE_HZ)
        self.too_short = 0
        self._file = tempfile.TemporaryFile(prefix="ecgfactory-")  # noqa: SIM115 - read as long as this lives
        self._group: list[int] = []
        self._samples: list[int] = []
        self._has_lead: list[BoolArray] = []
        for chunk in source.chunks():
            self._add(chunk)
        self._file.flush()
        self.group: IntArray = np.array(self._group, dtype=np.int64)
        self.samples: IntArray = np.array(self._samples, dtype=np.int64)
        self.has_lead = np.array(self._has_lead, dtype=np.bool_).reshape(-1, len(EIGHT_LEADS))

    def _add(self, chunk: Chunk) -> None:
        records, samples = len(chunk.names), chunk.signals_uv.shape[-1]
        if samples < SHORTEST:
            self.too_short += records
            return
        self.lowest_rate_hz = min(self.lowest_rate_hz, chunk.recorded_rate_hz)
        first = self._group[-1] + 1 if self._group else 0
        for start in piece_starts(samples):
            pieces_uv, has_lead = eight_leads(chunk, slice(start, start + PIECE))
            self._file.write(pieces_uv.tobytes())
            self.names += chunk.names
            self._group += range(first, first + records)
            self._samples += [min(samples, PIECE)] * records
            self._has_lead += list(has_lead)

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
        for place, row in enumerate(rows.tolist()):
            stored = os.pread(self._file.fileno(), PIECE_BYTES, row * PIECE_BYTES)  # several threads may read
            piece = np.frombuffer(stored, dtype=np.int16).reshape(len(EIGHT_LEADS), PIECE)
            signals_uv[place] = piece[leads, :samples]
        return signals_uv


def piece_starts(samples: int) -> list[int]:
    """Return where the pieces of an ECG begin: one at its beginning, of 20 s and more several over its length."""
    count = min(max(samples // PIECE, 1), MOST_PIECES)
    spaced: list[int] = np.linspace(0, max(samples - PIECE, 0), count).astype(np.int64).tolist()
    return spaced


def eight_leads(chunk: Chunk, part: slice) -> tuple[SignalUv, BoolArray]:
    """Put a part of some ECGs into the places of the eight leads.

    Returns
    -------
    signals_uv : int16 array, shape (records, 8, PIECE)
        In uV; 0 where there is no lead, and beyond the end of a shorter ECG.
    has_lead : bool array, shape (records, 8)
        Which leads are there.
    """
    records, names = len(chunk.names), list(chunk.lead_names)
    held = [place for place, name in enumerate(EIGHT_LEADS) if name in names]
    taken = chunk.signals_uv[:, [names.index(EIGHT_LEADS[place]) for place in held], part]
    stored_uv, missing = to_integers(taken)
    usable = np.ptp(stored_uv, axis=-1) > 0 if stored_uv.size else np.empty((records, 0), dtype=np.bool_)
    if missing is not None:
        usable &= missing.mean(axis=-1) <= MISSING_SHARE
    signals_uv = np.zeros((records, len(EIGHT_LEADS), PIECE), dtype=np.int16)
    signals_uv[:, held, : stored_uv.shape[-1]] = stored_uv
    has_lead = np.zeros((records, len(EIGHT_LEADS)), dtype=np.bool_)
    has_lead[:, held] = usable
    return signals_uv, has_lead
