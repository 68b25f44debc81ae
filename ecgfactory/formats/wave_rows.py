"""Waves as rows of a table: beat, lead, wave, onset, peak, offset; in samples, null for what is absent and no beat."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ecgfactory.arrays import IntArray
from ecgfactory.formats.wave_marks import RETROGRADE_P, WAVE_OF_MARK
from ecgfactory.wave_table import ABSENT, ALL_LEADS, BEAT_WAVES, NO_BEAT, POINTS, WAVES, WaveTable

WAVE_SCHEMA = pa.schema(
    [("beat", pa.int32()), ("lead", pa.string()), ("wave", pa.string()), *((point, pa.int32()) for point in POINTS)]
)
"""Names and types of the columns; `lead` is `ALL_LEADS` for what is marked over all of them."""

_P, _QRS, _T = range(len(BEAT_WAVES))


def wave_rows(waves: WaveTable) -> pa.Table:
    """Return waves as rows, in the same order."""
    lead = pa.array([ALL_LEADS, *waves.lead_names]).take(pa.array(waves.lead))
    wave = pa.array(WAVES).take(pa.array(waves.wave))
    points = [pa.array(values, pa.int32(), mask=values == ABSENT) for values in (waves.onset, waves.peak, waves.offset)]
    return pa.table([beat_column(waves), lead, wave, *points], WAVE_SCHEMA)


def beat_column(waves: WaveTable) -> pa.Array:
    """Return the number of the beat of each wave, null where it belongs to none."""
    return pa.array(waves.beat, mask=waves.beat == NO_BEAT)


def beats_of_column(column: pa.ChunkedArray) -> npt.NDArray[np.int32]:
    """Read back what `beat_column` wrote."""
    beats: npt.NDArray[np.int32] = column.fill_null(NO_BEAT).to_numpy().astype(np.int32)
    return beats


def wave_rows_of_each(waves: WaveTable) -> list[pa.Table]:
    """Return the waves of each record as rows."""
    rows, starts = wave_rows(waves), np.searchsorted(waves.record, np.arange(waves.records + 1)).tolist()
    return [rows.slice(start, end - start) for start, end in itertools.pairwise(starts)]


def waves_of_rows(rows: pa.Table, lead_names: Sequence[str], record: IntArray, records: int) -> WaveTable:
    """Read waves back from their rows, given which record each is of, rising, and how many records there are.

    Raises
    ------
    ValueError
        When a row is of no such lead or wave.
    """
    onset, peak, offset = (rows.column(point).fill_null(ABSENT).to_numpy().astype(np.int32) for point in POINTS)
    return WaveTable(
        tuple(lead_names),
        records,
        record.astype(np.int32),
        beats_of_column(rows.column("beat")),
        places_among((ALL_LEADS, *lead_names), rows.column("lead").to_pylist()),
        places_among(WAVES, rows.column("wave").to_pylist()),
        onset,
        peak,
        offset,
    )


def waves_without_beats(
    lead_names: Sequence[str], lead: npt.ArrayLike, mark: npt.ArrayLike, points: npt.ArrayLike
) -> WaveTable:
    """Number the beats of one record's waves, for files that can't tell them.

    Parameters
    ----------
    lead_names : sequence of str
        Names of its leads.
    lead : int array, shape (waves,)
        As in `WaveTable`, in any order.
    mark : int array, shape (waves,)
        What each is marked as (`wave_marks.MARKS`).
    points : int array, shape (waves, 3)
        By `POINTS`; each has a peak, and each beat has a QRS over all leads.

    Returns
    -------
    WaveTable
        A QRS belongs to the nearest R peak over all leads, a P to the next, a T and a retrograde P to the one before;
        a blocked P and the waves of flutter and fibrillation to none.
    """
    lead, mark = np.asarray(lead, dtype=np.int8), np.asarray(mark, dtype=np.int8)
    wave = WAVE_OF_MARK[mark]
    onset, peak, offset = np.asarray(points, dtype=np.int32).reshape(-1, len(POINTS)).T
    r_peaks = np.sort(peak[(lead == 0) & (wave == _QRS)])
    after = np.searchsorted(r_peaks, peak)
    nearest = np.searchsorted((r_peaks[1:] + r_peaks[:-1]) / 2, peak)
    is_before, is_of_none = (mark == _T) | (mark == RETROGRADE_P), mark > _T
    beat = np.select([is_before, is_of_none, mark == _P], [after - 1, NO_BEAT, after], nearest).astype(np.int32)
    order = np.lexsort((onset, wave, lead, beat))
    return WaveTable(
        tuple(lead_names),
        1,
        np.zeros(len(order), dtype=np.int32),
        beat[order],
        lead[order],
        wave[order],
        onset[order],
        peak[order],
        offset[order],
    )


def places_among(names: Sequence[str], wanted: Sequence[str], noun: str = "wave") -> npt.NDArray[np.int8]:
    """Return the places of leads, waves and the like among their names.

    Raises
    ------
    ValueError
        When one is none of them.
    """
    place_of = {name: place for place, name in enumerate(names)}
    try:
        return np.array([place_of[name] for name in wanted], dtype=np.int8)
    except KeyError as error:
        raise ValueError(f"there is a {noun} of {error.args[0]!r}, which is none of {', '.join(names)}") from None
