"""Sinus tachycardia: sinus rhythm that is fast."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from ecgfactory.rhythms.base import Rhythm
from ecgfactory.rhythms.intervals import at_rate
from ecgfactory.rhythms.score import Heart, Score
from ecgfactory.rhythms.sinus import conducted
from ecgfactory.rhythms.sinus_node import sinus_node

RATE_BPM = (106.0, 142.0)
"""Mean rate: above 100 /min, as textbooks define it, up to where supraventricular tachycardias begin."""

_SDNN = (0.008, 0.02)
"""Standard deviation of RR intervals, over their mean: little is left of variability at such rates (chosen here)."""


class SinusTachycardia(Rhythm):
    """Sinus rhythm at 106 to 142 /min."""

    name: ClassVar[str] = "sinus_tachycardia"

    def score(self, heart: Heart, duration_s: float, rng: np.random.Generator) -> Score:
        """See `Rhythm.score`."""
        rr_s = 60 / rng.uniform(*RATE_BPM)
        node = sinus_node(rr_s, rr_s * rng.uniform(*_SDNN), duration_s, rng)
        return conducted(at_rate(heart, rr_s), node, duration_s, self.name)
