"""WFDB records."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ecgfactory.foreign.recording import Recording, Signal, UnreadableError
from ecgfactory.foreign.stated import Stated


def read(file: Path, name: str, stated: Stated) -> Iterator[Recording]:
    """Read the record of a header."""
    import wfdb

    record = wfdb.rdrecord(str(file.with_suffix("")))
    if record.p_signal is None or not record.sig_len:
        raise UnreadableError("the record holds no signal")
    signals = zip(record.sig_name, record.units, record.p_signal.T, strict=True)
    yield Recording(name, tuple(Signal(*signal) for signal in signals), float(record.fs))
