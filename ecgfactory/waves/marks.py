"""Onset, peak and offset of P, QRS and T of each beat, as they are found."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

WAVES = ("P", "QRS", "T")
"""The waves of a beat, in order of time: the third axis of marks from behind is the beat's, then theirs."""

POINTS = ("onset", "peak", "offset")
"""What is marked of a wave: its first sample, its largest deflection and its last sample."""

ABSENT = -1
"""The place of what is not there: a wave that a beat doesn't show, or a bound that an end of the record cuts off."""


@dataclass(frozen=True)
class Marks:
    """The marks of a batch of records; `ABSENT` for what is not there.

    Parameters
    ----------
    leads : int32 array, shape (n, most beats, leads, 3, 3)
        Samples, by wave (`WAVES`) and point (`POINTS`), in each lead.
    over_all : int32 array, shape (n, most beats, 3, 3)
        The same over all leads; the peak of QRS is the beat's place.
    """

    leads: npt.NDArray[np.int32]
    over_all: npt.NDArray[np.int32]
