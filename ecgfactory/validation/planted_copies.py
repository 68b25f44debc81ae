"""Copies of an ECG, disguised in the ways that `measure_privacy` sees through."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ecgfactory.arrays import FloatingArray

Disguise = Callable[[FloatingArray, FloatingArray, np.random.Generator], FloatingArray]
"""From the copied ECG and an honest one of another person, shape (leads, samples), in uV at 500 Hz."""


def with_noise(ecg: FloatingArray, snr_db: float, rng: np.random.Generator) -> FloatingArray:
    """Add white noise to each lead, so many dB below it."""
    noise_uv = ecg.std(axis=-1, keepdims=True) * 10 ** (-snr_db / 20)
    noisy: FloatingArray = ecg + noise_uv * rng.standard_normal(ecg.shape)
    return noisy


def cut_after(ecg: FloatingArray, other: FloatingArray, samples: int) -> FloatingArray:
    """Begin later, and go on with what another has."""
    return np.concatenate([ecg[:, samples:], other[:, :samples]], axis=-1)


def resampled(ecg: FloatingArray, faster: float) -> FloatingArray:
    """Play it so many times faster; its last sample lasts on."""
    times = np.minimum(np.arange(ecg.shape[-1]) * faster, ecg.shape[-1] - 1)
    return np.stack([np.interp(times, np.arange(ecg.shape[-1]), lead) for lead in ecg])


def one_lead(ecg: FloatingArray, other: FloatingArray, lead: int, named: int) -> FloatingArray:
    """Put one of its leads in the place of a lead of the other."""
    mixed = other.copy()
    mixed[named] = ecg[lead]
    return mixed


DISGUISES: dict[str, Disguise] = {
    "nothing": lambda ecg, other, rng: ecg,
    "noise at 10 dB": lambda ecg, other, rng: with_noise(ecg, 10, rng),
    "half the gain": lambda ecg, other, rng: 0.5 * ecg,
    "twice the gain, upside down": lambda ecg, other, rng: -2 * ecg,
    "a gain for each lead": lambda ecg, other, rng: ecg * rng.uniform(0.5, 2, (len(ecg), 1)),
    "3.3 s later, wrapped around": lambda ecg, other, rng: np.roll(ecg, 1651, axis=-1),
    "3.1 s earlier, cut": lambda ecg, other, rng: cut_after(ecg, other, 1553),
    "5 s earlier, cut": lambda ecg, other, rng: cut_after(ecg, other, 2500),
    "the first half": lambda ecg, other, rng: np.concatenate([ecg[:, :2500], other[:, 2500:]], axis=-1),
    "other leads": lambda ecg, other, rng: ecg[[3, 7, 0, 5, 1, 6, 2, 4]],
    "four leads": lambda ecg, other, rng: np.concatenate([other[:4], ecg[4:]]),
    "one lead under another's name": lambda ecg, other, rng: one_lead(ecg, other, lead=3, named=1),
    "one such lead, noise at 25 dB": lambda ecg, other, rng: with_noise(one_lead(ecg, other, 4, 6), 25, rng),
    "2 % faster": lambda ecg, other, rng: resampled(ecg, 1.02),
    "later, smaller, noise at 10 dB": lambda ecg, other, rng: with_noise(0.7 * np.roll(ecg, 777, axis=-1), 10, rng),
}
