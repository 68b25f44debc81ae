"""Ventricular trigeminy: every third beat is a premature ventricular one."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from ecgfactory.rhythms.base import Rhythm
from ecgfactory.rhythms.score import Heart, Score
from ecgfactory.rhythms.sinus import own_rr_s
from ecgfactory.rhythms.ventricular_ectopy import with_ectopics


class VentricularTrigeminy(Rhythm):
    """Two sinus beats and a premature ventricular one of one shape in turn."""

    name: ClassVar[str] = "ventricular_trigeminy"

    def score(self, heart: Heart, duration_s: float, rng: np.random.Generator) -> Score:
        """See `Rhythm.score`."""
        rr_s = own_rr_s(heart, rng)
        after = np.arange(rng.integers(3), int(2 * (duration_s + 20) / rr_s), 3)
        return with_ectopics(heart, rr_s, after, duration_s, rng, self.name)
