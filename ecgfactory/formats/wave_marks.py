"""What marks in files of annotations are of: a wave of `WAVES`, or a P wave that belongs to no beat as others do.

Such files have marks, and no numbers of beats. A P wave belongs to the beat after it, except where its mark says else.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ecgfactory.wave_table import NO_BEAT, WAVES, WaveTable

RETROGRADE_P, BLOCKED_P = len(WAVES), len(WAVES) + 1
"""Kinds of marks after those of `WAVES`: a P wave that belongs to the beat before it, and one that is not conducted."""

MARKS = (*WAVES, "retrograde P", "blocked P")
"""Names of the kinds of marks, of which the first are those of `WAVES`."""

_P = WAVES.index("P")

WAVE_OF_MARK = np.array([*range(len(WAVES)), _P, _P], dtype=np.int8)
"""Place in `WAVES` of what each kind of mark is of."""


def marks_of(waves: WaveTable, r_peaks: npt.NDArray[np.int32] | None = None) -> npt.NDArray[np.int8]:
    """Return what each wave of one record is marked as: a place in `MARKS`.

    Parameters
    ----------
    waves : WaveTable
        Of that record.
    r_peaks : int32 array, shape (beats,), optional
        R peak of each of its beats; where they are not given, no P wave is retrograde.

    Raises
    ------
    ValueError
        When waves are of other beats.
    """
    if r_peaks is not None and waves.beat.max(initial=NO_BEAT) >= len(r_peaks):
        raise ValueError("waves are to be written that are of other beats than the record has")
    marks = waves.wave.copy()
    is_p, is_of_none = waves.wave == _P, waves.beat == NO_BEAT
    marks[is_p & is_of_none] = BLOCKED_P
    if r_peaks is not None and len(r_peaks):
        marks[is_p & ~is_of_none & (waves.peak > r_peaks[waves.beat])] = RETROGRADE_P
    return marks
