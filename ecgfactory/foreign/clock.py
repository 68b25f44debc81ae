"""The sampling rate that follows from a column of times: numbers, timestamps, times of day; rounded, or in packets."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ecgfactory.arrays import Float64Array
from ecgfactory.foreign.times import Times

UNEVEN_SHARE = 0.1
"""A step that differs by a tenth from the usual one is a gap, not jitter."""

SHARED_STAMPS_SHARE = 0.4
"""From so many equal neighbours on, several samples share a stamp; below, times are rounded, or stand there twice."""

_ODD_STEP = 0.9
_FEW_ODD_STEPS = 1e-3
"""A rate that people use is not off by so little: rounding makes as many steps odd as the rate is off."""

_STRETCH = 250
_DRIFT_SHARE = 0.01
"""So many samples take as long as any others of the record, to this share."""

USUAL_RATES_HZ = (50, 100, 125, 128, 200, 240, 250, 256, 300, 320, 360, 400, 480, 500, 512, 600, 800, 1000, 1024, 2000)

_STEPS_S = (2e-4, 2.01e-2)
"""Steps of an ECG's samples: 50 to 5,000 Hz. What units make of them doesn't overlap, so a step tells its unit."""

_SECONDS_PER_UNIT = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}


@dataclass(frozen=True)
class Clock:
    """What a column of times says about the sampling rate.

    Parameters
    ----------
    rate_hz : float or None
        Samples per second; None where it can't be told.
    problem : str
        Why not; empty otherwise.
    counts : bool
        Why not: it numbers the samples.
    notes : tuple of str
        What was guessed.
    """

    rate_hz: float | None = None
    problem: str = ""
    counts: bool = False
    notes: tuple[str, ...] = ()


def clock_of(times: Times, column: str) -> Clock:
    """Find the sampling rate behind times of consecutive samples.

    Parameters
    ----------
    times : Times
        One for each sample.
    column : str
        The column's name, for messages.

    Returns
    -------
    Clock
    """
    shown = f"column {column!r}" if column else "the first column"
    values = times.values
    if len(values) < 2:
        return Clock(problem=f"{shown} holds one time; give --rate")
    if not np.isfinite(values).all():
        row = int(np.flatnonzero(~np.isfinite(values))[0]) + 1
        return Clock(problem=f"{shown} holds no time at sample {row}; fill the gap or give --rate")
    stamps = _Stamps(values, times.noise)
    unit = times.unit
    if not unit and np.all(stamps.steps == 1) and len(stamps.places) == len(values):
        return Clock(problem=f"{shown} counts samples and tells no rate; give --rate", counts=True)
    if problem := stamps.problem(shown):
        return Clock(problem=problem)
    notes = list(times.notes)
    if not unit:
        unit = _unit_of_step(stamps.step)
        if not unit:
            return Clock(
                problem=f"{shown} rises by {stamps.step:.6g} a sample, no ECG's step in s, ms, us or ns; give --rate"
            )
        notes.append(f"assumed: {shown} is in {unit}, as it rises by {stamps.step:.6g} a sample")
    rate_hz = _nicest(1 / (stamps.step * _SECONDS_PER_UNIT[unit]), stamps.uncertainty)
    if stamps.are_shared:
        notes.append(f"assumed: {rate_hz:.6g} Hz, as {stamps.samples_a_stamp:.4g} samples share a stamp in {shown}")
    elif stamps.are_rounded:
        notes.append(f"assumed: {rate_hz:.6g} Hz, as the times in {shown} are rounded")
    return Clock(rate_hz, notes=tuple(notes))


class _Stamps:
    """Times as they change from sample to sample.

    `places` are the samples at which a new time stands, `steps` how far it rises there, `step` its mean a sample.
    """

    def __init__(self, values: Float64Array, noise: float) -> None:
        every = np.diff(values)
        self.are_shared = bool(np.mean(every == 0) >= SHARED_STAMPS_SHARE)
        self.places = np.arange(len(values))
        if self.are_shared:
            changes = np.flatnonzero(every) + 1
            # The first packet may be cut, and is counted only if it is as long as the others.
            lengths = np.diff(changes)
            is_whole = not lengths.size or changes[0] == lengths.max()
            self.places = np.r_[0, changes] if is_whole or not changes.size else changes
        stamps = values[self.places]
        self.steps = np.diff(stamps)
        self.lengths = np.diff(self.places)
        self._quantum = _quantum(stamps, noise)
        span = float(stamps[-1] - stamps[0]) if len(stamps) > 1 else 0.0
        self.step = span / float(self.places[-1] - self.places[0]) if span else 0.0
        self._usual = self._usual_step()
        self.samples_a_stamp = float(np.mean(self.lengths)) if len(self.lengths) else 0.0
        alike = 1e-6 * abs(self._usual) + 2 * noise
        self._are_ragged = len(self.lengths) > 0 and bool(np.ptp(self.lengths))
        varies = len(self.steps) > 0 and bool(np.ptp(self.steps) > alike or self._are_ragged)
        self.are_rounded = varies and self._quantum > 0
        # Both ends are rounded by up to one quantum; a stamp that is shared begins up to one sample late.
        slack = max(self._quantum, self.step if self.are_shared and self._are_ragged else 0.0)
        self.uncertainty = slack / span if varies and span > 0 else 0.0

    def _usual_step(self) -> float:
        """Mean a sample over the steps that are about as long as most are: gaps don't count."""
        if not len(self.steps):
            return 0.0
        typical = float(np.median(self.steps))
        usual = np.abs(self.steps - typical) <= max(0.5 * abs(typical), 1.01 * self._quantum)
        return float(self.steps[usual].sum() / self.lengths[usual].sum())

    def problem(self, shown: str) -> str:
        """Say where time does not rise evenly, if anywhere."""
        if not len(self.steps) or not self._usual > 0:
            return f"{shown} does not rise; give --rate"
        excess = self.steps - self._usual * self.lengths
        off = np.abs(excess)
        allowed = UNEVEN_SHARE * self._usual * self.lengths
        if self.are_shared and self._are_ragged:  # as times are cut to whole seconds or so, by one sample
            allowed = np.full(len(off), 1.5 * self._usual)
        elif self._quantum < (0.6 if self.are_shared else 1.6) * float(np.median(self.steps)):
            allowed = np.maximum(allowed, 1.01 * self._quantum)
            if not self.are_shared:
                allowed = np.where(self._are_lost(excess), 0.0, allowed)
        worst = int(np.argmax(off - allowed))
        if off[worst] <= allowed[worst]:
            return self._change_of_rate(shown)
        row, usual = int(self.places[worst + 1]) + 1, self._usual * float(self.lengths[worst])
        if self.steps[worst] < 0:
            return f"{shown} goes back at sample {row}; sort the rows, or give --rate to ignore it"
        return (
            f"{shown} does not rise evenly: by {self.steps[worst]:.6g} at sample {row}, by {usual:.6g} as a rule; "
            "fill or cut the gaps, or give --rate to ignore it"
        )

    def _are_lost(self, excess: Float64Array) -> npt.NDArray[np.bool_]:
        """Find the few steps that are off by a whole one where nearly all are the same: no rounding makes them.

        At steps near the quantum, as of 1,000 Hz in ms, a missing sample is not more than rounding could be. One that
        a neighbour makes up for is none.
        """
        least = _ODD_STEP * self._usual
        are_odd = np.abs(excess) >= least
        if np.mean(are_odd) >= _FEW_ODD_STEPS:
            return np.zeros_like(are_odd)
        return are_odd & (np.abs(np.convolve(excess, np.ones(3), "same")) >= least)

    def _change_of_rate(self, shown: str) -> str:
        """Say where some stretch of samples takes longer or shorter than the others, beyond rounding, if anywhere."""
        length = _STRETCH if not self.are_shared else 0
        if not length or len(self.steps) < 2 * length:
            return ""
        ends = np.add.reduceat(self.steps, np.arange(0, len(self.steps) - length + 1, length))[:-1]
        usual = length * self.step
        off = np.abs(ends - usual)
        worst = int(np.argmax(off))
        if off[worst] <= 2.02 * self._quantum + _DRIFT_SHARE * usual:
            return ""
        return (
            f"{shown} does not rise evenly: by {ends[worst]:.6g} over {length} samples from sample "
            f"{worst * length + 1}, by {usual:.6g} on average; cut the file where the rate changes, or give --rate to "
            "ignore it"
        )


