"""Tables as text: one row per sample, one column per lead."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from ecgfactory.foreign.columns import is_unit
from ecgfactory.foreign.formats.table import from_frame
from ecgfactory.foreign.recording import Recording
from ecgfactory.foreign.stated import Stated


def read(file: Path, name: str, stated: Stated) -> Iterator[Recording]:
    """Read a table of comma, semicolon or tab separated values, with or without a row of units under the header."""
    yield from_frame(_frame(file), name)


def _frame(file: Path) -> pd.DataFrame:
    with file.open(encoding="utf-8-sig", errors="replace") as stream:
        head = stream.readline()
    separator = max(",;\t", key=head.count)
    frame = pd.read_csv(
        file,
        sep=separator,
        decimal="," if separator == ";" else ".",
        encoding="utf-8-sig",
        encoding_errors="replace",
        skipinitialspace=True,
        low_memory=False,
    )
    frame.columns = pd.Index([str(column).strip(" '\"") for column in frame.columns])
    units = [str(value).strip(" '\"") for value in frame.iloc[0]] if len(frame) else []
    if any(map(is_unit, units)):
        with_units = [
            f"{name} {unit}" if is_unit(unit) else name for name, unit in zip(frame.columns, units, strict=True)
        ]
        frame = frame.iloc[1:].reset_index(drop=True).set_axis(with_units, axis=1)
    return frame
