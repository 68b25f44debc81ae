"""The sampling rate of a record in a table: by its times, a column of rates, and what is said beside the table."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ecgfactory.foreign.clock import Clock
from ecgfactory.foreign.formats.columns import Column

AGREEING_SHARE = 0.01
"""Clocks of devices, and rates that people write down, differ by less than this."""

_RATE = re.compile(r"\s*\+?(\d+(?:\.\d*)?(?:e\d+)?)\s*(?:hz|hertz)?\s*", re.IGNORECASE)


def stated_clock(rate: object, where: str) -> Clock:
    """Read a rate as a number or text such as `500 Hz`; a clock that says nothing where there is none.

    Parameters
    ----------
    rate : object
        As written; None where nothing is.
    where : str
        For messages.
    """
    if rate is None:
        return Clock()
    match = _RATE.fullmatch(str(rate))
    if match is None:
        return Clock(problem=f"{where} is {str(rate)!r}, which is no sampling rate; give --rate")
    return Clock(float(match[1]) or None)


def column_clock(column: Column, rows: slice) -> Clock:
    """Read the one rate that a column holds in a record, in all its rows or in some."""
    written = column.values[rows].dropna().unique()
    where = f"column {column.name!r}"
    clocks = [stated_clock(rate, where) for rate in written[:2]]
    if len(written) == 1:
        return clocks[0]
    differ = len({clock.rate_hz for clock in clocks}) > 1
    return Clock(problem=f"{where} holds {'more than one' if differ else 'no'} rate in a record; give --rate")


def agreed(said: Sequence[tuple[str, Clock]], clocks: Sequence[tuple[str, Clock]]) -> Clock:
    """Choose the rate that all agree on, which times tell best.

    Parameters
    ----------
    said, clocks : sequence of (str, Clock)
        Where a rate is written, or follows from times, and which.

    Returns
    -------
    Clock
        One with a problem where they contradict each other, or time is uneven.
    """
    uneven = [clock.problem for _, clock in clocks if clock.problem and not clock.counts]
    if uneven and not any(clock.rate_hz for _, clock in clocks):
        return Clock(problem=uneven[0])
    every = [*said, *clocks]
    known = [(where, clock, clock.rate_hz) for where, clock in every if clock.rate_hz]
    if not known:
        return next((clock for _, clock in every if clock.problem), Clock())
    where, chosen, rate_hz = known[-1]
    for other, _, other_hz in known[:-1]:
        if abs(other_hz - rate_hz) > AGREEING_SHARE * rate_hz:
            return Clock(problem=f"{other} says {other_hz:g} Hz, {where} {rate_hz:g} Hz; give --rate")
    unread = [clock.problem for _, clock in said if clock.problem]
    return replace(chosen, notes=(*chosen.notes, *(problem.partition(";")[0] for problem in (*uneven, *unread))))
