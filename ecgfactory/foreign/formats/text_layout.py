"""How a table stands in a text file: what is above it, its header, and where its data begin."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ecgfactory.foreign.formats.text_dialect import BLANKS, TextDialect, cells_of, dialect_of
from ecgfactory.foreign.lead_names import may_be_lead, split_unit
from ecgfactory.foreign.recording import NoEcgError, UnreadableError
from ecgfactory.foreign.times import unit_of_time
from ecgfactory.foreign.units import parse_unit
from ecgfactory.lead_spelling import standard_lead

_COMMENT = re.compile(r"^\s*(?:[#%!]|//)+")
_SAID = {
    "rate": re.compile(
        r"(?:sampl\w*[\s_]*(?:rate|freq\w*)|f_?s|abtastrate)"
        r"(?:[\s_]*[(\[]?hz[)\]]?)?\s*[,:=;\t ]\s*\"?([\d.,]*\d)[,.]?\"?\s*"
        r"(?:hz|hertz|sps|samples?\s*(?:/|per)\s*s(?:ec(?:ond)?)?)?\.?\s*(?:[,;|)\"\t].*)?$",
        re.IGNORECASE,
    ),
    "gain": re.compile(r"((?:adc[\s_]*)?gain\s*[,:=;\t]\s*\"?[^,;\"]+)", re.IGNORECASE),
    "unit": re.compile(r"units?\s*[,:=;\t]\s*\"?([^\s,;\"]+)", re.IGNORECASE),
    "lead": re.compile(r"lead\s*[,:=;\t]\s*\"?([^,;\"]+)", re.IGNORECASE),
}
"""What lines above a table say, as `# sampling rate: 500 Hz` or `Unit,mV`."""

_LINES_TRIED = 25
_LONG_TEXT = 200
"""Lines; of fewer, remarks above the table may be a good part."""

_LONGEST_NAME = 30


@dataclass(frozen=True)
class TextLayout:
    """How a table stands in a text.

    Parameters
    ----------
    dialect : TextDialect
        How its rows are written.
    names, units : tuple of str
        Of the columns, as the header and a row below it say; '' where there are none.
    first_line : int
        The first line of data, counted from 0.
    said : mapping of str to str
        What lines above say of `rate`, `unit`, `gain` and `lead`.
    """

    dialect: TextDialect
    names: tuple[str, ...]
    units: tuple[str, ...]
    first_line: int
    said: dict[str, str]


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
    UnreadableError
        When there is no table of numbers, or its header has other columns; `NoEcgError` where no leads are named.
    """
    filled = [line for line in lines if line.strip() and not is_comment(line)]
    dialect = dialect_of(_tried(filled))
    if dialect is None:
        raise _no_table(lines)
    data = [place for place, line in enumerate(lines) if dialect.is_data(line) and not is_comment(line)]
    if len(data) > 1 and _counts_columns(lines[data[0]], dialect) and not _counts_columns(lines[data[1]], dialect):
        data = data[1:]  # a header of numbers, as pandas writes for columns without names
    if not data:
        raise _no_table(lines)
    ends_empty = not cells_of(lines[data[0]], dialect.separator)[-1]
    remarks, said = _remarks([line for line in lines[: data[0]] if line.strip()], dialect)
    names, units = _header(remarks, dialect, ends_empty)
    return TextLayout(dialect, names, units, data[0], said)


def is_comment(line: str) -> bool:
    """Return whether a line is marked as a comment."""
    return _COMMENT.match(line) is not None


