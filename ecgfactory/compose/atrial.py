"""What the atria do in fibrillation and flutter: waves without a pause, under everything else."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ecgfactory.arrays import Float32Array, Float64Array, IntArray
from ecgfactory.compose.hearts import RATE_HZ, smooth_step
from ecgfactory.compose.shapes import in_leads
from ecgfactory.compose.streams import Streams, Use
from ecgfactory.rhythms.score import Activity

Complex64Array = npt.NDArray[np.complex64]
Complex128Array = npt.NDArray[np.complex128]

CYCLE = 256
"""Steps of a cycle in which the peak of a wave is looked for."""

RAMP_S = 0.2
"""How long it takes to begin and to end (chosen here)."""

FIBRILLATION_UV = (80.0, 270.0)
"""Swing of f waves in V1, which shows them most; its logarithm is uniform. Over all leads, patients had 0.06 to 0.35 mV
from peak to peak in the study doi:10.1046/j.1540-8167.2004.03577.x; from 0.1 mV on they are called coarse."""

FLUTTER_UV = (180.0, 350.0)
"""Swing of F waves in II, which shows them most (chosen here)."""

RIGHT_SEEN = np.array([0.1, 0.27, 1.0, 0.6, 0.3, 0.15, 0.1, 0.08])
"""How large f waves of the right atrium are in the eight leads, over V1: it lies below it (chosen here)."""

LEFT_SEEN = np.array([0.12, 0.25, 0.35, 0.3, 0.22, 0.15, 0.12, 0.12])
"""The same of those of the left atrium, which lies behind, far from every lead. V1 reflects the right one and II both
(Scientific Reports 9 (2019) 2746, on f waves in II, aVL and V1), so that f waves are more alike in V1 (chosen here)."""

SEEN_SPREAD = 0.25
"""By which share that differs from record to record, at most (chosen here)."""

FLUTTER_SEEN = np.array([0.08, 1.0, -0.55, -0.35, -0.15, 0.1, 0.2, 0.25])
"""The same of F waves, over II: negative there, upright in V1, hardly seen in I (counterclockwise, around the tricuspid
valve; chosen here)."""

HARMONICS = 6
"""Of waves."""

MODULATION_HZ, DEVIATION_HZ = ((0.08, 0.2), (0.5, 1.1), (1.3, 2.2)), (0.2, 0.65)
"""How fast and how far the frequency of f waves varies, in three sine waves (the model of Stridh and Sörnmo, IEEE Trans
Biomed Eng 48 (2001) 105-111, has one). Standard deviations of 0.2 to 0.5 Hz between ECGs of a patient were found by
doi:10.1046/j.1540-8167.2004.03577.x."""

SWELL = 0.3
"""By which share their size varies (chosen here)."""

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
    harmonics_uv : complex64 array, shape (forms, 8, HARMONICS)
        Those of a cycle in each lead, in one form, or in two of which the second comes and goes.
    speeds_hz, phases : float64 array, shape (modulations,)
        How fast the frequency varies, and where each variation begins, in cycles.
    deviations_hz : float64 array, shape (modulations,)
        How far it varies.
    """

    activity: Activity
    start: int
    stop: int
    rate_hz: float
    harmonics_uv: Complex64Array
    speeds_hz: Float64Array
    phases: Float64Array
    deviations_hz: Float64Array

    @classmethod
    def drawn(cls, activity: Activity, start: int, stop: int, rate_hz: float, streams: Streams) -> AtrialWaves:
        """Draw what they look like in a record; every stretch of one activity in it looks alike."""
        rng = streams.of(Use.ATRIA, activity)
        if activity is Activity.FLUTTER:
            none = np.zeros(0)
            return cls(activity, start, stop, rate_hz, _flutter(rng), none, none, none)
        harmonics_uv = _fibrillation(rng)
        speeds = np.array([rng.uniform(*span) for span in MODULATION_HZ])
        deviations = rng.uniform(*DEVIATION_HZ, size=len(speeds))
        return cls(activity, start, stop, rate_hz, harmonics_uv, speeds, rng.uniform(size=len(speeds)), deviations)

    def cycles(self, samples: IntArray) -> Float64Array:
        """Count cycles since the beginning, at some samples."""
        time_s = (samples - self.start) / RATE_HZ
        cycles = self.rate_hz * time_s
        for speed, phase, deviation in zip(self.speeds_hz, self.phases, self.deviations_hz, strict=True):
            cycles += deviation / (2 * np.pi * speed) * _sine(speed * time_s + phase)
        counted: Float64Array = cycles
        return counted

    def add_to(self, signal_uv: Float32Array, start: int) -> None:
        """Add them to a signal, shape (8, samples), that begins at a sample of the record."""
        first, last = max(start, self.start), min(start + signal_uv.shape[1], self.stop)
        if last <= first:
            return
        samples = np.arange(first, last)
        rounds = _rounds(self.cycles(samples))
        waves_uv = _waves(self.harmonics_uv[0], rounds)
        if len(self.harmonics_uv) > 1:
            slow, fast = (
                _sine(SWELL_SPEED * speed * samples / RATE_HZ + phase)
                for speed, phase in zip(self.speeds_hz[:2], self.phases[:2], strict=True)
            )
            waves_uv *= 1 + np.float32(SWELL) * slow
            waves_uv += _waves(self.harmonics_uv[1], rounds) * fast
        beside = min(first - self.start, self.stop - last) / RATE_HZ
        if beside < RAMP_S:  # at the ends of the record it goes on; within, it begins and ends
            inside_s = np.minimum(samples - self.start + 1, self.stop - samples) / RATE_HZ
            waves_uv *= smooth_step(inside_s / RAMP_S)
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
        leads_uv = in_leads(_waves(self.harmonics_uv[0], _rounds(np.arange(CYCLE) / CYCLE)), lead_names)
        deflection = np.abs(leads_uv - leads_uv[:, :1])
        shown = np.flatnonzero(np.ptp(leads_uv, axis=1) >= VISIBLE_UV)
        peaks = deflection[shown].argmax(axis=1) / CYCLE
        middle = np.median(peaks) if len(peaks) else 0.5
        along = np.concatenate([[middle], peaks])
        peak = onset[:, np.newaxis] + np.rint(along * (offset - onset)[:, np.newaxis]).astype(np.int64)
        lead = np.broadcast_to(np.concatenate([[0], 1 + shown]), peak.shape)
        points = np.stack(np.broadcast_arrays(onset[:, np.newaxis], peak, offset[:, np.newaxis]), axis=-1)
        return lead.ravel(), points.reshape(-1, 3)


