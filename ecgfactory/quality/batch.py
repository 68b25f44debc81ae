"""A batch of ECGs as features are measured on it: integers of 1 uV, without the leads that follow from others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar, cast

import numpy as np
import numpy.typing as npt

from ecgfactory.arrays import BoolArray, Float32Array
from ecgfactory.leads import EIGHT_LEADS, TWELVE_LEADS, SignalUv
from ecgfactory.record import SAMPLING_RATE_HZ

ArrayType = TypeVar("ArrayType", bound=npt.NDArray[Any])

COARSE_HZ = 100
"""Sampling rate at which what is slower than a QRS is measured: means of 10 ms."""

RECORDS_IN_CACHE = 8
"""Records whose signals, as float32, take the 1 MB of a second-level cache."""

SHORT_BLOCK = 8
"""Blocks so short are faster added up sample by sample, all at once."""


@dataclass(frozen=True)
class EcgBatch:
    """Records to measure.

    Parameters
    ----------
    signals_uv : int16 array, shape (records, leads, samples)
        The leads that are measured.
    lead_names : tuple of str
        Their names.
    sampling_rate_hz : int
        Samples per second.
    """

    signals_uv: SignalUv
    lead_names: tuple[str, ...]
    sampling_rate_hz: int = SAMPLING_RATE_HZ

    @property
    def records(self) -> int:
        """Number of records."""
        return len(self.signals_uv)

    @property
    def samples(self) -> int:
        """Samples per lead."""
        return int(self.signals_uv.shape[2])

    @cached_property
    def fine_uv(self) -> Float32Array:
        """The signals as float32, shape (records, leads, samples)."""
        return self.signals_uv.astype(np.float32)

    def span(self, seconds: float) -> int:
        """Return a duration in samples, at least 1."""
        return max(round(seconds * self.sampling_rate_hz), 1)

    def lead(self, name: str) -> int | None:
        """Index of a lead, None when it is absent."""
        return self.lead_names.index(name) if name in self.lead_names else None


def in_cache(function: Callable[[Float32Array], ArrayType], signals: Float32Array) -> ArrayType:
    """Apply a function to a few records at a time, so that its intermediate arrays stay in the processor's cache.

    Parameters
    ----------
    function : callable
        Makes an array with one row per record.
    signals : float32 array, shape (records, ...)
        What it is made from.

    Returns
    -------
    array, shape (records, ...)
    """
    starts = range(0, max(len(signals), 1), RECORDS_IN_CACHE)
    return cast(ArrayType, np.concatenate([function(signals[start : start + RECORDS_IN_CACHE]) for start in starts]))


def block_sums(values: Float32Array, block: int) -> Float32Array:
    """Sums of consecutive blocks of samples along the last axis; what is left over at the end is dropped."""
    count = values.shape[-1] // block
    blocks = values[..., : count * block].reshape(*values.shape[:-1], count, block)
    if block > SHORT_BLOCK:
        return np.asarray(np.einsum("...b->...", blocks))  # five times as fast as .sum()
    sums: Float32Array = blocks[..., 0].copy()
    for sample in range(1, block):
        sums += blocks[..., sample]
    return sums


def block_means(values: Float32Array, block: int) -> Float32Array:
    """Means of consecutive blocks of samples along the last axis; what is left over at the end is dropped."""
    return block_sums(values, block) / np.float32(block)


def to_integers(signals_uv: npt.NDArray[np.generic]) -> tuple[SignalUv, npt.NDArray[np.int32]]:
    """Turn signals into the integers that features are computed from.

    Parameters
    ----------
    signals_uv : array, shape (records, leads, samples)
        In uV; int16 is taken as it is, floats may hold NaN and infinities.

    Returns
    -------
    signals_uv : int16 array, same shape
        Rounded half to even; what is not a number or does not fit is 0.
    missing : int32 array, shape (records,)
        Samples, over all leads, that are not a number or do not fit.
    """
    if signals_uv.dtype == np.int16:
        return signals_uv.astype(np.int16, copy=False), np.zeros(len(signals_uv), dtype=np.int32)
    values = signals_uv.astype(np.float64)
    limits = np.iinfo(np.int16)
    with np.errstate(invalid="ignore"):
        fits = (values > limits.min - 0.5) & (values < limits.max + 0.5)  # False for NaN
    stored = np.rint(np.where(fits, values, 0)).clip(limits.min, limits.max).astype(np.int16)
    return stored, (~fits).sum(axis=(1, 2), dtype=np.int32)


def interruptions(signals_uv: npt.NDArray[np.generic]) -> BoolArray:
    """Return at which samples no lead has a value, as between the segments of a recording, shape (records, samples)."""
    known = np.isfinite(signals_uv.astype(np.float64, copy=False))
    nowhere: BoolArray = np.logical_not(np.any(known, axis=1))
    return nowhere


def independent_leads(lead_names: Sequence[str]) -> list[int]:
    """Indices of the leads to measure: all, but without III, aVR, aVL and aVF where I and II are there.

    These four follow from I and II, so that an ECG has the same features with 8 and with 12 leads. Leads beyond the
    twelve come last.
    """
    if not {"I", "II"} <= set(lead_names):
        return list(range(len(lead_names)))
    others = [name for name in lead_names if name not in TWELVE_LEADS]
    return [lead_names.index(name) for name in (*EIGHT_LEADS, *others) if name in lead_names]
