"""Tidy tables, of one row per sample and lead: their rows become one column per lead."""

from __future__ import annotations

import re

import pandas as pd

from ecgfactory.foreign.formats.columns import (
    Column,
    Table,
    is_gain_name,
    is_id_name,
    is_rate_name,
    is_text,
    is_unit_name,
)
from ecgfactory.foreign.lead_names import may_be_lead, split_unit
from ecgfactory.foreign.recording import UnreadableError
from ecgfactory.foreign.times import names_counter, time_unit
from ecgfactory.lead_spelling import standard_lead

_LEAD_COLUMN = re.compile(
    r"(?:(?:ecg|ekg)[\s_-]*)?(?:leads?|channels?|chan|ch|variable|kanal|ableitung|derivation)"
    r"(?:[\s_-]*(?:names?|ids?|labels?))?",
    re.IGNORECASE,
)
_MOST_LEADS = 64


def widened(table: Table) -> Table:
    """Return a table with one column per lead, where one of its columns names the lead of each row.

    Raises
    ------
    UnreadableError
        When leads differ in their rows, or it is not told which column holds their values.
    """
    named = [column for column in table.columns if _names_leads(column)]
    if len(named) != 1:
        _check_names(table)
        return table
    leads = named[0]
    others = [column for column in table.columns if column is not leads]
    values = [column for column in others if not _is_key(column)]
    if len(values) != 1:
        listed = ", ".join(repr(column.name) for column in values) or "none"
        raise UnreadableError(
            f"column {leads.name!r} names the lead of each row, and it is not told which column holds its samples "
            f"(one of {listed}); give a table with one column per lead"
        )
    are_many = leads.values.nunique() > 1
    keys = [column for column in others if column is not values[0] and not (are_many and _numbers_rows(column))]
    texts = leads.values.astype(str).str.strip()
    rows = {lead: texts.eq(lead).to_numpy() for lead in texts.unique()}
    first = next(iter(rows.values()))
    wide = [Column(key.name, key.unit, key.values[first].reset_index(drop=True)) for key in keys]
    name, unit = split_unit(values[0].name)
    for lead, own in rows.items():
        if own.sum() != first.sum() or not all(
            key.values[own].reset_index(drop=True).equals(other.values) for key, other in zip(keys, wide, strict=False)
        ):
            raise UnreadableError(
                f"column {leads.name!r} names the lead of each row, and the rows of {lead!r} are not those of "
                f"{next(iter(rows))!r}; give a table with one column per lead"
            )
        wide.append(Column(lead, values[0].unit or unit, values[0].values[own].reset_index(drop=True)))
    held = name or values[0].name
    note = f"column {leads.name!r} names the lead of each row, of which column {held!r} holds the samples"
    return Table(wide, table.rate, table.rate_place, table.gain, (*table.notes, note))


def _check_names(table: Table) -> None:
    for column in table.columns:
        if _LEAD_COLUMN.fullmatch(column.name.strip()) and is_text(column) and column.values.nunique() > 1:
            if pd.to_numeric(column.values, errors="coerce").notna().any():
                continue
            shown = ", ".join(repr(str(name)) for name in column.values.dropna().unique()[:3])
            raise UnreadableError(
                f"column {column.name!r} names the lead of each row, and {shown} are no leads; rename them, or give a "
                "table with one column per lead"
            )


def _names_leads(column: Column) -> bool:
    """Return whether a column's texts are names of standard leads, or of any where it is named as such."""
    if not is_text(column) or not 1 <= column.values.nunique() <= _MOST_LEADS or column.values.isna().any():
        return False
    names = [str(name) for name in column.values.unique()]
    if all(standard_lead(split_unit(name)[0]) is not None for name in names):
        return True
    return _LEAD_COLUMN.fullmatch(column.name.strip()) is not None and all(
        may_be_lead(name) and not name.strip().isdigit() for name in names
    )


def _numbers_rows(column: Column) -> bool:
    """Return whether a column numbers the rows of all leads, as the index of a data frame does."""
    return (not column.name or names_counter(column.name)) and column.values.is_unique


def _is_key(column: Column) -> bool:
    name = column.name
    is_named = is_id_name(name) or is_rate_name(name) or is_unit_name(name) or is_gain_name(name) or names_counter(name)
    return is_named or is_text(column) or time_unit(name) is not None or not name
