"""Complete AV block: no P is conducted, and an escape rhythm leads the ventricles, regular and slower."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from ecgfactory.rhythms.assembly import JUNCTIONAL, VENTRICULAR_ESCAPE, Beats, PWaves, assembled
from ecgfactory.rhythms.base import Rhythm
from ecgfactory.rhythms.intervals import at_rate
from ecgfactory.rhythms.pacemaker import regular
from ecgfactory.rhythms.score import OWN_QRS, Heart, Score
from ecgfactory.rhythms.sinus import own_node

ATRIAL_BPM = (62.0, 98.0)
"""Rate of the sinus node."""

JUNCTIONAL_BPM = (41.0, 54.0)
"""Rate of a junctional escape rhythm, which is narrow: 40 to 60 /min in textbooks."""

VENTRICULAR_BPM = (26.0, 39.0)
"""Rate of a ventricular escape rhythm, which is wide: 20 to 40 /min in textbooks."""

_SPREAD = 0.01
"""Standard deviation of the escape rhythm's intervals, over their mean (chosen here)."""


class AVBlock3(Rhythm):
    """Complete AV block, in half of the records with a junctional and in half with a ventricular escape rhythm."""

    name: ClassVar[str] = "av_block_3"

    def score(self, heart: Heart, duration_s: float, rng: np.random.Generator) -> Score:
        """See `Rhythm.score`.

        P waves within a QRS or T are in the score too: they are there, though not to be told from it.
        """
        node = own_node(60 / rng.uniform(*ATRIAL_BPM), duration_s, rng)
        is_junctional = rng.random() < 0.5
        rr_s = 60 / rng.uniform(*(JUNCTIONAL_BPM if is_junctional else VENTRICULAR_BPM))
        qrs_onset_s = regular(rr_s, _SPREAD, duration_s, rng)
        kind = (JUNCTIONAL, OWN_QRS) if is_junctional else (VENTRICULAR_ESCAPE, 1)
        p_onset_s = node.onset_s
        p_waves = PWaves.alike(p_onset_s, np.full(len(p_onset_s), -1))
        beats = Beats.alike(qrs_onset_s, *kind)
        return assembled(
            at_rate(heart, rr_s, has_pr=False), duration_s, beats, p_waves, node.breath_s, [(self.name, 0.0)]
        )
