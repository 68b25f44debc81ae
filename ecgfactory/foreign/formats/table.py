"""Tables with one row per sample: which columns are signals, times, rates and ids, and which rows one record."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from ecgfactory.arrays import Float64Array
from ecgfactory.foreign.clock import Clock, clock_of, is_counter, unwrapped
from ecgfactory.foreign.formats.columns import (
    NAME_IN_R,
    Column,
    Table,
    holds_times,
    is_gain_name,
    is_id,
    is_id_name,
    is_rate_name,
    is_text,
    is_unit_name,
    stands_in_blocks,
)
from ecgfactory.foreign.formats.table_rates import agreed, column_clock, stated_clock
from ecgfactory.foreign.formats.tidy_table import widened
from ecgfactory.foreign.lead_names import split_unit
from ecgfactory.foreign.lead_order import check_names_of_r
from ecgfactory.foreign.recording import NoEcgError, Recording, Signal, UnreadableError
from ecgfactory.foreign.stated import Stated
from ecgfactory.foreign.times import Times, names_counter, parse_times, time_unit, unit_of_time
from ecgfactory.foreign.units import parse_unit
from ecgfactory.lead_spelling import standard_lead

_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:[.,' \u00a0\u202f]\d{3})+(?:[.,]\d+)?")


@dataclass(eq=False)
class _Roles:
    ids: list[Column] = field(default_factory=list)
    rates: list[Column] = field(default_factory=list)
    units: list[Column] = field(default_factory=list)
    gains: list[Column] = field(default_factory=list)
    clocks: list[tuple[str, Times]] = field(default_factory=list)
    signals: list[Signal] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def recordings(table: Table, name: str, stated: Stated) -> Iterator[Recording]:
    """Take a table for recordings: one, or several below each other.

    Parameters
    ----------
    table : Table
        One row per sample, or per sample and lead.
    name : str
        Of the file, for the user.
    stated : Stated
        What the user says of names.

    Yields
    ------
    Recording
        One for each id, and for each restart of time.

    Raises
    ------
    NoEcgError
        When no column holds numbers of a signal.
    UnreadableError
        When the rows of a record are not together.
    """
    if not table.columns or not len(table.columns[0].values):
        raise UnreadableError("it holds no samples")
    table = widened(table)
    roles = _roles(table.columns)
    if not roles.signals:
        raise NoEcgError(f"no column holds a signal: {', '.join(repr(column.name) for column in table.columns[:12])}")
    if not stated.lead_names and not stated.lead_map:
        check_names_of_r(table.columns[0].name, roles.signals)
    parts = list(_parts(roles, len(table.columns[0].values)))
    differ = any(column.values.nunique() > 1 for column in roles.rates) and len(parts) > 1
    for part_name, rows in parts:
        notes = [*table.notes, *roles.notes]
        unit = _unit(table, roles, rows, notes)
        signals = tuple(
            Signal(one.name, one.unit or ("" if split_unit(one.name)[1] else unit), one.values[rows])
            for one in roles.signals
        )
        clock = _rate(table, roles, rows)
        full_name = f"{name}:{part_name}" if len(parts) > 1 else name
        yield Recording(full_name, signals, clock.rate_hz, clock.problem, differ, (*notes, *clock.notes))


def _roles(columns: Sequence[Column]) -> _Roles:
    roles = _Roles()
    rest, dates = [], []
    for place, column in enumerate(columns):
        times = _times(column, is_first=place == 0)
        if times is not None and np.isnan(times.values).all() and stands_in_blocks(column):
            dates.append((column, times))
        elif times is not None:
            roles.clocks.append((column.name, times))
        elif is_id(column):
            roles.ids.append(column)
        elif is_rate_name(column.name):
            roles.rates.append(column)
        elif is_unit_name(column.name):
            roles.units.append(column)
        elif is_gain_name(column.name):
            roles.gains.append(column)
        else:
            rest.append(column)
    if roles.clocks:
        roles.clocks += [(column.name, times) for column, times in dates]
    else:  # days without times of day: each may be that of another record
        rest += [column for column, _ in dates]
    # Beside a column of times, one that stands still, as a date does, tells nothing.
    roles.clocks = [clock for clock in roles.clocks if np.nanmax(np.abs(clock[1].values), initial=0)] or roles.clocks
    if not roles.ids:
        roles.ids = [column for column in rest if stands_in_blocks(column) and not _runs_on(column, roles.clocks)]
        shown = [f"column {column.name!r}" if column.name else "a column without name" for column in roles.ids]
        roles.notes += [f"assumed: one record per value of {column}" for column in shown]
    for column in rest:
        if not any(column is one for one in roles.ids):
            signal = _signal(column, roles.notes)
            roles.signals += [signal] if signal is not None else []
    return roles


def _times(column: Column, is_first: bool) -> Times | None:
    """Return a column of times or sample numbers as such; None for any other."""
    unit = time_unit(column.name)
    beside = unit_of_time(column.unit) if column.unit else None
    if unit is not None or beside is not None:
        nothing = Times(np.full(len(column.values), np.nan), "", 0.0)
        return parse_times(column.values, unit or beside or "") or nothing
    if holds_times(column):
        return parse_times(column.values, "")
    may_count = names_counter(column.name) or (is_first and column.name.strip().upper() in ("", NAME_IN_R))
    is_named = may_count or is_id_name(column.name) or standard_lead(column.name) is not None
    if not (is_named or is_first):
        return None
    numbers = pd.to_numeric(column.values, errors="coerce").to_numpy(np.float64)
    steps = np.diff(numbers)
    counts_mostly = len(steps) > 0 and np.mean(steps == 1) > 0.5  # a slow lead I rises by 1 uV in the median
    if is_counter(numbers) or (names_counter(column.name) and counts_mostly):
        return Times(unwrapped(numbers - numbers[0]), "", 0.0)
    # Every so many samples were kept, as of a data frame whose index was written: still numbers, and no ms.
    if may_count and len(steps) and steps[0] > 1 and steps[0] == np.rint(steps[0]) and (steps == steps[0]).all():
        return Times((numbers - numbers[0]) / steps[0], "", 0.0)
    rises_evenly = len(steps) > 0 and steps.min() > 0 and np.ptp(steps) < 0.5 * steps.max()
    is_index = not column.name and bool(np.isnan(numbers).all())
    # No lead rises evenly all along, whatever the first column's name.
    return parse_times(column.values, "") if is_first and (rises_evenly or is_index) else None


def _runs_on(column: Column, clocks: Sequence[tuple[str, Times]]) -> bool:
    """Return whether time runs on where numbers change, as those of a state do, and ids don't."""
    if is_text(column):
        return False
    changes = np.flatnonzero(np.diff(column.values.to_numpy(np.float64)))
    steps = [np.diff(times.values) for _, times in clocks if not is_counter(times.values)]
    return any((np.abs(step[changes] - np.median(step)) <= 0.5 * np.median(step)).all() for step in steps)


