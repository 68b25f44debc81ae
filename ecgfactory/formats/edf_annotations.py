"""Waves over all leads, artefacts, and beats and rhythms of composed records, as EDF+ annotations.

EDF+ counts in seconds; a sample's time has as many digits as it takes to get back to that sample.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import numpy.typing as npt
from edfio import EdfAnnotation

from ecgfactory.artefact_table import ArtefactTable
from ecgfactory.beat_table import SYMBOLS, BeatTable
from ecgfactory.formats.artefact_text import artefact_texts, artefacts_of_texts
from ecgfactory.formats.wave_marks import MARKS, marks_of
from ecgfactory.formats.wave_rows import places_among, waves_without_beats
from ecgfactory.rhythm_kinds import NAMES
from ecgfactory.rhythm_table import RhythmTable
from ecgfactory.wave_table import ABSENT, WaveTable

PEAKS = tuple("R peak" if name == "QRS" else f"{name} peak" for name in MARKS)
"""Texts of the peaks of waves, by `MARKS`."""

OFFSETS = tuple(f"{name} end" for name in MARKS)
"""Texts of the offsets of waves, where the start of the record cuts the wave off."""

ARTEFACT, BEAT, RHYTHM = "artefact ", "beat ", "rhythm "
"""How the texts of artefacts, beats and rhythms begin; kind and leads, symbol, or name follow."""


def encode_annotations(
    waves: WaveTable,
    sampling_rate_hz: int,
    r_peaks: npt.NDArray[np.int32] | None = None,
    start: int = 0,
    stop: int | None = None,
) -> list[EdfAnnotation]:
    """Annotate waves of one record over all leads, each from onset to offset and once more at its peak.

    Parameters
    ----------
    waves : WaveTable
        Of that record, over all leads.
    sampling_rate_hz : int
        Samples per second.
    r_peaks : int32 array, shape (beats,), optional
        R peaks of the beats of a composed record; see `marks_of`.
    start, stop : int
        The stretch that annotations are wanted of, by where they begin, in samples.
    """
    columns = (column.tolist() for column in (marks_of(waves, r_peaks), waves.onset, waves.peak, waves.offset))
    return [
        EdfAnnotation(sample / sampling_rate_hz, None if lasts is None else lasts / sampling_rate_hz, text)
        for mark, onset, peak, offset in zip(*columns, strict=True)
        for sample, lasts, text in _annotations(mark, onset, peak, offset)
        if start <= sample and (stop is None or sample < stop)
    ]


def _annotations(mark: int, onset: int, peak: int, offset: int) -> Iterator[tuple[int, int | None, str]]:
    """Yield sample, duration in samples and text of the annotations of a wave."""
    if onset != ABSENT:
        yield onset, None if offset == ABSENT else offset - onset, MARKS[mark]
    elif offset != ABSENT:
        yield offset, None, OFFSETS[mark]
    if peak != ABSENT:
        yield peak, None, PEAKS[mark]


def decode_annotations(
    annotations: Iterable[EdfAnnotation], lead_names: Sequence[str], sampling_rate_hz: int
) -> WaveTable:
    """Read the waves of one record back; annotations of artefacts, beats and rhythms are passed over.

    Raises
    ------
    ValueError
        When there are annotations of anything else, or not of whole waves.
    """
    peaks: list[list[int]] = [[] for _ in MARKS]
    bounds: list[tuple[int, int, int]] = []
    for onset_s, duration_s, text in sorted(annotations):
        sample = round(onset_s * sampling_rate_hz)
        if text in PEAKS:
            peaks[PEAKS.index(text)].append(sample)
        elif text in OFFSETS:
            bounds.append((OFFSETS.index(text), ABSENT, sample))
        elif text in MARKS:
            offset = ABSENT if duration_s is None else sample + round(duration_s * sampling_rate_hz)
            bounds.append((MARKS.index(text), sample, offset))
        elif not text.startswith((ARTEFACT, BEAT, RHYTHM)):
            raise ValueError(f"an annotation says {text!r}, which is no wave")
    points = {(mark, peak): [ABSENT, peak, ABSENT] for mark, of_mark in enumerate(peaks) for peak in of_mark}
    for mark, onset, offset in bounds:
        points[mark, _peak_within(peaks[mark], MARKS[mark], onset, offset)][::2] = onset, offset
    marks = [mark for mark, _ in points]
    return waves_without_beats(lead_names, [0] * len(marks), marks, list(points.values()))


def _peak_within(peaks: Sequence[int], name: str, onset: int, offset: int) -> int:
    """Return the peak between two bounds of a wave, or nearest to the one that is there; `peaks` rise."""
    place = bisect_right(peaks, offset) - 1 if onset == ABSENT else bisect_left(peaks, onset)
    if not 0 <= place < len(peaks) or (offset != ABSENT and peaks[place] > offset):
        raise ValueError(f"a {name} has no peak")
    return peaks[place]


def encode_beats(
    beats: BeatTable, sampling_rate_hz: int, start: int = 0, stop: int | None = None
) -> list[EdfAnnotation]:
    """Annotate the beats of one record at their R peaks, or those of a stretch."""
    first, end = np.searchsorted(beats.sample, [start, np.iinfo(np.int32).max if stop is None else stop])
    rows = zip(beats.sample[first:end].tolist(), beats.symbol[first:end].tolist(), strict=True)
    return [EdfAnnotation(sample / sampling_rate_hz, None, f"{BEAT}{SYMBOLS[symbol]}") for sample, symbol in rows]


def decode_beats(annotations: Iterable[EdfAnnotation], lead_names: Sequence[str], sampling_rate_hz: int) -> BeatTable:
    """Read the beats of one record back.

    Raises
    ------
    ValueError
        When one is of no known symbol.
    """
    found = [(onset_s, text.removeprefix(BEAT)) for onset_s, _, text in annotations if text.startswith(BEAT)]
    sample = [round(onset_s * sampling_rate_hz) for onset_s, _ in found]
    symbol = places_among(SYMBOLS, [symbol for _, symbol in found], "beat")
    return BeatTable(tuple(lead_names), 1, np.zeros(len(found), np.int32), np.array(sample, np.int32), symbol)


def encode_rhythms(
    rhythms: RhythmTable, sampling_rate_hz: int, start: int = 0, stop: int | None = None
) -> list[EdfAnnotation]:
    """Annotate the rhythms of one record, each from onset to offset, or those that begin in a stretch."""
    columns = (rhythms.rhythm.tolist(), rhythms.onset.tolist(), rhythms.offset.tolist())
    return [
        EdfAnnotation(onset / sampling_rate_hz, (offset - onset) / sampling_rate_hz, f"{RHYTHM}{NAMES[rhythm]}")
        for rhythm, onset, offset in zip(*columns, strict=True)
        if start <= onset and (stop is None or onset < stop)
    ]


def decode_rhythms(
    annotations: Iterable[EdfAnnotation], lead_names: Sequence[str], sampling_rate_hz: int
) -> RhythmTable:
    """Read the rhythms of one record back.

    Raises
    ------
    ValueError
        When one is not known.
    """
    found = [mark for mark in annotations if mark.text.startswith(RHYTHM)]
    onset = np.array([round(mark.onset * sampling_rate_hz) for mark in found], np.int32)
    lasts = np.array([round((mark.duration or 0) * sampling_rate_hz) for mark in found], np.int32)
    kinds = places_among(NAMES, [mark.text.removeprefix(RHYTHM) for mark in found], "rhythm")
    return RhythmTable(tuple(lead_names), 1, np.zeros(len(found), np.int32), kinds, onset, onset + lasts)


def encode_artefacts(artefacts: ArtefactTable, sampling_rate_hz: int) -> list[EdfAnnotation]:
    """Annotate the artefacts of one record, each from onset to offset."""
    columns = (artefact_texts(artefacts), artefacts.onset.tolist(), artefacts.offset.tolist())
    return [
        EdfAnnotation(onset / sampling_rate_hz, (offset - onset) / sampling_rate_hz, f"{ARTEFACT}{text}")
        for text, onset, offset in zip(*columns, strict=True)
    ]


def decode_artefacts(
    annotations: Iterable[EdfAnnotation], lead_names: Sequence[str], sampling_rate_hz: int
) -> ArtefactTable:
    """Read the artefacts of one record back; see `artefacts_of_texts`, for errors too."""
    held = []
    for onset_s, duration_s, text in annotations:
        if text.startswith(ARTEFACT):
            onset = round(onset_s * sampling_rate_hz)
            held.append((text.removeprefix(ARTEFACT), onset, onset + round((duration_s or 0) * sampling_rate_hz)))
    return artefacts_of_texts(lead_names, held)
