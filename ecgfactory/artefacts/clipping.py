"""Saturation below the peaks of the ECG."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from ecgfactory.arrays import Float64Array
from ecgfactory.artefacts.affected import one_or_all
from ecgfactory.artefacts.base import Change, Recording, SignalChange, Stage

LIMITS = (0.3, 0.9)
"""Between which shares of the highest peak the limit is."""

SHARE_OF_ALL = 0.5


class Clipping(SignalChange):
    """One stored lead, or all, held at a limit that is below the peaks of this very ECG.

    Recorders have to take 5 mV at least (IEC 60601-2-25), but files and displays of fewer bits, or a gain that is too
    high for a tall QRS, clip earlier. As leads are clipped one by one, equations between limb leads break.
    """

    name = "clipping"
    title = "peaks cut off"
    stage = Stage.LEAD
    unit = "uV"
    amount = "the limit, above and below 0"
    parameters: ClassVar[Mapping[str, str]] = {}

    def change(self, leads_uv: Float64Array, recording: Recording, rng: np.random.Generator) -> Change:
        """Hold leads within a limit; see `SignalChange`."""
        rows = one_or_all(leads_uv, rng, SHARE_OF_ALL)
        limit_uv = float(np.rint(rng.uniform(*LIMITS) * np.abs(leads_uv[rows]).max(initial=0)))
        leads_uv[rows] = np.clip(leads_uv[rows], -limit_uv, limit_uv)
        return Change(0, recording.samples - 1, limit_uv)
