"""Waves as a structured NumPy array."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ecgfactory.wave_table import POINTS, WAVES, WaveTable

WAVE_DTYPE = np.dtype(
    [("beat", "<i4"), ("lead", "<i2"), ("wave", "<i2"), ("onset", "<i4"), ("peak", "<i4"), ("offset", "<i4")]
)
"""A wave. `lead` and `wave` are numbered as in masks: 0 over all leads, 1 the first lead and so on; 1 P, 2 QRS, 3 T,
and 4 F and 5 f, the waves of flutter and fibrillation. `beat` is -1 where a wave belongs to none. Points are samples,
-1 where an end of the record cuts the wave off."""


def wave_array(waves: WaveTable) -> npt.NDArray[Any]:
    """Return waves as an array of `WAVE_DTYPE`, in the same order."""
    array = np.empty(len(waves), dtype=WAVE_DTYPE)
    for name in ("beat", "lead", *POINTS):
        array[name] = getattr(waves, name)
    array["wave"] = waves.wave + 1
    return array


def waves_of_array(
    array: npt.NDArray[Any], lead_names: Sequence[str], record: npt.NDArray[np.int32], records: int
) -> WaveTable:
    """Read waves back, given which record each is of, rising, and how many records there are.

    Raises
    ------
    ValueError
        When one is of no such lead or wave.
    """
    for name, least, most in (("lead", 0, len(lead_names)), ("wave", 1, len(WAVES))):
        if ((array[name] < least) | (array[name] > most)).any():
            raise ValueError(f"the field {name} of a wave is not from {least} to {most}")
    return WaveTable(
        tuple(lead_names),
        records,
        record,
        array["beat"].astype(np.int32),
        array["lead"].astype(np.int8),
        (array["wave"] - 1).astype(np.int8),
        *(array[point].astype(np.int32) for point in POINTS),
    )
