"""Which files of a path may hold ECGs."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from ecgfactory.dataset.names import MANIFEST_FILE, RECORDS_FILE
from ecgfactory.errors import BadInputError


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
        return files
    header = path.with_suffix(".hea") if path.suffix == ".dat" else path.with_name(path.name + ".hea")
    file = header if header.is_file() else path
    if not file.is_file():
        raise BadInputError(f"{path}: no such file, folder or WFDB record; check the path.")
    if file.suffix.lower() not in suffixes:
        raise BadInputError(f"{path}: {file.suffix or 'no'} suffix; give a file of {', '.join(suffixes)}, or a folder.")
    return [file]


def _may_hold_ecgs(file: Path) -> bool:
    """Leave out hidden files, and the tables of a dataset of ours beside its manifest; its signals are in folders."""
    is_shown = file.is_file() and not file.name.startswith(".")
    return is_shown and not (file.with_name(MANIFEST_FILE).is_file() and file.with_name(RECORDS_FILE).is_file())
