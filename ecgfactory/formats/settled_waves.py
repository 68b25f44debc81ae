"""Waves of a long record as its pieces come, for files in which marks are by sample."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecgfactory.formats.base import waves_of
from ecgfactory.formats.long_record import RecordPiece
from ecgfactory.wave_table import WaveTable


@dataclass(frozen=True)
class SettledWaves:
    """All waves that have a point in a stretch of a record, in the order of the table of all.

    Parameters
    ----------
    waves : WaveTable or None
        Of that record; points of them may be outside the stretch. None where waves are not marked.
    start, stop : int
        The stretch, in samples of the record.
    """

    waves: WaveTable | None
    start: int
    stop: int


class PendingWaves:
    """Waves that have come, as far as those to come may still have points among theirs.

    A piece brings the waves whose peak is in it. No wave is as long as a piece, so that the next one brings no point
    before this one begins.

    Parameters
    ----------
    are_marked : bool
        Whether there are any.
    """

    def __init__(self, are_marked: bool) -> None:
        self._are_marked = are_marked
        self._waves: WaveTable | None = None
        self._start, self._end = 0, 0

    def add(self, piece: RecordPiece) -> SettledWaves:
        """Take the waves of the next piece; return what is settled by it.

        Raises
        ------
        ValueError
            When they are marked, and it comes without.
        """
        waves = self._with(piece) if self._are_marked else None
        settled = SettledWaves(waves, self._start, piece.start)
        if waves is not None:
            self._waves = waves.where(np.maximum(waves.peak, waves.offset) >= piece.start)
        self._start, self._end = piece.start, piece.start + piece.signal_uv.shape[1]
        return settled

    def rest(self) -> SettledWaves:
        """Return what the last piece has left."""
        return SettledWaves(self._waves, self._start, self._end)

    def _with(self, piece: RecordPiece) -> WaveTable:
        waves = waves_of(piece)
        return waves if self._waves is None else WaveTable.of_one([self._waves, waves])
