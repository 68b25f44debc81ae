"""Files of annotations: WFDB's for each record, or one Parquet or JSON file for all.

Each function hands on what it writes, so that ECGs go through one at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path

from ecgfactory.annotation.json_text import json_text
from ecgfactory.annotation.places import OVER_ALL, RecordPlaces, annotation_files, extensions
from ecgfactory.annotation.records import AnnotatedEcg
from ecgfactory.annotation.table import TableWriter
from ecgfactory.annotation.time_resolution import encode_time_resolution
from ecgfactory.errors import BadInputError
from ecgfactory.foreign.recording import UnreadableEcg
from ecgfactory.formats.wfdb_annotations import encode_annotations
from ecgfactory.storage.durable import atomic_path
from ecgfactory.storage.sealed import check_outside
from ecgfactory.wave_table import ALL_LEADS

AnnotatedEcgs = Iterator[AnnotatedEcg | UnreadableEcg]
"""ECGs that go through one at a time, and why others do not."""

PARQUET_FILE, JSON_FILE = "annotations.parquet", "annotations.json"

FORMATS: dict[str, str] = {"wfdb": "", "parquet": PARQUET_FILE, "json": JSON_FILE}
"""Names of formats, and of the one file that all records share, if so."""

MENDED = "choose another folder with --output, or replace what is there with --overwrite."


def check_folder(folder: Path, format: str, places: RecordPlaces, overwrite: bool) -> None:
    """Check that annotations may be written into a folder, before any is found.

    Raises
    ------
    BadInputError
        When it is none, is inside a published dataset, or holds such files that may not be replaced.
    """
    check_outside(folder)
    if folder.exists() and not folder.is_dir():
        raise BadInputError(f"{folder}: is a file; choose a folder.")
    if folder.suffix.lower() in (".json", ".parquet", f".{OVER_ALL}") and not folder.exists():
        raise BadInputError(f"{folder}: is named as a file, and is to be the folder of files; choose another name.")
    if overwrite:
        return
    if shared := FORMATS[format]:
        in_the_way = [folder / shared] if (folder / shared).exists() else []
    else:
        in_the_way = list(annotation_files(folder, places))
    if in_the_way:
        shown = ", ".join(path.relative_to(folder).as_posix() for path in in_the_way[:3])
        more = f" and {len(in_the_way) - 3:,} more" if len(in_the_way) > 3 else ""
        raise BadInputError(f"{folder}: holds annotations already: {shown}{more}; {MENDED}")


def write_wfdb(ecgs: AnnotatedEcgs, folder: Path, places: RecordPlaces, overwrite: bool) -> AnnotatedEcgs:
    """Write what is marked over all leads of each ECG as PLACE.atr, and in each lead as PLACE.LEAD.

    Yields
    ------
    AnnotatedEcg or UnreadableEcg
        The same; one whose files are there already, and may not be replaced, with that as its problem.
    """
    for ecg in ecgs:
        if isinstance(ecg, AnnotatedEcg):
            files = _wfdb_files(ecg, folder, places.new(ecg.name))
            existing = [path for path in files if path.is_symlink() or path.exists()]
            if existing and not overwrite:
                yield UnreadableEcg(ecg.name, f"{existing[0]} is there already; {MENDED}")
                continue
            _write_files(files)
        yield ecg


def write_parquet(ecgs: AnnotatedEcgs, path: Path) -> AnnotatedEcgs:
    """Write one table; see `TableWriter`. Without an ECG there is no file, nor is one replaced."""
    ecgs, is_any = _begun(ecgs)
    if not is_any:
        yield from ecgs
        return
    with atomic_path(path) as temporary, TableWriter(temporary) as table:
        for ecg in ecgs:
            if isinstance(ecg, AnnotatedEcg):
                table.write(ecg)
            yield ecg


def write_json(ecgs: AnnotatedEcgs, path: Path) -> AnnotatedEcgs:
    """Write one list; see `json_text`. Without an ECG there is no file, nor is one replaced."""
    ecgs, is_any = _begun(ecgs)
    if not is_any:
        yield from ecgs
        return
    with atomic_path(path) as temporary, temporary.open("w", encoding="utf-8", newline="\n") as stream:
        yield from print_json(ecgs, stream.write)


def _begun(ecgs: AnnotatedEcgs) -> tuple[AnnotatedEcgs, bool]:
    """Go on to the first ECG that has been read; return the same ECGs, and whether there is one."""
    failed: list[AnnotatedEcg | UnreadableEcg] = []
    for ecg in ecgs:
        if isinstance(ecg, AnnotatedEcg):
            return chain(failed, [ecg], ecgs), True
        failed.append(ecg)
    return iter(failed), False


def print_json(ecgs: AnnotatedEcgs, write: Callable[[str], object]) -> AnnotatedEcgs:
    """Hand the text of one list to a function, ECG by ECG; it is whole even when that ends early."""
    write("[")
    try:
        for number, ecg in enumerate(ecgs):
            write(",\n" if number else "\n")
            for text in json_text(ecg):
                write(text)
            yield ecg
    finally:
        write("\n]\n")


def _wfdb_files(ecg: AnnotatedEcg, folder: Path, place: str) -> dict[Path, bytes]:
    resolution = encode_time_resolution(ecg.sampling_rate_hz)
    extension_of = zip((ALL_LEADS, *ecg.lead_names), (OVER_ALL, *extensions(ecg.lead_names)), strict=True)
    return {
        folder / f"{place}.{extension}": resolution + encode_annotations(ecg.waves.of_lead(lead))
        for lead, extension in extension_of
    }


def _write_files(files: dict[Path, bytes]) -> None:
    next(iter(files)).parent.mkdir(parents=True, exist_ok=True)
    for path, content in files.items():
        check_outside(path)  # a link below the folder may lead into a dataset
        temporary = path.with_name(f".{path.name}.tmp")
        temporary.write_bytes(content)
        temporary.replace(path)


def make_folder(folder: Path) -> None:
    """Make the folder of annotations.

    Raises
    ------
    BadInputError
        When it can't be.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInputError(f"{folder}: can't be made ({error.strerror}); choose another folder.") from None
