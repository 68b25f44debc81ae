"""Ventricular beats between those of the sinus node: shared by premature beats, bigeminy and trigeminy."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ecgfactory.rhythms.assembly import VENTRICULAR, Beats, PWaves, assembled
from ecgfactory.rhythms.intervals import at_rate, pr_after
from ecgfactory.rhythms.score import Heart, Score
from ecgfactory.rhythms.sinus import own_node, own_rr_s

COUPLING_S = (0.40, 0.65)
"""From the QRS of the beat before to that of a ventricular one, from and to (chosen here: early, yet after the T)."""

COUPLING_SPREAD_S = 0.02
"""How far a coupling interval differs from its shape's own at most: fixed coupling, as of one focus (chosen here)."""

HIDDEN_S = 0.40
"""A sinus P that begins before this time after a ventricular QRS began is hidden in that beat, and not in the score."""

_OTHER_SHAPE = 0.3
"""Share of the beats that have the second shape, where there are two (chosen here)."""

_COUPLET_RR = 0.6
"""From a ventricular beat to the other of its pair, over the mean RR interval (chosen here)."""


def with_ectopics(
    heart: Heart,
    after: npt.NDArray[np.int64],
    duration_s: float,
    rng: np.random.Generator,
    name: str,
    shapes: int = 1,
    couplets: float = 0.0,
) -> Score:
    """Return sinus rhythm in which a ventricular beat follows some beats.

    Each comes instead of the next sinus beat: the sinus P goes on undisturbed and finds the ventricles refractory, so
    that the pause is fully compensatory. That P is in the score, as not conducted, only where it begins after the
    ventricular beat's T (`HIDDEN_S`).

    Parameters
    ----------
    heart : Heart
        Whose heart it is.
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
    rr_s = own_rr_s(heart, rng)
    heart = at_rate(heart, rr_s)
    node = own_node(rr_s, duration_s, rng)
    p_onset_s = node.onset_s[1:]
    qrs_onset_s = p_onset_s + pr_after(heart, node.interval_s)
    after = after[: after.searchsorted(len(p_onset_s) - 1)]

    shape = np.ones(len(after), np.int8)
    if shapes == 2:
        shape += rng.random(len(after)) < _OTHER_SHAPE
    own_s = _couplings_s(heart, rng)
    onset_s = qrs_onset_s[after] + own_s[shape - 1] + _spread_s(len(after), rng)
    ventricular = Beats(onset_s, np.full(len(after), VENTRICULAR, np.int8), shape)
    if couplets:
        second = rng.random(len(after)) < couplets
        second_s = onset_s[second] + _COUPLET_RR * rr_s
        ventricular += Beats(second_s, ventricular.symbol[second], shape[second])

    is_blocked = np.zeros(len(p_onset_s), np.bool_)
    is_blocked[after + 1] = True
    beat = np.cumsum(~is_blocked) - 1
    beat[is_blocked] = -1
    is_seen = ~is_blocked
    is_seen[after + 1] = p_onset_s[after + 1] > onset_s + HIDDEN_S
    p_waves = PWaves.alike(p_onset_s[is_seen], beat[is_seen])
    beats = Beats.alike(qrs_onset_s[~is_blocked]) + ventricular
    return assembled(heart, duration_s, beats, p_waves, node.breath_s, [(name, 0.0)])


def _couplings_s(heart: Heart, rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """Draw the coupling intervals of two shapes: after the T before, and where there is time before the next QRS."""
    earliest_s = min(max(COUPLING_S[0], heart.qt_s) + COUPLING_SPREAD_S, COUPLING_S[1] - 0.05)
    latest_s = min(max(heart.rr_s - heart.pr_s, earliest_s + 0.03), COUPLING_S[1] - COUPLING_SPREAD_S)
    return rng.uniform(earliest_s, latest_s, size=2)


def _spread_s(count: int, rng: np.random.Generator) -> npt.NDArray[np.float64]:
    return rng.uniform(-COUPLING_SPREAD_S, COUPLING_SPREAD_S, size=count)
