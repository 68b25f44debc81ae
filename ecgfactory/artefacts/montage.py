"""The electrodes of a recording, and the equations by which its leads follow from their potentials."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property, lru_cache
from typing import Final

import numpy as np

from ecgfactory.arrays import Float64Array

LIMB_ELECTRODES: Final = ("RA", "LA", "LL")
"""Right arm, left arm, left leg."""

CHEST_ELECTRODES: Final = ("C1", "C2", "C3", "C4", "C5", "C6")

CHEST_LEADS: Final = ("V1", "V2", "V3", "V4", "V5", "V6")

_WILSON = dict.fromkeys(LIMB_ELECTRODES, -1 / 3)
"""Wilson's central terminal, against which chest leads are measured (Wilson et al., Am Heart J 9 (1934) 447)."""

EQUATIONS: Final[Mapping[str, Mapping[str, float]]] = {
    "I": {"LA": 1, "RA": -1},
    "II": {"LL": 1, "RA": -1},
    "III": {"LL": 1, "LA": -1},
    "aVR": {"RA": 1, "LA": -0.5, "LL": -0.5},
    "aVL": {"LA": 1, "RA": -0.5, "LL": -0.5},
    "aVF": {"LL": 1, "RA": -0.5, "LA": -0.5},
    **{f"V{number}": {f"C{number}": 1.0, **_WILSON} for number in range(1, 7)},
}
"""Each lead as a weighted sum of electrode potentials (Einthoven, Goldberger, Wilson)."""

DERIVED: Final[Mapping[str, tuple[float, float]]] = {
    "III": (-1, 1),
    "aVR": (-0.5, -0.5),
    "aVL": (1, -0.5),
    "aVF": (-0.5, 1),
}
"""What recorders compute from leads I and II, as multiples of these."""


class Montage:
    """Which leads are recorded, and from which electrodes.

    A lead that is none of the standard twelve, such as ECG or X, counts as measured by an electrode of its own that
    nothing else uses.

    Parameters
    ----------
    lead_names : tuple of str
        Leads in stored order; standard ones as they are spelt in `EQUATIONS`.
    """

    def __init__(self, lead_names: tuple[str, ...]) -> None:
        self.lead_names = lead_names
        self.measures_limbs = "I" in lead_names and "II" in lead_names
        """Whether leads I and II are there, which tell the potentials of all limbs."""
        self.derived = tuple(row for row, name in enumerate(lead_names) if self.measures_limbs and name in DERIVED)
        """Places of leads that are computed from I and II."""
        self.channels = tuple(row for row in range(len(lead_names)) if row not in self.derived)
        """Places of the leads that are measured: all others."""
        bound = ("I", "II", *DERIVED) if self.derived else ()
        self.bound = tuple(row for row, name in enumerate(lead_names) if name in bound)
        """Places of the leads between which equations hold: I, II and the derived ones."""

    @cached_property
    def electrodes(self) -> tuple[str, ...]:
        """Names of the electrodes that any lead uses, those of the limbs first."""
        used = [electrode for name in self.lead_names for electrode in self.equation(name)]
        known = [name for name in (*LIMB_ELECTRODES, *CHEST_ELECTRODES) if name in used]
        return (*known, *(name for name in dict.fromkeys(used) if name not in known))

    def equation(self, lead: str) -> Mapping[str, float]:
        """Return the weight of each electrode in a lead."""
        return EQUATIONS.get(lead, {lead: 1.0})

    def row(self, lead: str) -> int:
        """Return the place of a lead."""
        return self.lead_names.index(lead)

    def weight(self, row: int, electrode: str) -> float:
        """Return the weight of an electrode in the lead at a place."""
        return self.equation(self.lead_names[row]).get(electrode, 0.0)

    def is_chest(self, row: int) -> bool:
        """Whether the lead at a place is V1 .. V6."""
        return self.lead_names[row] in CHEST_LEADS

    def channels_of(self, electrode: str) -> tuple[int, ...]:
        """Return the places of the measured leads that need an electrode itself, not only for Wilson's terminal."""
        is_limb = electrode in LIMB_ELECTRODES
        return tuple(
            row for row in self.channels if self.weight(row, electrode) and not (is_limb and self.is_chest(row))
        )

    def leads_of(self, potentials_uv: Mapping[str, Float64Array]) -> dict[int, Float64Array]:
        """Return what potentials at electrodes give in the measured leads, by their places, read only."""
        # Added one by one, in this order: a sum by matrices may round otherwise on another machine.
        limbs = [potentials_uv[electrode] for electrode in LIMB_ELECTRODES if electrode in potentials_uv]
        terminal = sum(limbs[1:], limbs[0]) / -3 if limbs else None
        found: dict[int, Float64Array] = {}
        for row in self.channels:
            equation = self.equation(self.lead_names[row])
            is_chest = not equation.keys().isdisjoint(CHEST_ELECTRODES)
            parts = [
                potentials_uv[electrode] if weight == 1 else potentials_uv[electrode] * weight
                for electrode, weight in equation.items()
                if electrode in potentials_uv and not (is_chest and electrode in LIMB_ELECTRODES)
            ]
            if is_chest and terminal is not None:
                parts.append(terminal)
            if parts:
                found[row] = sum(parts[1:], parts[0])
        return found

    def derive(self, leads_uv: Float64Array, whole: bool) -> None:
        """Compute the derived leads from I and II, in place.

        Parameters
        ----------
        leads_uv : float64 array, shape (leads, samples)
            In uV.
        whole : bool
            Whether they are rounded to whole uV, halves to even, as `ecgfactory.leads.derive_twelve` does.
        """
        for row in self.derived:
            of_i, of_ii = DERIVED[self.lead_names[row]]
            lead = of_i * leads_uv[self.row("I")] + of_ii * leads_uv[self.row("II")]
            leads_uv[row] = np.rint(lead) if whole else lead

    def obeys_equations(self, leads_uv: Float64Array, whole: bool) -> bool:
        """Whether the derived leads are what I and II make them."""
        again = leads_uv.copy()
        self.derive(again, whole)
        return bool(np.allclose(again, leads_uv, rtol=1e-9, atol=1e-6))


@lru_cache(maxsize=64)
def montage_of(lead_names: tuple[str, ...]) -> Montage:
    """Return the montage of some leads; the same object each time."""
    return Montage(lead_names)
