"""A lead that is upside down."""

from __future__ import annotations

import numpy as np

from ecgfactory.arrays import Float64Array
from ecgfactory.artefacts.affected import one_lead
from ecgfactory.artefacts.base import Change, Recording, SignalChange, Stage


class InvertedLead(SignalChange):
    """One stored lead with the wrong sign, as by faulty software or wiring: no exchange of cables gives it.

    Some present aVR upside down on purpose (the Cabrera sequence; Kligfield et al., Recommendations for the
    standardization and interpretation of the electrocardiogram, part I, J Am Coll Cardiol 49 (2007) 1109,
    doi:10.1016/j.jacc.2007.01.024), which programs may mistake for aVR. A limb lead breaks its equations so.
    """

    name = "inverted_lead"
    title = "one lead upside down"
    stage = Stage.LEAD

    def change(self, leads_uv: Float64Array, recording: Recording, rng: np.random.Generator) -> Change:
        """Turn the sign of a lead; see `SignalChange`."""
        leads_uv[one_lead(leads_uv, rng)] *= -1
        return Change(0, recording.samples - 1)
