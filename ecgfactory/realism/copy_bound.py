"""How near is nearer than real people ever are: the lower tail of a ratio of distances, and where it ends."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecgfactory.arrays import Float64Array, FloatingArray

TAIL_SHARE, FEWEST_IN_TAIL, MOST_OF_ALL = 0.1, 20, 1 / 3
"""The lowest tenth of real ratios is the tail, but at least twenty of them, but at most a third."""

MOST_REPEATS = 0.4
"""Where every person is recorded twice or three times, a third of the ratios are theirs."""

REPEAT_ALARMS = 0.02
"""In one of fifty references without repeats, the lowest ratio passes for one."""

FLATTEST = 1.0
"""Lowest exponent that a tail may have: that of people along a line. A lower one is that of undetected repeats."""

TELLING = 0.003
"""Copies under noise of 20 dB have ratios from 0.001 to 0.005: a bound below this would miss most of them."""

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

    @property
    def tells(self) -> bool:
        """Whether it would find a copy under slight noise: where many real ones are nearly the same, it is too low."""
        return self.ratio >= TELLING


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
    count = _tail_count(len(rising))
    total = min(float((rising[count] - rising[:count]).sum()), count / FLATTEST)
    return CopyBound(
        ratio=float(np.exp(_end(rising[count], total, count, count * tests / (false_alarms * len(rising))))),
        exponent=count / max(total, NEVER),
        tail_from=float(np.exp(rising[count])),
        in_tail=count,
        real=len(rising),
        tests=tests,
        false_alarms=false_alarms,
    )


def repeat_bound(real: FloatingArray) -> float:
    """Find the ratio below which a real ECG is a repeat of another, as of one person recorded twice; 0 without repeats.

    From the middle of the ratios downwards, each is held against the tail of those above it, in which no repeat can
    hide: the first that is lower than any of as many should be is a repeat, and so are all below.

    Parameters
    ----------
    real : float array
        Ratios of real ECGs, all that `Nearest.ratios` has, so that repeats are never the most.
    """
    rising = _rising_logs(real.ravel())
    sums = np.concatenate([[0.0], np.cumsum(rising)])
    for lowest in range(round(MOST_REPEATS * len(rising)), 0, -1):
        honest = len(rising) - lowest
        count = _tail_count(honest)
        start = float(rising[lowest + count])
        total = count * start - float(sums[lowest + count] - sums[lowest])
        if rising[lowest - 1] < _end(start, total, count, count / REPEAT_ALARMS):
            return float(np.exp((rising[lowest - 1] + rising[lowest]) / 2))
    return 0.0


def _tail_count(ratios: int) -> int:
    return max(min(max(round(TAIL_SHARE * ratios), FEWEST_IN_TAIL), round(MOST_OF_ALL * ratios)), 1)


def _end(start: float, total: float, count: int, rarer: float) -> float:
    """Logarithm that is undercut so many times more rarely than the tail's upper end."""
    return start - total * float(max(rarer, 1) ** (1 / count) - 1)


def _rising_logs(ratios: FloatingArray) -> Float64Array:
    return np.sort(np.log(np.maximum(ratios.astype(np.float64), NEVER)))
