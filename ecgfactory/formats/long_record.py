"""Records that are too long to be held whole: their signal comes in pieces."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from ecgfactory.formats.batch import RecordBatch
from ecgfactory.leads import SignalUv
from ecgfactory.wave_table import WaveTable

LONGEST_WHOLE_S = 60
"""A longer record is written, and measured, in pieces."""

PIECE_S = 60
"""Length of a piece; the last one of a record may be shorter."""

PIECES_READ = 8
"""Pieces that are read back together: those of a row group of Parquet, 6 MB of twelve leads at 500 Hz."""


@dataclass(frozen=True)
class RecordPiece:
    """A stretch of a long record.

    Parameters
    ----------
    start : int
        Its first sample, counted from the start of the record.
    signal_uv : int16 array, shape (leads, samples)
        Stored leads, in uV.
    waves : WaveTable or None
        The waves whose peak lies in the stretch, of this one record; their samples count from the start of the record.
        None where they were not asked for.
    mask : uint8 array, shape (1 + leads, samples), or None
        As `WaveTable.masks` draws it; None where it was not asked for.
    """

    start: int
    signal_uv: SignalUv
    waves: WaveTable | None = None
    mask: npt.NDArray[np.uint8] | None = None


@dataclass(frozen=True)
class LongRecord:
    """A long record.

    Parameters
    ----------
    row : RecordBatch
        Everything but signal and waves: one row, whose `signals_uv` has no samples and whose `waves` is None.
    make_pieces : callable
        Returns the pieces in order of time, end to end, each time from the first on; the same each time.
    """

    row: RecordBatch
    make_pieces: Callable[[], Iterator[RecordPiece]]

    @property
    def candidate(self) -> int:
        """Its number."""
        return int(self.row.candidates[0])

    @property
    def split(self) -> str:
        """Its split."""
        return str(self.row.splits[0])

    def pieces(self) -> Iterator[RecordPiece]:
        """Yield the pieces, from the first on."""
        return self.make_pieces()

    @property
    def whole(self) -> RecordBatch:
        """The record held whole: one row, with signal and waves."""
        pieces = list(self.pieces())
        waves = [piece.waves for piece in pieces if piece.waves is not None]
        signal_uv = np.concatenate([piece.signal_uv for piece in pieces], axis=1)
        return replace(self.row, signals_uv=signal_uv[np.newaxis], waves=WaveTable.of_one(waves) if waves else None)
