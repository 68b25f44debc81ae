"""Tables with one row per sample: which columns are signals, times, rates and ids, and which rows one record."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from ecgfactory.arrays import Float64Array
from ecgfactory.foreign.clock import Clock, clock_of, is_counter, unwrapped
from ecgfactory.foreign.lead_names import says_nothing, split_unit, standard_lead
from ecgfactory.foreign.recording import NoEcgError, Recording, Signal, UnreadableEcg, UnreadableError
from ecgfactory.foreign.standard import SAME_RATE
from ecgfactory.foreign.times import Times, names_counter, parse_times, time_unit, unit_of_time

_ID = re.compile(
    r"(?:(?:ecg|rec|record|recording|patient|subject|study|case|file|segment|trial|exam|session)[\s_-]*)?"
    r"(?:id|name|nr|no|number)|record|recording|patient|subject|study|case|segment|trial|exam|session|file|filename",
    re.IGNORECASE,
)
_RATE = re.compile(
    r"f_?s|sr|sampl(?:e|ing)[\s_-]*(?:rate|freq(?:uency)?)|samplerate|freq(?:uency)?|abtastrate|hz|rate[\s_]*[(\[]?hz[)\]]?",
    re.IGNORECASE,
)
_RATE_UNIT = re.compile(r"[\s_]*[(\[]?hz[)\]]?$", re.IGNORECASE)

_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:[.,' \u00a0\u202f]\d{3})+(?:[.,]\d+)?")

FEWEST_ROWS = 10
"""Of a record, on average: a table with more ids than that holds no samples of records."""


@dataclass(frozen=True, eq=False)
class Column:
    """A column of a table.

    Parameters
    ----------
    name, unit : str
        As written; empty where there is none.
    values : Series
        Numbers, datetimes, or text as written.
    """

    name: str
    unit: str
    values: pd.Series


@dataclass(frozen=True, eq=False)
class Table:
    """A table with one row per sample.

    Parameters
    ----------
    columns : sequence of Column
        In the file's order.
    rate_hz : float or None
        What the file says beside the table.
    notes : tuple of str
        What was guessed in reading it.
    """

    columns: Sequence[Column]
    rate_hz: float | None = None
    notes: tuple[str, ...] = ()


@dataclass(eq=False)
class _Roles:
    ids: list[Column] = field(default_factory=list)
    rates: list[Column] = field(default_factory=list)
    clocks: list[tuple[str, Times]] = field(default_factory=list)
    signals: list[Signal] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def is_rate_name(name: str) -> bool:
    """Return whether a name is that of a sampling rate."""
    return _RATE.fullmatch(name.strip()) is not None or _RATE.fullmatch(_RATE_UNIT.sub("", name.strip())) is not None


def is_id_name(name: str) -> bool:
    """Return whether a name is that of a record's id."""
    return _ID.fullmatch(name.strip()) is not None


