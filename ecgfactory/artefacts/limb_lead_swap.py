"""Exchanged cables of the limb electrodes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from ecgfactory.arrays import Float64Array
from ecgfactory.artefacts.base import Change, Recording, SignalChange, Stage

SWAPS: Mapping[str, tuple[str, str, str]] = {
    "RA-LA": ("LA", "RA", "LL"),
    "RA-LL": ("LL", "LA", "RA"),
    "LA-LL": ("RA", "LL", "LA"),
    "RA-LA-LL": ("LA", "LL", "RA"),
    "RA-LL-LA": ("LL", "RA", "LA"),
    "RA-RL": ("RL", "LA", "LL"),
    "LA-RL": ("RA", "RL", "LL"),
    "RA-LL, LA-RL": ("LL", "RL", "RA"),
    "RA-LA, LA-RL": ("LA", "RL", "LL"),
    "RA-RL, LA-RA": ("RL", "RA", "LL"),
    "LA-LL, LL-RL": ("RA", "LL", "RL"),
}


class LimbLeadSwap(SignalChange):
    """PLACEHOLDER for the helper: rewritten with all swaps."""

    name = "limb_lead_swap"
    title = "exchanged limb electrodes"
    stage = Stage.PLACEMENT
    needs = ("I", "II")
    parameters: ClassVar[Mapping[str, str]] = {"swap": "which electrodes are exchanged"}

    def change(self, leads_uv: Float64Array, recording: Recording, rng: np.random.Generator) -> Change:
        """Compute leads I and II anew; see `SignalChange`."""
        first, second = recording.montage.row("I"), recording.montage.row("II")
        leads_uv[second] -= leads_uv[first]
        leads_uv[first] *= -1
        return Change(0, recording.samples - 1, parameters={"swap": "RA-LA"})