def _tried(filled: Sequence[str]) -> Sequence[str]:
    """Take lines that tell how a table is written: the last, and of a longer text some all over its later part."""
    body = filled[1:] or filled  # the first may be a header
    spread = body[len(body) // 4 :: max(len(body) // (3 * _LINES_TRIED), 1)] if len(body) > _LONG_TEXT else []
    return [*spread, *body[-_LINES_TRIED:]]


def _no_table(lines: Sequence[str]) -> UnreadableError:
    """Say that there is no table of numbers; where leads are named, it is a damaged one, and no other file."""
    for line in lines[:_LINES_TRIED]:
        leads = _leads(re.split(r"[,;|\t ]+", line.strip()))
        if len(leads) > 1:
            return UnreadableError(f"leads are named ({', '.join(leads[:3])}), but no table of numbers follows")
    return NoEcgError("it holds no table of numbers")


def _leads(cells: Sequence[str]) -> list[str]:
    return [cell for cell in cells if standard_lead(split_unit(cell)[0]) is not None]


def _counts_columns(line: str, dialect: TextDialect) -> bool:
    """Return whether cells are 0, 1, 2, ..., with or without an empty one before."""
    row = cells_of(line, dialect.separator)
    cells = row[1:] if row and not row[0] else row
    return len(cells) > 1 and cells == [str(number) for number in range(len(cells))]


def _remarks(above: Sequence[str], dialect: TextDialect) -> tuple[list[str], dict[str, str]]:
    """Return the lines above a table, and what some of them say; these are left out."""
    said: dict[str, str] = {}
    remarks = []
    for line in above:
        plain = _COMMENT.sub("", line).strip(" \t\r\n;\"'")
        found = {key: match[1].strip() for key, pattern in _SAID.items() if (match := pattern.match(plain))}
        cells = cells_of(line, dialect.separator)
        is_header = line is above[-1] and 1 < dialect.width == len(cells) and "rate" not in found
        is_pair = bool(cells) and cells[0].endswith(("=", ":"))
        said |= {} if is_header else found
        remarks += [line] if plain and not is_pair and (is_header or not found) else []
    return remarks, said


def _header(remarks: Sequence[str], dialect: TextDialect, ends_empty: bool) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Read names and units of columns from the last lines above the data."""
    nothing = ("",) * dialect.width
    unmarked = [line for line in remarks if not is_comment(line)]
    if unmarked and _fitting(unmarked[-1], dialect, ends_empty):
        remarks = unmarked  # comments may stand between header and data
    fitting = [_fitting(line, dialect, ends_empty) for line in remarks[-2:]]
    units = nothing
    if len(fitting) == 2 and all(fitting) and _are_units(fitting[1]):
        units = fitting.pop()
    names = fitting[-1] if fitting else ()
    if not names and remarks:
        cells = cells_of(remarks[-1], dialect.separator)
        if _leads(cells):
            raise UnreadableError(f"its header has {len(cells)} columns and its rows {dialect.width}; mend one of them")
    if not names or (dialect.width == 1 and _is_remark(names[0])):
        names = nothing
    return names, units


def _fitting(line: str, dialect: TextDialect, ends_empty: bool) -> tuple[str, ...]:
    """Split a line above the data into as many cells as the data has; none where it has not as many.

    One fewer will do: R leaves out the name of its first column, and rows may end with a separator.
    """
    plain = _COMMENT.sub("", line).strip()
    tried = [cells_of(_COMMENT.sub("", line).lstrip(), dialect.separator)]
    if dialect.separator == BLANKS:
        tried.append([cell.strip(" '\"") for cell in re.split(r"\s{2,}|\t", plain)])
        tried.append(cells_of(plain, ",") if "," in plain else [])
    for cells in tried:
        without_end = cells[:-1] if cells and not cells[-1] else cells
        for fitting in (cells, without_end, [*cells, ""] if ends_empty else ["", *cells]):
            if len(fitting) == dialect.width and any(fitting):
                return tuple(fitting)
    return ()


def _is_remark(line: str) -> bool:
    """Return whether a line above a single column is no name of it."""
    name = split_unit(line)[0]
    is_prose = len(name.split()) > 1 and standard_lead(name) is None and not may_be_lead(re.sub(r"\W+", "", name))
    return len(name) > _LONGEST_NAME or re.search(r"[,:;=]", name) is not None or is_prose


def _are_units(row: Sequence[str]) -> bool:
    """Return whether cells are units and not names: at least one is known as such, and none as a lead."""
    cells = [cell.strip(" '\"[]()") for cell in row if cell]
    return not _leads(cells) and any(parse_unit(cell) or unit_of_time(cell) is not None for cell in cells)
