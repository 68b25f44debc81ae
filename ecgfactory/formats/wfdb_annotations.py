"""Waves as WFDB annotation files, as `wfdb.wrann` of wfdb 4.3 writes them.

Layout: annot(5) of the WFDB Applications Guide, https://physionet.org/physiotools/wag/annot-5.htm. Marks are counted in
samples of the record; the sampling rate is in the record's header, and not noted once more (no `fs` in `wrann`), as in
LUDB's files.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ecgfactory.formats.wave_rows import waves_without_beats
from ecgfactory.wave_table import ABSENT, WaveTable

PEAK_SYMBOLS = ("p", "N", "t")
"""Symbols of the peaks of `WAVES`; `(` and `)` are those of their onsets and offsets."""

_ONSET, _PEAKS, _OFFSET = 39, [24, 1, 27], 40
"""Type codes of these symbols."""

_CODES = np.array([[_ONSET, peak, _OFFSET] for peak in _PEAKS], dtype=np.uint16)
"""Type codes by wave (`WAVES`) and point (`POINTS`)."""

_SKIP = 59 << 10
"""Word that says that the next two hold the samples since the mark before, the upper half first."""

_LONGEST = 1023
"""Most samples since the mark before that fit into a mark's own word, beside its code in the upper 6 bits."""


def annotators(lead_names: Sequence[str]) -> list[str]:
    """Name the files of a record, by their suffixes without a dot: over all leads, then of each lead as LUDB does."""
    return ["atr", *(name.lower() for name in lead_names)]


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
    return _encode(waves, np.zeros(len(waves), dtype=np.int64), 1)[0]


def encode_annotation_files(waves: WaveTable) -> list[list[bytes]]:
    """Encode the waves of records at once: for each, the file over all leads and then that of each lead."""
    files = 1 + len(waves.lead_names)
    encoded = _encode(waves, waves.record.astype(np.int64) * files + waves.lead, waves.records * files)
    return [encoded[first : first + files] for first in range(0, len(encoded), files)]


def decode_annotation_files(files: Sequence[bytes], lead_names: Sequence[str]) -> WaveTable:
    """Read the waves of one record back; see `encode_annotation_files`.

    Raises
    ------
    ValueError
        When a file holds anything but whole waves.
    """
    waves = [np.array(_marked_waves(*_marks(content)), dtype=np.int32).reshape(-1, 4) for content in files]
    lead = np.repeat(np.arange(len(files)), [len(of_lead) for of_lead in waves])
    rows = np.concatenate(waves)
    return waves_without_beats(lead_names, lead, rows[:, 0], rows[:, 1:])


def _encode(waves: WaveTable, file: npt.NDArray[np.int64], files: int) -> list[bytes]:
    """Encode files, given the number of the one that each wave belongs to."""
    points = np.stack([waves.onset, waves.peak, waves.offset], axis=1)
    there = points != ABSENT
    sample, code, file = points[there].astype(np.int64), _CODES[waves.wave][there], file.repeat(there.sum(axis=1))
    order = np.lexsort((sample, file))
    sample, code, file = sample[order], code[order], file[order]

    since = np.diff(sample, prepend=0)
    is_first = np.diff(file, prepend=-1) != 0
    since[is_first] = sample[is_first]
    is_long = since > _LONGEST

    words_before = np.cumsum(1 + 3 * is_long)
    place = words_before - 1 + file  # each file before it has ended with a word
    ends = np.concatenate([[0], words_before])[np.searchsorted(file, np.arange(files), side="right")]
    ends += np.arange(1, files + 1)
    words = np.zeros(ends[-1] if files else 0, dtype="<u2")
    words[place] = code << 10 | np.where(is_long, 0, since).astype(np.uint16)
    words[place[is_long] - 3] = _SKIP
    words[place[is_long] - 2] = since[is_long] >> 16
    words[place[is_long] - 1] = since[is_long] & 0xFFFF
    content, limits = words.tobytes(), [0, *(2 * ends).tolist()]
    return [content[start:end] for start, end in itertools.pairwise(limits)]


def _marks(content: bytes) -> tuple[list[int], list[int]]:
    """Return samples and type codes of the marks in a file."""
    if len(content) % 2:
        raise ValueError("an annotation file ends within a word")
    words = iter(np.frombuffer(content, dtype="<u2").tolist())
    samples, codes, sample = list[int](), list[int](), 0
    for word in words:
        if word == _SKIP:
            sample += next(words, 0) << 16 | next(words, 0)
        else:
            sample += word & _LONGEST
            samples.append(sample)
            codes.append(word >> 10)
    if not codes or codes.pop() or 0 in codes:
        raise ValueError("an annotation file has no end, or goes on after it")
    return samples[:-1], codes


def _marked_waves(samples: list[int], codes: list[int]) -> list[tuple[int, int, int, int]]:
    """Return wave, onset, peak and offset of each peak, with the brackets next to it."""
    waves = []
    for place, code in enumerate(codes):
        if code in _PEAKS:
            has_onset, has_offset = codes[place - 1 : place] == [_ONSET], codes[place + 1 : place + 2] == [_OFFSET]
            onset, offset = samples[place - 1] if has_onset else ABSENT, samples[place + 1] if has_offset else ABSENT
            waves.append((_PEAKS.index(code), onset, samples[place], offset))
    if sum(point != ABSENT for wave in waves for point in wave[1:]) != len(codes):
        raise ValueError("an annotation file has marks that are of no wave")
    return waves
