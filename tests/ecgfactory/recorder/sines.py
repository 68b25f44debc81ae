"""Sines through a recorder: how much of one comes out."""

import numpy as np

from ecgfactory.recorder.recorder import Recorder

AMPLITUDE_UV = 8000


def gain_db(recorder: Recorder, frequency_hz: float) -> float:
    """The amplitude that comes out, over that which went in, away from both ends of ten seconds."""
    phase = 2 * np.pi * frequency_hz * np.arange(5000) / 500
    sines_uv = np.rint(AMPLITUDE_UV * np.stack([np.sin(phase), np.cos(phase)])).astype(np.int16)
    recorded_uv = recorder.record(sines_uv[np.newaxis])[0].astype(np.float64)
    inner_uv = recorded_uv[:, 2 * recorder.rate_hz : 8 * recorder.rate_hz]
    amplitude_uv = np.sqrt((inner_uv**2).mean() * 2)
    return float(20 * np.log10(max(amplitude_uv, 1e-3) / AMPLITUDE_UV))