def _quantum(stamps: Float64Array, noise: float) -> float:
    """Return the power of ten to which times are rounded; 0 where they are not."""
    offsets = stamps - stamps[0]
    for decimals in range(-3, 10):
        scaled = offsets * 10.0**decimals
        allowed = 1e-6 + noise * 10.0**decimals
        if allowed > 0.1:
            return 0.0
        if np.abs(scaled - np.rint(scaled)).max() <= allowed:
            return float(10.0**-decimals)
    return 0.0


def _nicest(rate_hz: float, uncertainty: float) -> float:
    """Return the usual rate within a relative uncertainty, else the whole number, else the rate to three decimals."""
    near = max(uncertainty, 1e-9) * rate_hz
    for nice in (min(USUAL_RATES_HZ, key=lambda usual: abs(usual - rate_hz)), round(rate_hz)):
        if abs(nice - rate_hz) <= near:
            return float(nice)
    return round(rate_hz, 3)


def _unit_of_step(step: float) -> str:
    for unit, seconds in _SECONDS_PER_UNIT.items():
        if _STEPS_S[0] <= step * seconds <= _STEPS_S[1]:
            return unit
    return ""


def is_counter(values: Float64Array) -> bool:
    """Return whether numbers count up by one, as sample numbers do."""
    return len(values) > 1 and bool(np.all(np.diff(values) == 1))


def unwrapped(counts: Float64Array) -> Float64Array:
    """Let sample numbers run on that start again at 0 after 255, 65,535 or another such number, as packets count."""
    steps = np.diff(counts)
    top = -steps.min(initial=0)
    is_wrap = steps == -top
    if re.fullmatch(r"0b1{4,}", bin(int(top))) is None or not (steps[~is_wrap] == 1).all():
        return counts
    turns = np.concatenate([[0], np.cumsum(is_wrap)])
    return np.asarray(counts + turns * (top + 1), dtype=np.float64)
