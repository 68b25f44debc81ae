"""How a table stands in a text file: its encoding, what separates columns and decimals, where header and data begin."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from ecgfactory.foreign.lead_names import split_unit, standard_lead
from ecgfactory.foreign.recording import NoEcgError, UnreadableError
from ecgfactory.foreign.times import unit_of_time
from ecgfactory.foreign.units import parse_unit

BLANKS = r"\s+"
_ONE_COLUMN = "\x1f"
"""What separates columns where there is one: a character that stands in no file."""

_DIALECTS = (
    *((separator, decimal) for separator in ("\t", ";", "|") for decimal in (".", ",")),
    (",", "."),
    *((separator, decimal) for separator in (BLANKS, _ONE_COLUMN) for decimal in (".", ",")),
)
"""Separators of columns and decimals, the more telling first."""

_NUMBERS = {
    ".": re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"),
    ",": re.compile(r"[+-]?(?:\d+,?\d*|,\d+)(?:[eE][+-]?\d+)?"),
}
_HALF_NUMBER = re.compile(r"[+-]?0\d+|-0")
"""What a decimal comma leaves when it is taken for a separator: `001`, `-0`."""

MISSING = ("", "-", "--", "?", "*", ".", "nan", "na", "n/a", "null", "none")
"""What stands where there is no value, in lower case."""

_COMMENT = re.compile(r"^\s*(?:[#%!]|//)+")
_SAID = {
    "rate": re.compile(
        r"(?:sampl\w*[\s_]*(?:rate|freq\w*)|f_?s|abtastrate|frequency)"
        r"(?:[\s_]*[(\[]?hz[)\]]?)?\s*[,:=;\t ]\s*\"?([\d.,]+)",
        re.IGNORECASE,
    ),
    "unit": re.compile(r"units?\s*[,:=;\t]\s*\"?([^\s,;\"]+)", re.IGNORECASE),
    "lead": re.compile(r"lead\s*[,:=;\t]\s*\"?([^,;\"]+)", re.IGNORECASE),
}
"""What lines above a table say, as `# sampling rate: 500 Hz` or `Unit,mV`."""

_LINES_TRIED = 25
_LONGEST_NAME = 30


@dataclass(frozen=True)
class TextLayout:
    """How a table stands in a text.

    Parameters
    ----------
    separator, decimal : str
        As pandas takes them.
    names, units : tuple of str
        Of the columns, as the header and a row below it say; '' where there are none.
    first_line : int
        The first line of data, counted from 0.
    said : mapping of str to str
        What lines above say of `rate`, `unit` and `lead`.
    """

    separator: str
    decimal: str
    names: tuple[str, ...]
    units: tuple[str, ...]
    first_line: int
    said: dict[str, str]


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


def layout_of(lines: Sequence[str]) -> TextLayout:
    """Find how a table stands in a text.

    Parameters
    ----------
    lines : sequence of str
        Its first lines, whole ones.

    Returns
    -------
    TextLayout

    Raises
    ------
    NoEcgError
        When there is no table of numbers.
    """
    filled = [line for line in lines if line.strip() and not _COMMENT.match(line)]
    tried = filled[1:][-_LINES_TRIED:] or filled  # the first may be a header
    separator, decimal = _dialect(tried or lines)
    rows = [_cells(line, separator) for line in lines]
    width, numeric = _numeric_columns([_cells(line, separator) for line in tried], separator, decimal)
    data = [
        place
        for place, (line, row) in enumerate(zip(lines, rows, strict=True))
        if _is_data(row, width, numeric, decimal) and not _COMMENT.match(line)
    ]
    if data and _counts_columns(rows[data[0]]) and len(data) > 1 and not _counts_columns(rows[data[1]]):
        data = data[1:]  # a header of numbers, as pandas writes for columns without names
    if not data:
        raise _no_table(lines)
    names, units, said = _head(lines[: data[0]], separator, width, ends_empty=not rows[data[0]][-1])
    return TextLayout(separator, decimal, names, units, data[0], said)


def _dialect(lines: Sequence[str]) -> tuple[str, str]:
    """Choose the separators by which lines have most cells that are numbers, and fewest that are not."""

    def score(dialect: tuple[str, str]) -> tuple[float, int]:
        separator, decimal = dialect
        width, numeric = _numeric_columns([_cells(line, separator) for line in lines], separator, decimal)
        is_prose = separator == BLANKS and 2 * len(numeric) < width
        return (0, 0) if is_prose else (len(numeric) / width, len(numeric))

    best = max(_DIALECTS, key=score) if lines else _DIALECTS[0]
    if not lines or not score(best)[1]:
        raise _no_table(lines)
    return best


def _no_table(lines: Sequence[str]) -> UnreadableError:
    """Say that there is no table of numbers; where leads are named, it is a damaged one, and no other file."""
    for line in lines[:_LINES_TRIED]:
        names = [cell for cell in re.split(r"[,;|\t ]+", line.strip()) if standard_lead(cell) is not None]
        if len(names) > 1:
            return UnreadableError(f"leads are named ({', '.join(names[:3])}), but no table of numbers follows")
    return NoEcgError("it holds no table of numbers")


def _cells(line: str, separator: str) -> list[str]:
    if separator == BLANKS:
        return line.split()
    cells = next(csv.reader([line.strip("\r\n").replace("\n", " ")], delimiter=separator, skipinitialspace=True), [])
    return [cell.strip(" \t'\"") for cell in cells]


def _numeric_columns(rows: Sequence[Sequence[str]], separator: str, decimal: str) -> tuple[int, list[int]]:
    """Return how many columns rows have as a rule, and those whose cells are numbers as a rule."""
    width = max(Counter(map(len, rows)).most_common(1)[0][0], 1)

    def is_number(cell: str) -> bool:
        is_half = separator == "," and _HALF_NUMBER.fullmatch(cell) is not None
        return _NUMBERS[decimal].fullmatch(cell) is not None and not is_half

    found = []
    for column in range(width):
        cells = [row[column] for row in rows if len(row) == width and row[column].lower() not in MISSING]
        if cells and sum(map(is_number, cells)) >= 0.8 * len(cells):
            found.append(column)
    return width, found


def _is_data(row: Sequence[str], width: int, numeric: Sequence[int], decimal: str) -> bool:
    cells = [row[column] for column in numeric if column < len(row)]
    numbers = [_NUMBERS[decimal].fullmatch(cell) is not None for cell in cells]
    is_filled = all(number or cell.lower() in MISSING for number, cell in zip(numbers, cells, strict=True))
    return len(row) == width and is_filled and any(numbers)


def _counts_columns(row: Sequence[str]) -> bool:
    """Return whether cells are 0, 1, 2, ..., with or without an empty one before."""
    cells = row[1:] if row and not row[0] else row
    return len(cells) > 1 and list(cells) == [str(number) for number in range(len(cells))]


def _head(
    above: Sequence[str], separator: str, width: int, ends_empty: bool
) -> tuple[tuple[str, ...], tuple[str, ...], dict[str, str]]:
    """Read names, units and what else is said from the lines above the data."""
    said: dict[str, str] = {}
    left = []
    for line in above:
        plain = _COMMENT.sub("", line).strip(" \t\r\n;\"'")
        found = {key: match[1].strip() for key, pattern in _SAID.items() if (match := pattern.match(plain))}
        is_header = width > 1 and len(_cells(line, separator)) == width and standard_lead(_cells(line, separator)[-1])
        said |= {} if is_header else found
        if plain and (is_header or not found):
            left.append(line)
    fitting = [_fitting(line, separator, width, ends_empty) for line in left[-2:]]
    units = [""] * width
    if len(fitting) == 2 and all(fitting) and _are_units(fitting[1] or ()):
        units = fitting.pop() or units
    names = fitting[-1] if fitting else None
    if names is None or (width == 1 and _is_remark(names[0])):
        names = [""] * width
    return tuple(names), tuple(units), said


def _fitting(line: str, separator: str, width: int, ends_empty: bool) -> list[str] | None:
    """Split a line above the data into as many cells as the data has.

    One fewer will do: R leaves out the name of its first column, and rows may end with a separator.
    """
    tried = [_cells(_COMMENT.sub("", line).lstrip(), separator)]
    if separator == BLANKS:
        tried.append([cell.strip(" '\"") for cell in re.split(r"\s{2,}|\t", _COMMENT.sub("", line).strip())])
        tried.append(_cells(_COMMENT.sub("", line), ",") if "," in line else [])
    for cells in tried:
        without_end = cells[:-1] if cells and not cells[-1] else cells
        for fitting in (cells, without_end, [*cells, ""] if ends_empty else ["", *cells]):
            if len(fitting) == width and any(fitting):
                return fitting
    return None


def _is_remark(line: str) -> bool:
    """Return whether a line above a single column is no name of it."""
    name = split_unit(line)[0]
    return len(name) > _LONGEST_NAME or re.search(r"[,:;=]", name) is not None


def _are_units(row: Sequence[str]) -> bool:
    """Return whether cells are units and not names: each of a voltage, of time, or of something unknown in brackets."""
    cells = [cell.strip(" '\"[]()") for cell in row if cell]
    is_known = [parse_unit(cell) is not None or unit_of_time(cell) is not None for cell in cells]
    return any(is_known) and not any(standard_lead(split_unit(cell)[0]) for cell in cells)
