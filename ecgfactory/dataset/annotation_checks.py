"""What may be wrong in annotations.parquet: with its rows by themselves, and with those of records.parquet."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from ecgfactory.arrays import BoolArray, IntArray
from ecgfactory.dataset.files import DatasetFiles
from ecgfactory.dataset.names import ANNOTATIONS_FILE
from ecgfactory.dataset.truth_checks import truth_problems
from ecgfactory.formats.annotations import AnnotationsReader
from ecgfactory.record import record_id
from ecgfactory.wave_table import ABSENT, BEAT_WAVES, POINTS, WaveTable

Check = Callable[[WaveTable, int], BoolArray]
"""Tells which waves of records of so many samples are wrong."""


def annotation_problems(dataset: DatasetFiles) -> Iterator[str]:
    """Yield what is wrong in the annotations of a dataset that has them, by record: the first wave that is.

    Raises
    ------
    DamagedDatasetError
        When the file can't be read.
    """
    unseen = dict(zip(dataset.candidates.tolist(), _beats(dataset), strict=True))

    def check(candidates: IntArray, waves: WaveTable) -> Iterator[str]:
        yield from _wave_problems(candidates, waves, dataset.plan.samples_per_lead)
        yield from _beat_problems(candidates, waves, unseen)

    yield from truth_problems(dataset, ANNOTATIONS_FILE, AnnotationsReader, check)
    for candidate, beats in unseen.items():
        if beats:
            yield f"{ANNOTATIONS_FILE}: record {record_id(candidate)} is missing; it has {beats} beats"


def _beats(dataset: DatasetFiles) -> list[int | None]:
    """Return how many beats each record has, as it was measured without artefacts; None where that was not kept."""
    clean = dataset.clean_measured
    beats = np.nan_to_num((clean or dataset.measured)["beats"].astype(np.float64)).astype(np.int64).tolist()
    known = [True] * len(beats) if clean else dataset.injured["is_clean"].tolist()
    return [number if is_known else None for number, is_known in zip(beats, known, strict=True)]


def _wave_problems(candidates: IntArray, waves: WaveTable, samples: int) -> Iterator[str]:
    lead_of_each = waves.lead_of_each
    for words, check in _CHECKS.items():
        faulty = np.flatnonzero(check(waves, samples))
        for row in faulty[np.unique(waves.record[faulty], return_index=True)[1]].tolist():
            place = f"{ANNOTATIONS_FILE}: record {record_id(candidates[waves.record[row]])}"
            wave = f"beat {waves.beat[row]}, lead {lead_of_each[row]}, {BEAT_WAVES[waves.wave[row]]}"
            yield f"{place}, {wave}: {words}"


def _beat_problems(candidates: IntArray, waves: WaveTable, unseen: dict[int, int | None]) -> Iterator[str]:
    """Compare the beats of records with how many were measured; what is seen is taken out of `unseen`."""
    has_peak = (waves.lead == 0) & (waves.wave == BEAT_WAVES.index("QRS")) & (waves.peak != ABSENT)
    peaks = np.bincount(waves.record[has_peak], minlength=waves.records)
    last = np.zeros(waves.records, dtype=np.int64)
    np.maximum.at(last, waves.record, waves.beat)
    for row, candidate in enumerate(candidates.tolist()):
        place = f"{ANNOTATIONS_FILE}: record {record_id(candidate)}"
        if candidate not in unseen:
            yield f"{place} is not in records.parquet"
            continue
        measured = unseen.pop(candidate)
        beats = peaks[row] if measured is None else measured
        if not beats == peaks[row] == last[row] + 1:
            has = f"{peaks[row]} R peaks and beats up to number {last[row]}"
            yield f"{place} has {has}, where {beats} beats were measured"


def _out_of_order(waves: WaveTable, samples: int) -> BoolArray:
    order = np.lexsort((waves.wave, waves.lead, waves.beat, waves.record))
    rank = np.empty(len(waves), dtype=np.int64)
    rank[order] = np.arange(len(waves))
    same = np.ones(len(waves), dtype=bool)
    for name in ("record", "beat", "lead", "wave"):
        same[1:] &= np.diff(getattr(waves, name)) == 0
    same[:1] = False
    misplaced: BoolArray = same | (rank != np.arange(len(waves)))
    return misplaced


def _outside(waves: WaveTable, samples: int) -> BoolArray:
    points = _points(waves)
    outside: BoolArray = np.any((points < ABSENT) | (points >= samples), axis=0)
    return outside


def _swapped(waves: WaveTable, samples: int) -> BoolArray:
    onset, peak, offset = _points(waves)
    known = (onset != ABSENT, peak != ABSENT, offset != ABSENT)
    swapped: BoolArray = (
        (known[0] & known[1] & (onset > peak))
        | (known[1] & known[2] & (peak > offset))
        | (known[0] & known[2] & (onset > offset))
    )
    return swapped


def _unmarked(waves: WaveTable, samples: int) -> BoolArray:
    unmarked: BoolArray = np.all(_points(waves) == ABSENT, axis=0)
    return unmarked


def _overlapping(waves: WaveTable, samples: int) -> BoolArray:
    """Tell which waves begin before the one before them in their lead has ended; a bound that is absent is its peak."""
    onset, peak, offset = _points(waves)
    begin = np.where(onset != ABSENT, onset, peak)
    end = np.where(offset != ABSENT, offset, peak)
    order, is_first, _ = _by_lead(waves)
    overlapping = np.zeros(len(waves), dtype=bool)
    overlapping[order[1:]] = ~is_first[1:] & (begin[order[1:]] <= end[order[:-1]])
    return overlapping


def _cut_inside(waves: WaveTable, samples: int) -> BoolArray:
    """Tell which waves lack a bound though another wave is between them and that end of the record."""
    order, is_first, is_last = _by_lead(waves)
    cut = np.empty(len(waves), dtype=bool)
    cut[order] = (~is_first & (waves.onset[order] == ABSENT)) | (~is_last & (waves.offset[order] == ABSENT))
    return cut


def _by_lead(waves: WaveTable) -> tuple[IntArray, BoolArray, BoolArray]:
    """Return the order of waves by record and lead, and which of them, in that order, are first and last in theirs."""
    key = waves.record.astype(np.int64) * (1 + len(waves.lead_names)) + waves.lead
    order = np.argsort(key, kind="stable")
    changes = np.diff(key[order], prepend=-1, append=-1) != 0
    return order, changes[:-1], changes[1:]


def _points(waves: WaveTable) -> IntArray:
    return np.stack([getattr(waves, point) for point in POINTS]).astype(np.int64)


_CHECKS: dict[str, Check] = {
    "its row is not in the order of beats, leads and waves": _out_of_order,
    "it lies outside of the signal": _outside,
    "onset, peak and offset are not in this order": _swapped,
    "nothing is marked": _unmarked,
    "it overlaps the wave before it": _overlapping,
    "a bound is absent though no end of the record cuts it off": _cut_inside,
}
"""What may be wrong with a wave, in words."""
