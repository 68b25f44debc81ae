"""Hum of the mains supply."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from ecgfactory.artefacts.base import ElectrodeNoise, Potentials, Recording

SUPPLIES_HZ = (50.0, 60.0)

DEVIATION_HZ = 0.1
"""Large networks stay within this nearly always; EN 50160 allows 1 % (0.5 Hz) for 99.5 % of a year."""

HARMONICS = {2: 0.02, 3: 0.05, 5: 0.06, 7: 0.05}
"""Largest share of a harmonic in the fundamental that EN 50160:2010 allows in the supply's voltage."""


class Mains(ElectrodeNoise):
    """Hum of the mains with harmonics, whose amplitude changes, as cables and electrodes pick it up.

    It differs from electrode to electrode with their impedance and cable, and turns into a difference between leads so
    (Huhta and Webster, 60-Hz interference in electrocardiography, IEEE Trans Biomed Eng 20 (1973) 91,
    doi:10.1109/TBME.1973.324169).
    """

    name = "mains"
    title = "mains hum with harmonics"
    parameters: ClassVar[Mapping[str, str]] = {"frequency_hz": "frequency of the fundamental"}

    def potentials(self, recording: Recording, rng: np.random.Generator) -> Potentials:
        """Draw one hum, with a weight and a little phase of its own at each electrode; see `ElectrodeNoise`."""
        frequency_hz = float(rng.choice(SUPPLIES_HZ) + rng.uniform(-DEVIATION_HZ, DEVIATION_HZ))
        times_s = recording.times_s(recording.samples)
        angle = 2 * np.pi * frequency_hz * times_s + rng.uniform(0, 2 * np.pi)
        in_phase, across = np.sin(angle), np.cos(angle)
        for number, most in HARMONICS.items():
            if number * frequency_hz < recording.rate_hz / 2:
                in_phase = in_phase + rng.uniform(0, most) * np.sin(number * angle + rng.uniform(0, 2 * np.pi))
        swell = 1 + rng.uniform(0, 0.5) * np.sin(
            2 * np.pi * (rng.uniform(0.05, 0.5) * times_s + rng.uniform())
        )  # people move, and the impedance of skin and cable with them
        uv = {
            electrode: swell * (rng.uniform(0.2, 1) * in_phase + rng.uniform(-0.2, 0.2) * across)
            for electrode in recording.montage.electrodes
        }
        return Potentials(uv, parameters={"frequency_hz": round(frequency_hz, 4)})
