"""Potentials of muscles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from ecgfactory.arrays import Float64Array
from ecgfactory.artefacts.base import ElectrodeNoise, Potentials, Recording
from ecgfactory.artefacts.montage import LIMB_ELECTRODES
from ecgfactory.artefacts.spectrum import noise

BAND_HZ = (5.0, 400.0)

LOW_HZ, HIGH_HZ = (45.0, 75.0), (90.0, 150.0)
"""Between which the two frequencies are that shape a muscle's spectrum; usual are 60 and 120 Hz."""

RECORDER_HZ = 150.0
"""Bandwidth of an electrocardiograph (Kligfield et al., Circulation 115 (2007) 1306,
doi:10.1161/CIRCULATIONAHA.106.180200)."""

LIMB_PREFERENCE = 3.0
"""How much more often an electrode of a limb is over a tense muscle than one of the chest: arms are held up, hands
clenched, people shiver."""

MOST_MUSCLES = 3
SHARED_SHARE = 0.35
BURST_SHARE = 0.5
BURST_S = (0.3, 4.0)
EDGE_SHARE = 0.2
"""Share of a burst in which it comes up, and in which it ceases."""


class Muscle(ElectrodeNoise):
    """Noise of muscles (EMG), in a burst or all the time, at single electrodes or from one muscle at several of them.

    A contraction modulates the amplitude of noise whose spectrum stays the same (Shwedyk, Balasubramanian and Scott, A
    nonstationary model for the electromyogram, IEEE Trans Biomed Eng 24 (1977) 417). Its power is
    f^2 / ((f^2 + l^2) (f^2 + h^2)^2), after the same and Stulen and DeLuca, Frequency parameters of the myoelectric
    signal as a measure of muscle conduction velocity, IEEE Trans Biomed Eng 28 (1981) 515, seen through an
    electrocardiograph of 150 Hz: most of it is between 20 and 150 Hz. It is the noise of recording ma of the MIT-BIH
    noise stress test database (Moody, Muldrow and Mark, Computers in Cardiology 11 (1984) 381).
    """

    name = "muscle"
    title = "muscle noise"
    parameters: ClassVar[Mapping[str, str]] = {
        "activity": "burst: one short contraction; or continuous",
        "source": "single: a muscle of its own at each electrode; shared: one muscle at all of them",
        "electrodes": "those it arises at",
    }

    def potentials(self, recording: Recording, rng: np.random.Generator) -> Potentials:
        """Draw where muscles are tense, and when; see `ElectrodeNoise`."""
        is_shared = rng.random() < SHARED_SHARE
        electrodes = _electrodes(recording.montage.electrodes, rng, is_shared)
        activity = "burst" if rng.random() < BURST_SHARE else "continuous"
        onset, strength = _burst(recording, rng) if activity == "burst" else (0, _swell(recording, rng))
        if is_shared:
            common = strength * _emg(recording, rng, len(strength))
            uv = {name: _signed(rng) * common for name in electrodes}
        else:
            uv = {name: _signed(rng) * strength * _emg(recording, rng, len(strength)) for name in electrodes}
        source = "shared" if is_shared else "single"
        return Potentials(uv, onset, parameters={"activity": activity, "source": source, "electrodes": electrodes})


def _signed(rng: np.random.Generator) -> float:
    """Draw how strong, and of which sign, an electrode sees a muscle."""
    strength = rng.uniform(0.3, 1)
    return strength if rng.random() < 0.5 else -strength


def _electrodes(known: tuple[str, ...], rng: np.random.Generator, is_shared: bool) -> list[str]:
    """Draw electrodes, those of limbs more often; in the order of the montage."""
    weights = np.array([LIMB_PREFERENCE if name in LIMB_ELECTRODES else 1.0 for name in known])
    least, most = (min(2, len(known)), len(known)) if is_shared else (1, min(MOST_MUSCLES, len(known)))
    count = int(rng.integers(least, most, endpoint=True))
    first = np.argsort(rng.exponential(1 / weights))[:count]  # to come, each after a time: by weight without repeats
    return [known[place] for place in sorted(first.tolist())]


def _emg(recording: Recording, rng: np.random.Generator, length: int) -> Float64Array:
    low_hz, high_hz = rng.uniform(*LOW_HZ), rng.uniform(*HIGH_HZ)

    def power(frequencies: Float64Array) -> Float64Array:
        squares = np.square(frequencies)
        shape = squares / ((squares + low_hz**2) * np.square(squares + high_hz**2))
        seen: Float64Array = shape / (1 + np.square(squares / RECORDER_HZ**2))
        return seen

    return noise(rng, length, recording.rate_hz, BAND_HZ, power)


def _swell(recording: Recording, rng: np.random.Generator) -> Float64Array:
    """Draw how strong a lasting contraction is over the ECG."""
    turns = rng.uniform(0.1, 0.5) * recording.times_s(recording.samples) + rng.random()
    swell: Float64Array = 1 + rng.uniform(0, 0.5) * np.sin(2 * np.pi * turns)
    return swell


def _burst(recording: Recording, rng: np.random.Generator) -> tuple[int, Float64Array]:
    """Draw a short contraction: where it starts, and how strong it is until it ceases."""
    onset, length = recording.stretch(rng, np.exp(rng.uniform(*np.log(BURST_S))))
    rise = (np.arange(length) + 0.5) / length / EDGE_SHARE
    strength: Float64Array = np.square(np.sin(np.pi / 2 * np.minimum(np.minimum(rise, rise[::-1]), 1)))
    return onset, strength
