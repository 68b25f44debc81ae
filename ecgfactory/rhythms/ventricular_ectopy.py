"""Ventricular beats between those of the sinus node: shared by premature beats, bigeminy and trigeminy."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ecgfactory.arrays import Float64Array
from ecgfactory.rhythms.assembly import VENTRICULAR, Beats, PWaves, assembled
from ecgfactory.rhythms.intervals import at_rate, pr_after
from ecgfactory.rhythms.score import Heart, Score
from ecgfactory.rhythms.sinus import own_node

COUPLING_S = (0.40, 0.65)
"""From the QRS of the beat before to that of a ventricular one, from and to (chosen here: early, yet after the T)."""

COUPLING_SPREAD_S = 0.02
"""How far a coupling interval differs from its shape's own at most: fixed coupling, as of one focus (chosen here)."""

HIDDEN_S = 0.40
"""A sinus P that has not ended when a ventricular QRS begins, and begins before this time after that, is hidden in that
beat, and not in the score."""

_LATEST = 0.8
"""Coupling interval over the mean RR interval, at most: premature plainly (chosen here)."""

_OTHER_SHAPE = 0.3
"""Share of the beats that have the second shape, where there are two (chosen here)."""

_COUPLET_RR = 0.6
"""From a ventricular beat to the other of its pair, over the mean RR interval (chosen here)."""

_APART = 4
"""Sinus beats from the one before a pair to the one before the next ventricular beat, at least."""


def with_ectopics(
    heart: Heart,
    rr_s: float,
    after: npt.NDArray[np.int64],
    duration_s: float,
    rng: np.random.Generator,
    name: str,
    shapes: int = 1,
    couplets: float = 0.0,
) -> Score:
    """Return sinus rhythm in which a ventricular beat follows some beats.

    Each comes instead of the next sinus beat: the sinus P goes on undisturbed and finds the ventricles refractory, so
    that the pause is fully compensatory; a pair of them comes instead of two. That P is in the score, as not conducted,
    only where it ends before the ventricular beat or begins after its T (`HIDDEN_S`).

    Parameters
    ----------
    heart : Heart
        Whose heart it is.
    rr_s : float
        Mean interval of the sinus node.
    after : int64 array, shape (ectopics,)
        Numbers of the sinus beats before ventricular ones, rising by 2 at least; those beyond the record don't matter.
    duration_s : float
        Length of the record.
    rng : Generator
        For everything that is drawn.
    name : str
        Name of the rhythm.
    shapes : int
        How many shapes ventricular beats have, each with a coupling interval of its own; 1 or 2.
    couplets : float
        Share of ventricular beats that another follows.

    Returns
    -------
    Score
    """
    heart = at_rate(heart, rr_s)
    node = own_node(rr_s, duration_s, rng)
    p_onset_s = node.onset_s[1:]
    qrs_onset_s = p_onset_s + pr_after(heart, node.interval_s)
    after = after[: after.searchsorted(len(p_onset_s) - 2)]
    ectopics = _ectopics(heart, qrs_onset_s[after], shapes, rng)

    is_pair = (rng.random(len(after)) < couplets) & (np.diff(after, append=len(p_onset_s)) >= _APART)
    seconds = Beats(ectopics.onset_s + _COUPLET_RR * rr_s, ectopics.symbol, ectopics.shape).where(is_pair)

    is_blocked = np.zeros(len(p_onset_s), np.bool_)
    is_seen = np.ones(len(p_onset_s), np.bool_)
    for number, ventricular in ((after + 1, ectopics), (after[is_pair] + 2, seconds)):
        is_blocked[number] = True
        after_s = p_onset_s[number] - ventricular.onset_s
        is_seen[number] = (after_s > HIDDEN_S) | (after_s < -heart.p_s)
    beat = np.where(is_blocked, -1, np.cumsum(~is_blocked) - 1)
    p_waves = PWaves.alike(p_onset_s[is_seen], beat[is_seen])
    beats = Beats.joined([Beats.alike(qrs_onset_s[~is_blocked]), ectopics, seconds])
    return assembled(heart, duration_s, beats, p_waves, node.breath_s, [(name, 0.0)])


def _ectopics(heart: Heart, before_s: Float64Array, shapes: int, rng: np.random.Generator) -> Beats:
    """Draw a ventricular beat after each QRS, after its T and where there is time well before the next one."""
    earliest_s = min(max(COUPLING_S[0], heart.qt_s) + COUPLING_SPREAD_S, COUPLING_S[1] - 0.05)
    latest_s = min(max(_LATEST * heart.rr_s, earliest_s + 0.03), COUPLING_S[1] - COUPLING_SPREAD_S)
    own_s = rng.uniform(earliest_s, latest_s, size=shapes)
    number = np.zeros(len(before_s), np.int8)
    if shapes == 2:
        number += rng.random(len(before_s)) < _OTHER_SHAPE
    spread_s = rng.uniform(-COUPLING_SPREAD_S, COUPLING_SPREAD_S, size=len(before_s))
    return Beats(before_s + own_s[number] + spread_s, np.full(len(before_s), VENTRICULAR, np.int8), number + np.int8(1))
