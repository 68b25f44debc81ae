"""Second-degree AV block, Mobitz II: a P is not conducted all of a sudden, with the same PR before and after."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from ecgfactory.rhythms.base import Rhythm
from ecgfactory.rhythms.dropped_beats import PP_SPREAD, RATE_BPM, groups, with_dropped
from ecgfactory.rhythms.intervals import FULL, at_rate
from ecgfactory.rhythms.score import Heart, Score
from ecgfactory.rhythms.sinus_node import sinus_node

SIZES = (3, 5)
"""P waves of a group, of which the last is dropped: conduction of 3:2 to 5:4. Of 2:1 none could tell which block it
is (Kusumoto et al., 2018 ACC/AHA/HRS guideline, doi:10.1016/j.jacc.2018.10.044)."""

PR_S = (0.22, 0.30)
"""PR interval of conducted beats, the same throughout. Textbooks have it normal or long; long here, as where conduction
is slow before it fails (chosen here)."""


class AVBlock2Mobitz(Rhythm):
    """Mobitz II block with single dropped beats."""

    name: ClassVar[str] = "av_block_2_mobitz"

    def score(self, heart: Heart, duration_s: float, rng: np.random.Generator) -> Score:
        """See `Rhythm.score`."""
        pp_s = 60 / rng.uniform(*RATE_BPM)
        heart = at_rate(heart, pp_s)
        node = sinus_node(pp_s, pp_s * PP_SPREAD, duration_s, rng)
        _, is_last = groups(len(node.onset_s), SIZES, rng)
        longest_s = min(max(FULL * pp_s - heart.qt_s, PR_S[0] + 0.03), PR_S[1])
        pr_s = np.full(len(node.onset_s), rng.uniform(PR_S[0], longest_s))
        return with_dropped(heart, node, pr_s, is_last, duration_s, self.name)
