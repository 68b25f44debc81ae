"""A record as WFDB header text and format-16 signal bytes, as `wfdb.wrsamp` of wfdb 4.3 writes them.

Layout: header(5) and signal(5) of the WFDB Applications Guide, https://physionet.org/physiotools/wag/.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from ecgfactory.arrays import IntArray
from ecgfactory.leads import SignalUv

GAIN_PER_MV = 1000
"""Stored units per millivolt: one unit is 1 uV."""


@dataclass
class SignalSummary:
    """What a header tells of the signals, which may come in pieces.

    Parameters
    ----------
    samples : int
        How many there are in each lead.
    first, total : int64 array, shape (leads,)
        The first sample of each lead, and the sum of them all.
    """

    samples: int = 0
    first: IntArray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    total: IntArray | int = 0

    def add(self, signal_uv: SignalUv) -> None:
        """Take the next samples, shape (leads, samples)."""
        if not self.samples:
            self.first = signal_uv[:, 0].astype(np.int64)
        self.samples += signal_uv.shape[1]
        self.total = self.total + signal_uv.sum(axis=1, dtype=np.int64)


def encode_record(
    record_name: str,
    signal_uv: SignalUv,
    lead_names: Sequence[str],
    sampling_rate_hz: int,
    comments: Sequence[str] = (),
) -> tuple[str, bytes]:
    """Encode one record for `record_name`.hea and `record_name`.dat.

    Parameters
    ----------
    record_name : str
        Letters, digits, hyphens and underscores.
    signal_uv : int16 array, shape (leads, samples)
        The stored signal, 1 uV per unit, at least one sample.
    lead_names : sequence of str
        Names of the leads.
    sampling_rate_hz : int
        Samples per second.
    comments : sequence of str
        One line each, without the leading '#'.

    Returns
    -------
    header : str
        One line for the record and one per lead, then the comments.
    signal : bytes
        Little-endian int16, the leads interleaved.
    """
    files = [f"{record_name}.dat 16"] * len(lead_names)
    summary = SignalSummary()
    summary.add(signal_uv)
    header = encode_header(record_name, summary, lead_names, sampling_rate_hz, files, comments)
    return header, encode_signal(signal_uv)


def encode_signal(signal_uv: SignalUv) -> bytes:
    """Encode the signals alone, or the next samples of them; see `encode_record`."""
    return signal_uv.T.astype("<i2", order="C").tobytes()


def encode_header(
    record_name: str,
    summary: SignalSummary,
    lead_names: Sequence[str],
    sampling_rate_hz: int,
    files: Sequence[str],
    comments: Sequence[str] = (),
) -> str:
    """Encode the header alone; `files` gives each lead's file and format. See `encode_record`."""
    checksums = np.asarray(summary.total).astype(np.uint16)  # the format's checksum wraps at 16 bits
    lines = [f"{record_name} {len(lead_names)} {sampling_rate_hz} {summary.samples}"]
    lines += [
        f"{file} {GAIN_PER_MV}(0)/mV 16 0 {first} {checksum} 0 {name}"
        for file, first, checksum, name in zip(
            files, summary.first.tolist(), checksums.tolist(), lead_names, strict=True
        )
    ]
    lines += [f"# {comment}" for comment in comments]
    return "\n".join(lines) + "\n"
