"""Filters along the last axis, fast over many records at once."""

from __future__ import annotations

from functools import cache
from typing import Any, Literal, TypeVar

import numpy as np
import numpy.typing as npt
import scipy

from ecgfactory.arrays import Float32Array, Float64Array, FloatingArray

Kind = Literal["lowpass", "highpass"]
Sample = TypeVar("Sample", bound=np.generic)


def zero_phase(
    signals: FloatingArray,
    order: int,
    kind: Kind,
    cutoff_hz: float,
    rate_hz: float,
    padding: int | None = None,
) -> npt.NDArray[Any]:
    """Filter forwards and backwards by a Butterworth filter.

    Parameters
    ----------
    signals : float array, shape (..., samples)
        What to filter.
    order : int
        Order of the filter in one direction.
    kind : {'lowpass', 'highpass'}
        What to keep.
    cutoff_hz, rate_hz : float
        Cut-off frequency and sampling rate.
    padding : int, optional
        Samples by which both ends are continued; by default as many as `scipy.signal.sosfiltfilt` chooses.

    Returns
    -------
    float array, shape (..., samples)
    """
    return scipy.signal.sosfiltfilt(_butterworth(order, kind, cutoff_hz, rate_hz), signals, axis=-1, padlen=padding)


@cache
def _butterworth(order: int, kind: Kind, cutoff_hz: float, rate_hz: float) -> Float64Array:
    sections: Float64Array = scipy.signal.butter(order, cutoff_hz, kind, output="sos", fs=rate_hz)
    return sections


def moving_mean(values: Float32Array, length: int) -> Float32Array:
    """Average over `length` samples around each, as `scipy.ndimage.uniform_filter1d(mode="nearest")` centres them."""
    samples = values.shape[-1]
    padded = edge_padded(values, length // 2, length - 1 - length // 2)
    total = padded[..., :samples].copy()
    for first in range(1, length):
        total += padded[..., first : first + samples]
    total /= np.float32(length)
    return total


def symmetric_filter(values: Float32Array, kernel: FloatingArray) -> Float32Array:
    """Convolve with a symmetric kernel of odd length, the ends continued by their last value.

    Parameters
    ----------
    values : float32 array, shape (..., samples)
        What to filter.
    kernel : float array, shape (2 * reach + 1,)
        The same forwards and backwards.

    Returns
    -------
    float32 array, shape (..., samples)
    """
    reach, samples = len(kernel) // 2, values.shape[-1]
    padded = edge_padded(values, reach, reach)
    weights = kernel.astype(np.float32)
    filtered: Float32Array = values * weights[reach]
    for distance in range(1, reach + 1):
        before = padded[..., reach - distance : reach - distance + samples]
        pair = before + padded[..., reach + distance : reach + distance + samples]
        pair *= weights[reach + distance]
        filtered += pair
    return filtered


def edge_padded(values: npt.NDArray[Sample], before: int, after: int) -> npt.NDArray[Sample]:
    """Continue both ends of the last axis by their last value."""
    samples = values.shape[-1]
    padded = np.empty((*values.shape[:-1], before + samples + after), dtype=values.dtype)
    padded[..., before : before + samples] = values
    padded[..., :before] = values[..., :1]
    padded[..., before + samples :] = values[..., -1:]
    return padded
