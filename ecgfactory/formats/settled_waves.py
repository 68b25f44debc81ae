"""Waves of a long record as its pieces come, for files in which marks are by sample."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecgfactory.formats.long_record import RecordPiece
from ecgfactory.wave_table import WaveTable


@dataclass(frozen=True)
class SettledWaves:
    """All waves that have a point in a stretch, in the order of the table of all.

    Parameters
    ----------
    waves : WaveTable
        Of one record; points of them may be outside the stretch.
    start, stop : int
        The stretch, in samples of the record.
    """

    waves: WaveTable
    start: int
    stop: int


class PendingWaves:
    """Waves that have come, as far as those to come may still have points among theirs.

    A piece brings the waves whose peak is in it. No wave is as long as a piece, so that the next one brings no point
    before this one begins.
    """

    def __init__(self) -> None:
        self._waves: list[WaveTable] = []
        self._start, self._end = 0, 0

    def add(self, piece: RecordPiece) -> SettledWaves:
        """Take the waves of the next piece; return what is settled by it.

        Raises
        ------
        ValueError
            When it comes without.
        """
        if piece.waves is None:
            raise ValueError("a long record without waves is to be written with labels")
        waves = WaveTable.of_one([*self._waves, piece.waves])
        settled = SettledWaves(waves, self._start, piece.start)
        last = np.maximum(waves.peak, waves.offset)
        self._waves = [waves.where(last >= piece.start)]
        self._start, self._end = piece.start, piece.start + piece.signal_uv.shape[1]
        return settled

    def rest(self) -> SettledWaves:
        """Return what the last piece has left."""
        return SettledWaves(self._waves[0], self._start, self._end)
