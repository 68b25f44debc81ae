"""What a file says about an ECG, before it is decided which lead, unit and rate that means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ecgfactory.arrays import FloatingArray

MOST_SAMPLES = 1 << 29
"""Of all signals of a recording together: a day of twelve leads at 500 Hz."""


@dataclass(frozen=True, eq=False)
class Signal:
    """One signal of a recording, as its file has it.

    Parameters
    ----------
    name : str
        As written; empty where the file names none.
    unit : str
        As written; empty where the file gives none.
    values : float array, shape (samples,)
        In that unit; NaN where the file has no value.
    rate_hz : float or None
        Samples per second, where the file gives each signal its own; None where the recording's holds.
    scale_problem : str
        Why the values are a converter's numbers, of which the file does not say what they mean; empty otherwise.
    """

    name: str
    unit: str
    values: FloatingArray
    rate_hz: float | None = None
    scale_problem: str = ""


@dataclass(frozen=True, eq=False)
class Recording:
    """One recording, as its file has it.

    Parameters
    ----------
    name : str
        Where it was read: the path within what was given, and in a file of many records the record's id.
    signals : tuple of Signal
        In the file's order, those that are no leads as well.
    rate_hz : float or None
        Samples per second of the signals that state no rate of their own; None where the file does not say, not so
        that it can be used, or differently for each.
    rate_problem : str
        Why the rate can't be used, where there is one that can't; empty otherwise.
    has_own_rate : bool
        Records of its file state different rates, so that one rate for all, as a user may give, can't hold for it.
    notes : tuple of str
        What was guessed or mended in reading the file, in words for its user.
    """

    name: str
    signals: tuple[Signal, ...]
    rate_hz: float | None
    rate_problem: str = ""
    has_own_rate: bool = False
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class UnreadableEcg:
    """A file, or a record in one, that holds no ECG that can be read.

    Parameters
    ----------
    name : str
        Where, as in `Recording`.
    problem : str
        What is wrong, in one sentence.
    """

    name: str
    problem: str


class UnreadableError(Exception):
    """Why a recording can't be read, in words for its user."""


class NoEcgError(UnreadableError):
    """What is read is no ECG at all, as a table of labels beside ECGs; in a folder with ECGs it is passed over."""


def in_one_line(error: Exception) -> str:
    """Return what a library says of a damaged file, as a part of a sentence."""
    return " ".join(str(error).split())[:200]


def common_rate(signals: Sequence[Signal]) -> float | None:
    """Return the rate that all signals state; None when they differ, or state none."""
    rates_hz = {signal.rate_hz for signal in signals}
    return rates_hz.pop() if len(rates_hz) == 1 else None


def check_size(samples: int) -> None:
    """Check that the samples of a recording, of all its signals, fit in memory before there is any.

    Raises
    ------
    UnreadableError
        When there are more than `MOST_SAMPLES`.
    """
    if samples > MOST_SAMPLES:
        raise UnreadableError(f"it has {samples:,} samples, and at most {MOST_SAMPLES:,} are read; cut it in pieces")
