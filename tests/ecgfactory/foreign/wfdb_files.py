"""WFDB records of any header, for tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ecgfactory.foreign.formats import wfdb_record
from ecgfactory.foreign.recording import Recording
from ecgfactory.foreign.stated import Stated
from tests.foreign_files import EIGHT

SIGNAL = "16 1000(0)/mV 16 0 0 0 0"


def write(folder: Path, header: str, signals: Any = EIGHT[:2].T, name: str = "ecg", encoding: str = "utf-8") -> Path:
    """Write a header of any text, and format 16 samples; `FILE` stands for their file."""
    signals = np.asarray(signals, dtype="<i2")
    (folder / f"{name}.dat").write_bytes(signals.tobytes())
    (folder / f"{name}.hea").write_text(header.replace("FILE", f"{name}.dat"), encoding=encoding)
    return folder / f"{name}.hea"


def two_leads(record_line: str) -> str:
    return f"{record_line}\nFILE {SIGNAL} I\nFILE {SIGNAL} II\n"


def recording(path: Path) -> Recording:
    (found,) = wfdb_record.read(path, path.name, Stated())
    return found
