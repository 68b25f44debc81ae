"""A long composed record for tests of files, with waves of every kind; they have nothing to do with its signal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from ecgfactory.beat_table import BeatTable
from ecgfactory.formats.base import Labels, SignalSpec
from ecgfactory.formats.batch import RecordBatch
from ecgfactory.formats.long_record import PIECE_S, LongRecord, RecordPiece
from ecgfactory.wave_table import ABSENT, NO_BEAT, WAVES, WaveTable
from tests.composed_ecgs import any_composed

_P, _QRS, _T, _F, _f = range(len(WAVES))


def composed_batch(lead_names: tuple[str, ...], duration_s: int, rate_hz: int, seed: int = 0) -> RecordBatch:
    """Return one record; at 100 Hz it has a QRS across the first end of a piece, and a T across the second."""
    samples = duration_s * rate_hz
    composed = any_composed(lead_names, 1, samples, seed)
    place = np.arange(0, samples - 40, 75)
    place[place > 7000] -= 15
    place = np.append(place, samples - 1).astype(np.int32)
    symbol = np.resize(composed.beats.symbol, len(place))
    beats = BeatTable(lead_names, 1, np.zeros(len(place), np.int32), place, symbol)
    signal_uv = np.random.default_rng(seed).integers(-2000, 2000, (1, len(lead_names), samples), dtype=np.int16)
    return RecordBatch(
        np.array([1205]),
        np.array(["train"]),
        signal_uv,
        {"heart_rate_bpm": np.array([71.25])},
        waves=_waves(lead_names, place, samples),
        composed=replace(composed, beats=beats),
    )


def composed_spec(lead_names: tuple[str, ...], duration_s: int, rate_hz: int, labels: Labels) -> SignalSpec:
    """Return what such records have in common."""
    return SignalSpec(lead_names, duration_s * rate_hz, 7, rate_hz, labels=labels, composed=True)


def long_record(batch: RecordBatch, rate_hz: int) -> LongRecord:
    """Return the same record in pieces."""
    samples = batch.signals_uv.shape[2]
    mask = batch.waves.masks(samples)[0] if batch.waves else None

    def pieces() -> Iterator[RecordPiece]:
        assert batch.waves is not None and mask is not None
        for start in range(0, samples, PIECE_S * rate_hz):
            stop = min(start + PIECE_S * rate_hz, samples)
            within = (batch.waves.peak >= start) & (batch.waves.peak < stop)
            yield RecordPiece(start, batch.signals_uv[0, :, start:stop], batch.waves.where(within), mask[:, start:stop])

    return LongRecord(replace(batch, signals_uv=batch.signals_uv[..., :0], waves=None), pieces)


def _waves(lead_names: tuple[str, ...], place: np.ndarray, samples: int) -> WaveTable:
    """P before the beat, after it, or of none and within a T; f in the first half and F in the second."""
    rows = []
    for beat, r_peak in enumerate(place.tolist()):
        for lead in range(1 + len(lead_names)):
            at = r_peak + lead % 3 if lead else r_peak
            rows += [(beat, lead, _QRS, at - 5, at, at + 6), (beat, lead, _T, at + 14, at + 20, at + 28)]
            rows.append(
                (
                    (beat, lead, _P, at - 20, at - 16, at - 12),
                    (beat, lead, _P, at + 8, at + 10, at + 12),
                    (NO_BEAT, lead, _P, at + 22, at + 24, at + 30),
                    (beat, lead, _P, at - 6, at - 5, ABSENT),
                )[beat % 4]
            )
    rows += [
        (NO_BEAT, lead, _f if onset < samples / 2 else _F, onset, onset + 7, onset + 14)
        for onset in range(5, samples, 15)
        for lead in (0, 1)
    ]
    table = np.array([row for row in rows if 0 <= row[4] < samples], dtype=np.int32)
    beat, lead, wave, *points = table.T
    onset, peak, offset = (np.where((point < 0) | (point >= samples), ABSENT, point) for point in points)
    none = np.zeros(len(table), np.int32)
    waves = WaveTable(lead_names, 1, none, beat, lead.astype(np.int8), wave.astype(np.int8), onset, peak.copy(), offset)
    return WaveTable.of_one([waves])