def _signal(column: Column, notes: list[str]) -> Signal | None:
    """Return a column as numbers; None for one of text that is no lead."""
    numbers = pd.to_numeric(column.values, errors="coerce").to_numpy(np.float64)
    words = column.values[np.isnan(numbers) & column.values.notna().to_numpy()].astype(str).str.strip()
    words = words[words != ""]
    if len(words):
        if not np.isfinite(numbers).any() and standard_lead(split_unit(column.name)[0]) is None:
            notes.append(f"left out, as it holds no numbers: {column.name!r}")
            return None
        first = words.iloc[0]
        if _THOUSANDS.fullmatch(first):
            raise UnreadableError(f"column {column.name!r} separates thousands, as in {first!r}; write plain numbers")
        what = "1 value that is no number" if len(words) == 1 else f"{len(words)} values that are no numbers"
        notes.append(f"column {column.name!r} holds {what}, as {first[:20]!r}")
    infinite = np.isinf(numbers)
    if infinite.any():
        numbers = np.where(infinite, np.nan, numbers)
        notes.append(f"column {column.name!r} is infinite in places ({infinite.sum()}), which were taken as missing")
    return Signal(column.name, column.unit, numbers)


def _parts(roles: _Roles, rows: int) -> Iterator[tuple[str, slice]]:
    """Yield the rows of each record, and what to call it."""
    starts = {0}
    for column in roles.ids:
        values = column.values.astype(str)  # a missing id is one too
        starts |= set(np.flatnonzero((values != values.shift()).to_numpy()).tolist())
    ids = {start: "/".join(str(column.values.iloc[start]) for column in roles.ids) for start in starts}
    if len(set(ids.values())) < len(ids):
        raise UnreadableError("rows of one record are not together; sort them by record and time")
    restarts = {row for _, times in roles.clocks for row in _restarts(times.values)}
    bounds = sorted(starts | restarts)
    count = 0
    for begin, end in zip(bounds, [*bounds[1:], rows], strict=True):
        count = 0 if begin in starts else count + 1
        is_cut = begin in restarts - starts or end in restarts - starts
        label = ids[max(start for start in starts if start <= begin)] if roles.ids else ""
        number = str(count) if is_cut or not roles.ids else ""
        yield "/".join(filter(None, (label, number))), slice(begin, end)


def _restarts(times: Float64Array) -> list[int]:
    """Find where time goes back to its first value, as where one record ends and the next begins."""
    falls = np.flatnonzero(np.diff(times) < 0) + 1
    if not len(falls):
        return []
    step = float(np.median(np.abs(np.diff(times))))
    return falls.tolist() if (np.abs(times[falls] - times[0]) <= step).all() else []


def _unit(table: Table, roles: _Roles, rows: slice, notes: list[str]) -> str:
    """Return the unit of a record's signals that have none of their own; empty where nothing is told.

    Where only a gain is told, words are returned that are no unit, so that the user is asked for it.
    """
    for column in roles.units:
        written = column.values[rows].dropna().astype(str).unique()
        if len(written) == 1:
            return str(written[0])
        notes.append(f"column {column.name!r} holds {len(written)} units in a record, and was not used")
    gains = [(column.name, ", ".join(map(str, column.values[rows].dropna().unique()[:3]))) for column in roles.gains]
    said = [f"{name} {values}" for name, values in gains] + ([table.gain] if table.gain else [])
    if all(parse_unit(one.unit or split_unit(one.name)[1]) for one in roles.signals):
        notes += [f"not used: {one}" for one in said]
        return ""
    return f"numbers with {', '.join(said)}" if said else ""


def _rate(table: Table, roles: _Roles, rows: slice) -> Clock:
    """Find the rate of a record by its times, a column of rates, and what is said beside the table."""
    clocks = [(f"column {name!r}", clock_of(times[rows], name)) for name, times in roles.clocks]
    said = [(table.rate_place, stated_clock(table.rate, table.rate_place))] if table.rate is not None else []
    said += [(f"column {column.name!r}", column_clock(column, rows)) for column in roles.rates]
    return agreed(said, clocks)
