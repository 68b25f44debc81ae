"""Recordings in an array of numbers, which does not say which of its axes is which."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ecgfactory.foreign.recording import NoEcgError, Recording, Signal, UnreadableError, check_size

MOST_LEADS = 64
"""Body surface maps have more; an axis that is longer counts samples, or records."""

MOST_LABELS = 10
"""Classes of ECGs are told by numbers up to about this; an ECG has far more values."""

FIRST = 1000
"""Samples or records that tell as a rule that an array holds more values."""


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
    NoEcgError
        When it holds anything but numbers.
    UnreadableError
        When it has other axes.
    """
    if array.dtype.kind not in "iuf":
        raise NoEcgError(f"its array holds {array.dtype} instead of numbers")
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


def check_no_labels(array: npt.NDArray[Any], counts_of_records: Callable[[], Iterable[int]]) -> None:
    """Check that an array does not hold labels of ECGs in other arrays.

    Parameters
    ----------
    array : array
        Of any shape and type.
    counts_of_records : callable
        How many records each of the arrays beside it has.

    Raises
    ------
    NoEcgError
        When it holds one number for each record of another array, a few different numbers, or a few at all.
    """
    if array.dtype.kind not in "iuf" or not array.size:
        return
    shape = tuple(length for length in array.shape if length > 1)
    if len(shape) == 2 and _has_few_values(array, 2):
        raise NoEcgError(f"its array of shape {array.shape} holds two different numbers, as labels do, and no ECG")
    if len(shape) == 1 and (
        shape[0] <= MOST_LEADS or _has_few_values(array, MOST_LABELS) or shape[0] in counts_of_records()
    ):
        raise NoEcgError(f"its array of shape {array.shape} holds labels or other single numbers, and no ECG")


def _has_few_values(array: npt.NDArray[Any], most: int) -> bool:
    """Return whether an array holds a few whole numbers; only one is the flat line of an ECG."""
    if len(np.unique(array[(slice(FIRST),) * array.ndim])) > most:
        return False
    values = np.unique(array[np.isfinite(array)])
    return 1 < len(values) <= most and bool(np.all(values == np.rint(values)))


def holds_records(shape: tuple[int, ...]) -> bool:
    """Return whether an array of a shape holds many ECGs for sure."""
    return len(shape) == 3 or (len(shape) == 2 and min(shape) > MOST_LEADS)


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
    if leads == 1 or holds_records(shape):
        return ("records", "samples"), leads != 1
    return (("leads", "samples") if first <= second else ("samples", "leads")), True
