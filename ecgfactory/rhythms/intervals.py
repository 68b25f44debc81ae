"""PR and QT intervals as they follow the heart rate."""

from __future__ import annotations

from dataclasses import replace
from itertools import accumulate

import numpy as np

from ecgfactory.arrays import Float64Array
from ecgfactory.rhythms.score import Heart

_LEAST_PR_SEGMENT_S = 0.008
"""Shortest time from the end of P to QRS, four samples of 500 Hz (chosen here)."""

_PR_EXPONENT = 0.25
"""PR goes with this power of the RR interval: 160 ms at 60 /min are 127 ms at 150 /min. It is between what the
regression line (0.22) and the means (0.46) of Atterhög and Loogna, J Electrocardiol 10 (1977) 331,
doi:10.1016/S0022-0736(77)80005-8, say of 90 to 140 /min."""

LONGEST_PR_S = 0.19
"""A slow rate makes PR no longer than this, nor shortens a longer one: 0.2 s and more are a block."""

_QT_EXPONENT = 1 / 3
"""QT goes with the cube root of the RR interval (Fridericia, Acta Med Scand 53 (1920) 469)."""

_MEMORY_S = 60.0
"""QT forgets the RR intervals that were with this time constant: Razak et al., Ann Noninvasive Electrocardiol 16
(2011) 148, doi:10.1111/j.1542-474X.2011.00420.x; Pueyo et al., IEEE Trans Biomed Eng 51 (2004) 1511,
found such a lag of minutes before."""

_AT_ONCE = 0.15
"""Share of the preceding RR interval alone in what QT follows (chosen here)."""

_BEFORE_QRS_S = 0.02
"""A T wave has ended this long before the next QRS begins, however early that comes (chosen here): one that
would not is hidden by it, and none can tell."""

FULL = 0.94
"""Share of an RR interval that PR and QT may take together (chosen here)."""


def at_rate(heart: Heart, rr_s: float, has_pr: bool = True) -> Heart:
    """Return the heart as it is at another rate.

    Its PR and QT follow the rate; where they don't fit, both are shortened alike.

    Parameters
    ----------
    heart : Heart
        The heart at its own rate.
    rr_s : float
        Mean RR interval.
    has_pr : bool
        Whether P waves are conducted, so that PR has to fit as well.

    Returns
    -------
    Heart
    """
    ratio = rr_s / heart.rr_s
    pr_s = min(heart.pr_s * ratio**_PR_EXPONENT, max(heart.pr_s, LONGEST_PR_S))
    qt_s = heart.qt_s * ratio**_QT_EXPONENT
    room_s = FULL * rr_s
    if has_pr:
        pr_s = max(pr_s * min(1.0, room_s / (pr_s + qt_s)), min(heart.pr_s, _least_pr_s(heart)))
        room_s -= pr_s
    return replace(heart, rr_s=rr_s, pr_s=pr_s, qt_s=min(qt_s, room_s))


def pr_after(heart: Heart, rr_s: Float64Array) -> Float64Array:
    """Return PR after each of the intervals `rr_s` between firings of the sinus node, in s."""
    pr_s: Float64Array = np.maximum(heart.pr_s * (rr_s / heart.rr_s) ** _PR_EXPONENT, _least_pr_s(heart))
    return pr_s


def _least_pr_s(heart: Heart) -> float:
    """Return the shortest PR: P has ended when QRS begins."""
    return heart.p_s + _LEAST_PR_SEGMENT_S


def qt_after(heart: Heart, qrs_onset_s: Float64Array) -> Float64Array:
    """Return QT of each beat.

    It follows the RR intervals before it, the last by `_AT_ONCE` and all of them as long as they are remembered.

    Parameters
    ----------
    heart : Heart
        The heart, at the mean rate of the record.
    qrs_onset_s : float64 array, shape (beats,)
        When each QRS begins; two at least.

    Returns
    -------
    float64 array, shape (beats,)
    """
    rr_s = np.diff(qrs_onset_s)
    new = min(1.0, heart.rr_s / _MEMORY_S)
    before_s = float(rr_s.mean())
    # SciPy's filters take longer than this for the beats of 10 s.
    remembered_s = list(accumulate(rr_s.tolist(), lambda old_s, rr: old_s + new * (rr - old_s), initial=before_s))
    followed_s = _AT_ONCE * rr_s + (1 - _AT_ONCE) * np.array(remembered_s[1:])
    qt_s = np.empty(len(qrs_onset_s))
    qt_s[1:] = heart.qt_s * (followed_s / heart.rr_s) ** _QT_EXPONENT
    qt_s[0] = qt_s[1]
    np.minimum(qt_s[:-1], rr_s - _BEFORE_QRS_S, out=qt_s[:-1])
    return qt_s
