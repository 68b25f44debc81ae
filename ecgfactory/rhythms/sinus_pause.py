"""Sinus pause: the sinus node doesn't fire for a while, that is no multiple of its interval."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from ecgfactory.arrays import Float64Array
from ecgfactory.rhythms.assembly import JUNCTIONAL, Beats, PWaves, assembled
from ecgfactory.rhythms.base import Rhythm
from ecgfactory.rhythms.intervals import at_rate, pr_after
from ecgfactory.rhythms.score import Heart, Score
from ecgfactory.rhythms.sinus import own_node, own_rr_s

PAUSE_S = (2.0, 3.5)
"""PP interval of a pause. Textbooks call one of 2 s and more a pause, the guideline of Kusumoto et al., 2018,
doi:10.1016/j.jacc.2018.10.044, one of more than 3 s."""

_BEATS_BETWEEN = (8, 30)
"""From one pause to the next, in beats (chosen here)."""

_FIRST_S = (0.8, 4.8)
"""When the last beat before the first pause begins, about: the pause ends before ten seconds are over."""

_ESCAPE_AFTER_S = (1.4, 1.8)
"""From the QRS before to that of a junctional escape beat: a rate of 33 to 43 /min, slow as the sick node beside it."""

_ESCAPE_IN_S = 2.8
"""Pauses longer than that may have an escape beat."""

_ESCAPES = 0.4
"""Share of those that have one (chosen here)."""


class SinusPause(Rhythm):
    """Sinus rhythm with pauses of 2.0 to 3.5 s, the longer ones with or without a junctional escape beat."""

    name: ClassVar[str] = "sinus_pause"

    def score(self, heart: Heart, duration_s: float, rng: np.random.Generator) -> Score:
        """See `Rhythm.score`."""
        rr_s = own_rr_s(heart, rng)
        heart = at_rate(heart, rr_s)
        node = own_node(rr_s, duration_s, rng)
        pr_s = pr_after(heart, node.interval_s)
        first = int(node.onset_s.searchsorted(rng.uniform(*_FIRST_S)))
        at = np.cumsum(np.append(first, rng.integers(*_BEATS_BETWEEN, size=1 + int(duration_s / 6))))
        at = at[at < len(node.interval_s)]
        interval_s = node.interval_s.copy()
        interval_s[at] = pause_s = _pauses_s(len(at), rr_s, rng)
        node = node.with_intervals(interval_s)

        p_onset_s = node.onset_s[1:]
        qrs_onset_s = p_onset_s + pr_s
        has_escape = (pause_s > _ESCAPE_IN_S) & (rng.random(len(at)) < _ESCAPES)
        escape_s = qrs_onset_s[at[has_escape] - 1] + rng.uniform(*_ESCAPE_AFTER_S, size=np.count_nonzero(has_escape))
        beats = Beats.joined([Beats.alike(qrs_onset_s), Beats.alike(escape_s, JUNCTIONAL)])
        p_waves = PWaves.alike(p_onset_s, np.arange(len(p_onset_s)))
        return assembled(heart, duration_s, beats, p_waves, node.breath_s, [(self.name, 0.0)])


def _pauses_s(count: int, rr_s: float, rng: np.random.Generator) -> Float64Array:
    """Draw pauses that differ from any multiple of the interval by a fifth of it at least."""
    intervals = rng.uniform(PAUSE_S[0] + 0.3, PAUSE_S[1] - 0.3, size=count) / rr_s
    whole = np.floor(intervals)
    pauses_s: Float64Array = rr_s * (whole + 0.2 + 0.6 * (intervals - whole))
    return pauses_s
