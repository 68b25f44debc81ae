"""Premature ventricular beats: wide, without a P, each followed by a fully compensatory pause."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from ecgfactory.rhythms.base import Rhythm
from ecgfactory.rhythms.score import Heart, Score
from ecgfactory.rhythms.sinus import NORMAL_RR_S
from ecgfactory.rhythms.ventricular_ectopy import with_ectopics

LONGEST_WAIT_S = 8.0
"""From one premature beat to the next, at most: one at least is in any ten seconds."""

_FEWEST_BEATS = 4
"""From the beat before a premature one to the beat before the next; fewer would be bigeminy or trigeminy."""

_COUPLETS = 0.05
"""Share of premature beats that come in pairs: rare (chosen here)."""


class PrematureVentricular(Rhythm):
    """Sinus rhythm with isolated premature ventricular beats of one or two shapes, and rare pairs."""

    name: ClassVar[str] = "premature_ventricular"

    def score(self, heart: Heart, duration_s: float, rng: np.random.Generator) -> Score:
        """See `Rhythm.score`."""
        most = int(LONGEST_WAIT_S / (max(NORMAL_RR_S[0], min(heart.rr_s, NORMAL_RR_S[1])) * 1.25))
        count = int(2 * duration_s / (_FEWEST_BEATS * NORMAL_RR_S[0])) + 20
        gaps = rng.integers(_FEWEST_BEATS, max(_FEWEST_BEATS, most) + 1, size=count)
        return with_ectopics(heart, np.cumsum(gaps), duration_s, rng, self.name, int(rng.integers(1, 3)), _COUPLETS)
