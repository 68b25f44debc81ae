"""Which files of a path may hold ECGs."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from pathlib import Path

from ecgfactory.dataset.names import MANIFEST_FILE, RECORDS_FILE
from ecgfactory.errors import BadInputError
from ecgfactory.foreign.formats import csv_file, parquet_file
from ecgfactory.foreign.formats.dicom import is_dicom
from ecgfactory.foreign.formats.npy import is_beside_signals
from ecgfactory.foreign.formats.wfdb_segments import files_named, parts
from ecgfactory.formats.clean_twin import is_clean_folder
from ecgfactory.pictures.paths import IMAGES_FOLDER

WFDB_HEADER = ".hea"

NOT_READ = (".npz", ".mat", ".h5", ".hdf5", ".xlsx", ".xls", ".gz", ".zip", ".bdf", ".scp", ".xml", ".pkl", ".feather")
"""Suffixes of files that may well hold ECGs, in formats that are not read."""


def ecg_files(path: Path, suffixes: Collection[str]) -> tuple[list[Path], list[Path]]:
    """Find the files to read at a path, in the order of their paths.

    Parameters
    ----------
    path : Path
        A file, a WFDB record with or without suffix, or a folder.
    suffixes : collection of str
        Those of the formats that can be read, in lower case; DICOM files may have any other or none.

    Returns
    -------
    to_read : list of Path
        Those that hold ECGs by their suffix, or begin as DICOM files do.
    not_read : list of Path
        Those in the folder that may hold ECGs in other formats.

    Raises
    ------
    BadInputError
        When there is nothing at the path that could be an ECG.
    """
    if path.is_dir():
        shown = sorted(file for file in path.rglob("*") if _may_hold_ecgs(file) and not _is_clean_twin(file, path))
        files = [file for file in shown if file.suffix.lower() in suffixes or _is_other_dicom(file)]
        not_read = [file for file in shown if file.suffix.lower() in NOT_READ and not _is_of_wfdb(file)]
        if not files:
            others = f" ({not_read[0].name} is none)" if not_read else ""
            raise BadInputError(f"{path}: no {', '.join(suffixes)} file in this folder{others}; give a folder of ECGs.")
        no_records = parts(file for file in files if file.suffix.lower() == WFDB_HEADER)
        return [file for file in files if file not in no_records], not_read
    file = _file(path, suffixes)
    if not file.is_file():
        raise BadInputError(f"{path}: no such file, folder or WFDB record; check the path.")
    if file.suffix.lower() not in suffixes and not _is_other_dicom(file):
        raise BadInputError(f"{path}: {file.suffix or 'no'} suffix; give a file of {', '.join(suffixes)}, or a folder.")
    return [file], []


def places_of_all(files: Iterable[Path]) -> frozenset[Path]:
    """Return where all is that ECGs consist of, the files of signals that WFDB headers name included.

    Parameters
    ----------
    files : iterable of Path
        Those to read, as `ecg_files` finds them.

    Returns
    -------
    frozenset of Path
        As `place_of` gives them, and what they link to; tables of waves, which hold no ECG, left out.
    """
    all_files = {part for file in files for part in _parts_of(file) if part.is_file()}
    return frozenset(place for file in all_files for place in (place_of(file), Path(os.path.realpath(file))))


def _parts_of(file: Path) -> Iterable[Path]:
    if file.suffix.lower() == WFDB_HEADER:
        return files_named(file)
    return [] if file.suffix.lower() == ".parquet" and parquet_file.is_of_waves(file) else [file]


def place_of(file: Path) -> Path:
    """Return the one path of a file, whatever links lead to its folder; it may be a link itself."""
    return Path(os.path.realpath(file.parent), file.name)


def _file(path: Path, suffixes: Collection[str]) -> Path:
    """Find the header of a WFDB record given without suffix or by another of its files; other paths are files."""
    headers = [path.with_name(path.name + WFDB_HEADER)]
    if path.suffix.lower() not in suffixes:
        headers.append(path.with_suffix(WFDB_HEADER))
    return next((header for header in headers if header.is_file()), path)


def _is_other_dicom(file: Path) -> bool:
    """Return whether a file that no suffix tells to be one is a DICOM file, as archives name them by number."""
    return file.suffix.lower() not in (*NOT_READ, ".dat") and is_dicom(file)


def _is_of_wfdb(file: Path) -> bool:
    """Return whether a file is one of signals, beside its header."""
    return file.with_suffix(WFDB_HEADER).is_file()


def _may_hold_ecgs(file: Path) -> bool:
    """Leave out hidden files, and of a dataset of ours pictures, tables beside its manifest and what is beside signals.

    A link that leads nowhere stays, so that it is told.
    """
    is_shown = (file.is_file() or file.is_symlink()) and not file.is_dir() and not file.name.startswith(".")
    is_beside = _is_dataset(file.parent) or _is_of_pictures(file) or is_beside_signals(file)
    return is_shown and not is_beside and not csv_file.is_of_labels(file)


def _is_of_pictures(file: Path) -> bool:
    """Return whether a file is one of the pictures of a dataset of ours, or is made of them, as text and tables are."""
    return any(folder.name == IMAGES_FOLDER and _is_dataset(folder.parent) for folder in file.parents)


def _is_dataset(folder: Path) -> bool:
    return (folder / MANIFEST_FILE).is_file() and (folder / RECORDS_FILE).is_file()


def _is_clean_twin(file: Path, folder: Path) -> bool:
    """Return whether a file holds records of a dataset of ours once more, without their artefacts.

    In a folder that holds the whole dataset its records count once, as they are stored; the folder of the twins may be
    given by itself.
    """
    tops = [place for place in file.parents if place.is_relative_to(folder) and place != folder]
    return any(is_clean_folder(top.name) and (top.parent / MANIFEST_FILE).is_file() for top in tops)
