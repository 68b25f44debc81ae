"""Steps of an electrode's potential."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from ecgfactory.artefacts.base import ElectrodeNoise, Potentials, Recording

STEP_UV = (400.0, 4000.0)
TIME_CONSTANT_S = (0.3, 3.2)
"""Of high-pass filters from 0.5 Hz (monitors) to 0.05 Hz (IEC 60601-2-25)."""

FADED_UV = 0.25
"""What is smaller than this makes no step of 1 uV, neither in a chest lead nor rounded together with an ECG."""

SHORTEST_S = 0.2


class ElectrodePop(ElectrodeNoise):
    """Pop of an electrode: contact changes all at once, and the recorder's high-pass filter brings the baseline back.

    Clifford, Azuaje and McSharry (Advanced methods and tools for ECG data analysis, Artech House 2006, section 3.6)
    describe sharp changes for about a second, up to the full scale; Friesen et al. (doi:10.1109/10.43620) call it an
    abrupt shift of the baseline.
    """

    name = "electrode_pop"
    title = "electrode pop"
    amount = "height of the step at the electrode"
    is_scaled = False
    parameters: ClassVar[Mapping[str, str]] = {
        "electrode": "the one that pops",
        "polarity": "1 where its potential rises, -1 where it falls",
        "time_constant_s": "time in which the step returns to 37 % of its height",
    }

    def potentials(self, recording: Recording, rng: np.random.Generator) -> Potentials:
        """Draw one pop; see `ElectrodeNoise`."""
        electrode = recording.electrode(rng)
        height_uv, constant_s = (float(np.exp(rng.uniform(*np.log(ends)))) for ends in (STEP_UV, TIME_CONSTANT_S))
        polarity = 1 if rng.random() < 0.5 else -1
        onset = int(rng.integers(recording.samples - recording.span(SHORTEST_S) + 1))
        length = min(recording.span(constant_s * math.log(height_uv / FADED_UV)), recording.samples - onset)
        uv = polarity * height_uv * np.exp(-recording.times_s(length) / constant_s)
        uv[0] *= rng.uniform(0.3, 1)  # it falls between two samples
        parameters = {"electrode": electrode, "polarity": polarity, "time_constant_s": round(constant_s, 4)}
        return Potentials({electrode: uv}, onset, height_uv, parameters)
