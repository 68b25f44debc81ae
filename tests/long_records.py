"""Long records for tests of files: any signal, with beats, rhythms and waves that have nothing to do with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from ecgfactory.beat_table import BeatTable
from ecgfactory.formats.base import SignalSpec
from ecgfactory.formats.batch import RecordBatch
from ecgfactory.formats.long_record import PIECE_S, LongRecord, RecordPiece
from ecgfactory.wave_table import NO_BEAT, WAVES, WaveTable
from tests.composed_ecgs import any_composed


def any_waves(beats: BeatTable) -> WaveTable:
    """Return P, QRS and T of each beat of some records, over all leads and in the first, and an F and an f of none."""
    rows = [
        (record, beat, lead, wave, peak + 40 * (wave - 1))
        for record in range(beats.records)
        for beat, peak in enumerate(beats.of(record).sample.tolist())
        for lead in (0, 1)
        for wave in range(3)
    ]
    rows += [
        (record, NO_BEAT, 1, WAVES.index(name), place)
        for record in range(beats.records)
        for name, place in (("F", 20), ("f", 90), ("F", 300))
    ]
    record, beat, lead, wave, peak = np.array(rows, dtype=np.int32).T
    lead, wave = lead.astype(np.int8), wave.astype(np.int8)
    table = WaveTable(beats.lead_names, beats.records, record, beat, lead, wave, peak - 5, peak, peak + 7)
    return table.where(table.onset >= 0).in_order()


def any_record(spec: SignalSpec, candidate: int, split: str) -> RecordBatch:
    """Return a record, whole."""
    draw = np.random.default_rng(candidate)
    signal_uv = draw.integers(-3000, 3000, (1, len(spec.lead_names), spec.samples), dtype=np.int16)
    composed = any_composed(spec.lead_names, 1, spec.samples, seed=candidate)
    features = {"heart_rate_bpm": np.array([60.5 + candidate])}
    waves = any_waves(composed.beats) if spec.labels else None
    return RecordBatch(np.array([candidate]), np.array([split]), signal_uv, features, waves=waves, composed=composed)


def in_pieces(record: RecordBatch, spec: SignalSpec) -> LongRecord:
    """Return a record that is held whole as one that comes in pieces."""
    signal_uv, waves = record.signals_uv[0], record.waves
    mask = waves.masks(spec.samples)[0] if waves and spec.labels.mask else None

    def pieces() -> Iterator[RecordPiece]:
        for start in range(0, spec.samples, PIECE_S * spec.sampling_rate_hz):
            stop = start + PIECE_S * spec.sampling_rate_hz
            yield RecordPiece(
                start,
                signal_uv[:, start:stop],
                waves.where((start <= waves.peak) & (waves.peak < stop)) if waves else None,
                mask[:, start:stop] if mask is not None else None,
            )

    return LongRecord(replace(record, signals_uv=record.signals_uv[:, :, :0], waves=None), pieces)
