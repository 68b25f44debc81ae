"""What may be wrong in annotations.parquet: with its rows by themselves, and with those of records.parquet."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from ecgfactory.arrays import BoolArray, IntArray
from ecgfactory.dataset.files import DatasetFiles
from ecgfactory.dataset.names import ANNOTATIONS_FILE, BEATS_FILE, RECORDS_FILE
from ecgfactory.dataset.truth_checks import truth_problems
from ecgfactory.formats.annotations import AnnotationsReader
from ecgfactory.formats.beats import BeatsReader
from ecgfactory.formats.long_record import PIECE_S
from ecgfactory.record import record_id
from ecgfactory.request.plan import Plan
from ecgfactory.wave_table import ABSENT, NO_BEAT, POINTS, WAVES, WaveTable

_P, _QRS = WAVES.index("P"), WAVES.index("QRS")

Check = Callable[[WaveTable, Plan], BoolArray]
"""Tells which waves of records of a plan are wrong."""


def annotation_problems(dataset: DatasetFiles) -> Iterator[str]:
    """Yield what is wrong in the annotations of a dataset that has them, by record: the first wave that is.

    Where records are composed, beats.parquet is sound.

    Raises
    ------
    DamagedDatasetError
        When the file can't be read.
    """
    counts = _BeatCounts(dataset)

    def check(candidates: IntArray, waves: WaveTable) -> Iterator[str]:
        yield from _wave_problems(candidates, waves, dataset.plan)
        yield from counts.problems_of(candidates, waves)

    yield from truth_problems(dataset, ANNOTATIONS_FILE, AnnotationsReader, check, dataset.plan.request.is_in_pieces)
    yield from counts.problems()


def _wave_problems(candidates: IntArray, waves: WaveTable, plan: Plan) -> Iterator[str]:
    lead_of_each = waves.lead_of_each
    for words, check in _CHECKS.items():
        faulty = np.flatnonzero(check(waves, plan))
        for row in faulty[np.unique(waves.record[faulty], return_index=True)[1]].tolist():
            place = f"{ANNOTATIONS_FILE}: record {record_id(candidates[waves.record[row]])}"
            beat = "no beat" if waves.beat[row] == NO_BEAT else f"beat {waves.beat[row]}"
            yield f"{place}, {beat}, lead {lead_of_each[row]}, {WAVES[waves.wave[row]]}: {words}"


class _BeatCounts:
    """Counts R peaks and beats of each record, group by group, and compares them with what is known of its beats.

    Parameters
    ----------
    dataset : DatasetFiles
        Whose annotations are read.
    """

    def __init__(self, dataset: DatasetFiles) -> None:
        records = len(dataset.candidates)
        self._candidates = dataset.candidates
        self._peaks = np.zeros(records, dtype=np.int64)
        self._last = np.full(records, NO_BEAT, dtype=np.int64)
        self._is_there = np.zeros(records, dtype=bool)
        self._composed = (
            BeatsReader(dataset.path / BEATS_FILE, dataset.plan.lead_names) if dataset.is_composed else None
        )
        self._known = _composed_beats(self._composed, dataset) if self._composed else _measured_beats(dataset)

    def problems_of(self, candidates: IntArray, waves: WaveTable) -> Iterator[str]:
        """Count the waves of a group; yield records that are not there, or have R peaks where no beat was composed."""
        places = np.searchsorted(self._candidates, candidates).clip(max=len(self._candidates) - 1)
        is_known = self._candidates[places] == candidates
        for candidate in candidates[~is_known].tolist():
            yield f"{ANNOTATIONS_FILE}: record {record_id(candidate)} is not in {RECORDS_FILE}"
        candidates, waves, places = candidates[is_known], waves.take(np.flatnonzero(is_known)), places[is_known]
        peaks = _r_peaks(waves)
        if self._composed:
            for row in self._elsewhere(candidates, peaks, self._peaks[places]):
                yield f"{ANNOTATIONS_FILE}: record {record_id(candidates[row])} has R peaks that {BEATS_FILE} has not"
        self._is_there[places] = True
        self._peaks[places] += [len(of_record) for of_record in peaks]
        np.maximum.at(self._last, places[waves.record], waves.beat)

    def problems(self) -> Iterator[str]:
        """Yield what is wrong with the counts when all groups are counted."""
        known = np.where(self._known < 0, self._peaks, self._known)
        for row in np.flatnonzero((known != self._peaks) | (known != self._last + 1)).tolist():
            place = f"{ANNOTATIONS_FILE}: record {record_id(self._candidates[row])}"
            if not self._is_there[row]:
                yield f"{place} is missing; it has {known[row]} beats"
                continue
            has = f"{self._peaks[row]} R peaks and beats up to number {self._last[row]}"
            source = f"{BEATS_FILE} has {known[row]} beats" if self._composed else f"{known[row]} beats were measured"
            yield f"{place} has {has}, where {source}"

    def _elsewhere(self, candidates: IntArray, peaks: list[IntArray], before: IntArray) -> list[int]:
        """Return the records whose R peaks, of which some were in groups before, are not at the beats.

        How many there are is compared when all are counted.
        """
        assert self._composed is not None
        beats = self._composed.read(candidates)
        samples = (beats.of(row).sample[start:] for row, start in enumerate(before.tolist()))
        pairs = enumerate(zip(peaks, samples, strict=True))
        return [row for row, (held, known) in pairs if not np.array_equal(held[: len(known)], known[: len(held)])]


def _r_peaks(waves: WaveTable) -> list[IntArray]:
    """Return the R peaks over all leads of each record, in order of the rows."""
    is_peak = (waves.lead == 0) & (waves.wave == _QRS) & (waves.peak != ABSENT)
    return np.split(waves.peak[is_peak], np.searchsorted(waves.record[is_peak], np.arange(waves.records)))[1:]


def _composed_beats(reader: BeatsReader, dataset: DatasetFiles) -> IntArray:
    """Return how many beats each record was composed with."""
    known = np.zeros(len(dataset.candidates), dtype=np.int64)
    for candidates, beats in reader.groups():
        known[np.searchsorted(dataset.candidates, candidates)] = beats.counts
    return known


def _measured_beats(dataset: DatasetFiles) -> IntArray:
    """Return how many beats each record has, as it was measured without artefacts; -1 where that was not kept."""
    clean = dataset.clean_measured
    beats = np.nan_to_num((clean or dataset.measured)["beats"].astype(np.float64)).astype(np.int64)
    return beats if clean else np.where(dataset.injured["is_clean"].astype(bool), beats, -1)


def _out_of_order(waves: WaveTable, plan: Plan) -> BoolArray:
    named = (waves.record, _piece(waves, plan), waves.beat, waves.lead, waves.wave, _onset_of_none(waves))
    keys = np.stack([key.astype(np.int64) for key in named])
    order = np.lexsort(keys[::-1])
    rank = np.empty(len(waves), dtype=np.int64)
    rank[order] = np.arange(len(waves))
    same = np.ones(len(waves), dtype=bool)
    same[1:] = np.all(np.diff(keys) == 0, axis=0)
    same[:1] = False
    misplaced: BoolArray = same | (rank != np.arange(len(waves)))
    return misplaced


def _piece(waves: WaveTable, plan: Plan) -> IntArray:
    """Return in which piece of its record each wave is written: there is one, unless records are long."""
    samples = PIECE_S * plan.recorder.rate_hz if plan.request.is_in_pieces else plan.samples_per_lead
    return waves.peak.astype(np.int64).clip(0, plan.samples_per_lead - 1) // samples


def _onset_of_none(waves: WaveTable) -> IntArray:
    """Return the onsets of waves that belong to no beat, of which a lead may have many, and 0 for the others."""
    return np.where(waves.beat == NO_BEAT, waves.onset.astype(np.int64), 0)


def _outside(waves: WaveTable, plan: Plan) -> BoolArray:
    points = _points(waves)
    outside: BoolArray = np.any((points < ABSENT) | (points >= plan.samples_per_lead), axis=0)
    return outside


def _swapped(waves: WaveTable, plan: Plan) -> BoolArray:
    onset, peak, offset = _points(waves)
    known = (onset != ABSENT, peak != ABSENT, offset != ABSENT)
    swapped: BoolArray = (
        (known[0] & known[1] & (onset > peak))
        | (known[1] & known[2] & (peak > offset))
        | (known[0] & known[2] & (onset > offset))
    )
    return swapped


def _unmarked(waves: WaveTable, plan: Plan) -> BoolArray:
    unmarked: BoolArray = np.all(_points(waves) == ABSENT, axis=0)
    return unmarked


def _overlapping(waves: WaveTable, plan: Plan) -> BoolArray:
    """Tell which waves begin before the one before them in their lead has ended; a bound that is absent is its peak.

    Waves of no beat may lie anywhere. In composed records a beat may come so early that its waves lie in the T before,
    and a retrograde P, which comes after its QRS, lies in ST and T.
    """
    order, is_first, _ = _by_lead(waves)
    begin, end = _extent(waves)
    is_after = ~is_first[1:]
    if plan.is_composed:
        before, after = waves.wave[order[:-1]], waves.wave[order[1:]]
        is_after &= (np.diff(waves.beat[order]) == 0) & (after != _P) & ((before != _P) | (after == _QRS))
    overlapping = np.zeros(len(waves), dtype=bool)
    overlapping[order[1:]] = is_after & (begin[order[1:]] <= end[order[:-1]])
    return overlapping


def _cut_inside(waves: WaveTable, plan: Plan) -> BoolArray:
    """Tell which waves lack a bound though another wave of a beat is between them and that end of the record."""
    order, is_first, is_last = _by_lead(waves)
    begin, end = (bounds[order] for bounds in _extent(waves))
    follows, precedes = ~is_first, ~is_last
    follows[1:] &= begin[1:] > end[:-1]
    precedes[:-1] &= end[:-1] < begin[1:]
    cut = np.zeros(len(waves), dtype=bool)
    cut[order] = (follows & (waves.onset[order] == ABSENT)) | (precedes & (waves.offset[order] == ABSENT))
    return cut


def _extent(waves: WaveTable) -> tuple[IntArray, IntArray]:
    """Return the first and the last sample of each wave; its peak where that is absent."""
    onset, peak, offset = _points(waves)
    return np.where(onset != ABSENT, onset, peak), np.where(offset != ABSENT, offset, peak)


def _by_lead(waves: WaveTable) -> tuple[IntArray, BoolArray, BoolArray]:
    """Return the waves of beats by record, lead and time, and which of them, in that order, are first and last."""
    places = np.flatnonzero(waves.beat != NO_BEAT)
    key = waves.record[places].astype(np.int64) * (1 + len(waves.lead_names)) + waves.lead[places]
    order = places[np.lexsort((_extent(waves)[0][places], waves.beat[places], key))]
    key = np.sort(key)
    changes = np.diff(key, prepend=-1, append=-1) != 0
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
