"""Onset, peak and offset of P, QRS and T of each beat, as they are found."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class Marks:
    """The marks of a batch of records; `ABSENT` of `wave_table` for what is not there.

    Parameters
    ----------
    leads : int32 array, shape (n, most beats, leads, 3, 3)
        Samples, by wave (`WAVES`) and point (`POINTS`), in each lead.
    over_all : int32 array, shape (n, most beats, 3, 3)
        The same over all leads; the peak of QRS is the beat's place.
    """

    leads: npt.NDArray[np.int32]
    over_all: npt.NDArray[np.int32]
