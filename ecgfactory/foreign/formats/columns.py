"""Columns of a table, and what their names say apart from leads: an id, a rate, a unit, a gain."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ecgfactory.foreign.lead_names import says_ecg, says_nothing, says_other, split_unit
from ecgfactory.lead_spelling import standard_lead

_ID = re.compile(
    r"(?:(?:ecg|rec|record|recording|patient|participant|subject|study|case|file|segment|trial|exam|session)[\s_-]*)?"
    r"(?:id|name|nr|no|number)|[^\W\d_]+[\s_-]+id|uu?id|pid|rec|record|recording|patient|participant|subject|study|case"
    r"|segment|trial|exam|session|file|filename",
    re.IGNORECASE,
)
_RATE = re.compile(
    r"f_?s|sr|sampl(?:e|ing)[\s_-]*(?:rate|freq(?:uency)?)|samplerate|freq(?:uency)?|sfreq|sps|abtastrate|hz|rate[\s_]*[(\[]?hz[)\]]?",
    re.IGNORECASE,
)
_RATE_UNIT = re.compile(r"[\s_]*[(\[]?hz[)\]]?$", re.IGNORECASE)
_UNIT = re.compile(r"(?:(?:ecg|signal|lead|amplitude|voltage)[\s_-]*)?(?:units?|uom|einheit)", re.IGNORECASE)
_GAIN = re.compile(
    r"(?:(?:adc|ecg|signal|amp(?:litude)?)[\s_-]*)?(?:scale|scaling|resolution|lsb|sensitivity)(?:[\s_-]*factor)?"
    r"|(?:[^\W_]+[\s_-]+)?gain(?:[\s_-]*factor)?|ad[uc]s?_?(?:per)_?mv",
    re.IGNORECASE,
)

NAME_IN_R = "V1"
"""What R calls a first column that has no name, whatever it holds."""

FEWEST_ROWS = 10
"""Of a record, on average: a table with more ids than that holds no samples of records."""

SHORTEST_RUN = 50
"""Rows in which a column that is not named as an id must stand still to be one: a second at the lowest rate."""


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
    rate : object
        What the file says beside the table of the sampling rate, as written; None where nothing.
    rate_place : str
        Where it says so, for messages.
    gain : str
        What the file says beside the table of the numbers' size; empty where nothing.
    notes : tuple of str
        What was guessed in reading it.
    """

    columns: Sequence[Column]
    rate: object = None
    rate_place: str = ""
    gain: str = ""
    notes: tuple[str, ...] = ()


def is_rate_name(name: str) -> bool:
    """Return whether a name is that of a sampling rate."""
    return _RATE.fullmatch(name.strip()) is not None or _RATE.fullmatch(_RATE_UNIT.sub("", name.strip())) is not None


def is_id_name(name: str) -> bool:
    """Return whether a name is that of a record's id."""
    return _ID.fullmatch(name.strip()) is not None


def is_unit_name(name: str) -> bool:
    """Return whether a name is that of the unit of signals."""
    return _UNIT.fullmatch(name.strip()) is not None


def is_gain_name(name: str) -> bool:
    """Return whether a name is that of a gain: how many numbers are a unit, or how much one number is."""
    return _GAIN.fullmatch(name.strip()) is not None


def holds_times(column: Column) -> bool:
    """Return whether a column holds points in time, or times since one, by its type."""
    is_span = pd.api.types.is_timedelta64_dtype(column.values)
    return is_span or pd.api.types.is_datetime64_any_dtype(column.values)


def is_text(column: Column) -> bool:
    """Return whether a column holds other than numbers."""
    return not pd.api.types.is_numeric_dtype(column.values)


def is_id(column: Column) -> bool:
    """Return whether a column is named as ids are, or as a lead whose name is in it, and its values are few."""
    is_named = is_id_name(column.name) or (is_text(column) and column.name != "" and says_nothing(column.name))
    return is_named and column.values.nunique() * FEWEST_ROWS <= len(column.values)


def stands_in_blocks(column: Column) -> bool:
    """Return whether text or whole numbers have two or more values, each in one long run of rows, as ids have."""
    name, _ = split_unit(column.name)
    is_lead = (standard_lead(name) is not None or says_ecg(name)) and name.upper() != NAME_IN_R
    if is_lead or not 2 <= column.values.nunique() < len(column.values):
        return False
    if is_text(column):
        values = column.values.astype(str).to_numpy()
        if pd.to_numeric(column.values, errors="coerce").notna().any():
            return False
    else:
        values = column.values.to_numpy(np.float64)
        if says_other(name) or not np.array_equal(values, np.rint(values)):
            return False
    starts = np.r_[0, np.flatnonzero(values[1:] != values[:-1]) + 1, len(values)]
    lengths = np.diff(starts)
    return len(set(values[starts[:-1]])) == len(lengths) and bool(lengths.min() >= SHORTEST_RUN)
