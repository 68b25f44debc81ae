"""Respiratory sinus arrhythmia: sinus rhythm that breath makes plainly irregular."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from ecgfactory.rhythms.base import Rhythm
from ecgfactory.rhythms.intervals import at_rate
from ecgfactory.rhythms.score import Heart, Score
from ecgfactory.rhythms.sinus import conducted
from ecgfactory.rhythms.sinus_node import SinusNode, sinus_node

RATE_BPM = (55.0, 80.0)
"""Mean rate: it is seen at slow and normal rates (chosen here)."""

LONGEST_MINUS_SHORTEST_S = 0.16
"""The longest PP interval of a record exceeds the shortest by more than that: the stricter of the two limits that
textbooks have, 120 and 160 ms."""

_SDNN = (0.08, 0.12)
"""Standard deviation of RR intervals, over their mean (chosen here)."""

_HF_SHARE = (0.85, 0.97)
"""Share of breath in their variance (chosen here)."""


class SinusArrhythmia(Rhythm):
    """Sinus rhythm whose intervals shorten and lengthen with breath."""

    name: ClassVar[str] = "sinus_arrhythmia"

    def score(self, heart: Heart, duration_s: float, rng: np.random.Generator) -> Score:
        """See `Rhythm.score`."""
        rr_s = 60 / rng.uniform(*RATE_BPM)
        node = sinus_node(rr_s, rr_s * rng.uniform(*_SDNN), duration_s, rng, _HF_SHARE)
        return conducted(at_rate(heart, rr_s), _plainly(node), duration_s, self.name)


def _plainly(node: SinusNode) -> SinusNode:
    """Return it with intervals that differ enough in the first ten seconds of the record."""
    onset_s = node.onset_s
    first, last = onset_s.searchsorted([0.3, 9.7])
    seen_s = node.interval_s[first : last - 1]
    factor = 1.1 * LONGEST_MINUS_SHORTEST_S / (seen_s.max() - seen_s.min())
    if factor <= 1:
        return node
    mean_s = node.interval_s.mean()
    return node.with_intervals(mean_s + factor * (node.interval_s - mean_s))
