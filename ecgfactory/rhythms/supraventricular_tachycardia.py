"""Supraventricular tachycardia, as of a circuit in or through the AV node: fast, regular and narrow."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from ecgfactory.rhythms.assembly import ATRIAL, Beats, PWaves, assembled
from ecgfactory.rhythms.base import Rhythm
from ecgfactory.rhythms.breathing import breaths
from ecgfactory.rhythms.intervals import at_rate
from ecgfactory.rhythms.pacemaker import regular
from ecgfactory.rhythms.score import Heart, PShape, Score

RATE_BPM = (150.0, 165.0, 200.0)
"""Rate: 150 to 220 /min in textbooks. Of the kinds in the 2015 ACC/AHA/HRS guideline (Page et al.,
doi:10.1016/j.jacc.2015.09.019) it is like the most common one, of a circuit in the AV node."""

_SPREAD = 0.01
"""Standard deviation of RR intervals, over their mean (chosen here)."""

_SEEN = 0.4
"""Share of records in which retrograde P waves are seen after the QRS; in the others they are within it."""

AFTER_QRS_S = (0.0, 0.03)
"""From the end of a QRS to the start of a retrograde P (chosen here): less than half the RR interval after the QRS, as
in the common kinds."""


class SupraventricularTachycardia(Rhythm):
    """Supraventricular tachycardia throughout the record."""

    name: ClassVar[str] = "supraventricular_tachycardia"

    def score(self, heart: Heart, duration_s: float, rng: np.random.Generator) -> Score:
        """See `Rhythm.score`."""
        rr_s = 60 / rng.triangular(*RATE_BPM)
        qrs_onset_s = regular(rr_s, _SPREAD, duration_s, rng)
        p_waves = PWaves.none()
        if rng.random() < _SEEN:
            p_onset_s = qrs_onset_s + heart.qrs_s + rng.uniform(*AFTER_QRS_S)
            p_waves = PWaves.alike(p_onset_s, np.arange(len(p_onset_s)), PShape.RETROGRADE)
        beats = Beats.alike(qrs_onset_s, ATRIAL)
        breath_s = breaths(duration_s, rng)
        return assembled(at_rate(heart, rr_s, has_pr=False), duration_s, beats, p_waves, breath_s, [(self.name, 0.0)])
