"""Waves as WFDB annotation files; see `wfdb_marks`, and `wfdb_composed` for those of composed records."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from ecgfactory.arrays import BoolArray, IntArray
from ecgfactory.formats.wave_rows import waves_without_beats
from ecgfactory.formats.wfdb_marks import Ends, Marks, decode_marks, encode_marks
from ecgfactory.wave_table import ABSENT, WaveTable

Decoded = TypeVar("Decoded")

OVER_ALL = "atr"
"""Suffix of the file of what is marked over all leads."""

PEAK_SYMBOLS = ("p", "N", "t")
"""Symbols of the peaks of `BEAT_WAVES`; `(` and `)` are those of their onsets and offsets."""

_ONSET, PEAKS, _OFFSET = 39, np.array([24, 1, 27]), 40
"""Type codes of these symbols."""

STRAY_MARKS = "an annotation file has marks that are of no wave"

_NO_WAVE = -1

_WAVE_OF_CODE = np.full(64, _NO_WAVE)
_WAVE_OF_CODE[PEAKS] = np.arange(len(PEAKS))


def annotators(lead_names: Sequence[str]) -> list[str]:
    """Name the files of a record, by their suffixes without a dot: over all leads, then of each lead as LUDB does."""
    return [OVER_ALL, *(name.lower() for name in lead_names)]


def encode_annotations(waves: WaveTable) -> bytes:
    """Encode waves of one lead, or over all of them, of one record.

    Parameters
    ----------
    waves : WaveTable
        Of that record and lead alone, as `waves.of(row).of_lead(name)` gives them.

    Returns
    -------
    bytes
        A word for each onset, peak and offset that is there, by sample, and the end. Marks on the same sample are in
        the order of the table, so that a wave ends before the next begins.
    """
    return encode_marks(wave_marks(waves, np.zeros_like(waves.record), PEAKS[waves.wave]), Ends.none(1))[0]


def encode_annotation_files(waves: WaveTable) -> list[list[bytes]]:
    """Encode the waves of records at once: for each, the file over all leads and then that of each lead."""
    files = 1 + len(waves.lead_names)
    marks = wave_marks(waves, waves.record.astype(np.int64) * files + waves.lead, PEAKS[waves.wave])
    encoded = encode_marks(marks, Ends.none(waves.records * files))
    return [encoded[first : first + files] for first in range(0, len(encoded), files)]


def decode_annotation_files(files: Sequence[bytes], lead_names: Sequence[str]) -> WaveTable:
    """Read the waves of one record back; see `encode_annotation_files`.

    Raises
    ------
    ValueError
        When a file holds anything but whole waves.
    """
    found = decode_each(files, lead_names, lambda content: _marked(decode_marks(content)))
    lead = np.repeat(np.arange(len(files)), [len(waves) for waves, _ in found])
    waves, points = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return waves_without_beats(lead_names, lead, waves, points)


def decode_each(files: Sequence[bytes], lead_names: Sequence[str], decode: Callable[[bytes], Decoded]) -> list[Decoded]:
    """Decode each of the files of a record; a ValueError names the one, by its suffix."""
    found = []
    for name, content in zip(annotators(lead_names), files, strict=False):
        try:
            found.append(decode(content))
        except ValueError as error:
            raise ValueError(f"in .{name}, {error}") from None
    return found


def _marked(marks: Marks) -> tuple[IntArray, IntArray]:
    """Return the waves of a file, as places in `BEAT_WAVES`, and the points of each."""
    peaks, points = marked_waves(marks)
    waves = _WAVE_OF_CODE[marks.code[peaks]]
    if _NO_WAVE in waves:
        raise ValueError(STRAY_MARKS)
    return waves, points


def wave_marks(
    waves: WaveTable, file: npt.NDArray[np.integer], peak_code: IntArray, num: IntArray | None = None
) -> Marks:
    """Return the marks of waves: onset, peak and offset of each, as far as they are there.

    Parameters
    ----------
    waves : WaveTable
        The waves.
    file : int array, shape (waves,)
        Number of the file that each belongs in.
    peak_code : int64 array, shape (waves,)
        Type code of its peak.
    num : int64 array, shape (waves,), optional
        What each of its marks has as `num`.
    """
    points = np.stack([waves.onset, waves.peak, waves.offset], axis=1)
    there = points != ABSENT
    wave, point = there.nonzero()
    codes = np.stack([np.full_like(peak_code, _ONSET), peak_code, np.full_like(peak_code, _OFFSET)], axis=1)
    return Marks.of(file[wave], points[wave, point], codes[wave, point], 0 if num is None else num[wave])


def marked_waves(marks: Marks) -> tuple[IntArray, IntArray]:
    """Find waves among marks of one file that are all of waves.

    Returns
    -------
    peaks : int64 array, shape (waves,)
        Which of the marks are peaks.
    points : int64 array, shape (waves, 3)
        Onset, peak and offset of each wave: the brackets are those next to its peak among the marks of the same `num`.

    Raises
    ------
    ValueError
        When a bracket is next to no peak.
    """
    order = np.argsort(marks.num, kind="stable")
    sorted_ = marks.take(order)
    peaks = np.flatnonzero((sorted_.code != _ONSET) & (sorted_.code != _OFFSET))
    onset, offset = _beside(sorted_, peaks, -1, _ONSET), _beside(sorted_, peaks, 1, _OFFSET)
    points = np.stack([onset, sorted_.sample[peaks], offset], axis=1)
    if np.count_nonzero(points != ABSENT) != len(marks):
        raise ValueError(STRAY_MARKS)
    return order[peaks], points


def _beside(marks: Marks, peaks: IntArray, step: int, bracket: int) -> IntArray:
    """Return where the bracket is that is before or after each peak, `ABSENT` where there is none of that wave."""
    place = np.clip(peaks + step, 0, max(len(marks) - 1, 0))
    is_bracket: BoolArray = (marks.code[place] == bracket) & (marks.num[place] == marks.num[peaks])
    return np.where(is_bracket, marks.sample[place], ABSENT)
