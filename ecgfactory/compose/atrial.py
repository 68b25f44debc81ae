"""What the atria do in fibrillation and flutter: waves without a pause, under everything else."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecgfactory.arrays import Float32Array, Float64Array, IntArray
from ecgfactory.compose.hearts import RATE_HZ, smooth_step
from ecgfactory.compose.shapes import in_leads
from ecgfactory.compose.streams import Streams, Use
from ecgfactory.rhythms.score import Activity

CYCLE = 2048
"""Steps of a table of one cycle, a power of 2: finer than any sample is apart from the next, so that the nearest will
do."""

RAMP_S = 0.2
"""How long it takes to begin and to end (chosen here)."""

FIBRILLATION_UV, FLUTTER_UV = (60.0, 150.0), (120.0, 300.0)
"""Swing in the lead that shows it most: V1, and II (chosen here within what is called coarse)."""

FIBRILLATION_SEEN = np.array([0.15, 0.45, 1.0, 0.65, 0.4, 0.25, 0.2, 0.15])
"""How large f waves are in the eight leads, over V1: the right atrium lies below it (chosen here)."""

FLUTTER_SEEN = np.array([0.08, 1.0, -0.55, -0.35, -0.15, 0.1, 0.2, 0.25])
"""The same of F waves, over II: negative there, upright in V1, hardly seen in I (counterclockwise, around the tricuspid
valve; chosen here)."""

HARMONICS = 5
"""Of f waves; their sizes are those of a saw-tooth (Stridh and Sörnmo, IEEE Trans Biomed Eng 48 (2001) 105-111)."""

MODULATION_HZ, DEVIATION_HZ, SWELL = ((0.08, 0.2), (0.5, 1.1)), (0.12, 0.35), 0.25
"""How fast and how far the frequency of f waves varies, and by which share their size (after the same; chosen here)."""

SWELL_SPEED = 0.77
"""How fast the size varies, over the frequency's variation: so that they don't go together (chosen here)."""

VISIBLE_UV = 20.0
"""Waves of a lead are marked where they swing by so much (chosen here: a fifth of a small square)."""


@dataclass(frozen=True)
class AtrialWaves:
    """Waves of the atria over a stretch of a record.

    Parameters
    ----------
    activity : Activity
        What they do.
    start, stop : int
        First sample of it, and the one after the last.
    rate_hz : float
        Waves a second.
    cycles_uv : float32 array, shape (2, 8, CYCLE)
        One cycle in each lead, in two forms that take turns.
    speeds_hz, phases : float64 array, shape (modulations,)
        How fast the frequency varies, and where each variation begins, in cycles.
    deviations_hz : float64 array, shape (modulations,)
        How far it varies.
    """

    activity: Activity
    start: int
    stop: int
    rate_hz: float
    cycles_uv: Float32Array
    speeds_hz: Float64Array
    phases: Float64Array
    deviations_hz: Float64Array

    @classmethod
    def drawn(cls, activity: Activity, start: int, stop: int, rate_hz: float, streams: Streams) -> AtrialWaves:
        """Draw what they look like in a record; every stretch of one activity in it looks alike."""
        rng = streams.of(Use.ATRIA, activity)
        if activity is Activity.FLUTTER:
            cycles_uv = _flutter(rng)
            none = np.zeros(0)
            return cls(activity, start, stop, rate_hz, cycles_uv, none, none, none)
        cycles_uv = _fibrillation(rng)
        speeds = np.array([rng.uniform(*span) for span in MODULATION_HZ])
        deviations = rng.uniform(*DEVIATION_HZ, size=len(speeds))
        return cls(activity, start, stop, rate_hz, cycles_uv, speeds, rng.uniform(size=len(speeds)), deviations)

    def cycles(self, samples: IntArray) -> Float64Array:
        """Count cycles since the beginning, at some samples."""
        time_s = (samples - self.start) / RATE_HZ
        cycles = self.rate_hz * time_s
        for speed, phase, deviation in zip(self.speeds_hz, self.phases, self.deviations_hz, strict=True):
            cycles += deviation / (2 * np.pi * speed) * np.sin(2 * np.pi * (speed * time_s + phase))
        counted: Float64Array = cycles
        return counted

    def add_to(self, signal_uv: Float32Array, start: int) -> None:
        """Add them to a signal, shape (8, samples), that begins at a sample of the record."""
        first, last = max(start, self.start), min(start + signal_uv.shape[1], self.stop)
        if last <= first:
            return
        samples = np.arange(first, last)
        step = np.floor(self.cycles(samples) * CYCLE).astype(np.int64) & (CYCLE - 1)
        ramp = round(RAMP_S * RATE_HZ)
        # At the ends of the record it goes on; within, it begins and ends.
        size = smooth_step(np.minimum(samples - self.start + 1, self.stop - samples) / ramp)
        waves_uv = self.cycles_uv[0].take(step, axis=1)
        if len(self.speeds_hz):
            turns = SWELL_SPEED * self.speeds_hz[:, np.newaxis] * samples / RATE_HZ + self.phases[:, np.newaxis]
            swell = SWELL * np.sin(2 * np.pi * turns)
            size = size * (1 + swell[0])
            waves_uv += self.cycles_uv[1].take(step, axis=1) * (2 * swell[1]).astype(np.float32)
        waves_uv *= size.astype(np.float32)
        signal_uv[:, first - start : last - start] += waves_uv

    def points(self, lead_names: tuple[str, ...], start: int, stop: int) -> tuple[IntArray, IntArray]:
        """Mark the waves that have samples in a stretch.

        Parameters
        ----------
        lead_names : tuple of str
            Leads in which they are marked, where they show.
        start, stop : int
            The stretch, in samples of the record.

        Returns
        -------
        lead : int array, shape (waves,)
            0 over all leads, else 1 + the place of the lead.
        points : int array, shape (waves, 3)
            Onset, peak and offset, in samples of the record.
        """
        margin = round(RATE_HZ / self.rate_hz * 2)
        samples = np.arange(max(start - margin, self.start), min(stop + margin, self.stop))
        if not len(samples):
            return np.zeros(0, np.int64), np.zeros((0, 3), np.int64)
        first_of_each = np.flatnonzero(np.diff(np.floor(self.cycles(samples)))) + 1
        onset, offset = samples[first_of_each[:-1]], samples[first_of_each[1:]] - 1
        leads_uv = in_leads(self.cycles_uv[0], lead_names)
        deflection = np.abs(leads_uv - leads_uv[:, :1])
        shown = np.flatnonzero(np.ptp(leads_uv, axis=1) >= VISIBLE_UV)
        peaks = deflection[shown].argmax(axis=1) / CYCLE
        middle = np.median(peaks) if len(peaks) else 0.5
        along = np.concatenate([[middle], peaks])
        peak = onset[:, np.newaxis] + np.rint(along * (offset - onset)[:, np.newaxis]).astype(np.int64)
        lead = np.broadcast_to(np.concatenate([[0], 1 + shown]), peak.shape)
        points = np.stack(np.broadcast_arrays(onset[:, np.newaxis], peak, offset[:, np.newaxis]), axis=-1)
        return lead.ravel(), points.reshape(-1, 3)


def _fibrillation(rng: np.random.Generator) -> Float32Array:
    """Draw a cycle of f waves in two forms, shape (2, 8, CYCLE): saw-teeth, some leads a little after the others."""
    orders = np.arange(1, HARMONICS + 1)[:, np.newaxis]
    tooth = (np.sin(2 * np.pi * orders * np.arange(CYCLE) / CYCLE) / orders).sum(axis=0)
    seen_uv = rng.uniform(*FIBRILLATION_UV) * FIBRILLATION_SEEN / np.ptp(tooth)
    forms = []
    for size in (1.0, 0.8):
        late = np.cumsum(rng.normal(0.03, 0.03, 8)) + rng.uniform()  # the wave reaches one lead after the other
        forms.append(size * seen_uv[:, np.newaxis] * _later(tooth, late))
    return np.array(forms, dtype=np.float32)


def _later(cycle: Float64Array, late: Float64Array) -> Float64Array:
    """Return a cycle in each lead, shape (leads, CYCLE), so much of it later."""
    shifts = np.rint(late * CYCLE).astype(np.int64)
    shifted: Float64Array = cycle[(np.arange(CYCLE) - shifts[:, np.newaxis]) % CYCLE]
    return shifted


def _flutter(rng: np.random.Generator) -> Float32Array:
    """Draw a cycle of F waves, shape (1, 8, CYCLE): a slow fall, a fast one, a steep rise, and no level between."""
    along = np.arange(CYCLE) / CYCLE
    tooth = np.interp(along, [0, 0.45, 0.7, 0.9, 1], [0, -0.25, -1, 0.1, 0])
    orders = np.fft.rfft(tooth)
    orders[0] = 0
    orders[8:] = 0
    tooth = np.fft.irfft(orders, CYCLE)
    size_uv = rng.uniform(*FLUTTER_UV)
    seen = FLUTTER_SEEN * rng.uniform(0.8, 1.2, 8)
    late = np.where(FLUTTER_SEEN < 0, 0.05, 0.0) + rng.normal(0, 0.01, 8)
    cycle = size_uv * seen[:, np.newaxis] * _later(tooth, late) / np.ptp(tooth)
    return cycle[np.newaxis].astype(np.float32)
