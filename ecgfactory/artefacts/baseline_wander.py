"""Wander of the baseline."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from ecgfactory.artefacts.base import ElectrodeNoise, Potentials, Recording
from ecgfactory.artefacts.spectrum import noise

BREATHING_SHARE = 0.6
BREATHING_HZ = (0.15, 0.4)
UNEVENNESS = 0.15, 0.25
"""Standard deviations of the duration and of the depth of a breath, against their means."""

INSPIRATION_SHARE = 0.4
"""Of a breath; the rest is expiration."""

DRIFT_HZ = (0.05, 0.5)
"""What is slower than this is kept out by recorders (IEC 60601-2-25 asks for 0.05 Hz), and from the noise stress test
database too."""


class BaselineWander(ElectrodeNoise):
    """Wander below 1 Hz: of all leads with breathing, or of those of one electrode whose potential drifts.

    Breathing changes the body's resistance and the places of the electrodes: one source reaches all of them, with
    weights that differ and may have either sign. Its frequency is 0.15 to 0.3 Hz in Friesen et al., A comparison of the
    noise sensitivity of nine QRS detection algorithms, IEEE Trans Biomed Eng 37 (1990) 85, doi:10.1109/10.43620, and up
    to 0.4 Hz here, which is 24 breaths a minute. The potential between an electrode and the skin below it drifts as gel
    dries and skin sweats: a random walk, whose power falls with the square of the frequency. It is the noise of
    recording bw of the MIT-BIH noise stress test database (Moody, Muldrow and Mark, A noise stress test for arrhythmia
    detectors, Computers in Cardiology 11 (1984) 381).
    """

    name = "baseline_wander"
    title = "baseline wander"
    parameters: ClassVar[Mapping[str, str]] = {
        "source": "breathing, at all electrodes, or drift of one electrode",
        "frequency_hz": "frequency of breathing, on average",
        "electrode": "the one that drifts",
    }

    def potentials(self, recording: Recording, rng: np.random.Generator) -> Potentials:
        """Draw breathing or a drift over the whole ECG; see `ElectrodeNoise`."""
        return _breathing(recording, rng) if rng.random() < BREATHING_SHARE else _drift(recording, rng)


def _breathing(recording: Recording, rng: np.random.Generator) -> Potentials:
    seconds, frequency_hz = recording.samples / recording.rate_hz, rng.uniform(*BREATHING_HZ)
    count = int(2 * seconds * frequency_hz) + 3
    durations_s = np.maximum(1 + UNEVENNESS[0] * rng.standard_normal(count), 0.5) / frequency_hz
    depths = np.maximum(1 + UNEVENNESS[1] * rng.standard_normal(count), 0.2)
    starts_s = np.cumsum(durations_s) - durations_s[0] * (1 + rng.random())
    # The chest rises and falls by half a turn each; between breaths all depths are the same.
    knots_s = np.stack([starts_s[:-1], starts_s[:-1] + INSPIRATION_SHARE * durations_s[1:]], axis=1).reshape(-1)
    half_turns = np.interp(recording.times_s(recording.samples), knots_s, np.arange(len(knots_s)))
    breath = depths[(half_turns / 2).astype(int)] * (1 - np.cos(np.pi * half_turns)) / 2
    breath -= breath.mean()  # no recorder keeps an offset, which would be two thirds of the power
    uv = {electrode: rng.uniform(-0.4, 1) * breath for electrode in recording.montage.electrodes}
    return Potentials(uv, parameters={"source": "breathing", "frequency_hz": round(frequency_hz, 4)})


def _drift(recording: Recording, rng: np.random.Generator) -> Potentials:
    electrode = recording.electrode(rng)
    drift = noise(rng, recording.samples, recording.rate_hz, DRIFT_HZ, lambda frequencies: frequencies**-2.0)
    return Potentials({electrode: drift}, parameters={"source": "drift", "electrode": electrode})