def _sine(turns: Float64Array) -> Float32Array:
    """Return the sine of angles in turns."""
    sine: Float32Array = np.sin(np.float32(2 * np.pi) * (turns - np.floor(turns)).astype(np.float32))
    return sine


def _rounds(cycles: Float64Array) -> Float32Array:
    """Return cosines, then sines, of all harmonics at some counts of cycles, shape (2 * HARMONICS, counts)."""
    rounds = np.empty((2, HARMONICS, len(cycles)), dtype=np.float32)
    cosine, sine = rounds
    cosine[0], sine[0] = _sine(cycles + 0.25), _sine(cycles)
    for order in range(1, HARMONICS):  # each a turn by the first farther than the one before
        cosine[order] = cosine[order - 1] * cosine[0] - sine[order - 1] * sine[0]
        sine[order] = sine[order - 1] * cosine[0] + cosine[order - 1] * sine[0]
    return rounds.reshape(2 * HARMONICS, -1)


def _waves(harmonics_uv: Complex64Array, rounds: Float32Array) -> Float32Array:
    """Return the sum of harmonics in each lead, shape (8, counts)."""
    waves_uv: Float32Array = np.concatenate([harmonics_uv.real, -harmonics_uv.imag], axis=1) @ rounds
    return waves_uv


_ORDERS = np.arange(1, HARMONICS + 1)


def _swing(harmonics: Complex128Array) -> float:
    """Return the swing of one cycle, from its harmonics."""
    return float(np.ptp(np.fft.irfft(np.concatenate([[0], harmonics]), CYCLE)) * CYCLE / 2)


def _unit(harmonics: Complex128Array) -> Complex128Array:
    """Return the harmonics of a cycle made so large that it swings by one."""
    return harmonics / _swing(harmonics)


def _of_tooth() -> Complex128Array:
    """Return the harmonics of a flutter wave: a slow fall, a fast one, a steep rise, and no level between."""
    tooth = np.interp(np.arange(CYCLE) / CYCLE, [0, 0.45, 0.7, 0.9, 1], [0, -0.25, -1, 0.1, 0])
    return _unit(np.fft.rfft(tooth)[1 : HARMONICS + 1])


_FIBRILLATORY, _FLUTTER = _unit(np.array(-1j / _ORDERS, dtype=np.complex128)), _of_tooth()
"""Harmonics of a wave: of f waves those of a saw-tooth (the model of Stridh and Sörnmo)."""


def _in_leads(harmonics: Complex128Array, size_uv: Float64Array, late: Float64Array) -> Complex128Array:
    """Return the harmonics of a cycle in each lead, shape (8, HARMONICS), of a size and so many cycles later."""
    later: Complex128Array = np.exp(-2j * np.pi * late[:, np.newaxis] * _ORDERS)
    return harmonics * size_uv[:, np.newaxis] * later


def _fibrillation(rng: np.random.Generator) -> Complex64Array:
    """Draw f waves of both atria, shape (2, 8, HARMONICS): saw-teeth, some leads a little after the others."""
    swing_uv = np.exp(rng.uniform(*np.log(FIBRILLATION_UV)))
    forms = []
    for seen in (RIGHT_SEEN, LEFT_SEEN):
        size_uv = swing_uv * seen * rng.uniform(1 - SEEN_SPREAD, 1 + SEEN_SPREAD, 8)
        late = np.cumsum(rng.normal(0.03, 0.03, 8)) + rng.uniform()  # the wave reaches one lead after the other
        forms.append(_in_leads(_FIBRILLATORY, size_uv, late))
    return np.array(forms, dtype=np.complex64)


def _flutter(rng: np.random.Generator) -> Complex64Array:
    """Draw F waves, shape (1, 8, HARMONICS)."""
    size_uv = rng.uniform(*FLUTTER_UV) * FLUTTER_SEEN * rng.uniform(0.8, 1.2, 8)
    late = np.where(FLUTTER_SEEN < 0, 0.05, 0.0) + rng.normal(0, 0.01, 8)
    return _in_leads(_FLUTTER, size_uv, late)[np.newaxis].astype(np.complex64)
