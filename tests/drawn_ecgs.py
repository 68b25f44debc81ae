"""ECGs as sums of Gaussians, at times that a test chooses: right values by construction."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

NAMES = ("I", "II", "V1", "V2", "V3", "V4", "V5", "V6", "III", "aVR", "aVL", "aVF", "V7", "V8", "V9")


def drawn_ecg(
    beats_s: Sequence[float],
    *,
    duration_s: float = 10,
    rate_hz: int = 500,
    leads: int = 8,
    r_mv: float | Sequence[float] = 1.0,
    t_mv: float | Sequence[float] = 0.25,
    width: float = 1.0,
    qt_s: float = 0.3,
    p_mv: float = 0.12,
    spike_mv: float = 0.0,
    spike_s: float = 0.1,
    spike_ms: float = 4.0,
) -> npt.NDArray[np.int16]:
    """Draw beats with R peaks at the given times, shape (leads, samples), in uV.

    `r_mv` and `t_mv` may differ by lead; `width` is that of QRS, 1 for 80 ms; a pacing spike of `spike_ms` comes
    `spike_s` before each R peak; the peak of T comes `qt_s` after it.
    """
    time_s = np.arange(round(duration_s * rate_hz)) / rate_hz
    r, t = (np.broadcast_to(np.asarray(mv, np.float64), leads)[:, np.newaxis] for mv in (r_mv, t_mv))

    def bump(centre_s: float, sd_s: float) -> npt.NDArray[np.float64]:
        return np.exp(-0.5 * ((time_s - centre_s) / sd_s) ** 2)

    signal_mv = np.zeros((leads, time_s.size))
    for beat_s in beats_s:
        q, s = (bump(beat_s + width * after_s, 0.011 * width) for after_s in (-0.026, 0.028))
        signal_mv += r * (bump(beat_s, 0.011 * width) - 0.15 * q - 0.25 * s)
        signal_mv += t * bump(beat_s + qt_s, 0.045) + p_mv * bump(beat_s - 0.16, 0.022)
        start = round((beat_s - spike_s) * rate_hz)
        signal_mv[:, max(start, 0) : max(start + max(round(spike_ms / 1000 * rate_hz), 1), 0)] += spike_mv
    return np.rint(1000 * signal_mv).astype(np.int16)
