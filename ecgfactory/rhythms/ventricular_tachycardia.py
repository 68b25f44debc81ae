"""Ventricular tachycardia: three and more wide beats in a row, fast and regular."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from ecgfactory.rhythms.assembly import VENTRICULAR, Beats, PWaves, assembled
from ecgfactory.rhythms.base import Rhythm
from ecgfactory.rhythms.breathing import breaths
from ecgfactory.rhythms.episodes import Episode, interwoven, rhythms_of, turns_s
from ecgfactory.rhythms.intervals import at_rate
from ecgfactory.rhythms.pacemaker import regular
from ecgfactory.rhythms.score import Heart, Score
from ecgfactory.rhythms.sinus import own_node, own_rr_s
from ecgfactory.rhythms.ventricular_ectopy import HIDDEN_S

RATE_BPM = (125.0, 215.0)
"""Rate: above 100 /min by definition (Al-Khatib et al., 2017 AHA/ACC/HRS guideline, Circulation 138 (2018) e272,
doi:10.1161/CIR.0000000000000549), mostly 120 to 220."""

THROUGHOUT_S = 60.0
"""Records up to that long are in it throughout; longer ones have runs between sinus rhythm."""

RUN_S = (4.0, 28.0)
"""How long a run lasts: not sustained, which would be 30 s and more (the same guideline)."""

_SINUS_S = (10.0, 30.0)
"""How long sinus rhythm between runs lasts (chosen here)."""

_COUPLING_S = (0.40, 0.50)
"""From the last sinus QRS to the first of a run (chosen here)."""

_SPREAD = 0.012
"""Standard deviation of RR intervals, over their mean (chosen here)."""


class VentricularTachycardia(Rhythm):
    """Ventricular tachycardia of one shape; the P waves that go on beneath it are hidden, and not in the score."""

    name: ClassVar[str] = "ventricular_tachycardia"

    def score(self, heart: Heart, duration_s: float, rng: np.random.Generator) -> Score:
        """See `Rhythm.score`."""
        rr_s = 60 / rng.uniform(*RATE_BPM)
        if duration_s > THROUGHOUT_S:
            return self._runs(heart, rr_s, duration_s, rng)
        beats = Beats.alike(regular(rr_s, _SPREAD, duration_s, rng), VENTRICULAR, 1)
        breath_s = breaths(duration_s, rng)
        return assembled(
            at_rate(heart, rr_s, has_pr=False), duration_s, beats, PWaves.none(), breath_s, [(self.name, 0.0)]
        )

    def _runs(self, heart: Heart, rr_s: float, duration_s: float, rng: np.random.Generator) -> Score:
        pp_s = own_rr_s(heart, rng)
        heart = at_rate(heart, pp_s)
        node = own_node(pp_s, duration_s, rng)

        def run(p_onset_s: float, qrs_onset_s: float, until_s: float) -> Episode:
            first_s = qrs_onset_s + rng.uniform(*_COUPLING_S)
            count = max(3, int((until_s - first_s) / rr_s))
            interval_s = rr_s * (1 + _SPREAD * rng.standard_normal(count - 1))
            onset_s = first_s + np.append(0.0, np.cumsum(interval_s))
            beats = Beats.alike(onset_s, VENTRICULAR, 1)
            return Episode(beats, PWaves.none(), first_s, float(onset_s[-1]) + HIDDEN_S)

        turns = turns_s(_SINUS_S, RUN_S, False, duration_s, rng)
        beats, p_waves, episodes = interwoven(heart, node, turns, False, run)
        rhythms = rhythms_of(episodes, self.name, duration_s)
        return assembled(heart, duration_s, beats, p_waves, node.breath_s, rhythms)
