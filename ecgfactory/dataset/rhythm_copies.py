"""What may be wrong with beats and rhythms in the files of formats: they disagree with the tables of the dataset."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ecgfactory.beat_table import BeatTable
from ecgfactory.dataset.files import DatasetFiles
from ecgfactory.dataset.names import BEATS_FILE, RHYTHMS_FILE
from ecgfactory.dataset.truth_checks import copy_problems, differing_rows, rows_of_each
from ecgfactory.formats.beats import BeatsReader
from ecgfactory.formats.clean_twin import format_named
from ecgfactory.formats.rhythms import RhythmsReader
from ecgfactory.record_rows import RecordRows
from ecgfactory.rhythm_table import RhythmTable


def rhythm_copy_problems(dataset: DatasetFiles, records_at_once: int) -> Iterator[str]:
    """Yield what is wrong with beats and rhythms in every file of a dataset of which both tables are sound."""

    def beats(name: str, path: str, candidates: Sequence[int], told: BeatTable) -> dict[str, list[int]]:
        with dataset.format_file(name, path) as folder:
            held = format_named(name).read_beats(folder, path, candidates, dataset.plan.spec_of(name))
        return _differing("beats", held, told, ("sample", "symbol"))

    def rhythms(name: str, path: str, candidates: Sequence[int], told: RhythmTable) -> dict[str, list[int]]:
        with dataset.format_file(name, path) as folder:
            held = format_named(name).read_rhythms(folder, path, candidates, dataset.plan.spec_of(name))
        return _differing("rhythms", held, told, ("rhythm", "onset", "offset"))

    formats = dataset.plan.formats
    yield from copy_problems(dataset, formats, BEATS_FILE, BeatsReader, beats, records_at_once)
    yield from copy_problems(dataset, formats, RHYTHMS_FILE, RhythmsReader, rhythms, records_at_once)


def _differing(noun: str, held: RecordRows | None, told: RecordRows, columns: Sequence[str]) -> dict[str, list[int]]:
    """Return of which records a format holds other rows, where it holds such rows."""
    return {noun: differing_rows(rows_of_each(held, columns), rows_of_each(told, columns))} if held is not None else {}
