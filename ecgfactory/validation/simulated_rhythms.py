"""ECGs out of rhythm, as sums of waves at times that are known: sound recordings, whatever their hearts do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from ecgfactory.arrays import Float64Array
from ecgfactory.leads import SignalUv
from ecgfactory.validation.simulated import (
    DOWER,
    MAX_DELAY_S,
    Lobe,
    beats_uv,
    direction_of,
    draw_beat,
    recorder_noise,
)

RATE_HZ = 500
PR_S = 0.16
NONE = np.empty(0)


@dataclass(frozen=True)
class Times:
    """What a heart does when, in seconds; all that reaches into the record.

    Parameters
    ----------
    qrs_s : float array
        Onsets of the beats that are conducted as usual.
    p_s : float array
        Onsets of P waves.
    ventricular_s : float array
        Onsets of wide beats.
    atrial_hz : float
        Waves a second of the atria, where they flutter or fibrillate; 0 where they do not.
    fibrillates : bool
        Whether these are irregular.
    """

    qrs_s: Float64Array
    p_s: Float64Array = field(default_factory=lambda: NONE)
    ventricular_s: Float64Array = field(default_factory=lambda: NONE)
    atrial_hz: float = 0.0
    fibrillates: bool = False


Timing = Callable[[np.random.Generator, float], Times]
"""Draws what a heart does in so many seconds."""


def _regular(rng: np.random.Generator, duration_s: float, rr_s: float, spread: float = 0.02) -> Float64Array:
    """Draw onsets from before the record to beyond it."""
    rr = rr_s * (1 + spread * rng.normal(size=int(duration_s / rr_s) + 5))
    onsets: Float64Array = np.cumsum(rr) - rng.uniform(1, 2) * rr_s
    return onsets


def _sinus(slowest_bpm: float, fastest_bpm: float) -> Timing:
    def draw(rng: np.random.Generator, duration_s: float) -> Times:
        qrs_s = _regular(rng, duration_s, 60 / rng.uniform(slowest_bpm, fastest_bpm))
        return Times(qrs_s, qrs_s - PR_S)

    return draw


def _narrow_tachycardia(rng: np.random.Generator, duration_s: float) -> Times:
    return Times(_regular(rng, duration_s, 60 / rng.uniform(150, 220), 0.005))


def _fibrillation(rng: np.random.Generator, duration_s: float) -> Times:
    mean_s = 60 / rng.uniform(50, 150)
    rr_s = np.maximum(rng.gamma(18, mean_s / 18, int(duration_s / mean_s) + 20), 0.28)
    return Times(np.cumsum(rr_s) - rng.uniform(1, 2) * mean_s, atrial_hz=rng.uniform(4.5, 8), fibrillates=True)


def _flutter(rng: np.random.Generator, duration_s: float) -> Times:
    waves_hz = rng.uniform(4, 5.5)
    return Times(_regular(rng, duration_s, rng.choice([2, 3, 4]) / waves_hz, 0.003), atrial_hz=waves_hz)


def _with_ventricular(every: int) -> Timing:
    """Every so many beats a premature wide one with its compensatory pause."""

    def draw(rng: np.random.Generator, duration_s: float) -> Times:
        rr_s = 60 / rng.uniform(55, 90)
        sinus_s = _regular(rng, duration_s, rr_s)
        early = np.arange(len(sinus_s)) % every == rng.integers(every)
        coupled_s = sinus_s[early] - rr_s + max(rng.uniform(0.5, 0.75) * rr_s, 0.38)
        return Times(sinus_s[~early], sinus_s[~early] - PR_S, coupled_s)

    return draw


def _ventricular_tachycardia(rng: np.random.Generator, duration_s: float) -> Times:
    return Times(NONE, ventricular_s=_regular(rng, duration_s, 60 / rng.uniform(120, 200), 0.01))


def _premature_atrial(rng: np.random.Generator, duration_s: float) -> Times:
    rr_s = 60 / rng.uniform(55, 90)
    qrs_s = _regular(rng, duration_s, rr_s)
    early = np.arange(len(qrs_s)) % 5 == rng.integers(5)
    later_s = np.cumsum(early) * 0.35 * rr_s
    return Times(qrs_s - later_s, qrs_s - later_s - PR_S)


def _pause(rng: np.random.Generator, duration_s: float) -> Times:
    qrs_s = _regular(rng, duration_s, 60 / rng.uniform(50, 80))
    begin_s = rng.uniform(2, duration_s - 6)
    after = qrs_s > begin_s
    qrs_s = qrs_s + after * rng.uniform(1.5, 4)
    return Times(qrs_s, qrs_s - PR_S)


def _second_degree_block(rng: np.random.Generator, duration_s: float) -> Times:
    p_s = _regular(rng, duration_s, 60 / rng.uniform(60, 100))
    conducted = np.arange(len(p_s)) % rng.integers(2, 5) > 0
    return Times(p_s[conducted] + PR_S, p_s)


def _complete_block(rng: np.random.Generator, duration_s: float) -> Times:
    p_s = _regular(rng, duration_s, 60 / rng.uniform(70, 100))
    escape_s = _regular(rng, duration_s, 60 / rng.uniform(25, 50), 0.01)
    return Times(escape_s, p_s) if rng.random() < 0.5 else Times(NONE, p_s, escape_s)


RHYTHMS: dict[str, Timing] = {
    "sinus rhythm": _sinus(50, 100),
    "sinus bradycardia": _sinus(30, 50),
    "sinus tachycardia": _sinus(100, 150),
    "supraventricular tachycardia": _narrow_tachycardia,
    "atrial fibrillation": _fibrillation,
    "atrial flutter": _flutter,
    "premature atrial beats": _premature_atrial,
    "premature ventricular beats": _with_ventricular(6),
    "ventricular bigeminy": _with_ventricular(2),
    "ventricular trigeminy": _with_ventricular(3),
    "ventricular tachycardia": _ventricular_tachycardia,
    "sinus pause": _pause,
    "second-degree AV block": _second_degree_block,
    "complete AV block": _complete_block,
}
"""What hearts do, by name."""


def simulate_rhythm(name: str, heart: int, duration_s: float = 10.0, noise_uv: float = 3.0) -> SignalUv:
    """Build a sound ECG of a rhythm.

    Parameters
    ----------
    name : str
        One of `RHYTHMS`.
    heart : int
        Which heart: the same has the same waves in all rhythms.
    duration_s : float
        Length.
    noise_uv : float
        Standard deviation of the recorder's noise.

    Returns
    -------
    int16 array, shape (8, samples)
        In uV at 500 Hz, in the order of `EIGHT_LEADS`.
    """
    rng = np.random.default_rng(heart)
    times = RHYTHMS[name](np.random.default_rng([heart, list(RHYTHMS).index(name)]), duration_s)
    samples = round(duration_s * RATE_HZ)
    delays_s = rng.uniform(-MAX_DELAY_S, MAX_DELAY_S, 8)
    own = draw_beat(rng, 75, rng.uniform(0.08, 0.1))
    fastest_s = np.diff(np.sort(np.concatenate([times.qrs_s, times.ventricular_s]))).min()
    qt_s = min(own.qt_s, 0.85 * fastest_s)
    t = [Lobe(lobe.onset_s * qt_s / own.qt_s, qt_s, lobe.peak, lobe.power, lobe.vector_uv) for lobe in own.t]
    p = [Lobe(lobe.onset_s + own.pr_s, lobe.offset_s + own.pr_s, *_shape(lobe)) for lobe in own.p]
    signal_uv = recorder_noise(rng, (8, samples), RATE_HZ, noise_uv)
    for lobes, onsets_s in (
        (own.qrs + t, times.qrs_s),
        (p, times.p_s),
        (_wide_beat(rng, fastest_s), times.ventricular_s),
    ):
        signal_uv += beats_uv(lobes, onsets_s, delays_s, samples, RATE_HZ)
    if times.atrial_hz:
        signal_uv += _atrial_uv(rng, times, samples)
    return np.rint(signal_uv).astype(np.int16)


def _shape(lobe: Lobe) -> tuple[float, float, Float64Array]:
    return lobe.peak, lobe.power, lobe.vector_uv


def _wide_beat(rng: np.random.Generator, rr_s: float) -> list[Lobe]:
    """Draw a wide QRS that runs from one ventricle to the other, up or down, and a T wave against it.

    From the right ventricle it runs to the left and back, from the left one to the right and front (Josephson and
    Callans, Heart Rhythm 2 (2005) 442); in three fronts, each turned a little.
    """
    qrs_s, qt_s = rng.uniform(0.13, 0.18), min(rng.uniform(0.4, 0.46), 0.9 * rr_s)
    left, back = (0.75, 0.5) if rng.random() < 0.5 else (-0.5, -0.75)
    way = np.array([left, rng.choice([-1, 1]) * rng.uniform(0.4, 0.9), back])
    main = way / np.linalg.norm(way) * rng.uniform(900, 1800)
    fronts = [
        Lobe(begin * qrs_s, end * qrs_s, 0.5, 2, size * main + turn * np.linalg.norm(main) * rng.normal(size=3))
        for begin, end, size, turn in ((0, 0.55, 0.5, 0.15), (0.15, 0.85, 0.9, 0.1), (0.5, 1, 0.5, 0.15))
    ]
    return [*fronts, Lobe(0.8 * qrs_s, qt_s, 0.55, 2, -rng.uniform(0.25, 0.45) * main)]


def _atrial_uv(rng: np.random.Generator, times: Times, samples: int) -> Float64Array:
    """Draw flutter or fibrillatory waves, shape (8, samples): a dipole that turns, its first harmonic with it."""
    time_s = np.arange(samples) / RATE_HZ
    wander = np.cumsum(rng.normal(0, 0.04, samples)) if times.fibrillates else np.zeros(samples)
    phase = 2 * np.pi * times.atrial_hz * time_s + wander
    amount_uv = rng.uniform(30, 80) if times.fibrillates else rng.uniform(80, 200)
    axes = np.stack([direction_of(rng.uniform(60, 180), rng.uniform(40, 80)) for _ in range(2)])
    dipole = amount_uv * (np.outer(axes[0], np.sin(phase)) + 0.4 * np.outer(axes[1], np.sin(2 * phase)))
    leads_uv: Float64Array = DOWER @ dipole
    return leads_uv
