"""Real ECGs, where a tester has them, and others in the same layout."""

import os
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import wfdb

from ecgfactory.leads import EIGHT_LEADS, TWELVE_LEADS, SignalUv
from ecgfactory.validation.ludb import LudbRecord, read_ludb


@cache
def ludb_records() -> list[LudbRecord]:
    """The records of LUDB in the folder that ECGFACTORY_LUDB names; skip without it."""
    folder = os.environ.get("ECGFACTORY_LUDB")
    if not folder:
        pytest.skip("ECGFACTORY_LUDB names no folder")
    return list(read_ludb(folder))


def ludb_ecgs() -> SignalUv:
    """Their signals, shape (records, 8, 5000), in uV."""
    rows = [TWELVE_LEADS.index(name) for name in EIGHT_LEADS]
    return np.stack([record.signal_uv[rows] for record in ludb_records()])


def write_ludb_record(
    folder: Path, number: int, signal_uv: SignalUv, marks: Sequence[tuple[int, str]], rhythm: str = "Sinus rhythm"
) -> None:
    """Write a record as LUDB has them: counts are uV whatever the gain says, and all leads are marked, here alike."""
    data = folder / "data"
    data.mkdir(exist_ok=True)
    wfdb.wrsamp(
        str(number),
        fs=500,
        units=["mV"] * 12,
        sig_name=[lead.lower() for lead in TWELVE_LEADS],
        d_signal=signal_uv.T,
        fmt=["16"] * 12,
        adc_gain=[1234.0] * 12,
        baseline=[5] * 12,
        comments=["<age>: 50", f"Rhythm: {rhythm}."],
        write_dir=str(data),
    )
    samples, symbols = zip(*marks, strict=True)
    for lead in TWELVE_LEADS:
        # WFDB writes no extension with a digit, as LUDB's `v1` is.
        wfdb.wrann(str(number), "lead", np.array(samples), np.array(symbols), write_dir=str(data))
        (data / f"{number}.lead").rename(data / f"{number}.{lead.lower()}")
