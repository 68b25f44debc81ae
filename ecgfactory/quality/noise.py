"""Noise by origin: baseline wander, muscle (high frequency), and hum of the mains."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import scipy

from ecgfactory.arrays import Float32Array, FloatingArray
from ecgfactory.quality.batch import EcgBatch, block_means, in_cache
from ecgfactory.quality.feature import Feature, FeatureTable, over_leads
from ecgfactory.quality.filters import symmetric_filter, zero_phase

WANDER_HZ = 0.5
WANDER_EDGE_S = 0.5
SMOOTH_S = 0.018
NOISE_BLOCK_S = 0.1
MAINS_HZ = (50, 60)
HUM_HALF_WIDTH_HZ = 0.45
HUM_NEIGHBOURS_HZ = (1.0, 3.0)

FEATURES = (
    Feature(
        "baseline_wander_uv",
        "uV",
        "number",
        "Peak-to-peak range, in the worst lead, of what is slower than 0.5 Hz (Butterworth, order 2, "
        "forwards and backwards; the lowest frequency of an ECG at 30 beats/min), without the first and "
        "last 0.5 s.",
    ),
    Feature(
        "high_frequency_noise_uv",
        "uV",
        "number",
        "RMS, in the worst lead, of what a cubic Savitzky-Golay smooth over 18 ms leaves: median over "
        "stretches of 0.1 s, so that QRS complexes do not count.",
    ),
    *(
        Feature(
            f"mains_{hertz}hz_uv",
            "uV",
            "number",
            f"Amplitude, in the worst lead, of a sine within {hertz} +- 0.45 Hz: power of the Hann-windowed"
            " spectrum less what the neighbouring frequencies, 1 to 3 Hz away, suggest.",
        )
        for hertz in MAINS_HZ
    ),
)


def measure_noise(batch: EcgBatch) -> FeatureTable:
    """Measure the noise features, each of shape (records,); NaN where a record is too short."""
    hum = _hum_uv(batch)
    return {
        **over_leads("baseline_wander_uv", _wander_uv(batch), batch.lead_names, "max"),
        **over_leads("high_frequency_noise_uv", _high_frequency_uv(batch), batch.lead_names, "max"),
        **{
            key: values
            for hertz, amplitudes in hum.items()
            for key, values in over_leads(f"mains_{hertz}hz_uv", amplitudes, batch.lead_names, "max").items()
        },
    }


def _wander_uv(batch: EcgBatch) -> Float32Array:
    """Range of the slow part of each lead, shape (records, leads)."""
    block = max(batch.sampling_rate_hz // 50, 1)
    rate_hz = batch.sampling_rate_hz / block
    edge = round(WANDER_EDGE_S * rate_hz)
    coarse = block_means(batch.fine_uv, block)
    if coarse.shape[-1] < 4 * edge:
        return np.full(coarse.shape[:-1], np.nan, dtype=np.float32)
    slow = zero_phase(coarse, 2, "lowpass", WANDER_HZ, rate_hz)
    wander: Float32Array = np.ptp(slow[..., edge:-edge], axis=-1).astype(np.float32)
    return wander


def _high_frequency_uv(batch: EcgBatch) -> Float32Array:
    """RMS of the typical stretch of each lead after its smooth part is taken off, shape (records, leads)."""
    points = batch.span(SMOOTH_S) // 2 * 2 + 1
    block = batch.span(NOISE_BLOCK_S)
    if points < 5 or batch.samples < max(block, points):
        return np.full(batch.signals_uv.shape[:-1], np.nan, dtype=np.float32)
    kernel = -scipy.signal.savgol_coeffs(points, 3)
    kernel[points // 2] += 1

    def typical_rms_uv(signals_uv: Float32Array) -> Float32Array:
        rough = symmetric_filter(signals_uv, kernel)
        return np.sqrt(np.median(block_means(rough**2, block), axis=-1))

    return in_cache(typical_rms_uv, batch.fine_uv)


def _hum_uv(batch: EcgBatch) -> dict[int, Float32Array]:
    """Amplitude of the mains' sine in each lead by frequency, shape (records, leads) each."""
    samples, rate_hz = batch.samples, batch.sampling_rate_hz
    amplitudes = {hertz: np.full(batch.signals_uv.shape[:-1], np.nan, dtype=np.float32) for hertz in MAINS_HZ}
    measurable = [
        hertz for hertz in MAINS_HZ if samples >= 2 * rate_hz and rate_hz >= 2 * (hertz + HUM_NEIGHBOURS_HZ[1])
    ]
    if not measurable:
        return amplitudes
    window = scipy.signal.windows.hann(samples, sym=False).astype(np.float32)
    frequencies = scipy.fft.rfftfreq(samples, 1 / rate_hz)

    def excess_power(signals_uv: Float32Array) -> Float32Array:
        centred = signals_uv - signals_uv.mean(axis=-1, keepdims=True)
        spectrum = scipy.fft.rfft(centred * window, axis=-1)
        return np.stack([_line_power(spectrum, frequencies, hertz) for hertz in measurable], axis=1)

    # Parseval: a sine of amplitude A has power A^2 / 4 x samples x sum of squares of the window.
    found = np.sqrt(in_cache(excess_power, batch.fine_uv) * np.float32(4 / (samples * np.square(window).sum())))
    return amplitudes | {hertz: found[:, place] for place, hertz in enumerate(measurable)}


def _line_power(spectrum: npt.NDArray[np.complexfloating], frequencies: FloatingArray, hertz: int) -> Float32Array:
    """Power around a frequency beyond what its neighbours suggest, shape (records, leads)."""
    line = _band(frequencies, hertz - HUM_HALF_WIDTH_HZ, hertz + HUM_HALF_WIDTH_HZ)
    below = _band(frequencies, hertz - HUM_NEIGHBOURS_HZ[1], hertz - HUM_NEIGHBOURS_HZ[0])
    above = _band(frequencies, hertz + HUM_NEIGHBOURS_HZ[0], hertz + HUM_NEIGHBOURS_HZ[1])
    beside = (_power(spectrum[..., below]).mean(axis=-1) + _power(spectrum[..., above]).mean(axis=-1)) / 2
    excess: Float32Array = _power(spectrum[..., line]).sum(axis=-1) - (line.stop - line.start) * beside
    return np.maximum(excess, 0)


def _band(frequencies: FloatingArray, low_hz: float, high_hz: float) -> slice:
    """Indices of rising frequencies from low to below high."""
    start, stop = np.searchsorted(frequencies, [low_hz, high_hz]).tolist()
    return slice(start, stop)


def _power(spectrum: npt.NDArray[np.complexfloating]) -> Float32Array:
    """Squared magnitudes."""
    power: Float32Array = spectrum.real**2 + spectrum.imag**2
    return power
