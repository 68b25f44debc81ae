"""Too few bits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from ecgfactory.arrays import Float64Array
from ecgfactory.artefacts.base import Change, Recording, SignalChange, Stage

RANGE_UV = 5_000.0
"""What the converter takes, above and below 0: the least that IEC 60601-2-25 asks for."""

BITS = (6, 10)
"""Fewest and most, which makes steps of 156 .. 10 uV; 5 uV or less is what standards ask for (IEC 60601-2-25; Kligfield
et al., J Am Coll Cardiol 49 (2007) 1109, doi:10.1016/j.jacc.2007.01.024)."""


class Quantisation(SignalChange):
    """A converter of few bits over +-5 mV: the measured leads go up and down in steps, and end at its range."""

    name = "quantisation"
    title = "coarse steps of the converter"
    stage = Stage.CHANNEL
    unit = "uV"
    amount = "one step"
    parameters: ClassVar[Mapping[str, str]] = {"bits": "bits of the converter"}

    def change(self, leads_uv: Float64Array, recording: Recording, rng: np.random.Generator) -> Change:
        """Round the measured leads to steps; see `SignalChange`."""
        bits = int(rng.integers(*BITS, endpoint=True))
        step_uv = 2 * RANGE_UV / 2**bits
        half = 2 ** (bits - 1)
        channels = list(recording.montage.channels)
        leads_uv[channels] = np.clip(np.rint(leads_uv[channels] / step_uv), -half, half - 1) * step_uv
        return Change(0, recording.samples - 1, step_uv, {"bits": bits})
