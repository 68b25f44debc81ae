"""A source: ECGs from anywhere, to be read once, some at a time."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ecgfactory.arrays import Float32Array, FloatingArray
from ecgfactory.foreign.resampling import resample
from ecgfactory.leads import SignalUv
from ecgfactory.record import SAMPLING_RATE_HZ
from ecgfactory.recorder.filters import Filters

RECORDS_AT_ONCE = 100


@dataclass(frozen=True, eq=False)
class Chunk:
    """Some ECGs of the same leads and length, at 500 Hz.

    Parameters
    ----------
    names : sequence of str
        Of the ECGs: ids, or names below what is read.
    lead_names : sequence of str
        Along the second axis.
    signals_uv : int16 or float array, shape (records, leads, samples)
        In uV; floats may be NaN.
    recorded_rate_hz : float
        Samples per second at which they were recorded or stored.
    """

    names: Sequence[str]
    lead_names: Sequence[str]
    signals_uv: SignalUv | FloatingArray
    recorded_rate_hz: float


class Source(ABC):
    """ECGs to be read once, some at a time.

    Attributes
    ----------
    name : str
        What pages call it.
    filters : Filters
        What its ECGs are known to have passed.
    followed : frozenset of str
        Digests of the ECGs that they were made to be like: no judges of them; see `ReferenceMatch.fitted_signals`.
    """

    name: str
    filters: Filters = Filters()
    followed: frozenset[str] = frozenset()

    @abstractmethod
    def chunks(self) -> Iterator[Chunk]:
        """Yield the ECGs in their order."""

    def left_out(self) -> Mapping[str, int]:
        """Return, once all were read, how many ECGs are not among them, by the reason."""
        return {}

    def notes(self) -> list[str]:
        """Say, once all were read, what could not be and what was assumed, each a phrase."""
        return []


def at_500_hz(signals_uv: SignalUv, rate_hz: float) -> SignalUv | Float32Array:
    """Bring stored signals, shape (records, leads, samples), to 500 Hz, as those of any file are."""
    if rate_hz == SAMPLING_RATE_HZ:
        return signals_uv
    return np.stack([resample(signal_uv.astype(np.float32), rate_hz) for signal_uv in signals_uv])
