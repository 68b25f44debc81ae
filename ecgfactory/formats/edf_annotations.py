"""Waves over all leads, and artefacts, as EDF+ annotations.

EDF+ counts in seconds; a sample's time has as many digits as it takes to get back to that sample.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from edfio import EdfAnnotation

from ecgfactory.artefact_table import ArtefactTable
from ecgfactory.formats.artefact_text import artefact_texts, artefacts_of_texts
from ecgfactory.formats.wave_rows import waves_without_beats
from ecgfactory.wave_table import ABSENT, BEAT_WAVES, WaveTable

PEAKS = ("P peak", "R peak", "T peak")
"""Texts of the peaks of `BEAT_WAVES`."""

OFFSETS = ("P end", "QRS end", "T end")
"""Texts of the offsets of `BEAT_WAVES`, where the start of the record cuts the wave off."""


ARTEFACT = "artefact "
"""How the text of an artefact begins; its kind and leads follow."""


def encode_annotations(waves: WaveTable, sampling_rate_hz: int) -> list[EdfAnnotation]:
    """Annotate waves of one record over all leads, each from onset to offset and once more at its peak."""
    columns = (column.tolist() for column in (waves.wave, waves.onset, waves.peak, waves.offset))
    return [
        EdfAnnotation(sample / sampling_rate_hz, None if lasts is None else lasts / sampling_rate_hz, text)
        for wave, onset, peak, offset in zip(*columns, strict=True)
        for sample, lasts, text in _marks(wave, onset, peak, offset)
    ]


def _marks(wave: int, onset: int, peak: int, offset: int) -> Iterator[tuple[int, int | None, str]]:
    """Yield sample, duration in samples and text of the annotations of a wave."""
    if onset != ABSENT:
        yield onset, None if offset == ABSENT else offset - onset, BEAT_WAVES[wave]
    elif offset != ABSENT:
        yield offset, None, OFFSETS[wave]
    if peak != ABSENT:
        yield peak, None, PEAKS[wave]


def decode_annotations(
    annotations: Iterable[EdfAnnotation], lead_names: Sequence[str], sampling_rate_hz: int
) -> WaveTable:
    """Read the waves of one record back; annotations of artefacts are passed over.

    Raises
    ------
    ValueError
        When there are annotations of anything else, or not of whole waves.
    """
    peaks: list[tuple[int, int]] = []
    bounds: list[tuple[int, int, int]] = []
    for onset_s, duration_s, text in annotations:
        sample = round(onset_s * sampling_rate_hz)
        if text in PEAKS:
            peaks.append((PEAKS.index(text), sample))
        elif text in OFFSETS:
            bounds.append((OFFSETS.index(text), ABSENT, sample))
        elif text in BEAT_WAVES:
            offset = ABSENT if duration_s is None else sample + round(duration_s * sampling_rate_hz)
            bounds.append((BEAT_WAVES.index(text), sample, offset))
        elif not text.startswith(ARTEFACT):
            raise ValueError(f"an annotation says {text!r}, which is no wave")
    points = {peak: [ABSENT, peak[1], ABSENT] for peak in peaks}
    for wave, onset, offset in bounds:
        points[wave, _peak_within(peaks, wave, onset, offset)][::2] = onset, offset
    kinds = [wave for wave, _ in points]
    return waves_without_beats(lead_names, [0] * len(kinds), kinds, list(points.values()))


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


def _peak_within(peaks: Sequence[tuple[int, int]], wave: int, onset: int, offset: int) -> int:
    """Return the peak between two bounds of a wave, or nearest to the one that is there."""
    within = [peak for kind, peak in peaks if kind == wave and onset <= peak and (offset == ABSENT or peak <= offset)]
    if not within:
        raise ValueError(f"a {BEAT_WAVES[wave]} has no peak")
    return within[-1 if onset == ABSENT else 0]
