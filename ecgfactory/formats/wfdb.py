"""WFDB: a header and a format-16 signal file for each record, as PhysioNet publishes ECGs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from ecgfactory.formats.base import Format, SignalSpec, record_folder
from ecgfactory.formats.batch import RecordBatch
from ecgfactory.formats.wfdb_encoding import GAIN_PER_MV, encode_record
from ecgfactory.leads import SignalUv
from ecgfactory.record import record_id


class WfdbFormat(Format):
    """Two files per record: NUMBER.hea and NUMBER.dat."""

    name: ClassVar[str] = "wfdb"
    media_types: ClassVar[Mapping[str, str]] = {".hea": "text/plain", ".dat": "application/octet-stream"}
    packages: ClassVar[tuple[str, ...]] = ("wfdb",)
    loading: ClassVar[Mapping[str, str]] = {
        "WFDB": """\
import wfdb

record = wfdb.rdrecord("$stem")
ecg_mv = record.p_signal                              # (samples, leads), named by record.sig_name
"""
    }

    def write(self, batch: RecordBatch) -> None:
        """Write records; see `Format.write`."""
        for candidate, signal_uv, rate in zip(
            batch.candidates, batch.signals_uv, batch.features["heart_rate_bpm"], strict=True
        ):
            comments = ["synthetic, not for diagnosis", f"seed: {self.spec.seed}", f"candidate: {candidate}"]
            if np.isfinite(rate):
                comments.append(f"heart rate: {rate:.1f} /min")
            if self.spec.filters:
                comments.append(str(self.spec.filters))
            contents = self._encode(record_id(candidate), signal_uv, comments)
            paths = [self.place(path) for path in self.files(self.staged_path(candidate, ""), self.spec)]
            for path, content in zip(paths, contents, strict=True):
                path.write_bytes(content)

    def _encode(self, name: str, signal_uv: SignalUv, comments: Sequence[str]) -> Sequence[bytes]:
        """Return the content of each of the record's files, the header first."""
        header, signal = encode_record(name, signal_uv, self.spec.lead_names, self.spec.sampling_rate_hz, comments)
        return header.encode("ascii"), signal

    @classmethod
    def staged_path(cls, candidate: int, split: str) -> str:
        """Name the header; the signals are beside it."""
        return f"{cls.name}/{record_folder(candidate)}/{record_id(candidate)}.hea"

    @classmethod
    def write_index(cls, dataset: Path, candidates: Iterator[npt.NDArray[np.int64]]) -> None:
        """Write RECORDS, the list of record names that WFDB tools read."""
        with (dataset / cls.name / "RECORDS").open("w", encoding="ascii", newline="\n") as stream:
            for batch in candidates:
                stream.writelines(f"{record_folder(number)}/{record_id(number)}\n" for number in batch.tolist())

    @classmethod
    def count(cls, dataset: Path) -> int:
        """Count the lines of RECORDS."""
        with (dataset / cls.name / "RECORDS").open(encoding="ascii") as stream:
            return sum(1 for _ in stream)

    @classmethod
    def read(cls, dataset: Path, path: str, candidates: Sequence[int], spec: SignalSpec) -> SignalUv:
        """Read records back; see `Format.read`."""
        import wfdb

        record = wfdb.rdrecord(str((dataset / path).with_suffix("")), physical=False, return_res=16)
        described = (tuple(record.sig_name), record.sig_len, record.fs, set(record.adc_gain), set(record.baseline))
        if described != (spec.lead_names, spec.samples, spec.sampling_rate_hz, {GAIN_PER_MV}, {0}):
            raise ValueError(f"{path} has other leads, length, sampling rate, gain or baseline than the dataset")
        signal: SignalUv = record.d_signal.T[np.newaxis].astype(np.int16)
        return signal
