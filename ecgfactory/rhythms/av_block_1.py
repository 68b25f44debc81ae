"""First-degree AV block: every P is conducted, late."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import numpy as np

from ecgfactory.rhythms.base import Rhythm
from ecgfactory.rhythms.intervals import FULL, at_rate
from ecgfactory.rhythms.score import Heart, Score
from ecgfactory.rhythms.sinus import conducted, own_node, own_rr_s

PR_S = (0.235, 0.36)
"""PR interval: plainly above the limit of 200 ms (Kusumoto et al., 2018 ACC/AHA/HRS guideline,
doi:10.1016/j.jacc.2018.10.044)."""


class AVBlock1(Rhythm):
    """Sinus rhythm with a long PR interval, the same throughout; as long as the rate leaves room for."""

    name: ClassVar[str] = "av_block_1"

    def score(self, heart: Heart, duration_s: float, rng: np.random.Generator) -> Score:
        """See `Rhythm.score`."""
        rr_s = own_rr_s(heart, rng)
        heart = at_rate(heart, rr_s)
        longest_s = min(max(FULL * rr_s - heart.qt_s, PR_S[0] + 0.03), PR_S[1])
        heart = replace(heart, pr_s=rng.uniform(PR_S[0] + 0.005, longest_s))
        return conducted(heart, own_node(rr_s, duration_s, rng), duration_s, self.name)
