"""Supraventricular tachycardia, as of a circuit in or through the AV node: fast, regular and narrow."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import numpy as np

from ecgfactory.rhythms.assembly import ATRIAL, Beats, PWaves, assembled
from ecgfactory.rhythms.base import Rhythm
from ecgfactory.rhythms.breathing import breaths
from ecgfactory.rhythms.intervals import at_rate
from ecgfactory.rhythms.pacemaker import regular
from ecgfactory.rhythms.score import Heart, PShape, Score

RATE_BPM = (150.0, 160.0, 200.0)
"""Rate: slowest, most frequent and fastest. Textbooks say 150 to 220 /min; 171 such tachycardias had RR intervals of
374 +- 68 ms, which are 160 /min (synapse.koreamed.org/articles/1073357). They are like the most common kinds in the
2015 ACC/AHA/HRS guideline (Page et al., doi:10.1016/j.jacc.2015.09.019): of a circuit in the AV node, or through it."""

_SPREAD = 0.01
"""Standard deviation of RR intervals, over their mean (chosen here)."""

_SEEN = 0.65
"""Share of records in which retrograde P waves are seen after the QRS; in the others they are within it (chosen here).
Of 110 tachycardias of Letsas et al., Acta Cardiol 65 (2010) 171-176, doi:10.2143/AC.65.2.2047050, 36 were of a circuit
through the AV node, where P comes after QRS, and of the others 39 % had a pseudo r' in V1."""

AFTER_QRS_S = (0.01, 0.06)
"""From the end of a QRS to the start of a retrograde P (chosen here): less than half the RR interval after the QRS, as
in the common kinds."""

ST_DEPRESSION_UV = (60.0, 160.0)
"""Depression of ST in the lead that shows it most (chosen here): 56 % of the 171 tachycardias had 0.1 mV or more."""


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
        heart = at_rate(heart, rr_s, has_pr=False)
        score = assembled(heart, duration_s, beats, p_waves, breath_s, [(self.name, 0.0)])
        return replace(score, st_depression_uv=rng.uniform(*ST_DEPRESSION_UV))
