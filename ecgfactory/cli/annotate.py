"""`ecgfactory annotate`: the waves of any ECG."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console

from ecgfactory.annotation.files import (
    FORMATS,
    AnnotatedEcgs,
    check_folder,
    make_folder,
    print_json,
    write_json,
    write_parquet,
    write_wfdb,
)
from ecgfactory.annotation.places import OVER_ALL, RecordPlaces
from ecgfactory.annotation.records import AnnotatedEcg, annotate_records
from ecgfactory.annotation.replacing import Replacing
from ecgfactory.cli.interrupt import interruptible_between
from ecgfactory.cli.output import console, write_for_machines
from ecgfactory.cli.reading import check_all_read, print_not_taken
from ecgfactory.errors import BadInputError
from ecgfactory.foreign.reader import EcgReading, read_ecgs
from ecgfactory.foreign.recording import UnreadableEcg
from ecgfactory.storage.place import Place
from ecgfactory.wave_table import BEAT_WAVES

DEFAULT_FOLDER = Path("annotations")


def annotate_path(path: Place, stated: Mapping[str, Any], folder: Path | None, format: str, overwrite: bool) -> None:
    """Mark the waves of every ECG at a path, write them, and print what was found.

    Parameters
    ----------
    path : Path or StorePath
        As `read_ecgs` takes it.
    stated : mapping of str to value
        What the user says about the ECGs, by parameter of `read_ecgs`.
    folder : Path, optional
        Where the files go; without it, `annotations`, but JSON to the standard output.
    format : {'wfdb', 'parquet', 'json'}
        What to write.
    overwrite : bool
        Whether files may be replaced.

    Raises
    ------
    EcgFactoryError
        When some could not be read.
    """
    is_printed = folder is None and format == "json"
    folder = folder or DEFAULT_FOLDER
    reading = _checked(path, stated, None if is_printed else folder, format, overwrite)
    found = _Found()
    with interruptible_between(annotate_records(reading)) as ecgs:
        if is_printed:
            for ecg in print_json(ecgs, _write_parts):
                found.add(ecg)
        else:
            make_folder(folder)
            for ecg in _written(ecgs, reading, folder, format, overwrite):
                found.add(ecg)
                _print_ecg(ecg)
    out = console(stderr=is_printed)
    print_not_taken(reading, out)
    _print_summary(found, out)
    if found.annotated and not is_printed:
        out.print(_told_files(found, folder, format), markup=False)
    check_all_read(path, found.not_annotated, found.not_annotated + found.annotated, "annotated")


def _checked(path: Place, stated: Mapping[str, Any], folder: Path | None, format: str, overwrite: bool) -> EcgReading:
    """Begin to read, and check that what is found may be written; every problem at once."""
    problems: list[str] = []
    if format not in FORMATS:
        problems.append(f"format {format!r} is unknown; choose {', '.join(FORMATS)}.")
    reading: EcgReading | None = None
    try:
        reading = read_ecgs(path, **stated)
    except BadInputError as error:
        problems += error.problems
    if folder is not None:
        places = RecordPlaces(reading.files if reading else [])
        replacing = Replacing(overwrite, reading.is_input if reading else lambda _: False)
        try:
            check_folder(folder, format if format in FORMATS else "wfdb", places, replacing)
        except BadInputError as error:
            problems += error.problems
    if problems or reading is None:
        raise BadInputError(problems)
    return reading


def _write_parts(texts: Iterable[str]) -> None:
    for text in texts:
        write_for_machines(text)


def _written(ecgs: AnnotatedEcgs, reading: EcgReading, folder: Path, format: str, overwrite: bool) -> AnnotatedEcgs:
    """Write each ECG's annotations before it is handed on."""
    if format == "wfdb":
        return write_wfdb(ecgs, folder, RecordPlaces(reading.files), Replacing(overwrite, reading.is_input))
    write = write_parquet if format == "parquet" else write_json
    return write(ecgs, folder / FORMATS[format])


@dataclass
class _Found:
    """What was found in all ECGs.

    `over_all` counts waves over all leads by name; `bare` the leads of an ECG in which none was found.
    """

    annotated: int = 0
    not_annotated: int = 0
    beats: int = 0
    over_all: Counter[str] = field(default_factory=Counter)
    in_leads: int = 0
    leads: int = 0
    bare: int = 0

    def add(self, ecg: AnnotatedEcg | UnreadableEcg) -> None:
        """Count one more ECG."""
        if isinstance(ecg, UnreadableEcg):
            self.not_annotated += 1
            return
        self.annotated += 1
        self.beats += ecg.beats
        for number, wave in enumerate(BEAT_WAVES):
            self.over_all[wave] += int(((ecg.waves.lead == 0) & (ecg.waves.wave == number)).sum())
        self.in_leads += ecg.waves_in_leads
        self.leads += len(ecg.lead_names)
        self.bare += len(ecg.bare_leads)


def _print_ecg(ecg: AnnotatedEcg | UnreadableEcg) -> None:
    """Print a line on an ECG, and what was assumed and left out below it."""
    out = console()
    if isinstance(ecg, UnreadableEcg):
        out.print(f"failed      {ecg.name}", markup=False)
        out.print(f"            {ecg.problem}", markup=False)
        return
    leads = _counted(len(ecg.lead_names), "lead")
    out.print(
        f"annotated   {ecg.name}: {_counted(ecg.beats, 'beat')}, {ecg.waves_in_leads:,} waves in {leads}, "
        f"in samples of {ecg.sampling_rate_hz:.10g} Hz",
        markup=False,
    )
    for note in ecg.notes:
        out.print(f"            {note}", markup=False)


def _print_summary(found: _Found, out: Console) -> None:
    """Print what was found in all."""
    for label, value in _summary(found):
        out.print(f"[bold]{label:<10}[/bold]  {value}")


def _summary(found: _Found) -> Iterator[tuple[str, str]]:
    total = found.annotated + found.not_annotated
    yield "records", f"{found.annotated:,} of {total:,} annotated"
    waves = ", ".join(f"{found.over_all[wave]:,} {wave}" for wave in BEAT_WAVES)
    yield "beats", f"{found.beats:,}: {waves} over all leads"
    yield "waves", f"{found.in_leads:,} in {_counted(found.leads, 'lead')}"
    if found.bare:
        yield "no wave", f"in {_counted(found.bare, 'lead')}, named above"


def _told_files(found: _Found, folder: Path, format: str) -> str:
    """Say where the files are."""
    if format != "wfdb":
        return f"wrote       {folder / FORMATS[format]}"
    files = found.annotated + found.leads
    return f"wrote       {_counted(files, 'file')} into {folder}: RECORD.{OVER_ALL} over all leads, RECORD.LEAD in each"


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
