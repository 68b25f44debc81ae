"""Times of samples as tables write them, as numbers: counts, seconds, timestamps, times of day."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from ecgfactory.arrays import Float64Array

_TIME_WORDS = re.compile(
    "times?|time ?stamps?|stamp|t|zeit|zeitstempel|uhrzeit|temps|tiempo|tempo|tijd|hora|heure|date|datetime|clock|epoch"
)
_UNITS = {
    "s": re.compile("s|secs?|seconds?|sekunden?"),
    "ms": re.compile("ms|msecs?|millis|milliseconds?"),
    "us": re.compile("us|\u00b5s|\u03bcs|usecs?|micros|microseconds?"),
    "ns": re.compile("ns|nsecs?|nanos|nanoseconds?"),
}
_FILLERS = re.compile(
    "elapsed|rel(?:ative)?|abs(?:olute)?|unix|posix|utc|local|system|device|host|sensor|sample|ecg|recording|since|start"
    "|of|day|in|hh?|mm?|ss|mmm|dd|yyyy"
)
_COUNTER_WORDS = re.compile("samples?|index|idx|i|n|nr|no|num(?:ber)?|row|frame|counter|count|point|k|#|unnamed|level")

_TIME_OF_DAY = re.compile(r"(?<![\d:])(\d{1,3}):(\d{2}):(\d{2}(?:[.,:]\d+)?)")
_CLOCK = re.compile(r"\d{1,3}:\d{2}:\d{2}(?:\.\d+)?$")
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}|\d{8}T\d{6}")
_DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}")
_MINUTES = re.compile(r"^(\d+):(\d{2}(?:[.,]\d+)?)$")

_EPOCHS = ((1e8, 1e10, "s", 1.0), (1e11, 1e13, "ms", 1e3), (1e14, 1e16, "us", 1e6), (1e17, 1e19, "ns", 1e9))
"""Where today lies, counted from 1970, in units of so many a second: in no two within the same bounds."""

_CLOCK_PERIODS_S = (60.0, 3600.0, 43_200.0, 86_400.0)
"""What a clock starts again after: a minute, an hour, half a day, a day."""

_LONGEST_STEP_S = 2.0


@dataclass(frozen=True, eq=False)
class Times:
    """Times of consecutive samples.

    Parameters
    ----------
    values : float array, shape (samples,)
        Since the first of the table, in `unit`; NaN where there is none.
    unit : {'s', 'ms', 'us', 'ns', ''}
        Empty where it is not told.
    noise : float
        How far off a time may be for want of digits of floating-point numbers.
    notes : tuple of str
        What was guessed, or is odd.
    """

    values: Float64Array
    unit: str
    noise: float
    notes: tuple[str, ...] = ()

    def __getitem__(self, rows: slice) -> Times:
        return replace(self, values=self.values[rows])


def time_unit(name: str) -> str | None:
    """Return the unit that the name of a column of times says, '' when it says none; None when it is no such name."""
    words = [word for word in _words(name) if not _FILLERS.fullmatch(word)]
    units = [unit for word in words if (unit := _unit(word))]
    times = [word for word in words if _TIME_WORDS.fullmatch(word)]
    if len(units) + len(times) < len(words) or not words:
        return None
    return units[-1] if units else ""


def unit_of_time(text: str) -> str | None:
    """Return the unit of time that a cell below the header says: `seconds`, `hh:mm:ss.mmm` (''); None for none."""
    words = _words(text)
    if len(words) == 1:
        return _unit(words[0])
    return "" if words and all(_FILLERS.fullmatch(word) for word in words) else None


def names_counter(name: str) -> bool:
    """Return whether a column's name may be that of sample numbers."""
    words = _words(re.sub(r"\d+", "", name))
    return bool(words) and all(_COUNTER_WORDS.fullmatch(word) for word in words)


