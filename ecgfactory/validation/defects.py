"""Defects of recording, injected into sound ECGs by degrees, to find out what a policy catches.

Every injector is a pure function of an ECG, an amount and a random generator. Places (which lead, when) are
drawn, the amount is not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import scipy

from ecgfactory.arrays import Float64Array, IntArray

Grade = Literal["mild", "moderate", "gross"]
GRADES: tuple[Grade, ...] = ("mild", "moderate", "gross")

AMPLIFIER_NOISE_UV = 5.0
"""RMS noise of a lead without a signal; IEC 60601-2-25 allows an electrocardiograph 30 uV peak to valley."""


@dataclass(frozen=True)
class SoundEcg:
    """What a defect is injected into.

    Parameters
    ----------
    signal_uv : float array, shape (leads, samples)
        The signal in uV.
    lead_names : tuple of str
        Names of the leads; leads I and II are among them.
    beats : int array, shape (beats,)
        Samples of its beats, rising.
    sampling_rate_hz : int
        Samples per second.
    """

    signal_uv: Float64Array
    lead_names: tuple[str, ...]
    beats: IntArray
    sampling_rate_hz: int = 500

    @property
    def leads(self) -> int:
        """Number of leads."""
        return len(self.signal_uv)

    @property
    def samples(self) -> int:
        """Number of samples."""
        return int(self.signal_uv.shape[1])

    def span(self, seconds: float) -> int:
        """Return a duration in samples."""
        return round(seconds * self.sampling_rate_hz)


Injector = Callable[[SoundEcg, float, np.random.Generator], Float64Array]


@dataclass(frozen=True)
class Defect:
    """A kind of defect and how much of it each grade is.

    Parameters
    ----------
    name : str
        Short name.
    amounts : mapping of grade to float
        Passed on to the injector.
    unit : str
        Unit or meaning of the amounts.
    injector : callable
        Makes the defective signal, shape (leads, samples), in uV.
    """

    name: str
    amounts: Mapping[Grade, float]
    unit: str
    injector: Injector

    def inject(self, ecg: SoundEcg, grade: Grade, rng: np.random.Generator) -> Float64Array:
        """Return the defective signal, shape (leads, samples), in uV; the ECG stays as it is."""
        return self.injector(ecg, self.amounts[grade], rng)


def lead_off(ecg: SoundEcg, share: float, rng: np.random.Generator) -> Float64Array:
    """One lead shows only the amplifier's noise for a share of the record."""
    signal, lead = ecg.signal_uv.copy(), rng.integers(ecg.leads)
    length = round(share * ecg.samples)
    start = rng.integers(ecg.samples - length + 1)
    level = signal[lead, start]
    signal[lead, start : start + length] = level + rng.normal(0, AMPLIFIER_NOISE_UV, length)
    return signal


def flat_line(ecg: SoundEcg, share: float, rng: np.random.Generator) -> Float64Array:
    """One lead holds one value for a share of the record."""
    signal, lead = ecg.signal_uv.copy(), rng.integers(ecg.leads)
    length = round(share * ecg.samples)
    start = rng.integers(ecg.samples - length + 1)
    signal[lead, start : start + length] = signal[lead, start]
    return signal


def noise_lead(ecg: SoundEcg, share: float, rng: np.random.Generator) -> Float64Array:
    """A share of one lead's power is replaced by noise of the ECG's own band, 1..40 Hz."""
    signal, lead = ecg.signal_uv.copy(), rng.integers(ecg.leads)
    noise = _band_noise(rng, ecg.samples, 1, 40, ecg.sampling_rate_hz) * signal[lead].std()
    mean = signal[lead].mean()
    signal[lead] = mean + np.sqrt(1 - share) * (signal[lead] - mean) + np.sqrt(share) * noise
    return signal


LA_LL, RA_LL, RA_LA = 1.0, 2.0, 3.0
"""The three exchanges among the limb electrodes, from the least to the most visible."""


def limb_reversal(ecg: SoundEcg, exchange: float, rng: np.random.Generator) -> Float64Array:
    """Two limb electrodes are exchanged: left arm and left leg, right arm and left leg, or both arms."""
    signal = ecg.signal_uv.copy()
    first, second = ecg.lead_names.index("I"), ecg.lead_names.index("II")
    lead_i, lead_ii = ecg.signal_uv[first], ecg.signal_uv[second]
    signal[first], signal[second] = {
        LA_LL: (lead_ii, lead_i),
        RA_LL: (lead_i - lead_ii, -lead_ii),
        RA_LA: (-lead_i, lead_ii - lead_i),
    }[exchange]
    return signal


