"""The course of a long record: all of its beats and rhythms, and one lead where it is not too long to be drawn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ecgfactory.arrays import Float64Array
from ecgfactory.beat_table import BeatTable
from ecgfactory.rhythm_kinds import RhythmKind
from ecgfactory.rhythm_table import RhythmTable

LONGEST_DRAWN_S = 1200
"""Of longer records the RR intervals are drawn in place of the lead: 20 rows of a minute fill a page."""


@dataclass(frozen=True)
class Course:
    """The course of a long record.

    Parameters
    ----------
    lead : str
        Lead II; the first lead where there is none.
    signal_uv : int16 array, shape (samples,)
        This lead, whole; without samples where the record is longer than `LONGEST_DRAWN_S`.
    sampling_rate_hz : int
        Samples per second.
    length_s : float
        Length of the record.
    beats : BeatTable
        All its beats.
    rhythms : RhythmTable
        All its stretches in one rhythm.
    """

    lead: str
    signal_uv: npt.NDArray[np.int16]
    sampling_rate_hz: int
    length_s: float
    beats: BeatTable
    rhythms: RhythmTable

    @property
    def rr_s(self) -> tuple[Float64Array, Float64Array]:
        """When each beat but the first is, and the interval that it ends, both in s."""
        times_s: Float64Array = self.beats.sample / float(self.sampling_rate_hz)
        return times_s[1:], np.diff(times_s)

    @property
    def stretches_s(self) -> list[tuple[float, float, RhythmKind]]:
        """Begin and end of each stretch in one rhythm, in s, and this rhythm."""
        begins_s = (self.rhythms.onset / self.sampling_rate_hz).tolist()
        ends_s = ((self.rhythms.offset + 1) / self.sampling_rate_hz).tolist()
        return list(zip(begins_s, ends_s, self.rhythms.kind_of_each, strict=True))

    @property
    def lengths_s(self) -> dict[RhythmKind, float]:
        """How long it is in each rhythm, in all, in s; in the order in which they come first."""
        lengths_s: dict[RhythmKind, float] = {}
        for begin_s, end_s, kind in self.stretches_s:
            lengths_s[kind] = lengths_s.get(kind, 0.0) + end_s - begin_s
        return lengths_s
