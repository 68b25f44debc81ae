"""Electrodes that are moved against the skin."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from ecgfactory.arrays import Float64Array
from ecgfactory.artefacts.base import ElectrodeNoise, Potentials, Recording
from ecgfactory.artefacts.spectrum import filtered

SPAN_S = (3.0, 15.0)
STRETCHES_PER_S = (0.7, 2.5)
STRETCH_S = (0.1, 0.5)
"""How long a stretch lasts (Friesen et al., doi:10.1109/10.43620: motion lasts 100 to 500 ms)."""

BAND_HZ = (0.5, 10.0)
MEMORY_S = 2.0
"""After this, what a stretch leaves has fallen to 0.2 % at the lower end of the band."""

OTHER_WAY_SHARE = 0.25
SKEW = 0.4, 0.9
"""Power to which time is raised: below 1, the peak is in the first half."""


class ElectrodeMotion(ElectrodeNoise):
    """Stretches of the skin below one electrode: bumps that look like ectopic beats.

    The skin is some 15 mV more negative outside than inside, and less so when it is stretched; the change comes fast
    and goes exponentially (Tam and Webster, Minimizing electrode motion artifact by skin abrasion, IEEE Trans Biomed
    Eng 24 (1977) 134, doi:10.1109/TBME.1977.326117; de Talhouet and Webster, The origin of skin-stretch-caused motion
    artifacts under electrodes, Physiol Meas 17 (1996) 81, doi:10.1088/0967-3334/17/2/003). Here each stretch is a
    bump, seen in a band of 0.5 to 10 Hz. It is the noise of recording em of the MIT-BIH noise stress test
    database, the most troublesome of the three since it mimics ectopic beats and filters do not remove it (Moody,
    Muldrow and Mark, Computers in Cardiology 11 (1984) 381).
    """

    name = "electrode_motion"
    title = "electrode motion"
    parameters: ClassVar[Mapping[str, str]] = {"electrode": "the one that is moved"}

    def potentials(self, recording: Recording, rng: np.random.Generator) -> Potentials:
        """Draw stretches at one electrode, for a while; see `ElectrodeNoise`."""
        electrode = recording.electrode(rng)
        onset, length = recording.stretch(rng, rng.uniform(*SPAN_S))
        stretched = np.zeros(length)
        stretches = rng.poisson(rng.uniform(*STRETCHES_PER_S) * length / recording.rate_hz)
        latest = max(length - recording.span(STRETCH_S[0]), 1)
        for start in [0, *rng.integers(latest, size=stretches).tolist()]:
            bump = _bump(recording, rng)[: length - start]
            stretched[start : start + len(bump)] += bump
        uv = filtered(stretched, recording.rate_hz, MEMORY_S, _response)
        return Potentials({electrode: uv}, onset, parameters={"electrode": electrode})


def _bump(recording: Recording, rng: np.random.Generator) -> Float64Array:
    """Draw one stretch: it comes faster than it goes."""
    length = recording.span(float(np.exp(rng.uniform(*np.log(STRETCH_S)))))
    shares = ((np.arange(length) + 0.5) / length) ** rng.uniform(*SKEW)
    size = rng.lognormal(0, 0.5) * (-1 if rng.random() < OTHER_WAY_SHARE else 1)
    bump: Float64Array = size * np.square(np.sin(np.pi * shares))
    return bump


def _response(frequencies: Float64Array) -> npt.NDArray[np.complex128]:
    """One pole at the lower end of the band, two at the upper."""
    low, high = 1j * frequencies / BAND_HZ[0], 1j * frequencies / BAND_HZ[1]
    response: npt.NDArray[np.complex128] = low / ((1 + low) * np.square(1 + high))
    return response
