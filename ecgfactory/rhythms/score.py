"""A score: what the heart does when, in seconds from the start of a record."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from ecgfactory.arrays import Float64Array

Int8Array = npt.NDArray[np.int8]

OWN_QRS = 0
"""Shape of a beat that is conducted as the heart's own are; 1, 2, ... are ventricular ones, each a shape of its own."""


class PShape(IntEnum):
    """Where a P wave comes from."""

    SINUS = 0
    """The sinus node: the heart's own P."""

    ECTOPIC = 1
    """Elsewhere in the atria: another P, the same throughout a record."""

    RETROGRADE = 2
    """The AV node, from below: inverted in II, III and aVF."""


class Activity(IntEnum):
    """What the atria do in between, all the time."""

    FIBRILLATION = 0
    FLUTTER = 1


@dataclass(frozen=True)
class Heart:
    """What a rhythm knows of the heart that plays it: times in the generated ECG, in seconds.

    Parameters
    ----------
    rr_s : float
        Mean RR interval.
    pr_s : float
        Onset of P to onset of QRS.
    p_s, qrs_s, qt_s : float
        How long P and QRS last, and onset of QRS to end of T, at that RR interval.
    """

    rr_s: float
    pr_s: float
    p_s: float
    qrs_s: float
    qt_s: float


@dataclass(frozen=True)
class Score:
    """What the heart does, each array rising in time.

    What begins before 0 or after `duration_s` is in it as far as it reaches into the record; a beat just beyond either
    end too, so that the record begins and ends anywhere in a beat.

    Parameters
    ----------
    duration_s : float
        Length of the record.
    qrs_onset_s : float64 array, shape (beats,)
        When each QRS begins.
    symbol : int8 array, shape (beats,)
        Place in `beat_table.SYMBOLS`.
    shape : int8 array, shape (beats,)
        `OWN_QRS`, or number of a ventricular shape.
    qt_s : float64 array, shape (beats,)
        Onset of QRS to end of T of each beat that is conducted; of ventricular ones NaN: their shape says it.
    p_onset_s : float64 array, shape (p_waves,)
        When each P begins.
    p_beat : int64 array, shape (p_waves,)
        Index of the beat that it is conducted to (or from, when retrograde); -1 for none.
    p_shape : int8 array, shape (p_waves,)
        A `PShape`.
    activities : list of (Activity, float, float, float)
        What the atria do all the time: from, to (in s), and how many waves a second; the first wave of flutter begins
        where the activity does, the others regularly after it.
    rhythms : list of (str, float)
        Name of each rhythm (`rhythm_kinds`) and since when, in s; the first from 0 on.
    breath_s : float64 array, shape (breaths,)
        When each breath begins, from before 0 to after `duration_s`.
    st_depression_uv : float
        By how much ST of beats conducted as the heart's own is depressed in the lead that shows it most.
    """

    duration_s: float
    qrs_onset_s: Float64Array
    symbol: Int8Array
    shape: Int8Array
    qt_s: Float64Array
    p_onset_s: Float64Array
    p_beat: npt.NDArray[np.int64]
    p_shape: Int8Array
    activities: list[tuple[Activity, float, float, float]]
    rhythms: list[tuple[str, float]]
    breath_s: Float64Array
    st_depression_uv: float = 0.0
