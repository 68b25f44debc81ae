"""P waves in groups of which the last is not conducted: shared by the second-degree AV blocks."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ecgfactory.arrays import BoolArray, Float64Array
from ecgfactory.rhythms.assembly import Beats, PWaves, assembled
from ecgfactory.rhythms.intervals import at_rate
from ecgfactory.rhythms.score import Heart, Score
from ecgfactory.rhythms.sinus_node import SinusNode

RATE_BPM = (58.0, 85.0)
"""Rate of the P waves (chosen here)."""

PP_SPREAD = 0.006
"""Standard deviation of PP intervals, over their mean: little, so that what the AV node does is plain (chosen here)."""


def groups(count: int, sizes: tuple[int, int], rng: np.random.Generator) -> tuple[npt.NDArray[np.int64], BoolArray]:
    """Draw groups of P waves.

    Parameters
    ----------
    count : int
        How many P waves there are.
    sizes : pair of int
        P waves of a group, from and to.
    rng : Generator
        For the groups' sizes, and for where in a group the first is.

    Returns
    -------
    place : int64 array, shape (count,)
        Place of each P in its group, from 0.
    is_last : bool array, shape (count,)
        Whether it is the last one of its group.
    """
    size = rng.integers(sizes[0], sizes[1] + 1, size=count // sizes[0] + 2)
    ends = np.cumsum(size)
    skipped = int(rng.integers(sizes[0]))
    number = np.arange(skipped, count + skipped)
    group = ends.searchsorted(number, side="right")
    place = number - ends[group] + size[group]
    return place, place == size[group] - 1


def with_dropped(
    heart: Heart, node: SinusNode, pr_s: Float64Array, is_dropped: BoolArray, duration_s: float, name: str
) -> Score:
    """Return the score in which some P waves are conducted and others are dropped.

    Parameters
    ----------
    heart : Heart
        Whose heart it is.
    node : SinusNode
        When P waves begin.
    pr_s : float64 array, shape (p_waves,)
        PR interval of each.
    is_dropped : bool array, shape (p_waves,)
        Which aren't conducted.
    duration_s : float
        Length of the record.
    name : str
        Name of the rhythm.

    Returns
    -------
    Score
    """
    p_onset_s = node.onset_s
    qrs_onset_s = (p_onset_s + pr_s)[~is_dropped]
    beat = np.cumsum(~is_dropped) - 1
    beat[is_dropped] = -1
    slower = at_rate(heart, heart.rr_s * len(p_onset_s) / len(qrs_onset_s))
    beats, p_waves = Beats.alike(qrs_onset_s), PWaves.alike(p_onset_s, beat)
    return assembled(slower, duration_s, beats, p_waves, node.breath_s, [(name, 0.0)])
