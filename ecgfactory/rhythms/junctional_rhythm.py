"""Junctional rhythm: the AV junction leads, slow and narrow, and the atria follow from below or not at all."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from ecgfactory.rhythms.assembly import JUNCTIONAL, Beats, PWaves, assembled
from ecgfactory.rhythms.base import Rhythm
from ecgfactory.rhythms.breathing import breaths
from ecgfactory.rhythms.intervals import at_rate
from ecgfactory.rhythms.pacemaker import regular
from ecgfactory.rhythms.score import Heart, PShape, Score

RATE_BPM = (41.0, 59.0)
"""Mean rate: the junction's own is 40 to 60 /min in textbooks."""

BEFORE_QRS_S = (0.08, 0.115)
"""From the start of a retrograde P before the QRS to that of the QRS: less than 120 ms."""

AFTER_QRS_S = (0.0, 0.06)
"""From the end of the QRS to the start of a retrograde P after it (chosen here)."""

_SPREAD = 0.015
"""Standard deviation of RR intervals, over their mean (chosen here)."""


class JunctionalRhythm(Rhythm):
    """Junctional rhythm with retrograde P waves before, within (where none sees them) or after each QRS."""

    name: ClassVar[str] = "junctional_rhythm"

    def score(self, heart: Heart, duration_s: float, rng: np.random.Generator) -> Score:
        """See `Rhythm.score`."""
        rr_s = 60 / rng.uniform(*RATE_BPM)
        qrs_onset_s = regular(rr_s, _SPREAD, duration_s, rng)
        p_waves = PWaves.none()
        place = rng.integers(3)
        if place:
            shift_s = -rng.uniform(*BEFORE_QRS_S) if place == 1 else heart.qrs_s + rng.uniform(*AFTER_QRS_S)
            p_waves = PWaves.alike(qrs_onset_s + shift_s, np.arange(len(qrs_onset_s)), PShape.RETROGRADE)
        beats = Beats.alike(qrs_onset_s, JUNCTIONAL)
        breath_s = breaths(duration_s, rng)
        return assembled(at_rate(heart, rr_s, has_pr=False), duration_s, beats, p_waves, breath_s, [(self.name, 0.0)])
