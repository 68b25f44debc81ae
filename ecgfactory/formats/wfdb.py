"""WFDB: a header and a format-16 signal file a record, as PhysioNet publishes ECGs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from ecgfactory.candidates import CandidateBatch
from ecgfactory.formats.base import FormatWriter, SignalSpec, record_folder
from ecgfactory.leads import SignalUv
from ecgfactory.record import record_id

GAIN_PER_MV = 1000
"""Stored units a millivolt: one unit is 1 uV."""


class WfdbWriter(FormatWriter):
    """Two files a record: NUMBER.hea and NUMBER.dat."""

    name: ClassVar[str] = "wfdb"

    def write(self, batch: CandidateBatch) -> None:
        """Write accepted candidates; see `FormatWriter.write`."""
        import wfdb

        leads = len(self.spec.lead_names)
        for candidate, signal_uv, rate in zip(
            batch.candidates, batch.signals_uv, batch.features["heart_rate_bpm"], strict=True
        ):
            folder = self.folder / "wfdb" / record_folder(candidate)
            folder.mkdir(parents=True, exist_ok=True)
            comments = ["synthetic, not for diagnosis", f"seed: {self.spec.seed}", f"candidate: {candidate}"]
            if np.isfinite(rate):
                comments.append(f"heart rate: {rate:.1f} /min")
            wfdb.wrsamp(
                record_id(candidate),
                fs=self.spec.sampling_rate_hz,
                units=["mV"] * leads,
                sig_name=list(self.spec.lead_names),
                d_signal=signal_uv.T,
                fmt=["16"] * leads,
                adc_gain=[GAIN_PER_MV] * leads,
                baseline=[0] * leads,
                comments=comments,
                write_dir=str(folder),
            )

    @classmethod
    def staged_path(cls, candidate: int, split: str) -> str:
        """Name the header; the signal file stands beside it."""
        return f"wfdb/{record_folder(candidate)}/{record_id(candidate)}.hea"

    @classmethod
    def write_index(cls, dataset: Path, candidates: Iterator[npt.NDArray[np.int64]]) -> None:
        """Write RECORDS, the list of record names that WFDB tools read."""
        with (dataset / "wfdb" / "RECORDS").open("w", encoding="ascii", newline="\n") as stream:
            for batch in candidates:
                stream.writelines(f"{record_folder(number)}/{record_id(number)}\n" for number in batch.tolist())

    @classmethod
    def count(cls, dataset: Path) -> int:
        """Count the lines of RECORDS."""
        with (dataset / "wfdb" / "RECORDS").open(encoding="ascii") as stream:
            return sum(1 for _ in stream)

    @classmethod
    def read(cls, dataset: Path, path: str, candidates: Sequence[int], spec: SignalSpec) -> SignalUv:
        """Read records back; see `FormatWriter.read`."""
        import wfdb

        record = wfdb.rdrecord(str((dataset / path).with_suffix("")), physical=False, return_res=16)
        described = (tuple(record.sig_name), record.sig_len, record.fs, set(record.adc_gain), set(record.baseline))
        if described != (spec.lead_names, spec.samples, spec.sampling_rate_hz, {GAIN_PER_MV}, {0}):
            raise ValueError(f"{path} has other leads, length, sampling rate, gain or baseline than the dataset")
        signal: SignalUv = record.d_signal.T[np.newaxis].astype(np.int16)
        return signal
