"""How near is nearer than real people ever are: the lower tail of a ratio of distances, and where it ends."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecgfactory.arrays import Float64Array, FloatingArray

TAIL_SHARE, FEWEST_IN_TAIL, MOST_OF_ALL = 0.1, 20, 1 / 3
"""The lowest tenth of real ratios is the tail, but at least twenty of them, but at most a third."""

REPEATS_SHARE = 0.2

NEVER = 1e-9
"""Stands for 0 where logarithms and quotients need more."""


@dataclass(frozen=True)
class CopyBound:
    """The ratio of nearest to next nearest distance below which a synthetic ECG stands out further than people do.

    Parameters
    ----------
    ratio : float
        The bound.
    exponent : float
        Of the tail: of ratios below its upper end `tail_from`, the share below r is (r / tail_from) ** exponent.
    tail_from : float
        Upper end of the tail.
    in_tail, real : int
        Real ratios in the tail, and in all.
    tests : int
        Synthetic ratios held against the bound.
    false_alarms : float
        How often a set of honest ECGs of this size is expected to have one below it.
    """

    ratio: float
    exponent: float
    tail_from: float
    in_tail: int
    real: int
    tests: int
    false_alarms: float


def copy_bound(real: FloatingArray, tests: int, false_alarms: float) -> CopyBound:
    """Extrapolate the lower tail of the ratios of real ECGs to as many as are tested.

    Where points lie around a point as densely as further off, the ratio of its distances to two neighbours follows a
    power law (Facco et al., Estimating the intrinsic dimension of datasets by a minimal neighborhood information,
    Scientific Reports 7 (2017) 12140); so does, in general, a lower tail that ends at 0. Below its upper end t, the
    logarithms of t / ratio are then exponential. With the sum S of k of them (Hill, Annals of Statistics 3 (1975)
    1163-1174), another one exceeds L with the probability (1 + L / S) ** -k: that they are few is taken into account.

    Parameters
    ----------
    real : float array, shape (n,)
        Ratios of real ECGs, without repeats; at least two.
    tests : int
        How many synthetic ratios are held against the bound.
    false_alarms : float
        Expected number of honest ones below it.
    """
    rising = _rising_logs(real)
    count = max(min(max(round(TAIL_SHARE * len(rising)), FEWEST_IN_TAIL), round(MOST_OF_ALL * len(rising))), 1)
    total = float((rising[count] - rising[:count]).sum())
    rarer = max(count * tests / (false_alarms * len(rising)), 1)
    end = rising[count] - total * (rarer ** (1 / count) - 1)
    return CopyBound(
        ratio=float(np.exp(end)),
        exponent=count / max(total, NEVER),
        tail_from=float(np.exp(rising[count])),
        in_tail=count,
        real=len(rising),
        tests=tests,
        false_alarms=false_alarms,
    )


def repeat_bound(real: FloatingArray) -> float:
    """Find the ratio below which a real ECG is a repeat of another, as of one person recorded twice.

    The lowest fifth is fitted by its median, which repeats don't move while they are fewer than a tenth, and the bound
    is where one that is none is expected: leaving that out does less harm than keeping a repeat.

    Parameters
    ----------
    real : float array, shape (n,)
        Ratios of real ECGs.
    """
    rising = _rising_logs(real)
    count = max(round(REPEATS_SHARE * len(rising)), 1)
    exponent = np.log(2) / max(float(np.median(rising[count] - rising[:count])), NEVER)
    return float(np.exp(rising[count] - np.log(count) / exponent))


def _rising_logs(ratios: FloatingArray) -> Float64Array:
    return np.sort(np.log(np.maximum(ratios.astype(np.float64), NEVER)))
