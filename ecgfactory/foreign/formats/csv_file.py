"""Tables as text: one row per sample, one column per lead; separated, encoded and headed as people do it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd

from ecgfactory.foreign.formats.table import Column, Table, recordings
from ecgfactory.foreign.formats.text_layout import MISSING, TextLayout, encoding_of, layout_of
from ecgfactory.foreign.lead_names import split_unit
from ecgfactory.foreign.recording import Recording, UnreadableEcg, UnreadableError
from ecgfactory.foreign.resampling import rate_problem
from ecgfactory.foreign.stated import Stated

_HEAD_BYTES = 1 << 18
"""Enough for what stands above a table, and to see how it is written."""


def read(file: Path, name: str, stated: Stated) -> Iterator[Recording | UnreadableEcg]:
    """Read a table that commas, semicolons, tabs or blanks separate, with or without header, units and remarks."""
    with file.open("rb") as stream:
        head = stream.read(_HEAD_BYTES)
    if not head.strip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n"):
        raise UnreadableError("the file is empty")
    encoding = encoding_of(head)
    lines = io.StringIO(head.decode(encoding, errors="replace")).readlines()
    layout = layout_of(lines[:-1] if len(head) == _HEAD_BYTES else lines)
    yield from recordings(_table(file, encoding, layout), name)


def _table(file: Path, encoding: str, layout: TextLayout) -> Table:
    frame = _frame(file, encoding, layout)
    # A row that holds nothing may stand at the end; elsewhere it is a missing sample.
    kept = len(frame) - int(frame.isna().all(axis=1).to_numpy()[::-1].cumprod().sum())
    notes = [f"left out: {len(frame) - kept} empty rows at the end"] if kept < len(frame) else []
    columns = [
        Column(name, unit or ("" if split_unit(name)[1] else layout.said.get("unit", "")), frame[place].iloc[:kept])
        for place, (name, unit) in enumerate(zip(layout.names, layout.units, strict=True))
        if name or frame[place].notna().any()  # a separator behind the last cell makes a column of nothing
    ]
    if len(columns) == 1 and not columns[0].name:
        columns = [replace(columns[0], name=layout.said.get("lead", ""))]
    return Table(columns, _rate_hz(layout.said.get("rate", "")), tuple(notes))


def _frame(file: Path, encoding: str, layout: TextLayout) -> pd.DataFrame:
    try:
        return pd.read_csv(
            file,
            sep=layout.separator,
            decimal=layout.decimal,
            header=None,
            names=range(len(layout.names)),
            index_col=False,
            skiprows=layout.first_line,
            na_values=list(MISSING),
            encoding=encoding,
            encoding_errors="replace",
            skipinitialspace=True,
            low_memory=False,
        )
    except pd.errors.ParserError as error:
        raise UnreadableError(f"its rows have more or fewer columns than its header ({error})") from None


def _rate_hz(said: str) -> float | None:
    """Read a rate that may have a decimal comma, or commas between thousands."""
    for text in (said.replace(",", "."), said.replace(",", "")):
        try:
            rate_hz = float(text.strip("."))
        except ValueError:
            continue
        if rate_problem(rate_hz) is None:
            return rate_hz
    return None
