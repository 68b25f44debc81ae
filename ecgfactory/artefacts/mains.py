"""Hum of the mains supply."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt

from ecgfactory.artefacts.base import ElectrodeNoise, Potentials, Recording

SUPPLIES_HZ = (50.0, 60.0)

DEVIATION_HZ = 0.1
"""Large networks stay within this nearly always; EN 50160 allows 1 % (0.5 Hz) for 99.5 % of a year."""

HARMONICS = {2: 0.02, 3: 0.05, 5: 0.06, 7: 0.05}
"""Largest share of a harmonic in the fundamental that EN 50160 allows in the supply's voltage."""


class Hum(NamedTuple):
    """A hum of amplitude 1.

    Parameters
    ----------
    frequency_hz : float
        Of the fundamental.
    waves : complex128 array, shape (length,)
        Fundamental and harmonics; times a complex number, whose real part is taken, it is a hum of another size and
        phase.
    """

    frequency_hz: float
    waves: npt.NDArray[np.complex128]

    @classmethod
    def draw(cls, recording: Recording, rng: np.random.Generator, length: int) -> Hum:
        """Draw frequency, phase and harmonics.

        Harmonics above half the sampling rate are left out. So is a supply that would fall on 0 Hz; else the
        fundamental appears wherever sampling puts it, as in a recorder that lets it through.
        """
        supplies = [supply for supply in SUPPLIES_HZ if supply % recording.rate_hz] or list(SUPPLIES_HZ)
        frequency_hz = supplies[rng.integers(len(supplies))] + rng.uniform(-DEVIATION_HZ, DEVIATION_HZ)
        phase = rng.uniform(0, 2 * np.pi)
        numbers, shares = [1], [np.exp(1j * phase)]
        for number, most in HARMONICS.items():
            share = rng.uniform(0, most) * np.exp(1j * rng.uniform(0, 2 * np.pi))
            if number * frequency_hz < recording.rate_hz / 2:
                numbers.append(number)
                shares.append(share)
        # Angles add where complex numbers are multiplied: of each wave two short pieces make the whole.
        turns = 2j * np.pi * frequency_hz / recording.rate_hz * np.array(numbers)[:, np.newaxis]
        piece = math.isqrt(length) + 1
        fine, coarse = np.exp(turns * np.arange(piece)), np.exp(turns * (piece * np.arange(piece)))
        waves = np.einsum("ni,nj->ij", coarse * np.array(shares)[:, np.newaxis], fine)
        return cls(frequency_hz, waves.reshape(-1)[:length])


class Mains(ElectrodeNoise):
    """Hum of the mains with harmonics, whose amplitude changes, as cables and electrodes pick it up.

    Displacement currents flow into the cables and the body; they differ from electrode to electrode with its impedance,
    cable and place, in size and in phase, and turn into a difference between leads so (Huhta and Webster, 60-Hz
    interference in electrocardiography, IEEE Trans Biomed Eng 20 (1973) 91, doi:10.1109/TBME.1973.324169).
    """

    name = "mains"
    title = "mains hum with harmonics"
    parameters: ClassVar[Mapping[str, str]] = {"frequency_hz": "frequency of the fundamental"}

    def potentials(self, recording: Recording, rng: np.random.Generator) -> Potentials:
        """Draw one hum over the whole ECG, of another size and phase at each electrode; see `ElectrodeNoise`."""
        hum = Hum.draw(recording, rng, recording.samples)
        turns = rng.uniform(0.05, 0.5) * recording.times_s(recording.samples) + rng.random()
        swell = 1 + rng.uniform(0, 0.5) * np.sin(2 * np.pi * turns)
        in_phase, across = swell * hum.waves.real, swell * hum.waves.imag  # people move, and the impedances with them
        uv = {
            electrode: rng.uniform(0.2, 1) * in_phase + rng.uniform(-0.3, 0.3) * across
            for electrode in recording.montage.electrodes
        }
        return Potentials(uv, parameters={"frequency_hz": round(hum.frequency_hz, 4)})
