"""A clock that goes unevenly."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from ecgfactory.arrays import Float64Array
from ecgfactory.artefacts.base import Change, Recording, SignalChange, Stage

LARGEST_JITTER = 0.25
"""RMS of what is random from sample to sample, in sampling intervals: so that samples hardly ever change places."""

WANDER_MS = (0.5, 4.0)
WANDER_HZ = (0.03, 0.5)
WAVES = 3


class ClockJitter(SignalChange):
    """Samples taken a little too early or late: at random from one to the next, and by a clock that wanders slowly.

    It changes most where the signal is steepest, in QRS complexes (Souders, Flach, Hagwood, Yang, The effects of timing
    jitter in sampling systems, IEEE Trans Instrum Meas 39 (1990) 80). All channels are sampled at the same instants;
    between samples lies a cubic (Keys, Cubic convolution interpolation for digital image processing, IEEE Trans Acoust
    Speech Signal Process 29 (1981) 1153, doi:10.1109/TASSP.1981.1163711).
    """

    name = "clock_jitter"
    title = "uneven sampling clock"
    stage = Stage.CHANNEL
    unit = "ms"
    amount = "root mean square of how much too early or late samples are"
    parameters: ClassVar[Mapping[str, str]] = {"largest_ms": "how much at most"}

    def change(self, leads_uv: Float64Array, recording: Recording, rng: np.random.Generator) -> Change:
        """Take the measured leads at other instants; see `SignalChange`."""
        late = _deviations(recording, rng)
        channels = list(recording.montage.channels)
        instants = np.clip(np.arange(recording.samples) + late, 0, recording.samples - 1)
        leads_uv[channels] = _at(leads_uv[channels], instants)
        late_ms = 1000 / recording.rate_hz * late
        parameters = {"largest_ms": round(float(np.abs(late_ms).max()), 3)}
        return Change(0, recording.samples - 1, float(np.sqrt(np.square(late_ms).mean())), parameters)


def _deviations(recording: Recording, rng: np.random.Generator) -> Float64Array:
    """Draw how late each sample is, in sampling intervals: not at all on average."""
    late = rng.uniform(0.05, LARGEST_JITTER) * rng.standard_normal(recording.samples)
    times_s = recording.times_s(recording.samples)
    wander = np.zeros(recording.samples)
    for _ in range(WAVES):
        wander += rng.uniform(0.3, 1) * np.sin(2 * np.pi * (rng.uniform(*WANDER_HZ) * times_s + rng.uniform()))
    most = rng.uniform(*WANDER_MS) / 1000 * recording.rate_hz
    late += most / WAVES * (wander - wander.mean())
    return late


def _at(leads: Float64Array, instants: Float64Array) -> Float64Array:
    """Return leads between their samples, by cubic convolution; shape (leads, instants)."""
    before: npt.NDArray[np.int64] = np.floor(instants).astype(np.int64)
    part = instants - before
    last = leads.shape[1] - 1
    square = part * part
    cube = square * part
    weights = (
        (2 * square - part - cube) / 2,
        (2 - 5 * square + 3 * cube) / 2,
        (part + 4 * square - 3 * cube) / 2,
        (cube - square) / 2,
    )
    found = np.zeros((len(leads), len(instants)))
    for step, weight in enumerate(weights, start=-1):
        found += weight * leads.take(np.clip(before + step, 0, last), axis=1)
    return found
