"""Faults that no kind of artefact makes, put into sound ECGs, to find out what a policy catches.

They are those of generators and of files; what happens to a patient's recording is in `ecgfactory.artefacts`. Every
injector is a pure function of an ECG, an amount and a random generator, from which places (which lead, when) come.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy

from ecgfactory.arrays import Float64Array, IntArray

AMPLIFIER_NOISE_UV = 5.0
"""RMS noise of a lead without a signal; IEC 60601-2-25 allows an electrocardiograph 30 uV peak to valley."""


@dataclass(frozen=True)
class SoundEcg:
    """What a fault is put into.

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
class Fault:
    """A kind of fault.

    Parameters
    ----------
    name : str
        Short name.
    least, most : float
        Between which its amount is drawn.
    unit : str
        Unit or meaning of the amount.
    injector : callable
        Makes the faulty signal, shape (leads, samples), in uV.
    """

    name: str
    least: float
    most: float
    unit: str
    injector: Injector

    def draw(self, rng: np.random.Generator) -> float:
        """Draw an amount, uniformly on a logarithmic scale."""
        return float(np.exp(rng.uniform(np.log(self.least), np.log(self.most))))


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


FAULTS: tuple[Fault, ...] = (
    Fault("flat line", 0.005, 1, "share of the record, one lead", flat_line),
    Fault("noise in place of a lead", 0.1, 1, "share of the lead's power", noise_lead),
    Fault("dropped beat", 0.125, 1, "share of the leads", dropped_beat),
    Fault("doubled beat", 0.125, 1, "share of the leads", doubled_beat),
    Fault("time-shifted lead", 10, 300, "ms", time_shift),
    Fault("missing samples (NaN)", 2, 1000, "ms, one lead", missing_samples),
    Fault("discontinuity", 75, 1500, "uV, worst lead", discontinuity),
    Fault("step at an edge", 75, 1500, "uV, worst lead", edge_step),
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