def electrode_pop(ecg: SoundEcg, size_uv: float, rng: np.random.Generator) -> Float64Array:
    """One lead jumps within a sample and returns exponentially, as after a loss of contact."""
    signal, lead = ecg.signal_uv.copy(), rng.integers(ecg.leads)
    start = rng.integers(ecg.span(0.5), ecg.samples - ecg.span(0.5))
    time_s = np.arange(ecg.samples - start) / ecg.sampling_rate_hz
    signal[lead, start:] += rng.choice([-1, 1]) * size_uv * np.exp(-time_s / rng.uniform(0.1, 0.5))
    return signal


def baseline_wander(ecg: SoundEcg, amplitude_uv: float, rng: np.random.Generator) -> Float64Array:
    """All leads sway with the breath (0.15..0.4 Hz), the worst with the full amplitude."""
    time_s = np.arange(ecg.samples) / ecg.sampling_rate_hz
    wave = np.sin(2 * np.pi * (rng.uniform(0.15, 0.4) * time_s + rng.uniform()))
    gains = rng.uniform(-1, 1, ecg.leads)
    signal: Float64Array = ecg.signal_uv + amplitude_uv * (gains / np.abs(gains).max())[:, np.newaxis] * wave
    return signal


def muscle_noise(ecg: SoundEcg, rms_uv: float, rng: np.random.Generator) -> Float64Array:
    """Half of the leads carry noise of 20..150 Hz throughout."""
    signal = ecg.signal_uv.copy()
    for lead in _some_leads(ecg, 0.5, rng):
        signal[lead] += rms_uv * _band_noise(rng, ecg.samples, 20, 150, ecg.sampling_rate_hz)
    return signal


def mains_hum(frequency_hz: float) -> Injector:
    """Make an injector of hum: a sine of the mains frequency (within 0.1 Hz) on half of the leads."""

    def inject(ecg: SoundEcg, amplitude_uv: float, rng: np.random.Generator) -> Float64Array:
        signal = ecg.signal_uv.copy()
        time_s = np.arange(ecg.samples) / ecg.sampling_rate_hz
        actual_hz = frequency_hz + rng.uniform(-0.1, 0.1)
        for lead in _some_leads(ecg, 0.5, rng):
            signal[lead] += amplitude_uv * np.sin(2 * np.pi * (actual_hz * time_s + rng.uniform()))
        return signal

    return inject


def clipping(ecg: SoundEcg, limit_uv: float, rng: np.random.Generator) -> Float64Array:
    """All leads end at +-limit."""
    return np.clip(ecg.signal_uv, -limit_uv, limit_uv)


def dropped_beat(ecg: SoundEcg, share: float, rng: np.random.Generator) -> Float64Array:
    """P, QRS and T of one beat are missing from a share of the leads (at least one)."""
    signal = ecg.signal_uv.copy()
    before, beat, after = _three_beats(ecg, rng)
    start, stop = beat - (beat - before) // 3, beat + 2 * (after - beat) // 3
    for lead in _some_leads(ecg, share, rng):
        line = np.linspace(signal[lead, start], signal[lead, stop], stop - start)
        signal[lead, start:stop] = line + rng.normal(0, AMPLIFIER_NOISE_UV, stop - start)
    return signal


def doubled_beat(ecg: SoundEcg, share: float, rng: np.random.Generator) -> Float64Array:
    """The QRS of one beat comes again half way to the next, in a share of the leads (at least one)."""
    signal = ecg.signal_uv.copy()
    _, beat, after = _three_beats(ecg, rng)
    half = ecg.span(0.08)
    window = scipy.signal.windows.tukey(2 * half, 0.3)
    again = beat + round((after - beat) * rng.uniform(0.5, 0.6))
    for lead in _some_leads(ecg, share, rng):
        qrs = ecg.signal_uv[lead, beat - half : beat + half]
        signal[lead, again - half : again + half] += window * (qrs - np.median(qrs))
    return signal


def time_shift(ecg: SoundEcg, shift_ms: float, rng: np.random.Generator) -> Float64Array:
    """One lead comes early or late."""
    signal, lead = ecg.signal_uv.copy(), rng.integers(ecg.leads)
    shift = ecg.span(shift_ms / 1000)
    if rng.integers(2):
        signal[lead] = np.pad(signal[lead], (shift, 0), mode="reflect")[: ecg.samples]
    else:
        signal[lead] = np.pad(signal[lead], (0, shift), mode="reflect")[-ecg.samples :]
    return signal


