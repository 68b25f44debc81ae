"""The formats of ECGs from elsewhere: each yields the recordings of a file as they stand there.

A new format is a file here, and a line in `READERS`; its test inherits `tests/ecgfactory/foreign/reader_contract.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from ecgfactory.foreign.formats import csv_file, dicom, edf, npy, parquet_file, webdataset, wfdb_record
from ecgfactory.foreign.recording import Recording, UnreadableEcg
from ecgfactory.foreign.stated import Stated

Reader = Callable[[Path, str, Stated], Iterator[Recording | UnreadableEcg]]
"""Takes a file, its name for the user, and what the user says; yields its records.

It raises `UnreadableError` for what concerns the whole file; one bad record of many is yielded as `UnreadableEcg`, and
reading goes on. It raises `NoEcgError` for a file that is no ECG at all."""

READERS: dict[str, Reader] = {
    ".hea": wfdb_record.read,
    ".csv": csv_file.read,
    ".tsv": csv_file.read,
    ".txt": csv_file.read,
    ".parquet": parquet_file.read,
    ".edf": edf.read,
    ".npy": npy.read,
    ".tar": webdataset.read,
    ".dcm": dicom.read,
}
"""By suffix in lower case."""


def reader_of(file: Path) -> Reader:
    """Return the reader of a file that was found to be readable; those of other suffixes are DICOM files."""
    return READERS.get(file.suffix.lower(), dicom.read)
