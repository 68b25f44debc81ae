"""How cells of a table are written in a text: its encoding, and what separates columns and decimals."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

BLANKS = r"\s+"
_ONE_COLUMN = "\x1f"
"""What separates columns where there is one: a character that stands in no file."""

_SEPARATORS = (
    *((separator, decimal) for separator in ("\t", ";", "|") for decimal in (".", ",")),
    (",", "."),
    (",", ","),  # decimals within quotes
    *((separator, decimal) for separator in (BLANKS, _ONE_COLUMN) for decimal in (".", ",")),
)
"""Of columns and decimals, the more telling first."""

_NUMBERS = {
    ".": re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"),
    ",": re.compile(r"[+-]?(?:\d+,?\d*|,\d+)(?:[eE][+-]?\d+)?"),
}
_HALF_NUMBER = re.compile(r"[+-]?0\d+|-0")
"""What a decimal comma leaves when it is taken for a separator: `001`, `-0`."""

MISSING = ("", "-", "--", "?", "*", ".", "nan", "na", "n/a", "null", "none")
"""What stands where there is no value, in lower case."""

_USUAL_SHARE = 0.8
"""A column is one of numbers when this share of its cells are."""


@dataclass(frozen=True)
class TextDialect:
    """How the rows of a table are written.

    Parameters
    ----------
    separator, decimal : str
        As pandas takes them.
    width : int
        Columns.
    numeric : tuple of int
        Those that hold numbers.
    share : float
        Of the cells of these that are numbers.
    """

    separator: str
    decimal: str
    width: int
    numeric: tuple[int, ...]
    share: float

    def is_data(self, line: str) -> bool:
        """Return whether a line has numbers, or nothing, where they belong."""
        row = cells_of(line, self.separator)
        if len(row) != self.width:
            return False
        numbers = [_NUMBERS[self.decimal].fullmatch(row[column]) is not None for column in self.numeric]
        missing = [row[column].lower() in MISSING for column in self.numeric]
        return any(numbers) and all(map(max, numbers, missing))


def encoding_of(head: bytes) -> str:
    """Return the encoding of a text, by its mark or by what its bytes can be."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if b"\0" in head[:200]:
        return "utf-16-le" if head[1:2] == b"\0" else "utf-16-be"
    try:
        head[: head.rfind(b"\n") + 1].decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"


def dialect_of(lines: Sequence[str]) -> TextDialect | None:
    """Choose the separators by which lines have most cells that are numbers, and fewest that are not.

    Returns
    -------
    TextDialect, or None when there are no numbers.
    """
    if not lines:
        return None

    def score(dialect: TextDialect) -> tuple[float, int, float]:
        numbers = len(dialect.numeric)
        is_prose = dialect.separator == BLANKS and 2 * numbers < dialect.width
        return (0, 0, 0) if is_prose else (numbers / dialect.width, numbers, dialect.share)

    best = max((_dialect(lines, *separators) for separators in _SEPARATORS), key=score)
    return best if score(best)[1] else None


def cells_of(line: str, separator: str) -> list[str]:
    """Split a line into its cells, without quotes."""
    if separator == BLANKS:
        return line.split()
    cells = next(csv.reader([line.strip("\r\n").replace("\n", " ")], delimiter=separator, skipinitialspace=True), [])
    return [cell.strip(" \t'\"") for cell in cells]


def _dialect(lines: Sequence[str], separator: str, decimal: str) -> TextDialect:
    rows = [cells_of(line, separator) for line in lines]
    width = max(Counter(map(len, rows)).most_common(1)[0][0], 1)
    whole = [row for row in rows if len(row) == width]

    def is_number(cell: str) -> bool:
        is_half = separator == "," and _HALF_NUMBER.fullmatch(cell) is not None
        return _NUMBERS[decimal].fullmatch(cell) is not None and not is_half

    numeric, shares = [], []
    for column in range(width):
        cells = [row[column] for row in whole if row[column].lower() not in MISSING]
        share = sum(map(is_number, cells)) / max(len(cells), 1)
        if share >= _USUAL_SHARE:
            numeric.append(column)
            shares.append(share)
    return TextDialect(separator, decimal, width, tuple(numeric), sum(shares) / max(len(shares), 1))
