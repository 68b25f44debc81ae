"""What the columns of an ECG table from elsewhere are: leads, their units, and time."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from ecgfactory.arrays import Float64Array, FloatingArray
from ecgfactory.leads import TWELVE_LEADS

_UV_PER_UNIT = {"nv": 1e-3, "uv": 1.0, "mv": 1e3, "v": 1e6}
UNEVEN_SHARE = 0.1
"""A step of the time column that differs by a tenth from the usual one is a gap, not jitter."""

_LEADS = {name.upper(): name for name in TWELVE_LEADS}
_LEADS |= {"DI": "I", "DII": "II", "DIII": "III", "MLI": "I", "MLII": "II", "MLIII": "III"}
_PREFIX = re.compile(r"^(?:(?:ecg|ekg|lead)[\s_.:-]*)+", re.IGNORECASE)
_UNIT = re.compile(r"[\s_\[(/]*(?<![A-Za-z])([nuµμm]?V)[\])]?$", re.IGNORECASE)
_TIME = re.compile(r"^(?:elapsed[\s_]*)?(?:time|t)(?:[\s_\[(/]*(ms|msec|s|sec|seconds)[\])]?)?$", re.IGNORECASE)


class ColumnError(Exception):
    """What is wrong with a table's columns, in words for its user."""


def lead_and_unit(column: str) -> tuple[str | None, str]:
    """Split a column's name into a standard lead name and a unit.

    Parameters
    ----------
    column : str
        Such as `aVR`, `avr`, `MLII`, `Lead V1`, `ECG_I (mV)` or `v5_uv`.

    Returns
    -------
    lead : str or None
        As in `TWELVE_LEADS`; None when the column is no lead.
    unit : str
        As written; empty when not given.
    """
    text = _PREFIX.sub("", column.strip(" '\""))
    if text.upper() in _LEADS:
        return _LEADS[text.upper()], ""
    match = _UNIT.search(text)
    return (_LEADS.get(text[: match.start()].strip().upper()), match[1]) if match else (None, "")


def is_unit(text: str) -> bool:
    """Return whether a text is a unit of voltage, in brackets or not."""
    return _UNIT.fullmatch(text.strip(" '\"")) is not None


def uv_per_unit(unit: str) -> float | None:
    """Return the factor to uV of a unit in any case, u also as either Greek mu; None when it is no unit of voltage."""
    return _UV_PER_UNIT.get(unit.lower().replace("\u00b5", "u").replace("\u03bc", "u"))


def uv_factors(units: Sequence[str], values: Sequence[FloatingArray]) -> Float64Array:
    """Return the factor to uV of each lead.

    Where no unit is given, the one that makes the ECG's amplitude plausible is assumed: a lead's range is 0.3 to 6 mV,
    thus hundreds and more in uV, units in mV, thousandths in V.

    Parameters
    ----------
    units : sequence of str
        Unit of each lead, '' when not given.
    values : sequence of float arrays, each of shape (samples,)
        The signals in these units; NaN allowed.

    Raises
    ------
    ColumnError
        When a unit is not a unit of voltage.
    """
    ranges = [float(np.ptp(lead[np.isfinite(lead)])) if np.isfinite(lead).any() else 0.0 for lead in values]
    typical = float(np.median(ranges))
    guessed = 1e6 if 0 < typical < 0.03 else 1e3 if 0 < typical < 30 else 1.0
    factors = []
    for unit in units:
        known = uv_per_unit(unit)
        if unit and known is None:
            raise ColumnError(f"unit {unit!r} is not one of nV, uV, mV and V")
        factors.append(guessed if known is None else known)
    return np.array(factors)


def rate_of(frame: pd.DataFrame) -> float | None:
    """Return the sampling rate in Hz that follows from a table's time column; None without one.

    Raises
    ------
    ColumnError
        When time does not rise evenly.
    """
    for column in frame.columns:
        match = _TIME.match(str(column).strip())
        if match is None or len(frame) < 2:
            continue
        times, unit = _times(frame[column], (match[1] or "").lower())
        steps = np.diff(times)
        usual = float(np.median(steps))
        if not usual > 0 or np.abs(steps - usual).max() > UNEVEN_SHARE * usual:
            raise ColumnError(f"column {column!r} does not rise evenly; fill or cut the gaps")
        # Without a unit: steps of ECGs are 0.25 to 20 ms, thus under 0.05 in seconds.
        in_ms = unit.startswith("m") or (not unit and usual > 0.05)
        mean = float(times[-1] - times[0]) / (len(times) - 1)
        return round((1000 if in_ms else 1) / mean, 3)
    return None


def _times(column: pd.Series, unit: str) -> tuple[Float64Array, str]:
    """Return a time column as numbers, with their unit; clock times (1:02.345 or 0:01:02.345) in seconds."""
    if pd.api.types.is_numeric_dtype(column):
        numbers = np.asarray(column, dtype=np.float64)
        return numbers, unit
    clock = column.astype(str).str.strip(" '\"[]")
    clock = clock.where(clock.str.count(":") != 1, "0:" + clock)
    seconds = np.asarray(pd.to_timedelta(clock).dt.total_seconds(), dtype=np.float64)
    return seconds, "s"
