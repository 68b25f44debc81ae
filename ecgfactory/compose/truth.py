"""What is true of a composed record: its beats, rhythms and waves, as tables."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ecgfactory.arrays import BoolArray, IntArray
from ecgfactory.beat_table import BeatTable
from ecgfactory.compose.atrial import AtrialWaves
from ecgfactory.compose.hearts import RATE_HZ
from ecgfactory.compose.played import REACH, Played
from ecgfactory.compose.shapes import NOWHERE
from ecgfactory.rhythm_kinds import NAMES
from ecgfactory.rhythm_table import RhythmTable
from ecgfactory.rhythms.score import Activity, Score
from ecgfactory.wave_table import ABSENT, BEAT_WAVES, NO_BEAT, WAVES, WaveTable

_OF_ACTIVITY = {Activity.FIBRILLATION: WAVES.index("f"), Activity.FLUTTER: WAVES.index("F")}
ONSET, PEAK, OFFSET = range(3)
_P, _QRS, _T = range(len(BEAT_WAVES))


def beat_table(played: Played, samples: int, lead_names: tuple[str, ...], rate_hz: int) -> BeatTable:
    """List the beats whose R peak lies in the record, in samples of a rate."""
    sample, inside = _at_rate(played.r_peak, samples, rate_hz)
    return BeatTable(
        lead_names,
        1,
        np.zeros(np.count_nonzero(inside), np.int32),
        sample[inside].astype(np.int32),
        played.symbol[inside].astype(np.int8),
    )


def rhythm_table(score: Score, samples: int, lead_names: tuple[str, ...], rate_hz: int) -> RhythmTable:
    """List the rhythms of a record, each up to the next, in samples of a rate."""
    length = samples * rate_hz // RATE_HZ
    onset = np.rint([start_s * rate_hz for _, start_s in score.rhythms]).astype(np.int32)
    onset[0] = 0
    offset = np.append(onset[1:] - 1, length - 1).clip(max=length - 1).astype(np.int32)
    rhythm = np.array([NAMES.index(name) for name, _ in score.rhythms], dtype=np.int8)
    seen = onset <= offset
    return RhythmTable(
        lead_names, 1, np.zeros(np.count_nonzero(seen), np.int32), rhythm[seen], onset[seen], offset[seen]
    )


def wave_table(
    played: Played,
    atria: Sequence[AtrialWaves],
    samples: int,
    lead_names: tuple[str, ...],
    rate_hz: int,
    start: int,
    stop: int,
) -> WaveTable:
    """List the waves whose peak lies in a stretch of the record, in samples of a rate.

    Waves of a beat whose R peak is beyond an end of the record are not listed, as in records that were not composed.
    """
    first, last = start * RATE_HZ // rate_hz - 1, -(-stop * RATE_HZ // rate_hz) + 1
    leads = [0, *(1 + played.lead_names.index(name) for name in lead_names)]
    parts = [
        _of_beats(played, samples, rate_hz, leads, first, last),
        _of_p(played, samples, rate_hz, leads, first, last),
        *(_of_atria(waves, lead_names, first, last) for waves in atria),
    ]
    beat, lead, wave, points = (np.concatenate(column) for column in zip(*parts, strict=True))
    points = _apart(beat, lead, wave, _at_rate(points, samples, rate_hz)[0])
    inside = _is_inside(points, samples, rate_hz)
    points = np.where(inside, points, ABSENT).astype(np.int32)
    listed = inside[:, PEAK] & (points[:, PEAK] >= start) & (points[:, PEAK] < stop)
    onset, peak, offset = (np.ascontiguousarray(column) for column in points[listed].T)
    table = WaveTable(
        lead_names,
        1,
        np.zeros(np.count_nonzero(listed), np.int32),
        beat[listed].astype(np.int32),
        lead[listed].astype(np.int8),
        wave[listed].astype(np.int8),
        onset,
        peak,
        offset,
    )
    return WaveTable.of_one([table])


_Rows = tuple[IntArray, IntArray, IntArray, IntArray]
"""Beat, lead, wave and points of some waves, in samples of the record at 500 Hz."""


def _numbers(played: Played, samples: int, rate_hz: int) -> IntArray:
    """Return the number of each beat in the record; `NO_BEAT` of those that are not in it."""
    _, inside = _at_rate(played.r_peak, samples, rate_hz)
    return np.where(inside, np.cumsum(inside) - 1, NO_BEAT)


def _of_beats(played: Played, samples: int, rate_hz: int, leads: list[int], first: int, last: int) -> _Rows:
    """List QRS and T of the beats near a stretch."""
    near = slice(*np.searchsorted(played.r_peak, [first - REACH, last + REACH]))
    number = _numbers(played, samples, rate_hz)[near]
    return _rows(played, leads, played.r_peak[near], played.beat_shape[near], number, number != NO_BEAT)


def _of_p(played: Played, samples: int, rate_hz: int, leads: list[int], first: int, last: int) -> _Rows:
    """List the P waves near a stretch."""
    near = slice(*np.searchsorted(played.p_at, [first - REACH, last + REACH]))
    beat = played.p_beat[near]
    number = np.where(beat >= 0, _numbers(played, samples, rate_hz)[beat], NO_BEAT)
    return _rows(played, leads, played.p_at[near], played.p_shape[near], number, (beat < 0) | (number != NO_BEAT))


def _rows(
    played: Played, leads: list[int], at: IntArray, shape: IntArray, number: IntArray, listed: BoolArray
) -> _Rows:
    """List the marks of some shapes that are laid at some samples."""
    points = played.points[:, leads][shape]
    there = (points[..., PEAK] != NOWHERE) & listed[:, np.newaxis, np.newaxis]
    row, lead, wave = there.nonzero()
    return number[row], lead, wave, at[row][:, np.newaxis] + points[there]


def _apart(beat: IntArray, lead: IntArray, wave: IntArray, points: IntArray) -> IntArray:
    """End P before the QRS of its beat begins and begin T after it ends: each was found, and rounded, by itself."""
    key = beat * (1 + lead.max(initial=0)) + lead
    is_qrs, of_beats = wave == _QRS, beat != NO_BEAT
    qrs = np.full((key.max(initial=-1) + 1, 2), NOWHERE, dtype=np.int64)
    qrs[key[is_qrs]] = points[is_qrs][:, [ONSET, OFFSET]]
    begins, ends = qrs[np.where(of_beats, key, 0)].T if len(qrs) else (np.zeros(0), np.zeros(0))
    before = of_beats & (wave == _P) & (begins != NOWHERE) & (points[:, PEAK] <= begins)
    after = of_beats & (wave == _T) & (ends != NOWHERE) & (points[:, PEAK] >= ends)
    apart = points.copy()
    apart[before] = np.minimum(points[before], begins[before, np.newaxis] - 1)
    apart[after] = np.maximum(points[after], ends[after, np.newaxis] + 1)
    return apart


def _of_atria(waves: AtrialWaves, lead_names: tuple[str, ...], first: int, last: int) -> _Rows:
    """List the waves of fibrillation or flutter near a stretch."""
    lead, points = waves.points(lead_names, first, last)
    return np.full(len(lead), NO_BEAT), lead, np.full(len(lead), _OF_ACTIVITY[waves.activity]), points


def _at_rate(samples_500: IntArray, samples: int, rate_hz: int) -> tuple[IntArray, BoolArray]:
    """Count samples at a rate, and say which are in the record."""
    counted = samples_500 if rate_hz == RATE_HZ else np.rint(samples_500 * (rate_hz / RATE_HZ)).astype(np.int64)
    return counted, _is_inside(counted, samples, rate_hz)


def _is_inside(counted: IntArray, samples: int, rate_hz: int) -> BoolArray:
    inside: BoolArray = (counted >= 0) & (counted < samples * rate_hz // RATE_HZ)
    return inside