def missing_samples(ecg: SoundEcg, duration_ms: float, rng: np.random.Generator) -> Float64Array:
    """One lead has NaN for a while."""
    signal, lead = ecg.signal_uv.copy(), rng.integers(ecg.leads)
    length = max(ecg.span(duration_ms / 1000), 1)
    start = rng.integers(ecg.samples - length + 1)
    signal[lead, start : start + length] = np.nan
    return signal


def discontinuity(ecg: SoundEcg, size_uv: float, rng: np.random.Generator) -> Float64Array:
    """From a moment on all leads are at another level, the worst by the full size."""
    signal = ecg.signal_uv.copy()
    start = rng.integers(ecg.span(0.5), ecg.samples - ecg.span(0.5))
    gains = rng.uniform(-1, 1, ecg.leads)
    signal[:, start:] += size_uv * (gains / np.abs(gains).max())[:, np.newaxis]
    return signal


def edge_step(ecg: SoundEcg, size_uv: float, rng: np.random.Generator) -> Float64Array:
    """The first or last 20..200 ms are at another level, in the worst lead by the full size."""
    signal = ecg.signal_uv.copy()
    length = ecg.span(rng.uniform(0.02, 0.2))
    gains = rng.uniform(-1, 1, ecg.leads)
    edge = slice(0, length) if rng.integers(2) else slice(ecg.samples - length, ecg.samples)
    signal[:, edge] += size_uv * (gains / np.abs(gains).max())[:, np.newaxis]
    return signal


def _defect(name: str, injector: Injector, unit: str, mild: float, moderate: float, gross: float) -> Defect:
    return Defect(name, {"mild": mild, "moderate": moderate, "gross": gross}, unit, injector)


DEFECTS: tuple[Defect, ...] = (
    _defect("lead off", lead_off, "share of the record, one lead", 0.05, 0.25, 1.0),
    _defect("flat line", flat_line, "share of the record, one lead", 0.01, 0.05, 1.0),
    _defect("noise in place of a lead", noise_lead, "share of the lead's power", 0.33, 0.67, 1.0),
    _defect("limb-lead reversal", limb_reversal, "(1 LA-LL, 2 RA-LL, 3 RA-LA)", LA_LL, RA_LL, RA_LA),
    _defect("electrode pop", electrode_pop, "uV, one lead", 150, 500, 2000),
    _defect("baseline wander", baseline_wander, "uV amplitude", 150, 500, 1500),
    _defect("muscle noise", muscle_noise, "uV RMS, half of the leads", 15, 50, 150),
    _defect("50 Hz hum", mains_hum(50), "uV amplitude, half of the leads", 15, 50, 200),
    _defect("60 Hz hum", mains_hum(60), "uV amplitude, half of the leads", 15, 50, 200),
    _defect("clipping", clipping, "uV, all leads", 1500, 1000, 500),
    _defect("dropped beat", dropped_beat, "share of the leads", 0.125, 0.5, 1.0),
    _defect("doubled beat", doubled_beat, "share of the leads", 0.125, 0.5, 1.0),
    _defect("time-shifted lead", time_shift, "ms", 20, 80, 300),
    _defect("missing samples (NaN)", missing_samples, "ms, one lead", 2, 100, 1000),
    _defect("discontinuity", discontinuity, "uV, worst lead", 150, 500, 1500),
    _defect("step at an edge", edge_step, "uV, worst lead", 150, 500, 1500),
)


def _some_leads(ecg: SoundEcg, share: float, rng: np.random.Generator) -> IntArray:
    """Draw a share of the leads, at least one."""
    return rng.choice(ecg.leads, size=max(round(share * ecg.leads), 1), replace=False)


def _three_beats(ecg: SoundEcg, rng: np.random.Generator) -> tuple[int, int, int]:
    """Draw three neighbouring beats that lie completely within the record."""
    middle = int(rng.integers(1, len(ecg.beats) - 1))
    before, beat, after = ecg.beats[middle - 1 : middle + 2].tolist()
    return before, beat, after


def _band_noise(
    rng: np.random.Generator, samples: int, low_hz: float, high_hz: float, sampling_rate_hz: int
) -> Float64Array:
    """Gaussian noise of unit RMS between two frequencies, shape (samples,)."""
    band = scipy.signal.butter(4, [low_hz, high_hz], "bandpass", output="sos", fs=sampling_rate_hz)
    noise = scipy.signal.sosfiltfilt(band, rng.standard_normal(samples + 2 * sampling_rate_hz))
    noise = noise[sampling_rate_hz:-sampling_rate_hz]
    scaled: Float64Array = noise / noise.std()
    return scaled
