"""Exchanged cables of the limb electrodes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, NamedTuple

import numpy as np

from ecgfactory.arrays import Float64Array
from ecgfactory.artefacts.base import Change, Recording, SignalChange, Stage
from ecgfactory.artefacts.montage import LIMB_ELECTRODES


class Swap(NamedTuple):
    """Where the cables of RA, LA and LL are, that of RL being where none of them is, and how often it happens."""

    places: tuple[str, str, str]
    weight: float


SWAPS: Mapping[str, Swap] = {
    "RA-LA": Swap(("LA", "RA", "LL"), 8),
    "RA-LL": Swap(("LL", "LA", "RA"), 2),
    "LA-LL": Swap(("RA", "LL", "LA"), 3),
    "RA-RL": Swap(("RL", "LA", "LL"), 3),
    "LA-RL": Swap(("RA", "RL", "LL"), 2),
    "RA-RL, LA-LL": Swap(("RL", "LL", "LA"), 1),
    "RA-LL, LA-RL": Swap(("LL", "RL", "RA"), 0.5),
    "RA-LA-LL": Swap(("LA", "LL", "RA"), 0.5),
    "RA-LL-LA": Swap(("LL", "RA", "LA"), 0.5),
    "RA-LA-RL": Swap(("LA", "RL", "LL"), 0.5),
    "RA-RL-LA": Swap(("RL", "RA", "LL"), 0.5),
}
"""What can happen to four cables, by name: `RA-LA` are exchanged, and of `RA-LA-LL` the cable of RA is at LA, that of
LA at LL and that of LL at RA. As an exchange of RL and LL changes nothing, each of the 24 orders of four cables gives
the recording of one of these or the right one; the simplest order names it. Arms are exchanged most often, and one pair
more often than several; the weights are round numbers, as nobody has counted all of them."""


class LimbLeadSwap(SignalChange):
    """Cables of limb electrodes at wrong limbs: the leads are computed from the potentials as their cables meet them.

    RL counts as having the potential of LL, as the legs are far from the heart: so lead I, II or III is flat where the
    cable of RL takes part (Batchvarov, Malik, Camm, Incorrect electrode cable connection during electrocardiographic
    recording, Europace 9 (2007) 1081, doi:10.1093/europace/eum198; Krasteva, Jekova, Schmid, Simulating arbitrary
    electrode reversals in standard 12-lead ECG, Sensors 19 (2019) 2920, doi:10.3390/s19132920). Wilson's terminal, and
    with it each chest lead, changes only then.
    """

    name = "limb_lead_swap"
    title = "exchanged limb cables"
    stage = Stage.PLACEMENT
    needs = ("I", "II")
    parameters: ClassVar[Mapping[str, str]] = {
        "swap": "which cables are exchanged, or go round",
        "cables": "the place of each cable that is at a wrong one",
    }

    def change(self, leads_uv: Float64Array, recording: Recording, rng: np.random.Generator) -> Change:
        """Compute I, II and the chest leads anew; see `SignalChange`."""
        weights = np.array([swap.weight for swap in SWAPS.values()])
        name = list(SWAPS)[int(rng.choice(len(SWAPS), p=weights / weights.sum()))]
        exchange(leads_uv, recording, SWAPS[name].places)
        return Change(0, recording.samples - 1, parameters={"swap": name, "cables": cables_of(SWAPS[name].places)})


def exchange(leads_uv: Float64Array, recording: Recording, places: tuple[str, str, str]) -> None:
    """Compute I, II and the chest leads for cables of RA, LA and LL that are in some places, in place."""
    montage = recording.montage
    first, second = leads_uv[montage.row("I")].copy(), leads_uv[montage.row("II")].copy()
    of_place = {"RA": np.zeros_like(first), "LA": first, "LL": second, "RL": second}
    ra, la, ll = (of_place[place] for place in places)
    leads_uv[montage.row("I")] = la - ra
    leads_uv[montage.row("II")] = ll - ra
    # The new terminal is above the old one by this; how often each potential is in it tells exactly where that is 0.
    legs = sum(place in ("LL", "RL") for place in places)
    if legs == 1:
        return
    rise = ((legs - 1) * second + (places.count("LA") - 1) * first) / 3
    for row in montage.channels:
        if montage.is_chest(row):
            leads_uv[row] -= rise


def cables_of(places: tuple[str, str, str]) -> dict[str, str]:
    """Return the place of each cable that is at a wrong one."""
    (rest,) = {*LIMB_ELECTRODES, "RL"}.difference(places)
    return {
        cable: place for cable, place in zip((*LIMB_ELECTRODES, "RL"), (*places, rest), strict=True) if cable != place
    }
