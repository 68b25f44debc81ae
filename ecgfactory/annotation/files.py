"""Files of annotations: WFDB's for each record, or one Parquet or JSON file for all.

Each function hands on what it writes, so that ECGs go through one at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from pathlib import Path

from ecgfactory.annotation.json_text import json_text
from ecgfactory.annotation.places import OVER_ALL, RecordPlaces, annotation_files, extensions
from ecgfactory.annotation.records import AnnotatedEcg
from ecgfactory.annotation.replacing import ELSEWHERE, MENDED, Replacing
from ecgfactory.annotation.table import TableWriter
from ecgfactory.annotation.time_resolution import encode_time_resolution
from ecgfactory.errors import BadInputError
from ecgfactory.foreign.recording import UnreadableEcg
from ecgfactory.formats.wfdb_annotations import encode_annotations
from ecgfactory.storage.durable import atomic_path, atomic_paths
from ecgfactory.storage.sealed import check_outside
from ecgfactory.wave_table import ALL_LEADS

AnnotatedEcgs = Iterator[AnnotatedEcg | UnreadableEcg]
"""ECGs that go through one at a time, and why others do not."""

PARQUET_FILE, JSON_FILE = "annotations.parquet", "annotations.json"

FORMATS: dict[str, str] = {"wfdb": "", "parquet": PARQUET_FILE, "json": JSON_FILE}
"""Names of formats, and of the one file that all records share, if so."""


def check_folder(folder: Path, format: str, places: RecordPlaces, replacing: Replacing) -> None:
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
    if shared := FORMATS[format]:
        if problem := replacing.problem(folder / shared):
            raise BadInputError(problem)
    elif not replacing.overwrite and (in_the_way := list(annotation_files(folder, places))):
        shown = ", ".join(path.relative_to(folder).as_posix() for path in in_the_way[:3])
        more = f" and {len(in_the_way) - 3:,} more" if len(in_the_way) > 3 else ""
        raise BadInputError(f"{folder}: holds annotations already: {shown}{more}; {MENDED}")


def write_wfdb(ecgs: AnnotatedEcgs, folder: Path, places: RecordPlaces, replacing: Replacing) -> AnnotatedEcgs:
    """Write what is marked over all leads of each ECG as PLACE.atr, and in each lead as PLACE.LEAD.

    Yields
    ------
    AnnotatedEcg or UnreadableEcg
        The same; one whose files can't be written, or would replace what is to stay, with that as its problem.
    """
    for ecg in ecgs:
        problem = ""
        if isinstance(ecg, AnnotatedEcg):
            files = _wfdb_files(ecg, folder, places.new(ecg.name))
            problem = next(filter(None, map(replacing.problem, files)), "") or _problem_in_writing(files)
        yield UnreadableEcg(ecg.name, problem) if problem else ecg


def write_parquet(ecgs: AnnotatedEcgs, path: Path) -> AnnotatedEcgs:
    """Write one table; see `TableWriter`. Without an ECG there is no file, nor is one replaced."""
    ecgs, is_any = _begun(_named_in_utf8(ecgs))
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
        yield from print_json(ecgs, stream.writelines)


def _named_in_utf8(ecgs: AnnotatedEcgs) -> AnnotatedEcgs:
    """Tell of ECGs in files of other names, which file systems may have, that no table can name them."""
    for ecg in ecgs:
        problem = "" if _is_utf8(ecg.name) else "its name is not UTF-8, as Parquet's texts are; rename the file."
        yield UnreadableEcg(ecg.name, problem) if problem and isinstance(ecg, AnnotatedEcg) else ecg


def _is_utf8(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _begun(ecgs: AnnotatedEcgs) -> tuple[AnnotatedEcgs, bool]:
    """Go on to the first ECG that has been read; return the same ECGs, and whether there is one."""
    failed: list[AnnotatedEcg | UnreadableEcg] = []
    for ecg in ecgs:
        if isinstance(ecg, AnnotatedEcg):
            return chain(failed, [ecg], ecgs), True
        failed.append(ecg)
    return iter(failed), False


def print_json(ecgs: AnnotatedEcgs, write: Callable[[Iterable[str]], object]) -> AnnotatedEcgs:
    """Hand the texts of one list to a function, ECG by ECG; it is whole even when `ecgs` end early."""
    write(["["])
    try:
        for number, ecg in enumerate(ecgs):
            write(chain([",\n" if number else "\n"], json_text(ecg)))
            yield ecg
    finally:
        write(["\n]\n"])


def _wfdb_files(ecg: AnnotatedEcg, folder: Path, place: str) -> dict[Path, bytes]:
    resolution = encode_time_resolution(ecg.sampling_rate_hz)
    extension_of = zip((ALL_LEADS, *ecg.lead_names), (OVER_ALL, *extensions(ecg.lead_names)), strict=True)
    return {
        folder / f"{place}.{extension}": resolution + encode_annotations(ecg.waves.of_lead(lead))
        for lead, extension in extension_of
    }


def _problem_in_writing(files: dict[Path, bytes]) -> str:
    """Write all files of one record, or none; return what is wrong with where they are to be, empty if nothing is."""
    first = next(iter(files))
    try:
        check_outside(first.parent)  # a link below the folder may lead into a dataset
        make_folder(first.parent)
        with atomic_paths(files) as temporaries:
            for temporary, content in zip(temporaries, files.values(), strict=True):
                temporary.write_bytes(content)
    except BadInputError as error:
        return str(error)
    except OSError as error:
        return f"{first} can't be written ({error.strerror}); {ELSEWHERE}."
    return ""


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
