"""The columns of Parquet files: of a row per record, and of a row per piece of a long record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ecgfactory.beat_table import SYMBOLS, BeatTable
from ecgfactory.formats.base import SignalSpec, composed_of, injury_of, mask_of, waves_of
from ecgfactory.formats.batch import Composed, RecordBatch
from ecgfactory.formats.long_record import PIECE_S, RecordPiece
from ecgfactory.formats.parquet_settings import mask_type, signal_type
from ecgfactory.formats.rows import record_columns
from ecgfactory.formats.wave_rows import places_among
from ecgfactory.record_rows import RecordRows
from ecgfactory.rhythm_kinds import NAMES
from ecgfactory.rhythm_table import RhythmTable
from ecgfactory.wave_table import ALL_LEADS

PIECE, FIRST_SAMPLE = "piece", "first_sample"
"""Columns of long records alone: the number of the piece, from 0, and its first sample. They follow the split."""

R_PEAKS, BEAT_SYMBOLS = "r_peaks", "beat_symbols"
"""Columns of the R peaks, in samples from the start of the record, and of the symbols of these beats."""

RHYTHM_NAMES, RHYTHM_ONSETS = "rhythm_names", "rhythm_onsets"
"""Columns of the rhythms, and of the sample from the start of the record at which each begins: it lasts to the next. A
piece has all that reach into it, so that the first may have begun before."""

BESIDE_SIGNALS = (PIECE, FIRST_SAMPLE, R_PEAKS, BEAT_SYMBOLS, RHYTHM_NAMES, RHYTHM_ONSETS)
"""Columns that are neither of signals nor of `record_columns`."""

_KEYS = ("record_id", "candidate", "split")


def mask_columns(lead_names: Sequence[str]) -> list[str]:
    """Name the columns of the masks: over all leads, then of each."""
    return [f"mask_{lead}" for lead in (ALL_LEADS, *lead_names)]


def artefact_mask_columns(lead_names: Sequence[str]) -> list[str]:
    """Name the columns of the masks of artefacts, of each lead."""
    return [f"artefact_mask_{lead}" for lead in lead_names]


def table_of_records(batch: RecordBatch, spec: SignalSpec) -> pa.Table:
    """Return whole records, a row each."""
    injury, composed = injury_of(batch, spec), composed_of(batch, spec)
    columns = record_columns(batch, bool(spec.artefacts and spec.artefacts.clean_features))
    if spec.labels.waves and not composed:
        columns[R_PEAKS] = pa.array(waves_of(batch).r_peaks(), pa.list_(pa.int32()))
    columns |= _composed_columns(composed) if composed else {}
    columns |= _signal_columns(batch.signals_uv, spec.lead_names, spec.samples)
    if spec.labels.mask:
        masks = waves_of(batch).masks(spec.samples)
        columns |= _mask_columns(masks, mask_columns(spec.lead_names), spec.samples)
    if injury and spec.labels.mask:
        masks = injury.artefacts.masks(spec.samples)
        columns |= _mask_columns(masks, artefact_mask_columns(spec.lead_names), spec.samples)
    return _table(columns, spec)


def table_of_piece(row: RecordBatch, number: int, piece: RecordPiece, spec: SignalSpec) -> pa.Table:
    """Return one of the pieces of a long record, in one row; `row` is the record's, as in `LongRecord`.

    The columns are those of `table_of_records`, and `PIECE` and `FIRST_SAMPLE`. The record's own are in each piece.
    """
    columns = record_columns(row)
    columns = {
        **{name: columns.pop(name) for name in _KEYS},
        PIECE: pa.array([number], pa.int32()),
        FIRST_SAMPLE: pa.array([piece.start], pa.int32()),
        **columns,
    }
    if composed := composed_of(row, spec):
        columns |= _composed_columns(_within(composed, piece.start, piece.start + piece.signal_uv.shape[1]))
    length = _piece_length(spec)
    columns |= _signal_columns(piece.signal_uv[np.newaxis], spec.lead_names, length)
    if spec.labels.mask:
        columns |= _mask_columns(mask_of(piece)[np.newaxis], mask_columns(spec.lead_names), length)
    return _table(columns, spec)


def beats_of_rows(rows: pa.Table, spec: SignalSpec, record: npt.NDArray[np.int32], records: int) -> BeatTable:
    """Read beats back, given which record each row is of, rising, and how many records there are.

    Raises
    ------
    ValueError
        When a symbol is none of `SYMBOLS`, beats and symbols are not as many, or a beat is not in its piece.
    """
    (samples, counts), (symbols, of_symbols) = (_flat(rows.column(name)) for name in (R_PEAKS, BEAT_SYMBOLS))
    if not np.array_equal(counts, of_symbols):
        raise ValueError("there are not as many symbols as beats")
    sample = samples.to_numpy()
    if spec.is_long:
        within = sample - rows.column(FIRST_SAMPLE).to_numpy().repeat(counts)
        strays = np.flatnonzero((within < 0) | (within >= PIECE_S * spec.sampling_rate_hz))
        if len(strays):
            raise ValueError(f"there is a beat at sample {sample[strays[0]]} in the row of another piece")
    kinds = places_among(SYMBOLS, symbols.to_pylist(), "beat")
    return BeatTable(spec.lead_names, records, record.repeat(counts), sample, kinds)


def rhythms_of_rows(rows: pa.Table, spec: SignalSpec, record: npt.NDArray[np.int32], records: int) -> RhythmTable:
    """Read rhythms back, as `beats_of_rows`.

    Raises
    ------
    ValueError
        When a name is none of `NAMES`, rhythms and their onsets are not as many, or a piece does not begin in the
        rhythm that the piece before ends in.
    """
    (names, counts), (onsets, of_onsets) = (_flat(rows.column(name)) for name in (RHYTHM_NAMES, RHYTHM_ONSETS))
    if not np.array_equal(counts, of_onsets):
        raise ValueError("there are not as many names of rhythms as onsets")
    onset, kinds = onsets.to_numpy(), places_among(NAMES, names.to_pylist(), "rhythm")
    record = record.repeat(counts)
    if spec.is_long:
        first = rows.column(FIRST_SAMPLE).to_numpy()
        begins = onset >= first.repeat(counts)  # the others are in the piece before too
        _check_carried_over(np.stack([record, onset, kinds]), begins, counts, first)
        onset, kinds, record = onset[begins], kinds[begins], record[begins]
    is_last = np.append(record[1:] != record[:-1], True)[: len(record)]
    offset = np.where(is_last, spec.samples, np.append(onset[1:], 0)[: len(onset)]) - 1
    return RhythmTable(spec.lead_names, records, record, kinds, onset, offset.astype(np.int32))


def _check_carried_over(
    told: npt.NDArray[np.integer],
    begins: npt.NDArray[np.bool_],
    counts: npt.NDArray[np.int32],
    first: npt.NDArray[np.int32],
) -> None:
    """Check that each piece tells of the rhythm that it begins in as the piece before does, and of none before that.

    Parameters
    ----------
    told : int array, shape (3, rhythms)
        Record, onset and kind of the rhythms of all pieces.
    begins : bool array, shape (rhythms,)
        Whether each begins in its piece.
    counts, first : int array, shape (pieces,)
        How many each piece tells of, and its first sample.

    Raises
    ------
    ValueError
        When one does not.
    """
    problem = ValueError("a piece does not begin in the rhythm that the piece before it ends in")
    if not counts.all():
        raise problem
    heads = np.cumsum(counts) - counts
    goes_on = (told[:, heads] == told[:, heads - 1]).all(axis=0)
    is_sound = np.where(begins[heads], told[1, heads] == first, goes_on)
    if not is_sound.all() or not np.delete(begins, heads).all():
        raise problem


def _table(columns: dict[str, Any], spec: SignalSpec) -> pa.Table:
    metadata = {"unit": "uV", "sampling_rate_hz": str(spec.sampling_rate_hz), "seed": str(spec.seed)}
    if spec.filters:
        metadata["filters"] = str(spec.filters)
    return pa.table(columns).replace_schema_metadata(metadata)


def _piece_length(spec: SignalSpec) -> int | None:
    """Return how many samples each piece has; None where the last has fewer."""
    length = PIECE_S * spec.sampling_rate_hz
    return None if spec.samples % length else length


def _signal_columns(
    signals_uv: npt.NDArray[np.int16], lead_names: Sequence[str], samples: int | None
) -> dict[str, Any]:
    return {lead: _lists(signals_uv[:, place], signal_type(samples)) for place, lead in enumerate(lead_names)}


def _mask_columns(masks: npt.NDArray[np.uint8], names: Sequence[str], samples: int | None) -> dict[str, Any]:
    return {name: _lists(masks[:, place], mask_type(samples)) for place, name in enumerate(names)}


def _lists(samples: npt.NDArray[np.integer], kind: pa.DataType) -> pa.Array:
    flat = pa.array(np.ascontiguousarray(samples).reshape(-1))
    if pa.types.is_fixed_size_list(kind):
        return pa.FixedSizeListArray.from_arrays(flat, type=kind)
    ends = np.arange(len(samples) + 1, dtype=np.int32) * samples.shape[1]
    return pa.ListArray.from_arrays(pa.array(ends), flat, type=kind)


def _composed_columns(composed: Composed) -> dict[str, Any]:
    beats, rhythms = composed.beats, composed.rhythms
    return {
        R_PEAKS: _lists_of_each(beats, pa.array(beats.sample)),
        BEAT_SYMBOLS: _lists_of_each(beats, pa.array(SYMBOLS).take(pa.array(beats.symbol))),
        RHYTHM_NAMES: _lists_of_each(rhythms, pa.array(NAMES).take(pa.array(rhythms.rhythm))),
        RHYTHM_ONSETS: _lists_of_each(rhythms, pa.array(rhythms.onset)),
    }


def _lists_of_each(table: RecordRows, values: pa.Array) -> pa.Array:
    """Return the values of a table's rows as one list for each of its records."""
    starts = np.searchsorted(table.record, np.arange(table.records + 1)).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(starts), values)


def _within(composed: Composed, start: int, stop: int) -> Composed:
    """Return the beats in a stretch of one record, and the rhythms that reach into it."""
    beats, rhythms = composed.beats, composed.rhythms
    return replace(
        composed,
        beats=beats.where((start <= beats.sample) & (beats.sample < stop)),
        rhythms=rhythms.where((rhythms.onset < stop) & (start <= rhythms.offset)),
    )


def _flat(column: pa.ChunkedArray) -> tuple[pa.Array, npt.NDArray[np.int32]]:
    """Return the values of a column of lists, and how many each has."""
    lists = column.combine_chunks()
    return lists.flatten(), lists.value_lengths().to_numpy(zero_copy_only=False)
