"""What a user would write today to make an ECG noisy: NumPy and SciPy, lead by lead, without a truth.

Wander, hum and filtered noise in every lead, each of its own, scaled to one signal-to-noise ratio. It knows no
electrodes, so that III = II - I no longer holds in its 12 leads.
"""

from __future__ import annotations

import numpy as np
import scipy.signal

from ecgfactory.arrays import Float64Array


def add_noise(signal_uv: Float64Array, rate_hz: float, snr_db: float, rng: np.random.Generator) -> Float64Array:
    """Return an ECG with noise, shape (leads, samples), in uV."""
    times_s = np.arange(signal_uv.shape[1]) / rate_hz
    noisy_uv = np.empty_like(signal_uv)
    for lead, clean_uv in enumerate(signal_uv):
        wander = np.sin(2 * np.pi * (rng.uniform(0.15, 0.4) * times_s + rng.uniform()))
        hum = 0.3 * np.sin(2 * np.pi * (50 * times_s + rng.uniform()))
        band = scipy.signal.butter(4, [20, min(150, 0.45 * rate_hz)], "bandpass", fs=rate_hz, output="sos")
        muscle = 0.5 * scipy.signal.sosfiltfilt(band, rng.standard_normal(len(times_s)))
        noise = wander + hum + muscle
        power = clean_uv.var() / 10 ** (snr_db / 10)
        noisy_uv[lead] = np.rint(clean_uv + noise * np.sqrt(power / np.mean(noise**2)))
    return noisy_uv
