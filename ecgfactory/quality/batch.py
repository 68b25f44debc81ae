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

NO_VALUE = -32_768
"""The number by which files of 16 bits say that there is none: the lowest."""

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


def to_integers(signals_uv: npt.NDArray[Any]) -> tuple[SignalUv, BoolArray | None]:
    """Turn signals into the integers that features are computed from.

    Parameters
    ----------
    signals_uv : array, shape (records, leads, samples)
        In uV; int16 is taken as it is, floats may hold NaN and infinities.

    Returns
    -------
    signals_uv : int16 array, same shape
        Rounded half to even; missing samples lie on a straight line between their neighbours (`bridged`).
    missing : bool array, same shape, or None
        Which samples are not a number or beyond +-32,767 uV, as is -32,768, by which files say "no value"; None
        where there are none.
    """
    if signals_uv.dtype == np.int16:
        stored_uv = signals_uv.astype(np.int16, copy=False)
        if stored_uv.min(initial=0) > NO_VALUE:
            return stored_uv, None
        missing = stored_uv == NO_VALUE
    else:
        stored_uv, missing = _rounded(signals_uv)
    return (bridged(stored_uv, missing), missing) if missing.any() else (stored_uv, None)


def _rounded(signals_uv: npt.NDArray[Any]) -> tuple[SignalUv, BoolArray]:
    """Round each lead on its own, so that hours of them need no memory beside the result, and say what can't be."""
    stored_uv = np.empty(signals_uv.shape, dtype=np.int16)
    missing = np.empty(signals_uv.shape, dtype=np.bool_)
    for place in np.ndindex(*signals_uv.shape[:2]):
        values = signals_uv[place].copy()
        missing[place] = ~((values > NO_VALUE + 0.5) & (values < -NO_VALUE - 0.5))  # True for NaN
        values[missing[place]] = 0
        stored_uv[place] = np.rint(values)
    return stored_uv, missing


def bridged(signals_uv: SignalUv, missing: BoolArray) -> SignalUv:
    """Put missing samples on a straight line between their neighbours, so that no step arises.

    Parameters
    ----------
    signals_uv : int16 array, shape (records, leads, samples)
        In uV.
    missing : bool array, same shape
        Which samples to replace.

    Returns
    -------
    int16 array, same shape
        Before the first and after the last value, that value; 0 in a lead without any.
    """
    whole_uv = signals_uv.copy()
    for place in np.argwhere(np.any(missing, axis=-1)).tolist():
        lead_uv, lacks = whole_uv[tuple(place)], missing[tuple(place)]
        edges = np.flatnonzero(lacks[1:] != lacks[:-1])
        gaps, beside = np.flatnonzero(lacks), np.unique(edges + lacks[edges])  # the samples next to them that are there
        lead_uv[gaps] = np.rint(np.interp(gaps, beside, lead_uv[beside])) if beside.size else 0
    return whole_uv


def independent_leads(lead_names: Sequence[str]) -> list[int]:
    """Indices of the leads to measure: all, but without III, aVR, aVL and aVF where I and II are there.

    These four follow from I and II, so that an ECG has the same features with 8 and with 12 leads. Leads beyond the
    twelve come last.
    """
    if not {"I", "II"} <= set(lead_names):
        return list(range(len(lead_names)))
    others = [name for name in lead_names if name not in TWELVE_LEADS]
    return [lead_names.index(name) for name in (*EIGHT_LEADS, *others) if name in lead_names]
