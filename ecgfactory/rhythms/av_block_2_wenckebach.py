"""Second-degree AV block of Wenckebach: PR lengthens from beat to beat until a P is not conducted."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from ecgfactory.rhythms.base import Rhythm
from ecgfactory.rhythms.dropped_beats import PP_SPREAD, RATE_BPM, groups, with_dropped
from ecgfactory.rhythms.intervals import FULL, at_rate
from ecgfactory.rhythms.score import Heart, Score
from ecgfactory.rhythms.sinus_node import sinus_node

SIZES = (3, 6)
"""P waves of a group, of which the last is dropped: conduction of 3:2 to 6:5."""

STEP_S = (0.06, 0.14)
"""By how much the second PR of a group exceeds the first (chosen here): the largest step, as is typical (Kusumoto et
al., 2018 ACC/AHA/HRS guideline, doi:10.1016/j.jacc.2018.10.044, has the definition; that steps decrease, and RR
intervals with them, is the textbooks' typical form)."""

LEAST_PR_S = 0.20
"""PR of the first beat of a group, at least: slow from the start, as is common (chosen here)."""

_DECREASE = 0.5
"""Each step over the one before (chosen here)."""


class AVBlock2Wenckebach(Rhythm):
    """Wenckebach's periods of 3:2 to 6:5 conduction, in any order."""

    name: ClassVar[str] = "av_block_2_wenckebach"

    def score(self, heart: Heart, duration_s: float, rng: np.random.Generator) -> Score:
        """See `Rhythm.score`."""
        pp_s = 60 / rng.uniform(*RATE_BPM)
        heart = at_rate(heart, pp_s)
        node = sinus_node(pp_s, pp_s * PP_SPREAD, duration_s, rng)
        first_s = max(heart.pr_s, LEAST_PR_S)
        room_s = (FULL * pp_s - heart.qt_s - first_s) * (1 - _DECREASE)
        step_s = rng.uniform(STEP_S[0], min(max(room_s, STEP_S[0] + 0.02), STEP_S[1]))
        place, is_last = groups(len(node.onset_s), SIZES, rng)
        pr_s = first_s + step_s * (1 - np.power(_DECREASE, place)) / (1 - _DECREASE)
        return with_dropped(heart, node, pr_s, is_last, duration_s, self.name)
