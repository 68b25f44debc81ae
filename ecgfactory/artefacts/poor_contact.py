"""An electrode that hardly touches the skin."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from ecgfactory.arrays import Float64Array
from ecgfactory.artefacts.base import ElectrodeNoise, Potentials, Recording
from ecgfactory.artefacts.mains import Hum
from ecgfactory.artefacts.spectrum import filtered, noise

SPAN_S = (4.0, 60.0)
DRIFT_HZ = (0.1, 1.0)
CRACKLES_PER_S = (3.0, 15.0)
CRACKLE_S = (0.01, 0.06)
"""Time constant of a crackle: contact is lost and found at once."""

HUM, CRACKLE, DRIFT = (0.3, 1.0), (0.2, 0.7), (0.3, 1.0)
"""Between which the parts are drawn, against each other."""


class PoorContact(ElectrodeNoise):
    """Poor contact of one electrode: hum, crackle of many small pops, and drift.

    An electrode of high impedance turns the displacement currents of its cable into a hum (Huhta and Webster, 60-Hz
    interference in electrocardiography, IEEE Trans Biomed Eng 20 (1973) 91, doi:10.1109/TBME.1973.324169), which swells
    with the impedance as contact changes; its half-cell and skin potentials change along, slowly and by jumps.
    """

    name = "poor_contact"
    title = "poor contact of an electrode"
    parameters: ClassVar[Mapping[str, str]] = {
        "electrode": "the one of poor contact",
        "frequency_hz": "frequency of the hum",
    }

    def potentials(self, recording: Recording, rng: np.random.Generator) -> Potentials:
        """Draw hum, crackle and drift of one electrode, for a while; see `ElectrodeNoise`."""
        electrode = recording.electrode(rng)
        onset, length = recording.stretch(rng, rng.uniform(*SPAN_S))
        drift = noise(rng, length, recording.rate_hz, DRIFT_HZ, lambda frequencies: 1 / frequencies)
        hum = Hum.draw(recording, rng, length)
        impedance = np.abs(1 + 0.4 * drift)
        uv = rng.uniform(*HUM) * np.sqrt(2) * impedance * hum.waves.real
        uv += rng.uniform(*DRIFT) * drift
        uv += rng.uniform(*CRACKLE) * _crackle(recording, rng, length)
        parameters = {"electrode": electrode, "frequency_hz": round(hum.frequency_hz, 4)}
        return Potentials({electrode: uv}, onset, parameters=parameters)


def _crackle(recording: Recording, rng: np.random.Generator, length: int) -> Float64Array:
    """Draw small pops at random times, of mean square 1 on average."""
    per_s, constant_s = rng.uniform(*CRACKLES_PER_S), rng.uniform(*CRACKLE_S)
    jumps = np.zeros(length)
    count = rng.poisson(per_s * length / recording.rate_hz)
    np.add.at(jumps, rng.integers(length, size=count), rng.standard_normal(count))

    def response(frequencies: Float64Array) -> npt.NDArray[np.complex128]:
        passed: npt.NDArray[np.complex128] = np.reciprocal(1 + 2j * np.pi * constant_s * frequencies)
        return passed

    jumps *= recording.rate_hz * constant_s / math.sqrt(per_s * constant_s / 2)
    return filtered(jumps, recording.rate_hz, 8 * constant_s, response)