def parse_times(column: pd.Series, unit: str) -> Times | None:
    """Read a column of times.

    Parameters
    ----------
    column : Series
        Numbers, datetimes, or text: ISO timestamps, times of day (`1:02.345`, `10:00:00,002`, with any date before or
        behind), numbers.
    unit : str
        As the column's name says; '' for none.

    Returns
    -------
    Times, or None when it holds no times.
    """
    if pd.api.types.is_datetime64_any_dtype(column) or pd.api.types.is_timedelta64_dtype(column):
        return _of_datetimes(column)
    if not pd.api.types.is_numeric_dtype(column):
        text = column.astype(str).str.strip(" \t'\"[]()")
        numbers = pd.to_numeric(text.str.replace(",", ".", regex=False), errors="coerce")
        if numbers.isna().all():
            return _of_text(text)
        column = numbers
    return _of_numbers(column, unit)


def _of_numbers(column: pd.Series, unit: str) -> Times:
    """Subtract the first from numbers, exactly where they are whole; counts from 1970 tell their unit by their size."""
    whole = pd.api.types.is_integer_dtype(column) and not column.isna().any()
    numbers = column.to_numpy(np.int64 if whole else np.float64)
    first = float(numbers[0])
    notes: tuple[str, ...] = ()
    if not unit:
        step = float(np.median(np.abs(np.diff(numbers)))) if len(numbers) > 1 else 0.0
        epochs = [(name, scale) for low, high, name, scale in _EPOCHS if low <= first < high]
        unit = next((name for name, scale in epochs if not step > _LONGEST_STEP_S * scale), "")
        notes = (f"assumed: times count {unit} since 1970",) if unit else ()
    noise = 0.0 if whole else _noise(numbers)
    return Times(np.asarray(numbers - numbers[0], dtype=np.float64), unit, noise, notes)


def _of_text(text: pd.Series) -> Times | None:
    """Read timestamps and times of day; the usual spellings fast, and any that holds a time of day."""
    if _ISO.match(text.iloc[0]):
        stamps = pd.to_datetime(text, errors="coerce", format="ISO8601", utc=True)
        return _of_datetimes(stamps)
    if _CLOCK.match(text.iloc[0]):
        since_midnight = pd.to_timedelta(text, errors="coerce").dt.total_seconds()
        return _past_midnight(np.asarray(since_midnight, dtype=np.float64))
    parts = text.str.extract(_TIME_OF_DAY)
    if parts[0].isna().all():
        minutes = text.str.extract(_MINUTES)
        parts = pd.DataFrame({0: "0", 1: minutes[0], 2: minutes[1]})
    if parts[1].isna().all():
        return None
    parts[2] = parts[2].str.replace("[,:]", ".", regex=True)
    hours, minute, second = (pd.to_numeric(parts[part], errors="coerce").to_numpy(np.float64) for part in range(3))
    times = _past_midnight(hours * 3600 + minute * 60 + second)
    return replace(times, notes=()) if text.str.contains(_DATE).all() else times


def _of_datetimes(stamps: pd.Series) -> Times:
    return Times(((stamps - stamps.iloc[0]) / pd.Timedelta(1, "s")).to_numpy(np.float64), "s", 0.0)


def _past_midnight(seconds: Float64Array) -> Times:
    """Let clocks run on that start again: at midnight, noon, or each hour or minute."""
    steps = np.diff(seconds)
    turns = np.zeros(len(seconds))
    for row in np.flatnonzero(steps < 0):
        forward = steps[row] + np.array(_CLOCK_PERIODS_S)
        fits = np.flatnonzero((forward >= 0) & (forward <= _LONGEST_STEP_S))
        if fits.size:
            turns[row + 1] = _CLOCK_PERIODS_S[fits[0]]
    notes = ("the clock starts again within the record (midnight, noon or the full hour)",) if turns.any() else ()
    return Times(seconds - seconds[0] + np.cumsum(turns), "s", _noise(seconds), notes)


def _noise(values: Float64Array) -> float:
    return 4 * float(np.finfo(np.float64).eps) * float(np.nanmax(np.abs(values), initial=0))


def _unit(word: str) -> str | None:
    return next((unit for unit, words in _UNITS.items() if words.fullmatch(word)), None)


def _words(name: str) -> list[str]:
    """Split a name into lower-case words: `elapsedTime_ms` and `Elapsed time (ms)` are elapsed, time, ms."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return re.findall(r"[a-z\u00b5\u03bc]+|#", spaced.lower())
