"""Variations of a marked record: other times, cuts, noise, wander and gains, and P waves taken out.

Amounts were chosen by what recorders show, not tuned.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.interpolate import CubicSpline

from benchmarks.wave_model.examples import QRS, MarkedRecord, P
from ecgfactory.arrays import BoolArray, Float64Array

RATE_HZ = 500


def vary(record: MarkedRecord, rng: np.random.Generator) -> MarkedRecord:
    """Draw a variation of a record; its marks move along."""
    record = _with_p_taken_out(record, rng)
    record = _cut(_warped(record, rng), rng)
    return _disturbed(record, rng)


def _with_p_taken_out(record: MarkedRecord, rng: np.random.Generator) -> MarkedRecord:
    """Take out all P waves of 7 % of the records, mostly for fibrillatory waves, and single ones of 4 %."""
    kind = rng.random()
    if kind > 0.11 or not np.any(record.present[:, P] == 1):
        return record
    every = kind < 0.07
    out = np.ones(record.places.size, np.bool_) if every else rng.random(record.places.size) < 0.25
    signal_uv, bounds, present = record.signal_uv.copy(), record.bounds.copy(), record.present.copy()
    for beat, lead in np.ndindex(*bounds.shape[:2]):
        if out[beat] and not np.isnan(bounds[beat, lead, P]).any():
            onset, offset = bounds[beat, lead, P]
            _bridge(signal_uv[lead], onset, offset, bounds[beat, lead, QRS, 0])
    present[:, P] = np.where(out & ~np.isnan(present[:, P]), 0, present[:, P])
    bounds[out, :, P] = np.nan
    if every and rng.random() < 0.7:
        signal_uv += _fibrillation(signal_uv.shape[1], rng)
    return replace(record, signal_uv=signal_uv, bounds=bounds, present=present)


def _bridge(lead_uv: Float64Array, onset: float, offset: float, qrs_onset: float) -> None:
    """Draw a straight line from before P to after it, in place."""
    start, stop = int(max(onset - 6, 0)), int(min(np.fmin(offset + 6, qrs_onset), lead_uv.size - 1))
    if stop > start:
        first, last = lead_uv[max(start - 3, 0) : start + 1].mean(), lead_uv[stop : stop + 3].mean()
        lead_uv[start:stop] = np.linspace(first, last, stop - start)


def _fibrillation(samples: int, rng: np.random.Generator) -> Float64Array:
    """Draw waves of 4 to 9 Hz that waver in rate and height, shape (12, samples)."""
    time_s = np.arange(samples) / RATE_HZ
    nodes_s = np.arange(0, time_s[-1] + 1, 0.5)

    def waver() -> Float64Array:
        return np.interp(time_s, nodes_s, rng.normal(size=nodes_s.size))

    phase = 2 * np.pi * np.cumsum(rng.uniform(4, 9) * (1 + 0.15 * waver())) / RATE_HZ
    wave = np.sin(phase) + 0.4 * np.sin(2 * phase + rng.uniform(0, 2 * np.pi))
    wave *= (1 + 0.4 * waver()) / wave.std()
    i, ii, *chest = rng.normal(size=8)
    leads = np.array([i, ii, ii - i, -(i + ii) / 2, i - ii / 2, ii - i / 2, *chest])
    return np.outer(np.exp(rng.uniform(np.log(8), np.log(60))) * leads, wave)


def _warped(record: MarkedRecord, rng: np.random.Generator) -> MarkedRecord:
    """Stretch time by up to 15 %, and unevenly, so that PR, QRS and QT vary on their own."""
    samples = record.signal_uv.shape[1]
    new = np.arange(samples, dtype=np.float64)
    stretch = np.exp(rng.uniform(-0.14, 0.14)) if rng.random() < 0.7 else 1.0
    fixed = rng.uniform(0, samples)
    knots = np.arange(-200, samples + 400, rng.uniform(80, 160))
    uneven = CubicSpline(knots, rng.normal(size=knots.size) * (7 if rng.random() < 0.7 else 0))(new)
    old = np.maximum.accumulate((new - fixed) * stretch + fixed + uneven) + 1e-6 * new
    known = np.flatnonzero((old >= 0) & (old <= samples - 1))
    signal_uv = np.stack([np.interp(old, np.arange(samples), lead_uv) for lead_uv in record.signal_uv])

    def moved(places: Float64Array) -> Float64Array:
        return np.interp(places, old, new, left=np.nan, right=np.nan)

    warped = replace(record, signal_uv=signal_uv, places=moved(record.places), bounds=moved(record.bounds))
    return _between(warped, int(known[0]), int(known[-1]) + 1)


def _cut(record: MarkedRecord, rng: np.random.Generator) -> MarkedRecord:
    """Cut the ends off some, and much off a few, wherever that is in a beat."""
    samples = record.signal_uv.shape[1]
    kind, (first, last) = rng.random(), rng.uniform(0, 0.15, 2)
    if kind < 0.45:
        return _between(record, int(first * samples), samples - int(last * samples))
    if kind < 0.6:
        length = int(rng.uniform(0.2, 0.9) * samples)
        start = int(rng.integers(0, samples - length))
        return _between(record, start, start + length)
    return record


def _between(record: MarkedRecord, start: int, stop: int) -> MarkedRecord:
    """Keep some samples and the beats in them; their waves may lie outside. All, where no beat would be left."""
    kept: BoolArray = (record.places >= start) & (record.places <= stop - 1)
    if not kept.any():
        kept, start, stop = ~np.isnan(record.places), 0, record.signal_uv.shape[1]
    return MarkedRecord(
        signal_uv=record.signal_uv[:, start:stop],
        places=record.places[kept] - start,
        bounds=record.bounds[kept] - start,
        present=record.present[kept],
    )


def _disturbed(record: MarkedRecord, rng: np.random.Generator) -> MarkedRecord:
    """Add noise, wander and hum in proportion to each lead's range, and place beats up to a few ms beside."""
    signal_uv = record.signal_uv.copy()
    leads, samples = signal_uv.shape
    range_uv = np.ptp(signal_uv, axis=1, keepdims=True)
    time_s = np.arange(samples) / RATE_HZ

    def share(low: float, high: float) -> float:
        return float(np.exp(rng.uniform(np.log(low), np.log(high))))

    if rng.random() < 0.6:
        noise = rng.normal(size=signal_uv.shape)
        if rng.random() < 0.5:
            noise = (noise + np.roll(noise, 1, axis=1) + np.roll(noise, 2, axis=1)) / np.sqrt(3)
        signal_uv += share(0.001, 0.02) * np.exp(0.4 * rng.normal(size=(leads, 1))) * range_uv * noise
    if rng.random() < 0.6:
        for _ in range(2):
            phase = rng.uniform(0.08, 0.6) * time_s + rng.uniform(0, 1, (leads, 1))
            signal_uv += share(0.01, 0.4) * rng.uniform(0, 1, (leads, 1)) * range_uv * np.sin(2 * np.pi * phase)
    if rng.random() < 0.15:
        signal_uv += rng.uniform(0, 0.02) * range_uv * np.sin(2 * np.pi * rng.choice([50, 60]) * time_s)
    if rng.random() < 0.2:  # headers with wrong gains: rounding is that of a lead scaled to 1 mV
        signal_uv *= 1000 / np.maximum(range_uv, 50)
    beside = rng.normal(size=record.places.size) * (2 if rng.random() < 0.5 else 0)
    places = np.sort(np.rint(record.places + beside).clip(0, samples - 1))
    return replace(record, signal_uv=signal_uv, places=places)
