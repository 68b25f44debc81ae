"""Premature atrial beats: an early P of another shape, conducted, and a pause that doesn't compensate."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from ecgfactory.rhythms.assembly import ATRIAL, NORMAL, Beats, PWaves, assembled
from ecgfactory.rhythms.base import Rhythm
from ecgfactory.rhythms.intervals import at_rate, pr_after
from ecgfactory.rhythms.occasional import occasional
from ecgfactory.rhythms.score import Heart, PShape, Score
from ecgfactory.rhythms.sinus import own_node, own_rr_s

COUPLING = (0.55, 0.75)
"""From the P before to the premature one, over the PP interval (chosen here): it may fall on the T before."""

RETURN = (1.0, 1.1)
"""From the premature P to the next sinus P, over the PP interval: the premature beat resets the sinus node, and the way
there and back takes time, so that both intervals together are less than two (an incomplete compensatory pause)."""

_SLOWED_S = 0.04
"""PR of a premature beat is up to that much longer: the AV node has not recovered fully (chosen here)."""


class PrematureAtrial(Rhythm):
    """Sinus rhythm with premature atrial beats."""

    name: ClassVar[str] = "premature_atrial"

    def score(self, heart: Heart, duration_s: float, rng: np.random.Generator) -> Score:
        """See `Rhythm.score`."""
        rr_s = own_rr_s(heart, rng)
        heart = at_rate(heart, rr_s)
        node = own_node(rr_s, duration_s, rng)
        pr_s = pr_after(heart, node.interval_s)
        before = occasional(rr_s, duration_s, rng)
        before = before[: before.searchsorted(len(node.interval_s) - 1)]
        interval_s = node.interval_s.copy()
        interval_s[before] *= rng.uniform(*COUPLING, size=len(before))
        interval_s[before + 1] *= rng.uniform(*RETURN, size=len(before))
        node = node.with_intervals(interval_s)
        pr_s[before] += _SLOWED_S * rng.random(len(before))

        p_onset_s = node.onset_s[1:]
        symbol = np.full(len(p_onset_s), NORMAL, np.int8)
        symbol[before] = ATRIAL
        p_shape = np.where(symbol == ATRIAL, PShape.ECTOPIC, PShape.SINUS).astype(np.int8)
        beats = Beats(p_onset_s + pr_s, symbol, np.zeros(len(p_onset_s), np.int8))
        p_waves = PWaves(p_onset_s, np.arange(len(p_onset_s)), p_shape)
        return assembled(heart, duration_s, beats, p_waves, node.breath_s, [(self.name, 0.0)])
