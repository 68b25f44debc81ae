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
from ecgfactory.validation.simulated import SimulatedEcg


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


def marks_of(ecg: SimulatedEcg) -> list[tuple[int, str]]:
    """Mark the true waves of each beat that lies whole within the record."""
    p_ms, pr_ms, qrs_ms, qt_ms = (ecg.truth[f"{name}_ms"] for name in ("p_duration", "pr", "qrs", "qt"))
    marks = []
    for onset_ms in 1000 * ecg.qrs_onsets_s[(ecg.qrs_onsets_s > 0.5) & (ecg.qrs_onsets_s < 9.2)]:
        if not np.isnan(p_ms):
            p_onset_ms = onset_ms - pr_ms
            marks += [(p_onset_ms, "("), (p_onset_ms + p_ms / 2, "p"), (p_onset_ms + p_ms, ")")]
        marks += [(onset_ms, "("), (onset_ms + qrs_ms / 2, "N"), (onset_ms + qrs_ms, ")")]
        marks += [(onset_ms + qt_ms - 100, "t"), (onset_ms + qt_ms, ")")]
    return [(round(time_ms / 2), symbol) for time_ms, symbol in marks]
