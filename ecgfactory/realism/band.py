"""The band in which ECGs from different recorders are comparable."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ecgfactory.arrays import Float32Array
from ecgfactory.quality.beats import remove_baseline
from ecgfactory.quality.filters import zero_phase
from ecgfactory.record import SAMPLING_RATE_HZ
from ecgfactory.recorder.filters import Filters

LOWER_HZ = 0.5
"""Below it is baseline, which the assessment takes off, too."""

WIDEST_UPPER_HZ = 150.0
"""What a diagnostic recorder keeps (Kligfield et al., Circulation 115 (2007) 1306)."""

NYQUIST_SHARE = 0.4
"""Of a sampling rate, the band ends here: filters against aliasing begin to bite above."""


def upper_edge_hz(rate_hz: float, filters: Filters) -> float:
    """Return where the band ends of signals with a sampling rate that have passed some filters."""
    lowpass_hz = WIDEST_UPPER_HZ if filters.lowpass_hz is None else filters.lowpass_hz
    return min(WIDEST_UPPER_HZ, NYQUIST_SHARE * rate_hz, lowpass_hz)


def in_band(signals_uv: npt.NDArray[Any], upper_hz: float) -> Float32Array:
    """Keep what lies between 0.5 Hz and an upper frequency.

    Parameters
    ----------
    signals_uv : array, shape (..., samples)
        In uV at 500 Hz, one second or longer, without NaN.
    upper_hz : float
        End of the band: a Butterworth filter of order 4, forwards and backwards, has lost 6 dB there.

    Returns
    -------
    float32 array, shape (..., samples)
    """
    steady_uv = remove_baseline(signals_uv, SAMPLING_RATE_HZ)
    band_uv: Float32Array = zero_phase(steady_uv, 4, "lowpass", upper_hz, SAMPLING_RATE_HZ).astype(np.float32)
    return band_uv
