"""Beats and rhythms as structured NumPy arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ecgfactory.beat_table import SYMBOLS, BeatTable
from ecgfactory.formats.wave_rows import places_among
from ecgfactory.rhythm_kinds import NAMES
from ecgfactory.rhythm_table import RhythmTable

BEAT_DTYPE = np.dtype([("sample", "<i4"), ("symbol", "S1")])
"""A beat: its R peak, and its symbol as bytes: b"N" and so on."""

RHYTHM_DTYPE = np.dtype([("rhythm", "S32"), ("onset", "<i4"), ("offset", "<i4")])
"""A rhythm: its name as bytes, b"sinus" and so on, its first sample and its last."""


def beat_array(beats: BeatTable) -> npt.NDArray[Any]:
    """Return beats as an array of `BEAT_DTYPE`, in the same order."""
    array = np.empty(len(beats), dtype=BEAT_DTYPE)
    array["sample"] = beats.sample
    array["symbol"] = np.array(SYMBOLS, dtype="S")[beats.symbol]
    return array


def rhythm_array(rhythms: RhythmTable) -> npt.NDArray[Any]:
    """Return rhythms as an array of `RHYTHM_DTYPE`, in the same order."""
    array = np.empty(len(rhythms), dtype=RHYTHM_DTYPE)
    array["rhythm"] = np.array(NAMES, dtype="S")[rhythms.rhythm]
    array["onset"], array["offset"] = rhythms.onset, rhythms.offset
    return array


def beats_of_array(
    array: npt.NDArray[Any], lead_names: tuple[str, ...], record: npt.NDArray[np.int32], records: int
) -> BeatTable:
    """Read beats back, given which record each is in, rising, and how many records there are.

    Raises
    ------
    ValueError
        When a symbol is none of `SYMBOLS`.
    """
    symbol = places_among(SYMBOLS, array["symbol"].astype(str).tolist(), "beat")
    return BeatTable(lead_names, records, record, array["sample"].astype(np.int32), symbol)


def rhythms_of_array(
    array: npt.NDArray[Any], lead_names: tuple[str, ...], record: npt.NDArray[np.int32], records: int
) -> RhythmTable:
    """Read rhythms back, as `beats_of_array`; raises where a name is none of `NAMES`."""
    rhythm = places_among(NAMES, array["rhythm"].astype(str).tolist(), "rhythm")
    onset, offset = (array[name].astype(np.int32) for name in ("onset", "offset"))
    return RhythmTable(lead_names, records, record, rhythm, onset, offset)
