"""Beats of a long record, found in parts that overlap, so that memory stays flat and none is lost where two meet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ecgfactory.arrays import BoolArray, IntArray
from ecgfactory.leads import SignalUv
from ecgfactory.quality.batch import independent_leads, to_integers
from ecgfactory.quality.beats import Beats, find_beats
from ecgfactory.quality.long_records.stretches import AT_ONCE, Signal, cut_stretches
from ecgfactory.quality.spans import runs
from ecgfactory.record import SAMPLING_RATE_HZ

PART_S = 10
MARGIN_S = 1
"""How far a part reaches into its neighbours, since a beat is not found near an end."""

SAME_BEAT_S = 0.2
"""What two parts find so near to each other is one beat: no heart beats again within 200 ms."""

KEPT_S = 1
"""What is searched of a pause: enough that what lies beside it does not reach across."""


class FoundBeats(NamedTuple):
    """Beats of parts: their places in samples of the record, and `Beats.to_peak` of the part of each."""

    places: IntArray
    to_peak: IntArray


@dataclass(frozen=True)
class SearchedParts:
    """Some parts of long records, and their beats.

    Parameters
    ----------
    signals_uv : int16 array, shape (parts, leads, samples)
        All leads of each.
    starts : int array, shape (parts,)
        First sample of each in its record.
    beats : Beats
        What was found in each, counted from its first sample.
    own : bool array, shape (parts, most beats)
        Which of these lie in the part's own seconds, and a little beyond: the others are its neighbours'.
    """

    signals_uv: SignalUv
    starts: IntArray
    beats: Beats
    own: BoolArray

    @property
    def own_beats(self) -> FoundBeats:
        """Where the own beats are, in samples of the record."""
        return self.own_beats_of(slice(None))

    def own_beats_of(self, parts: slice) -> FoundBeats:
        """Where the own beats of some of the parts are."""
        own = self.own[parts]
        places = (self.starts[parts, np.newaxis] + self.beats.places[parts])[own]
        return FoundBeats(places, np.repeat(self.beats.to_peak[parts], own.sum(axis=1)))


def find_in_parts(
    pieces: Iterable[Signal], samples: int, lead_names: Sequence[str], paused: BoolArray | None = None
) -> Iterator[SearchedParts]:
    """Find the beats of a long record, some parts at a time: as many as there are windows (`window_starts`).

    Parameters
    ----------
    pieces : iterable of array, shape (leads, any number of samples)
        The record, in consecutive pieces, in uV at 500 Hz; a whole record is one.
    samples : int
        Samples of the record.
    lead_names : sequence of str
        Names along the first axis.
    paused : bool array, shape (samples,), optional
        Where the recording did.

    Yields
    ------
    SearchedParts
        Two neighbours may both own a beat at their border: `once` tells which are beats of the record.
    """
    owned, starts, length = part_places(samples)
    for number, parts_uv in enumerate(cut_stretches(pieces, starts, length)):
        some = slice(number * AT_ONCE, (number + 1) * AT_ONCE)
        interrupted = None if paused is None else np.stack([paused[start : start + length] for start in starts[some]])
        yield search(parts_uv, owned[some], starts[some], lead_names, interrupted)


def part_places(samples: int) -> tuple[IntArray, IntArray, int]:
    """First sample that each part of a record owns, its first sample with its margin, and samples of a part."""
    size, margin = PART_S * SAMPLING_RATE_HZ, MARGIN_S * SAMPLING_RATE_HZ
    length = min(size + 2 * margin, samples)
    owned = np.arange(0, samples, size)
    return owned, (owned - margin).clip(0, samples - length), length


def search(
    parts_uv: npt.NDArray[Any],
    owned: IntArray,
    starts: IntArray,
    lead_names: Sequence[str],
    interrupted: BoolArray | None = None,
) -> SearchedParts:
    """Find the beats of parts.

    Parameters
    ----------
    parts_uv : array, shape (parts, leads, samples)
        All leads of each, in uV at 500 Hz.
    owned, starts : int array, shape (parts,)
        From `part_places`.
    lead_names : sequence of str
        Names along the second axis.
    interrupted : bool array, shape (parts, samples), optional
        Where the recording paused.
    """
    stored_uv, _ = to_integers(parts_uv)
    leads = independent_leads(lead_names)
    searched_uv = np.ascontiguousarray(stored_uv[:, leads])
    beats = find_beats(searched_uv, [lead_names[lead] for lead in leads], SAMPLING_RATE_HZ, interrupted)
    from_own = (starts - owned)[:, np.newaxis] + beats.places
    own = beats.exists & (from_own >= -_near()) & (from_own < PART_S * SAMPLING_RATE_HZ + _near())
    return SearchedParts(stored_uv, starts, beats, own)


def once(found: Sequence[FoundBeats], samples: int) -> tuple[IntArray, IntArray]:
    """Put the beats that parts own together as those of the record.

    Parameters
    ----------
    found : sequence of FoundBeats
        Of all parts.
    samples : int
        Samples of the record.

    Returns
    -------
    places : int array, shape (beats,)
        In samples of the record, rising: R peaks of one lead throughout, where parts took those of different leads.
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

    So a part beside a pause reaches across it, and rest and QRS are told apart by both sides.
    """
    kept = np.ones_like(paused)
    _, begins, ends = runs(paused)
    for begin, end in zip(begins + KEPT_S * SAMPLING_RATE_HZ, ends, strict=True):
        kept[begin:end] = False
    return np.flatnonzero(kept)


def _near() -> int:
    return round(SAME_BEAT_S * SAMPLING_RATE_HZ / 2)
