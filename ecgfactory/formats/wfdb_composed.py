"""Composed records as WFDB annotation files: beats, rhythms and waves; see `wfdb_marks`.

The peak of a QRS, or a beat where no waves are marked, has the symbol of its beat, as the MIT-BIH databases have it.
That of a P wave which is not conducted is `x`; those of the waves of flutter and fibrillation are comments, `"`, whose
texts are "F" and "f" (`wfdb.rdann` passes over a comment at sample 0). Waves may overlap, so that `num` says which kind
each mark of a wave is of (`MARKS`), as ecgpuwave says it of `(` and `)`: 0 is P, 1 QRS and 2 T. Where a rhythm begins,
`+` has its name in MIT-BIH's words as text, such as "(AFIB"; rhythms that share one are told apart by `subtype`, which
counts them in the order of `rhythm_kinds`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import numpy as np

from ecgfactory.arrays import BoolArray, IntArray
from ecgfactory.beat_table import SYMBOLS, BeatTable
from ecgfactory.formats.batch import Composed
from ecgfactory.formats.long_record import LongRecord
from ecgfactory.formats.settled_waves import PendingWaves, SettledWaves
from ecgfactory.formats.wave_marks import BLOCKED_P, MARKS, RETROGRADE_P, marks_of
from ecgfactory.formats.wave_rows import waves_without_beats
from ecgfactory.formats.wfdb_annotations import STRAY_MARKS, decode_each, marked_waves, wave_marks
from ecgfactory.formats.wfdb_marks import Ends, Marks, decode_marks, encode_marks
from ecgfactory.leads import SignalUv
from ecgfactory.rhythm_kinds import KINDS, NAMES
from ecgfactory.rhythm_table import RhythmTable
from ecgfactory.wave_table import WAVES, WaveTable

_P, _QRS, _T, _F, _f = range(len(WAVES))

_BEATS = {"N": 1, "A": 8, "V": 5, "j": 11, "E": 10}
"""Type codes of beats; https://physionet.org/physiotools/wpg/."""

_CODE_OF_BEAT = np.array([_BEATS[symbol] for symbol in SYMBOLS])

_NO_BEAT_CODE = -1

_SYMBOL_OF_CODE = np.full(64, _NO_BEAT_CODE, dtype=np.int8)
_SYMBOL_OF_CODE[_CODE_OF_BEAT] = np.arange(len(SYMBOLS))

_COMMENT, _RHYTHM = 22, 28
"""Type codes of `"` and `+`."""

_PEAK_OF_MARK = {_P: 24, _QRS: _BEATS["N"], _T: 27, _F: _COMMENT, _f: _COMMENT, RETROGRADE_P: 24, BLOCKED_P: 37}

_PEAK = np.array([_PEAK_OF_MARK[mark] for mark in range(len(MARKS))])
"""Type codes of peaks, by `MARKS`; that of a QRS is the one of its beat."""

_TEXTS = ("", "F", "f", *dict.fromkeys(kind.aux for kind in KINDS.values()))

_TEXT_OF_MARK = np.array([_TEXTS.index(name) if name in _TEXTS else 0 for name in MARKS])

_TEXT_OF_RHYTHM = np.array([_TEXTS.index(KINDS[name].aux) for name in NAMES])

_SUBTYPE_OF_RHYTHM = np.array(
    [np.count_nonzero(_TEXT_OF_RHYTHM[:place] == text) for place, text in enumerate(_TEXT_OF_RHYTHM)]
)


class ComposedFiles:
    """The annotation files of one composed record, written from its start to its end.

    Parameters
    ----------
    composed : Composed
        What that record was composed as.
    leads : int
        How many leads have a file of their own; none where waves are not marked.
    """

    def __init__(self, composed: Composed, leads: int) -> None:
        self._beats = composed.beats
        self._rhythms = _rhythm_marks(composed.rhythms)
        self._ends = Ends.none(1 + leads)

    def next(self, settled: SettledWaves, is_last: bool) -> list[bytes]:
        """Return what follows in each file: the marks of a stretch, and at last the end.

        Raises
        ------
        ValueError
            When waves are of other beats than the record has.
        """
        marks = self._beat_marks() if settled.waves is None else self._wave_marks(settled.waves)
        marks = Marks.joined([self._rhythms, marks])
        marks = marks.take((marks.sample >= settled.start) & (marks.sample < settled.stop))
        self._check_beats(marks.sample[(marks.file == 0) & (_SYMBOL_OF_CODE[marks.code] != _NO_BEAT_CODE)], settled)
        return encode_marks(marks, self._ends, is_last)

    def _beat_marks(self) -> Marks:
        sample, code = self._beats.sample, _CODE_OF_BEAT[self._beats.symbol]
        return replace(Marks.of(np.zeros_like(sample), sample, code), texts=_TEXTS)

    def _wave_marks(self, waves: WaveTable) -> Marks:
        mark = marks_of(waves, self._beats.sample)
        peak = _PEAK[mark]
        is_qrs = mark == _QRS
        peak[is_qrs] = _CODE_OF_BEAT[self._beats.symbol[waves.beat[is_qrs]]]
        marks = wave_marks(waves, waves.lead, peak, mark.astype(np.int64))
        text = np.where(marks.code == _COMMENT, _TEXT_OF_MARK[marks.num], 0)
        return replace(marks, text=text, texts=_TEXTS)

    def _check_beats(self, marked: IntArray, settled: SettledWaves) -> None:
        first, stop = np.searchsorted(self._beats.sample, [settled.start, settled.stop])
        if not np.array_equal(np.sort(marked), self._beats.sample[first:stop]):
            raise ValueError("waves are to be written whose R peaks are of other beats than the record has")


