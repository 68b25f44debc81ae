"""Sinus bradycardia: sinus rhythm that is slow."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from ecgfactory.rhythms.base import Rhythm
from ecgfactory.rhythms.intervals import at_rate
from ecgfactory.rhythms.score import Heart, Score
from ecgfactory.rhythms.sinus import conducted, own_node

RATE_BPM = (42.0, 49.0, 56.0)
"""Mean rate: slowest, most frequent and fastest. Below 60 /min is what textbooks and most data sets label so; the
guideline of Kusumoto et al., 2018, doi:10.1016/j.jacc.2018.10.044, says below 50, as most of these are."""


class SinusBradycardia(Rhythm):
    """Sinus rhythm at 42 to 56 /min."""

    name: ClassVar[str] = "sinus_bradycardia"

    def score(self, heart: Heart, duration_s: float, rng: np.random.Generator) -> Score:
        """See `Rhythm.score`."""
        rr_s = 60 / rng.triangular(*RATE_BPM)
        return conducted(at_rate(heart, rr_s), own_node(rr_s, duration_s, rng), duration_s, self.name)
