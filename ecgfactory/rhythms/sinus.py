"""Sinus rhythm, at rates from slow to fast: every beat comes from the sinus node and is conducted as usual."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from ecgfactory.rhythms.assembly import Beats, PWaves, assembled
from ecgfactory.rhythms.base import Rhythm
from ecgfactory.rhythms.intervals import at_rate, pr_after
from ecgfactory.rhythms.score import Heart, Score
from ecgfactory.rhythms.sinus_node import SinusNode, sinus_node

NORMAL_RR_S = (60 / 95, 60 / 62)
"""Mean RR interval of sinus rhythm, from and to: within 60 to 100 /min, so that no record labelled so is slow by any
definition. Bradycardia begins below 60 /min in most databases, and below 50 /min in the guideline of Kusumoto et al.,
2018, doi:10.1016/j.jacc.2018.10.044."""

_SDNN = (0.03, 0.055)
"""Standard deviation of RR intervals, over their mean: 20 to 60 ms (chosen here, as short records at rest have it)."""


def own_rr_s(heart: Heart, rng: np.random.Generator) -> float:
    """Draw a mean RR interval near the heart's own, within `NORMAL_RR_S`."""
    return min(max(heart.rr_s * (1 + 0.05 * rng.standard_normal()), NORMAL_RR_S[0]), NORMAL_RR_S[1])


def own_node(rr_s: float, duration_s: float, rng: np.random.Generator) -> SinusNode:
    """Draw when the sinus node fires in sinus rhythm of the mean interval `rr_s`."""
    return sinus_node(rr_s, rr_s * rng.uniform(*_SDNN), duration_s, rng)


def conducted(heart: Heart, node: SinusNode, duration_s: float, name: str) -> Score:
    """Return the score in which every firing of the sinus node is conducted as usual."""
    p_onset_s = node.onset_s[1:]
    beats = Beats.alike(p_onset_s + pr_after(heart, node.interval_s))
    p_waves = PWaves.alike(p_onset_s, np.arange(len(p_onset_s)))
    return assembled(heart, duration_s, beats, p_waves, node.breath_s, [(name, 0.0)])


class Sinus(Rhythm):
    """Sinus rhythm near the heart's own rate."""

    name: ClassVar[str] = "sinus"

    def score(self, heart: Heart, duration_s: float, rng: np.random.Generator) -> Score:
        """See `Rhythm.score`."""
        rr_s = own_rr_s(heart, rng)
        return conducted(at_rate(heart, rr_s), own_node(rr_s, duration_s, rng), duration_s, self.name)
