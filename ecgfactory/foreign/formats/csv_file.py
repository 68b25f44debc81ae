"""Tables as text: one row per sample, one column per lead; separated, encoded and headed as people do it."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd

from ecgfactory.foreign.formats.columns import Column, Table
from ecgfactory.foreign.formats.table import recordings
from ecgfactory.foreign.formats.text_dialect import MISSING, encoding_of
from ecgfactory.foreign.formats.text_layout import TextLayout, is_comment, layout_of
from ecgfactory.foreign.lead_names import may_be_lead, split_unit
from ecgfactory.foreign.recording import NoEcgError, Recording, UnreadableEcg, UnreadableError
from ecgfactory.foreign.resampling import rate_problem
from ecgfactory.foreign.stated import Stated
from ecgfactory.formats.csv import LABEL_ENDINGS

_MAY_COMMENT = re.compile(rb"[\r\n\0 \t][#%!/]")

_HEAD_BYTES = 1 << 18
"""Enough for what stands above a table, and to see how it is written."""


def read(file: Path, name: str, stated: Stated) -> Iterator[Recording | UnreadableEcg]:
    """Read a table that commas, semicolons, tabs or blanks separate, with or without header, units and remarks."""
    with file.open("rb") as stream:
        head = stream.read(_HEAD_BYTES)
    if not head.strip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n"):
        raise UnreadableError("the file is empty")
    encoding = encoding_of(head)
    lines = _whole_rows(head.decode(encoding, errors="replace"))
    layout = layout_of(lines[:-1] if len(head) == _HEAD_BYTES else lines)
    names = layout.names[0 if layout.names[0] else 1 :]  # the first without a name is an index
    if any(names) and not (any(map(may_be_lead, names)) or stated.lead_names or stated.lead_map):
        raise NoEcgError(f"no column is named as a lead or ECG: {', '.join(map(repr, names[:12]))}")
    yield from recordings(_table(file, encoding, layout), name, stated)


def is_of_labels(file: Path) -> bool:
    """Return whether a file holds waves, beats or rhythms of the record in the table beside it, as in our datasets."""
    endings = [ending for ending in LABEL_ENDINGS if file.name.endswith(ending)]
    return any(file.with_name(f"{file.name.removesuffix(ending)}.csv").is_file() for ending in endings)


def _whole_rows(text: str) -> list[str]:
    """Split a text into rows, of which one may span lines within quotes."""
    rows: list[str] = []
    for line in io.StringIO(text, newline=None):
        if rows and rows[-1].count('"') % 2:
            rows[-1] += line
        else:
            rows.append(line)
    return rows


def _table(file: Path, encoding: str, layout: TextLayout) -> Table:
    source, comments = _without_comments(file, encoding, layout.first_line)
    frame = _frame(source, encoding, layout)
    # A row that holds nothing may stand at the end; elsewhere it is a missing sample.
    kept = len(frame) - int(frame.isna().all(axis=1).to_numpy()[::-1].cumprod().sum())
    notes = [f"left out: empty rows at the end ({len(frame) - kept})"] if kept < len(frame) else []
    notes += [f"left out: comments among the data ({comments})"] if comments else []
    columns = [
        Column(name, unit or ("" if split_unit(name)[1] else layout.said.get("unit", "")), frame[place].iloc[:kept])
        for place, (name, unit) in enumerate(zip(layout.names, layout.units, strict=True))
        if name or frame[place].notna().any()  # a separator behind the last cell makes a column of nothing
    ]
    if len(columns) == 1 and not columns[0].name:
        columns = [replace(columns[0], name=layout.said.get("lead", ""))]
    rate = layout.said.get("rate")
    notes += [f"a remark above the table says {rate} Hz"] if rate else []
    plain = _plain_number(rate) if rate else None
    return Table(columns, plain, "a remark above the table", layout.said.get("gain", ""), tuple(notes))


def _without_comments(file: Path, encoding: str, first_line: int) -> tuple[Path | io.StringIO, int]:
    """Return the file, or its text with empty lines for comments where some stand among its data, and how many do."""
    raw = file.read_bytes()
    if _MAY_COMMENT.search(raw) is None:
        return file, 0
    lines = list(io.StringIO(raw.decode(encoding, errors="replace"), newline=None))
    among = [place for place, line in enumerate(lines) if place >= first_line and is_comment(line)]
    for place in among:
        lines[place] = "\n"
    return (io.StringIO("".join(lines)), len(among)) if among else (file, 0)


def _frame(source: Path | io.StringIO, encoding: str, layout: TextLayout) -> pd.DataFrame:
    try:
        return pd.read_csv(
            source,
            sep=layout.dialect.separator,
            decimal=layout.dialect.decimal,
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
        where = re.search(r"Expected (\d+) fields in line (\d+), saw (\d+)", str(error))
        found = f"line {where[2]} has {where[3]} columns instead of {where[1]}" if where else "rows differ in columns"
        raise UnreadableError(f"{found}; mend or cut it") from None


def _plain_number(said: str) -> str:
    """Return a rate that may have a decimal comma, or commas between thousands, with a decimal point."""
    for text in (said.replace(",", "."), said.replace(",", "")):
        try:
            rate_hz = float(text)
        except ValueError:
            continue
        if rate_problem(rate_hz) is None:
            return text
    return said
