"""Premature ventricular beats: wide, without a P, each followed by a fully compensatory pause."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from ecgfactory.rhythms.base import Rhythm
from ecgfactory.rhythms.occasional import occasional
from ecgfactory.rhythms.score import Heart, Score
from ecgfactory.rhythms.sinus import own_rr_s
from ecgfactory.rhythms.ventricular_ectopy import with_ectopics

_COUPLETS = 0.05
"""Share of premature beats that come in pairs: rare (chosen here)."""


class PrematureVentricular(Rhythm):
    """Sinus rhythm with isolated premature ventricular beats of one or two shapes, and rare pairs."""

    name: ClassVar[str] = "premature_ventricular"

    def score(self, heart: Heart, duration_s: float, rng: np.random.Generator) -> Score:
        """See `Rhythm.score`."""
        rr_s = own_rr_s(heart, rng)
        after = occasional(rr_s, duration_s, rng)
        shapes = int(rng.integers(1, 3))
        return with_ectopics(heart, rr_s, after, duration_s, rng, self.name, shapes=shapes, couplets=_COUPLETS)