def recordings(table: Table, name: str) -> Iterator[Recording | UnreadableEcg]:
    """Take a table for recordings: one, or several below each other.

    Parameters
    ----------
    table : Table
        One row per sample.
    name : str
        Of the file, for the user.

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
    roles = _roles(table.columns)
    if not roles.signals:
        raise NoEcgError(f"no column holds a signal: {', '.join(repr(column.name) for column in table.columns[:12])}")
    parts = list(_parts(roles, len(table.columns[0].values)))
    differ = any(column.values.nunique() > 1 for column in roles.rates)
    for part_name, rows in parts:
        signals = tuple(Signal(one.name, one.unit, one.values[rows]) for one in roles.signals)
        clock = _rate(table, roles, rows)
        full_name = f"{name}:{part_name}" if len(parts) > 1 else name
        notes = (*table.notes, *roles.notes, *clock.notes)
        yield Recording(full_name, signals, clock.rate_hz, clock.problem, differ, notes)


def _roles(columns: Sequence[Column]) -> _Roles:
    roles = _Roles()
    for place, column in enumerate(columns):
        times = _times(column, is_first=place == 0)
        if times is not None:
            roles.clocks.append((column.name, times))
        elif _is_id(column):
            roles.ids.append(column)
        elif is_rate_name(column.name):
            roles.rates.append(column)
        else:
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
    if pd.api.types.is_datetime64_any_dtype(column.values):
        return parse_times(column.values, "")
    is_named = names_counter(column.name) or is_id_name(column.name) or standard_lead(column.name) is not None
    is_index = is_first and not column.name
    if not (is_named or is_index):
        return None
    numbers = pd.to_numeric(column.values, errors="coerce").to_numpy(np.float64)
    steps = np.diff(numbers)
    if is_counter(numbers) or (names_counter(column.name) and len(steps) and float(np.median(steps)) == 1):
        return Times(unwrapped(numbers - numbers[0]), "", 0.0)
    rises_evenly = len(steps) > 0 and steps.min() > 0 and np.ptp(steps) < 0.5 * steps.max()
    is_text = bool(np.isnan(numbers).all())
    return parse_times(column.values, "") if is_index and (rises_evenly or is_text) else None


def _is_id(column: Column) -> bool:
    """Return whether a column is named as ids are, or as a lead whose name is in it, and its values are few."""
    is_text = not pd.api.types.is_numeric_dtype(column.values)
    is_named = is_id_name(column.name) or (is_text and column.name != "" and says_nothing(column.name))
    return is_named and column.values.nunique() * FEWEST_ROWS <= len(column.values)


def _signal(column: Column, notes: list[str]) -> Signal | None:
    """Return a column as numbers; None for one of text that is no lead."""
    numbers = pd.to_numeric(column.values, errors="coerce").to_numpy(np.float64)
    words = column.values[np.isnan(numbers) & column.values.notna().to_numpy()].astype(str).str.strip()
    words = words[words != ""]
    if len(words):
        if not np.isfinite(numbers).any() and standard_lead(split_unit(column.name)[0]) is None:
            return None
        first = words.iloc[0]
        if _THOUSANDS.fullmatch(first):
            raise UnreadableError(f"column {column.name!r} separates thousands, as in {first!r}; write plain numbers")
        notes.append(f"column {column.name!r} holds {len(words)} values that are no numbers, as {first[:20]!r}")
    return Signal(column.name, column.unit, numbers)


def _parts(roles: _Roles, rows: int) -> Iterator[tuple[str, slice]]:
    """Yield the rows of each record, and what to call it."""
    starts = {0}
    for column in roles.ids:
        starts |= set(np.flatnonzero((column.values != column.values.shift()).to_numpy()).tolist())
    ids = {start: "/".join(str(column.values.iloc[start]) for column in roles.ids) for start in starts}
    if len(set(ids.values())) < len(ids):
        raise UnreadableError("rows of one record are not together; sort them by record and time")
    restarts = set(_restarts(roles.clocks[0][1].values)) if roles.clocks else set()
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


def _rate(table: Table, roles: _Roles, rows: slice) -> Clock:
    """Find the rate of a record by its times, a column of rates, and what is said beside the table; they must agree."""
    clocks = [(f"column {name!r}", clock_of(times[rows], name)) for name, times in roles.clocks]
    if uneven := next((clock for _, clock in clocks if clock.problem and not clock.counts), None):
        return uneven
    said = [("the file's metadata", Clock(table.rate_hz))] if table.rate_hz else []
    said += [(f"column {column.name!r}", _constant_rate(column, rows)) for column in roles.rates] + clocks
    known = [(where, clock, clock.rate_hz) for where, clock in said if clock.rate_hz]
    if not known:
        return next((clock for _, clock in said), Clock())
    where, chosen, rate_hz = known[-1]
    for other, _, other_hz in known[:-1]:
        if abs(other_hz - rate_hz) > SAME_RATE * rate_hz:
            return Clock(problem=f"{other} says {other_hz:g} Hz, {where} {rate_hz:g} Hz; give --rate")
    return chosen


def _constant_rate(column: Column, rows: slice) -> Clock:
    rates = pd.to_numeric(column.values[rows], errors="coerce").unique()
    if len(rates) == 1 and np.isfinite(rates[0]):
        return Clock(float(rates[0]))
    return Clock(problem=f"column {column.name!r} holds more than one rate in a record")
