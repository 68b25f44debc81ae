"""Electrodes that are moved against the skin."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from ecgfactory.arrays import Float64Array, IntArray
from ecgfactory.artefacts.base import ElectrodeNoise, Potentials, Recording
from ecgfactory.artefacts.spectrum import filtered

SPAN_S = (3.0, 15.0)
STRETCHES_PER_S = (0.7, 2.5)
STRETCH_S = (0.1, 0.5)
"""How long a stretch lasts (Friesen et al., doi:10.1109/10.43620: motion lasts 100 to 500 ms)."""

_LOG_STRETCH = math.log(STRETCH_S[0]), math.log(STRETCH_S[1])

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
        count = 1 + rng.poisson(rng.uniform(*STRETCHES_PER_S) * length / recording.rate_hz)
        starts = rng.integers(max(length - recording.span(STRETCH_S[0]), 1), size=count)
        starts[0] = 0
        uv = filtered(_bumps(recording, rng, starts, length), recording.rate_hz, MEMORY_S, _response)
        return Potentials({electrode: uv}, onset, parameters={"electrode": electrode})


def _bumps(recording: Recording, rng: np.random.Generator, starts: IntArray, length: int) -> Float64Array:
    """Draw stretches that come faster than they go."""
    count = len(starts)
    lengths = np.rint(np.exp(rng.uniform(*_LOG_STRETCH, count)) * recording.rate_hz).astype(np.int64)
    skews = rng.uniform(*SKEW, count)
    sizes = rng.lognormal(0, 0.5, count) * np.where(rng.random(count) < OTHER_WAY_SHARE, -1, 1)
    # All samples of all bumps one after the other, each with its place within its own.
    bump = np.repeat(np.arange(count), lengths)
    places = np.arange(len(bump)) - (np.cumsum(lengths) - lengths)[bump]
    shapes = sizes[bump] * np.square(np.sin(np.pi * ((places + 0.5) / lengths[bump]) ** skews[bump]))
    within = starts[bump] + places < length
    stretched = np.zeros(length)
    np.add.at(stretched, (starts[bump] + places)[within], shapes[within])
    return stretched


def _response(frequencies: Float64Array) -> npt.NDArray[np.complex128]:
    """One pole at the lower end of the band, two at the upper."""
    low, high = 1j * frequencies / BAND_HZ[0], 1j * frequencies / BAND_HZ[1]
    response: npt.NDArray[np.complex128] = low / ((1 + low) * np.square(1 + high))
    return response
