"""ECGs built from waves whose onsets and offsets are known, to judge the measurements against.

The heart is a dipole. Each wave is a lobe of finite support along one direction in space, so that its
onset and offset are exact; Dower's matrix turns the dipole into the eight leads, each with a small delay
of its own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy

from ecgfactory.arrays import Float64Array
from ecgfactory.leads import EIGHT_LEADS, SignalUv

DOWER = np.array(
    [
        [0.632, -0.235, 0.059],
        [0.235, 1.066, -0.132],
        [-0.515, 0.157, -0.917],
        [0.044, 0.164, -1.387],
        [0.882, 0.098, -1.277],
        [1.213, 0.127, -0.601],
        [1.125, 0.127, -0.086],
        [0.831, 0.076, 0.230],
    ]
)
"""The eight leads (in the order of `EIGHT_LEADS`) from x (left), y (down), z (back).

Dower, Machado, Osborne, "On deriving the electrocardiogram from vectorcardiographic leads", Clin Cardiol
3 (1980) 87-95.
"""

MAX_DELAY_S = 0.002
"""Largest delay of a lead against the dipole, either way."""

FINE_S = 1e-4
"""Step in which a beat is computed once, to be interpolated at every beat: within 0.1 uV."""


@dataclass(frozen=True)
class Lobe:
    """One half wave of the dipole: sin(pi u / 2)^power up to its peak, and the mirror of it down to zero.

    Parameters
    ----------
    onset_s, offset_s : float
        Where it starts and ends, from the onset of QRS.
    peak : float
        Place of the peak as a share of the support, between 0 and 1.
    power : float
        1 leaves zero at an angle, 2 (a raised cosine) leaves it smoothly.
    vector_uv : float array, shape (3,)
        Direction and amplitude of the dipole at the peak.
    """

    onset_s: float
    offset_s: float
    peak: float
    power: float
    vector_uv: Float64Array

    def shape(self, time_s: Float64Array) -> Float64Array:
        """Return the lobe at the given times, 1 at its peak and 0 outside its support."""
        u = (time_s - self.onset_s) / (self.offset_s - self.onset_s)
        rise = np.where(u < self.peak, u / self.peak, (1 - u) / (1 - self.peak))
        shape: Float64Array = np.sin(np.pi / 2 * np.clip(rise, 0, 1)) ** self.power
        return shape


@dataclass(frozen=True)
class SimulatedEcg:
    """A simulated record and the truth about it.

    Parameters
    ----------
    signal_uv : int16 array, shape (8, samples)
        Leads in the order of `EIGHT_LEADS`.
    truth : dict of str to float
        The true value of each feature that `intervals` measures, by the same name.
    qrs_onsets_s : float array, shape (beats,)
        Onset of QRS of each beat from the start of the record.
    heart_rate_per_min, noise_uv : float
        Mean heart rate, and standard deviation of the noise.
    """

    signal_uv: SignalUv
    truth: dict[str, float]
    qrs_onsets_s: Float64Array
    heart_rate_per_min: float
    noise_uv: float


def direction_of(azimuth_deg: float, down_deg: float) -> Float64Array:
    """Return the unit vector; azimuth from left (0) to front (90) and right (180), `down_deg` to the feet."""
    azimuth, down = np.deg2rad(azimuth_deg), np.deg2rad(down_deg)
    return np.array([np.cos(down) * np.cos(azimuth), np.sin(down), -np.cos(down) * np.sin(azimuth)])


def _p_lobes(rng: np.random.Generator, pr_s: float, p_s: float) -> tuple[list[Lobe], Lobe]:
    """Draw the right and the left atrium, 50 to 180 uV; and their slow, low repolarisation."""
    amplitude = rng.uniform(50, 180)
    right = direction_of(rng.uniform(20, 70), rng.uniform(35, 70))
    left = direction_of(rng.uniform(-50, 0), rng.uniform(20, 60))
    start = -pr_s
    power = rng.uniform(1.5, 2.5)
    waves = [
        Lobe(start, start + 0.7 * p_s, 0.5, power, amplitude * right),
        Lobe(start + 0.3 * p_s, start + p_s, 0.5, power, 0.8 * amplitude * left),
    ]
    drift = -rng.uniform(0, 0.3) * amplitude * (right + left) / 2
    return waves, Lobe(start + 0.6 * p_s, start + p_s + rng.uniform(0.2, 0.3), 0.4, 2, drift)


def _qrs_lobes(rng: np.random.Generator, qrs_s: float) -> list[Lobe]:
    """Draw septum, main forces and base; from 120 ms on with the slow end of a bundle branch block."""
    axis_deg = rng.uniform(-60, 120)
    frontal = np.deg2rad(axis_deg)
    main = np.array([np.cos(frontal), np.sin(frontal), rng.uniform(-0.2, 0.8)]) * rng.uniform(700, 1600)
    septal = direction_of(rng.uniform(60, 180), rng.uniform(-40, 30)) * rng.uniform(100, 300)
    block = qrs_s >= 0.12
    if block and rng.random() < 0.5:
        terminal = direction_of(rng.uniform(100, 170), rng.uniform(-30, 40)) * rng.uniform(250, 600)
        main_end, terminal_start = 0.65, 0.45
    elif block:
        terminal = direction_of(rng.uniform(-60, 0), rng.uniform(-30, 40)) * rng.uniform(300, 800)
        main_end, terminal_start = 0.75, 0.35
    else:
        terminal = direction_of(rng.uniform(-180, 180), rng.uniform(-60, 60)) * rng.uniform(120, 400)
        main_end, terminal_start = 0.8, rng.uniform(0.5, 0.6)
    power = rng.uniform(1, 2, 3)
    return [
        Lobe(0, 0.45 * qrs_s, 0.5, power[0], septal),
        Lobe(0.12 * qrs_s, main_end * qrs_s, rng.uniform(0.4, 0.6), power[1], main),
        Lobe(terminal_start * qrs_s, qrs_s, rng.uniform(0.4, 0.6), power[2], terminal),
    ]


def _t_lobes(rng: np.random.Generator, qrs_s: float, qt_s: float, main_uv: Float64Array) -> list[Lobe]:
    """Draw a slow rise and faster fall near the main forces, and a small second direction."""
    turn = rng.normal(size=3)
    direction = main_uv / np.linalg.norm(main_uv) + 0.7 * turn / np.linalg.norm(turn)
    vector = direction / np.linalg.norm(direction) * rng.uniform(150, 500)
    start = qrs_s + rng.uniform(0, 0.25) * (qt_s - qrs_s)
    peak, power = rng.uniform(0.5, 0.65), rng.uniform(1.5, 2.5)
    return [
        Lobe(start, qt_s, peak, power, vector),
        Lobe(start, qt_s, peak + 0.05, power, 0.2 * np.linalg.norm(vector) * rng.normal(size=3) / 2),
    ]


@dataclass(frozen=True)
class SimulatedBeat:
    """The lobes of one beat, and where they bound P and T, in seconds."""

    p: list[Lobe]
    qrs: list[Lobe]
    t: list[Lobe]
    drifts: list[Lobe]
    p_s: float
    pr_s: float
    qt_s: float


def draw_beat(rng: np.random.Generator, heart_rate_per_min: float, qrs_s: float) -> SimulatedBeat:
    """Draw the waves of a beat, with PR and QT that suit the heart rate."""
    rr_s = 60 / heart_rate_per_min
    pr_s = rng.uniform(0.115, np.interp(heart_rate_per_min, [60, 150], [0.21, 0.135]))
    p_s = min(rng.uniform(0.075, 0.12), pr_s - rng.uniform(0.02, 0.05))
    qt_wanted_s = rng.uniform(0.37, 0.44) * rr_s ** (1 / 3) + 0.5 * max(qrs_s - 0.1, 0)
    # The next P starts when T is over; a T shorter than 120 ms would be no T.
    qt_s = max(min(qt_wanted_s, rr_s - pr_s - 0.01), qrs_s + 0.12)
    qrs = _qrs_lobes(rng, qrs_s)
    p, p_repolarisation = _p_lobes(rng, pr_s, p_s)
    t = _t_lobes(rng, qrs_s, qt_s, qrs[1].vector_uv)
    u = Lobe(qt_s, qt_s + 0.25, 0.4, 2, rng.uniform(0, 0.1) * t[0].vector_uv)
    # U would run into the P of a fast rhythm.
    drifts = [p_repolarisation, u] if heart_rate_per_min < 80 else [p_repolarisation]
    return SimulatedBeat(p, qrs, t, drifts, p_s, pr_s, qt_s)


def _leads_uv(lobes: list[Lobe], time_s: Float64Array) -> Float64Array:
    """Turn the lobes into the eight leads, shape (8, times)."""
    leads_uv: Float64Array = np.sum([np.outer(DOWER @ lobe.vector_uv, lobe.shape(time_s)) for lobe in lobes], axis=0)
    return leads_uv


def beats_uv(
    lobes: list[Lobe], qrs_onsets_s: Float64Array, delays_s: Float64Array, samples: int, sampling_rate_hz: int
) -> Float64Array:
    """Put the same beat at every onset: the noise-free signal of the eight leads, shape (8, samples)."""
    first_s = min(lobe.onset_s for lobe in lobes) - MAX_DELAY_S
    last_s = max(lobe.offset_s for lobe in lobes) + MAX_DELAY_S
    fine_s = np.arange(first_s - FINE_S, last_s + 2 * FINE_S, FINE_S)
    beat_uv = _leads_uv(lobes, fine_s)
    signal_uv = np.zeros((8, samples))
    for onset_s in qrs_onsets_s:
        start, stop = np.clip(np.ceil((onset_s + np.array([first_s, last_s])) * sampling_rate_hz), 0, samples)
        time_s = np.arange(start, stop) / sampling_rate_hz - onset_s
        for lead, delay_s in enumerate(delays_s):
            signal_uv[lead, int(start) : int(stop)] += np.interp(time_s - delay_s, fine_s, beat_uv[lead])
    return signal_uv


def _frontal_axis_deg(lead_i: Float64Array, lead_ii: Float64Array) -> float:
    """Return the direction of the net area in Einthoven's triangle, lead I at 0 and lead II at 60 degrees."""
    i, ii = lead_i.sum(), lead_ii.sum()
    return float(np.rad2deg(np.arctan2((2 * ii - i) / np.sqrt(3), i)))


