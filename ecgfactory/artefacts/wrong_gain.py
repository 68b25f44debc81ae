"""A wrong gain."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from ecgfactory.arrays import Float64Array
from ecgfactory.artefacts.affected import one_or_all
from ecgfactory.artefacts.base import Change, Recording, SignalChange, Stage

FACTORS: Mapping[float, float] = {0.5: 0.4, 2.0: 0.3, 0.25: 0.1, 4.0: 0.1, 0.1: 0.1}
"""How often each factor comes: recorders have the gains 5, 10 and 20 mm/mV, so that a mistaken setting halves or
doubles; some have 2.5 and 40 mm/mV; a tenth is a mistaken unit."""

SHARE_OF_ALL = 0.5


class WrongGain(SignalChange):
    """One stored lead, or all, larger or smaller than they were: by a mistaken setting or unit.

    Equations of the limb leads break where one of these alone is changed, and by rounding where all are. What leaves
    16 bits is held at their limit.
    """

    name = "wrong_gain"
    title = "one lead or all by a wrong factor"
    stage = Stage.LEAD
    amount = "factor"
    parameters: ClassVar[Mapping[str, str]] = {}

    def change(self, leads_uv: Float64Array, recording: Recording, rng: np.random.Generator) -> Change:
        """Multiply leads; see `SignalChange`."""
        factor = float(rng.choice(list(FACTORS), p=list(FACTORS.values())))
        leads_uv[one_or_all(leads_uv, rng, SHARE_OF_ALL)] *= factor
        return Change(0, recording.samples - 1, factor)
