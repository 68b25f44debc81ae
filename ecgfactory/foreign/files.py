"""Which files of a path may hold ECGs."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from ecgfactory.dataset.names import MANIFEST_FILE, RECORDS_FILE
from ecgfactory.errors import BadInputError
from ecgfactory.foreign.formats.npy import is_index
from ecgfactory.foreign.formats.wfdb_segments import parts

WFDB_HEADER = ".hea"


def ecg_files(path: Path, suffixes: Collection[str]) -> list[Path]:
    """Find the files to read at a path, in the order of their paths.

    Parameters
    ----------
    path : Path
        A file, a WFDB record with or without suffix, or a folder.
    suffixes : collection of str
        Those of the formats that can be read, in lower case.

    Raises
    ------
    BadInputError
        When there is nothing at the path that could be an ECG.
    """
    if path.is_dir():
        files = sorted(file for file in path.rglob("*") if file.suffix.lower() in suffixes and _may_hold_ecgs(file))
        if not files:
            raise BadInputError(f"{path}: no {', '.join(suffixes)} file in this folder; give a folder of ECGs.")
        no_records = parts(file for file in files if file.suffix.lower() == WFDB_HEADER)
        return [file for file in files if file not in no_records]
    file = _file(path, suffixes)
    if not file.is_file():
        raise BadInputError(f"{path}: no such file, folder or WFDB record; check the path.")
    if file.suffix.lower() not in suffixes:
        raise BadInputError(f"{path}: {file.suffix or 'no'} suffix; give a file of {', '.join(suffixes)}, or a folder.")
    return [file]


def _file(path: Path, suffixes: Collection[str]) -> Path:
    """Find the header of a WFDB record given without suffix or by another of its files; other paths are files."""
    headers = [path.with_name(path.name + WFDB_HEADER)]
    if path.suffix.lower() not in suffixes:
        headers.append(path.with_suffix(WFDB_HEADER))
    return next((header for header in headers if header.is_file()), path)


def _may_hold_ecgs(file: Path) -> bool:
    """Leave out hidden files, and of a dataset of ours the tables beside its manifest and the indices of its arrays.

    A link that leads nowhere stays, so that it is told.
    """
    is_shown = (file.is_file() or file.is_symlink()) and not file.is_dir() and not file.name.startswith(".")
    is_table = file.with_name(MANIFEST_FILE).is_file() and file.with_name(RECORDS_FILE).is_file()
    return is_shown and not is_table and not is_index(file)