def write_with_pieces(
    record: LongRecord, files: ComposedFiles, paths: Sequence[Path], has_waves: bool
) -> Iterator[SignalUv]:
    """Yield the signal of each piece of a record, and write its annotations meanwhile.

    Parameters
    ----------
    record : LongRecord
        The record.
    files : ComposedFiles
        What it was composed as.
    paths : sequence of Path
        Where to write its files; see `annotators`.
    has_waves : bool
        Whether its waves are marked.
    """
    waves = PendingWaves(has_waves)
    with ExitStack() as stack:
        streams = [stack.enter_context(path.open("wb")) for path in paths]

        def write(settled: SettledWaves, is_last: bool) -> None:
            for stream, content in zip(streams, files.next(settled, is_last), strict=True):
                stream.write(content)

        for piece in record.pieces():
            write(waves.add(piece), is_last=False)
            yield piece.signal_uv
        write(waves.rest(), is_last=True)


def decode_beats(content: bytes, lead_names: Sequence[str]) -> BeatTable:
    """Read the beats of a record back from its file over all leads; raises as `decode_marks`."""
    marks = decode_marks(content)
    symbol = _SYMBOL_OF_CODE[marks.code]
    is_beat = symbol != _NO_BEAT_CODE
    record = np.zeros(np.count_nonzero(is_beat), dtype=np.int32)
    return BeatTable(tuple(lead_names), 1, record, marks.sample[is_beat].astype(np.int32), symbol[is_beat])


def decode_rhythms(content: bytes, lead_names: Sequence[str], samples: int) -> RhythmTable:
    """Read the rhythms of a record of so many samples back from its file over all leads.

    Raises
    ------
    ValueError
        As `decode_marks` does, and when a rhythm is not known.
    """
    marks = decode_marks(content)
    marks = marks.take(marks.code == _RHYTHM)
    kinds = [_kind(marks.texts[text], subtype) for text, subtype in zip(marks.text, marks.subtype, strict=True)]
    onset = marks.sample.astype(np.int32)
    offset = np.append(onset[1:] - 1, samples - 1).astype(np.int32)[: len(onset)]
    record = np.zeros(len(onset), dtype=np.int32)
    return RhythmTable(tuple(lead_names), 1, record, np.array(kinds, dtype=np.int8), onset, offset)


def decode_waves(files: Sequence[bytes], lead_names: Sequence[str]) -> WaveTable:
    """Read the waves of a record back from its files; see `annotators`.

    Raises
    ------
    ValueError
        As `decode_marks` does, and when marks are neither of rhythms nor of whole waves, or a beat has another symbol
        in a lead than over all leads.
    """
    found = decode_each(files, lead_names, lambda content: _marked(decode_marks(content)))
    lead = np.repeat(np.arange(len(files)), [len(mark) for mark, *_ in found])
    mark, code, points = (np.concatenate(parts) for parts in zip(*found, strict=True))
    _check_symbols(lead, code, points[:, 1], mark == _QRS)
    return waves_without_beats(lead_names, lead, mark, points)


def _check_symbols(lead: IntArray, code: IntArray, peak: IntArray, is_qrs: BoolArray) -> None:
    """Check that each QRS in a lead has the symbol of the beat over all leads that is nearest to it."""
    beats = np.flatnonzero(is_qrs & (lead == 0))
    in_lead = np.flatnonzero(is_qrs & (lead > 0))
    if not len(beats):
        return
    r_peaks = peak[beats]
    nearest = beats[np.searchsorted((r_peaks[1:] + r_peaks[:-1]) / 2, peak[in_lead])]
    others = in_lead[code[in_lead] != code[nearest]]
    if len(others):
        raise ValueError(f"the beat at sample {peak[others[0]]} has another symbol in a lead than over all leads")


def _rhythm_marks(rhythms: RhythmTable) -> Marks:
    file, code = np.zeros(len(rhythms), dtype=np.int64), np.full(len(rhythms), _RHYTHM)
    marks = Marks.of(file, rhythms.onset, code)
    subtype, text = _SUBTYPE_OF_RHYTHM[rhythms.rhythm], _TEXT_OF_RHYTHM[rhythms.rhythm]
    return replace(marks, subtype=subtype, text=text, texts=_TEXTS)


def _kind(text: str, subtype: int) -> int:
    """Return the place in `NAMES` of the rhythm that a mark tells."""
    kinds = [place for place, name in enumerate(NAMES) if KINDS[name].aux == text]
    if subtype >= len(kinds):
        raise ValueError(f"an annotation file has a rhythm {text!r} of subtype {subtype}, which is not known")
    return kinds[subtype]


def _marked(marks: Marks) -> tuple[IntArray, IntArray, IntArray]:
    """Return what the waves of a file are marked as, the type code of the peak and the points of each."""
    marks = marks.take(marks.code != _RHYTHM)
    peaks, points = marked_waves(marks)
    mark, code = np.minimum(marks.num[peaks], len(MARKS) - 1), marks.code[peaks]
    is_as_marked = np.where(mark == _QRS, _SYMBOL_OF_CODE[code] != _NO_BEAT_CODE, code == _PEAK[mark])
    if not is_as_marked.all() or not np.array_equal(mark, marks.num[peaks]):
        raise ValueError(STRAY_MARKS)
    return mark, code, points
