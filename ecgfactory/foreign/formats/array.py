"""Recordings in an array of numbers, which does not say which of its axes is which."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ecgfactory.foreign.recording import Recording, Signal, UnreadableError, check_size

MOST_LEADS = 64
"""Body surface maps have more; an axis that is longer counts samples, or records."""


def recordings(
    array: npt.NDArray[Any],
    names: Callable[[int], str],
    lead_names: Sequence[str],
    unit: str = "",
    rate_hz: float | None = None,
) -> Iterator[Recording]:
    """Take an array for recordings.

    Parameters
    ----------
    array : array, shape (samples,), (leads, samples), (samples, leads), (records, samples) or three axes, records first
        Numbers; read one record after the other.
    names : callable
        The name of a record, by its place; -1 where the array is one record.
    lead_names : sequence of str
        Names of the leads as far as they are known, which tell the axis of leads by its length.
    unit : str
        Of the values; empty when not known.
    rate_hz : float or None
        Samples per second, if known.

    Yields
    ------
    Recording
        One for each record, with a note on the axes where they are guessed.

    Raises
    ------
    UnreadableError
        When it holds anything but numbers, or has other axes.
    """
    if array.dtype.kind not in "iuf":
        raise UnreadableError(f"its array holds {array.dtype} instead of numbers")
    if not 1 <= array.ndim <= 3 or not array.size:
        raise UnreadableError(f"its array of shape {array.shape} is no ECG; give (leads, samples)")
    axes, is_guess = _axes(array.shape, len(lead_names))
    notes = (f"the array of shape {array.shape} was read as ({', '.join(axes)})",) if is_guess else ()
    records = array if axes[0] == "records" else array[np.newaxis]
    check_size(records[0].size)
    for row, record in enumerate(records):
        leads = np.atleast_2d(record.T if axes[-1] == "leads" else record).astype(np.float64)
        named = lead_names if len(lead_names) == len(leads) else [""] * len(leads)
        signals = tuple(Signal(lead, unit, values) for lead, values in zip(named, leads, strict=True))
        yield Recording(names(row if axes[0] == "records" else -1), signals, rate_hz, notes=notes)


def _axes(shape: tuple[int, ...], leads: int) -> tuple[tuple[str, ...], bool]:
    """Name the axes, and say whether that is a guess: as many leads as are known, else the shorter axis is of leads."""
    if len(shape) == 1:
        return ("samples",), False
    if len(shape) == 3:
        axes, is_guess = _axes(shape[1:], leads)
        if axes[0] == "records":
            raise UnreadableError(f"its array of shape {shape} has no axis of leads; give (records, leads, samples)")
        return ("records", *axes), is_guess
    first, second = shape
    if leads in shape and first != second:
        return (("leads", "samples") if leads == first else ("samples", "leads")), False
    if leads == 1 or min(shape) > MOST_LEADS:
        return ("records", "samples"), leads != 1
    return (("leads", "samples") if first <= second else ("samples", "leads")), True
