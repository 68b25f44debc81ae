"""Beats of a long ECG, found in pieces that overlap, so that memory stays flat and none is lost where two meet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ecgfactory.arrays import BoolArray, IntArray
from ecgfactory.leads import SignalUv
from ecgfactory.quality.batch import independent_leads
from ecgfactory.quality.beats import Beats, find_beats
from ecgfactory.quality.spans import runs
from ecgfactory.record import SAMPLING_RATE_HZ

PIECE_S = 10
MARGIN_S = 1
"""How far a piece reaches into its neighbours, since a beat is not found near an end."""

SAME_BEAT_S = 0.2
"""What two pieces find so near to each other is one beat: no heart beats again within 200 ms."""

KEPT_S = 1
"""What is searched of a pause: enough that what lies beside it does not reach across."""

AT_ONCE = 32
"""Pieces that are searched together."""


class FoundBeats(NamedTuple):
    """Beats of pieces: their places in samples of the record, and `Beats.to_peak` of the piece of each."""

    places: IntArray
    to_peak: IntArray


@dataclass(frozen=True)
class Pieces:
    """Some pieces of a long record.

    Parameters
    ----------
    starts : int array, shape (pieces,)
        First sample of each in the record.
    length : int
        Samples of a piece.
    beats : Beats
        What was found in each, counted from its first sample.
    own : bool array, shape (pieces, most beats)
        Which of these lie in the piece's own part, and a little beyond: the others are its neighbours'.
    """

    starts: IntArray
    length: int
    beats: Beats
    own: BoolArray

    def cut(self, signal_uv: SignalUv) -> SignalUv:
        """Return the pieces of a signal, shape (pieces, leads, length)."""
        return np.stack([signal_uv[:, start : start + self.length] for start in self.starts.tolist()])

    @property
    def own_beats(self) -> FoundBeats:
        """Where the own beats are, in samples of the record."""
        places = (self.starts[:, np.newaxis] + self.beats.places)[self.own]
        return FoundBeats(places, np.repeat(self.beats.to_peak, self.own.sum(axis=1)))


def find_in_pieces(signal_uv: SignalUv, lead_names: Sequence[str], paused: BoolArray | None = None) -> Iterator[Pieces]:
    """Find the beats of a long record, some pieces at a time.

    Parameters
    ----------
    signal_uv : int16 array, shape (leads, samples)
        In uV at 500 Hz.
    lead_names : sequence of str
        Names along the first axis.
    paused : bool array, shape (samples,), optional
        Where the recording did.

    Yields
    ------
    Pieces
        Two neighbours may both own a beat at their border: `once` tells which are beats of the record.
    """
    samples, leads = signal_uv.shape[1], independent_leads(lead_names)
    size, margin = PIECE_S * SAMPLING_RATE_HZ, MARGIN_S * SAMPLING_RATE_HZ
    length = min(size + 2 * margin, samples)
    near = _near()
    owned = np.arange(0, samples, size)
    starts = (owned - margin).clip(0, samples - length)
    for first in range(0, len(starts), AT_ONCE):
        some = slice(first, first + AT_ONCE)
        slices = [slice(start, start + length) for start in starts[some].tolist()]
        pieces_uv = np.stack([signal_uv[leads, piece] for piece in slices])
        interrupted = None if paused is None else np.stack([paused[piece] for piece in slices])
        beats = find_beats(pieces_uv, [lead_names[lead] for lead in leads], SAMPLING_RATE_HZ, interrupted)
        from_own = starts[some, np.newaxis] + beats.places - owned[some, np.newaxis]
        yield Pieces(starts[some], length, beats, beats.exists & (from_own >= -near) & (from_own < size + near))


def once(found: Sequence[FoundBeats], samples: int) -> tuple[IntArray, IntArray]:
    """Put the beats that pieces own together as those of the record.

    Parameters
    ----------
    found : sequence of FoundBeats
        Of all pieces.
    samples : int
        Samples of the record.

    Returns
    -------
    places : int array, shape (beats,)
        In samples of the record, rising: R peaks of one lead throughout, where pieces took those of different leads.
    which : int array, shape (beats,)
        Index of each among all that were found.
    """
    centres = np.concatenate([beats.places - beats.to_peak for beats in found])
    to_peak = np.sort(np.concatenate([beats.to_peak for beats in found]))
    which = np.argsort(centres, kind="stable")
    which = which[np.diff(centres[which], prepend=np.iinfo(np.int64).min // 2) > 2 * _near()]
    middle = to_peak[len(to_peak) // 2] if len(to_peak) else 0
    return (centres[which] + middle).clip(0, samples - 1), which


def all_but_long_pauses(paused: BoolArray) -> IntArray:
    """Return the samples of a record but for what is left of each pause after `KEPT_S`.

    So a piece beside a pause reaches across it, and rest and QRS are told apart by both sides.
    """
    kept = np.ones_like(paused)
    _, begins, ends = runs(paused)
    for begin, end in zip(begins + KEPT_S * SAMPLING_RATE_HZ, ends, strict=True):
        kept[begin:end] = False
    return np.flatnonzero(kept)


def _near() -> int:
    return round(SAME_BEAT_S * SAMPLING_RATE_HZ / 2)
