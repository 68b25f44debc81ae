"""Records of a dataset as other people's readers give them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import edfio
import numpy as np
import pandas as pd
import webdataset
import wfdb

from ecgfactory.record import SAMPLING_RATE_HZ


def read_record(
    name: str, dataset: Path, row: Any, leads: list[str], duration_s: int, rate_hz: int = SAMPLING_RATE_HZ
) -> np.ndarray:
    """Read the record of a row of records.parquet in one format; int, shape (leads, samples), uV."""
    path = dataset / str(getattr(row, f"{name}_path"))
    if name == "parquet":
        table = pd.read_parquet(path).set_index("record_id").loc[row.record_id]
        return np.stack([table[lead] for lead in leads])
    if name == "npy":
        row_of = list(np.load(str(path).replace(".npy", ".candidates.npy"))).index(row.candidate)
        signal: np.ndarray = np.load(path)[row_of]
        return signal
    if name == "webdataset":
        samples = webdataset.WebDataset(str(path), shardshuffle=False).decode()
        return next(sample["npy"] for sample in samples if sample["__key__"] == row.record_id)
    if name == "edf":
        edf = edfio.read_edf(path)
        assert edf.labels == tuple(f"ECG {lead}" for lead in leads)
        assert (edf.duration, edf.patient.code) == (duration_s, row.record_id)
        return np.rint([signal.data for signal in edf.signals]).astype(int)
    if name in {"wfdb", "wfdb_flac"}:
        record = wfdb.rdrecord(str(path.with_suffix("")))
        assert record.sig_name == leads
        assert record.units == ["mV"] * len(leads)
        assert record.adc_gain == [1000.0] * len(leads)
        assert record.baseline == [0] * len(leads)
        assert record.fs == rate_hz
        return np.rint(record.p_signal.T * 1000).astype(int)
    frame = pd.read_csv(path)
    assert list(frame.columns) == ["time_ms", *leads]
    assert np.array_equal(frame["time_ms"], np.arange(duration_s * rate_hz) * (1000 // rate_hz))
    return frame[leads].to_numpy().T
