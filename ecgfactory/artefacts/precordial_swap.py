"""Exchanged cables of the chest electrodes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from ecgfactory.arrays import Float64Array
from ecgfactory.artefacts.base import Change, Recording, SignalChange, Stage
from ecgfactory.artefacts.montage import CHEST_LEADS, Montage

STYLES: Mapping[str, float] = {"neighbours": 0.6, "pair": 0.2, "reversed": 0.1, "rotation": 0.1}
"""How often two neighbours are exchanged, any two, all from first to last, or all go one place on."""


class PrecordialSwap(SignalChange):
    """Cables of chest electrodes at each other's places: the leads change places, and nothing else changes.

    So they do on a patient, as Wilson's terminal stays (Batchvarov, Malik, Camm, Europace 9 (2007) 1081,
    doi:10.1093/europace/eum198); abnormal progression of R waves tells it.
    """

    name = "precordial_swap"
    title = "exchanged chest cables"
    stage = Stage.PLACEMENT
    parameters: ClassVar[Mapping[str, str]] = {
        "style": f"which: {', '.join(STYLES)}",
        "cables": "the place of each cable that is at a wrong one",
    }

    @classmethod
    def lacks(cls, montage: Montage) -> str:
        """Say that two chest leads are missing, if they are."""
        return "" if len(_chest_rows(montage)) > 1 else "two chest leads"

    def change(self, leads_uv: Float64Array, recording: Recording, rng: np.random.Generator) -> Change:
        """Exchange chest leads; see `SignalChange`."""
        rows, names = _chest_rows(recording.montage), recording.montage.lead_names
        style = str(rng.choice(list(STYLES), p=list(STYLES.values())))
        places = [rows[place] for place in _order(style, len(rows), rng)]
        leads_uv[rows] = leads_uv[places]
        cables = {
            names[row].replace("V", "C"): names[place].replace("V", "C")
            for row, place in zip(rows, places, strict=True)
            if row != place
        }
        return Change(0, recording.samples - 1, parameters={"style": style, "cables": cables})


def _chest_rows(montage: Montage) -> list[int]:
    """Return the place of each chest lead, in the order of the chest."""
    return [montage.row(name) for name in CHEST_LEADS if name in montage.lead_names]


def _order(style: str, count: int, rng: np.random.Generator) -> list[int]:
    """Return at which place each cable is."""
    order = list(range(count))
    if style == "reversed":
        return order[::-1]
    if style == "rotation":
        step = 1 if rng.random() < 0.5 else -1
        return order[step:] + order[:step]
    first = int(rng.integers(count - 1))
    second = first + 1
    if style == "pair":
        first, second = sorted(rng.choice(count, 2, replace=False).tolist())
    order[first], order[second] = second, first
    return order