def recorder_noise(
    rng: np.random.Generator, shape: tuple[int, int], sampling_rate_hz: int, sd_uv: float
) -> Float64Array:
    """Draw Gaussian noise up to 150 Hz, the diagnostic bandwidth of IEC 60601-2-25."""
    white = rng.normal(size=shape)
    if sampling_rate_hz > 300:
        white = scipy.signal.sosfiltfilt(scipy.signal.butter(4, 150, fs=sampling_rate_hz, output="sos"), white)
    noise: Float64Array = sd_uv * white / white.std()
    return noise


def simulate_ecg(
    rng: np.random.Generator,
    heart_rate_per_min: float,
    qrs_ms: float,
    noise_uv: float,
    duration_s: float = 10.0,
    sampling_rate_hz: int = 500,
    has_p: bool = True,
) -> SimulatedEcg:
    """Build an ECG in sinus rhythm with known waves.

    Parameters
    ----------
    rng : numpy Generator
        Draws everything that is not given: axis, amplitudes, P, PR, QT, kind of bundle branch block,
        delays of leads, baseline wander up to 100 uV at 0.15..0.35 Hz, RR variation of 3 %.
    heart_rate_per_min : float
        Mean heart rate; 45 to 150 gives plausible PR and QT.
    qrs_ms : float
        Duration of QRS of the dipole; 70 to 160 is plausible.
    noise_uv : float
        Standard deviation of the noise in each lead.
    duration_s, sampling_rate_hz
        Length and sampling rate.
    has_p : bool
        False leaves out the P waves; their truth is then NaN.

    Returns
    -------
    SimulatedEcg
        Signal and truth. Global onsets and offsets are the earliest and latest over the eight leads.
    """
    beat = draw_beat(rng, heart_rate_per_min, qrs_ms / 1000)
    lobes = [*beat.qrs, *beat.t, *(beat.p + beat.drifts if has_p else [])]
    delays_s = rng.uniform(-MAX_DELAY_S, MAX_DELAY_S, 8)
    beats = int(np.ceil(duration_s * heart_rate_per_min / 60)) + 3
    rr_s = 60 / heart_rate_per_min * (1 + 0.03 * rng.normal(size=beats))
    qrs_onsets_s = np.cumsum(rr_s) - rng.uniform(0.5, 1.5) * 60 / heart_rate_per_min

    signal_uv = beats_uv(lobes, qrs_onsets_s, delays_s, round(duration_s * sampling_rate_hz), sampling_rate_hz)
    time_s = np.arange(signal_uv.shape[1]) / sampling_rate_hz
    wander_uv = rng.uniform(0, 100, (8, 1)) * np.sin(
        2 * np.pi * (rng.uniform(0.15, 0.35) * time_s + rng.uniform(0, 1, (8, 1)))
    )
    signal_uv += wander_uv + recorder_noise(rng, signal_uv.shape, sampling_rate_hz, noise_uv)

    qrs_uv = _leads_uv(beat.qrs, np.arange(0, qrs_ms / 1000, 1e-4))
    spread_ms = 1000 * (delays_s.max() - delays_s.min())
    truth = {
        "p_duration_ms": 1000 * beat.p_s + spread_ms if has_p else np.nan,
        "pr_ms": 1000 * beat.pr_s if has_p else np.nan,
        "qrs_ms": qrs_ms + spread_ms,
        "qt_ms": 1000 * beat.qt_s + spread_ms,
        "qrs_axis_deg": _frontal_axis_deg(qrs_uv[EIGHT_LEADS.index("I")], qrs_uv[EIGHT_LEADS.index("II")]),
    }
    within = (qrs_onsets_s > 0) & (qrs_onsets_s < duration_s)
    return SimulatedEcg(
        signal_uv=np.rint(signal_uv).astype(np.int16),
        truth=truth,
        qrs_onsets_s=qrs_onsets_s[within],
        heart_rate_per_min=heart_rate_per_min,
        noise_uv=noise_uv,
    )


def simulate_bench(seed: int, records: int = 500, sampling_rate_hz: int = 500) -> list[SimulatedEcg]:
    """Simulate the truth bench: heart rate 45..150 /min, QRS 70..160 ms, noise 0, 10, 25 or 50 uV.

    Parameters
    ----------
    seed : int
        Use one seed to develop on and another to report.
    records : int
        How many; the noise levels take turns, the rest is drawn uniformly.
    sampling_rate_hz : int
        Sampling rate.
    """
    rng = np.random.default_rng(seed)
    return [
        simulate_ecg(
            rng,
            heart_rate_per_min=rng.uniform(45, 150),
            qrs_ms=rng.uniform(70, 160),
            noise_uv=(0.0, 10.0, 25.0, 50.0)[number % 4],
            sampling_rate_hz=sampling_rate_hz,
        )
        for number in range(records)
    ]
