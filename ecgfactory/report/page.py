"""What record pages and other pages have in common: header, title, footer and page number."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from itertools import accumulate

from ecgfactory.record import Record
from ecgfactory.report.artefact_words import artefact_lines, broken_rules
from ecgfactory.report.clock import clock
from ecgfactory.report.feature_text import feature_label, feature_value
from ecgfactory.report.paper import A4, Paper
from ecgfactory.report.printed_features import page_features, record_features
from ecgfactory.report.rhythm_words import COMPOSED, rhythm_title
from ecgfactory.report.sheet import Box, Sheet, text_width_mm
from ecgfactory.report.style import PageStyle, Palette

MARGIN_MM, RIGHT_MM = A4.left_mm, A4.right_mm
"""Left and right edge of pages that show no single record: these are on A4."""

FOOTER_MM = 6.0
_FOOTER_PT = 7.5
_PAGE_NUMBER_MM = 26.0
"""Room for it at the right end of the footer."""

_HEADER_MM = 11.5
"""Height of the header's first line below the upper edge of the paper."""

NOT_FOR_DIAGNOSIS = "Synthetic ECG, not for diagnosis"
COMPOSED_NOT_FOR_DIAGNOSIS = "Synthetic ECG, composed by rule, not for diagnosis"

HEADLINE_FEATURES = ("heart_rate_bpm", "pr_ms", "qrs_ms", "qt_ms", "qtc_bazett_ms", "qrs_axis_deg")
"""Measurements of a page's header, in reading order; those that a record lacks are left out."""

_MEASUREMENT_LINES = 3
_RHYTHM = "Rhythm"
_ABOVE_MM = 4.2
"""From the first line of measurements up to what says of which part they are."""

_BLANK_MM = 20.0
"""Line for a measurement to be written on."""

_VALUE_WIDTH = 52
_REASON_WIDTH = 64
_REASON_LINES = 5
_UNBROKEN = 24
"""Characters of a part between commas up to which a line does not end in it: `-5.7 dB` stays together."""


def draw_header(sheet: Sheet, record: Record, style: PageStyle, of_record: bool = False) -> None:
    """Draw identity, measurements and verdict of a record along the top of a page; of a quiz, what may be said.

    Measurements of a stretch are its own, unless those of the whole record are wanted.
    """
    _draw_identity(sheet, record, style.palette)
    if style.quiz:
        _draw_blanks(sheet, bool(record.rhythm), style.palette)
        return
    _draw_measurements(sheet, record, of_record, style.palette)
    _draw_verdict(sheet, record, style.palette)


def draw_title(sheet: Sheet, title: str, subtitle: str, palette: Palette) -> None:
    """Draw the title of a page that shows no single record."""
    sheet.text(sheet.paper.left_mm, 195, title, 18, palette.text, bold=True)
    sheet.text(sheet.paper.left_mm, 187, subtitle, 9, palette.muted)


def draw_rows(
    sheet: Sheet, left: float, top: float, width: float, rows: Sequence[tuple[str, str]], palette: Palette
) -> float:
    """Draw one label and value per line, with a thin rule under each; long values take more lines.

    Returns
    -------
    float
        Where the next line would be, in mm from the lower edge.
    """
    height = top
    for label, value in rows:
        lines = textwrap.wrap(value, _VALUE_WIDTH) or ["–"]
        sheet.text(left, height, label, 9, palette.muted)
        for line in lines:
            sheet.text(left + 42, height, line, 9, palette.text)
            height -= 5
        sheet.line([left, left + width], [height + 2.6] * 2, palette.minor_grid, 0.6)
        height -= 2.5
    return height


def draw_footer(sheet: Sheet, note: str, palette: Palette, record: Record | None = None) -> None:
    """Draw a note at the left, smaller where it is long, and, on every page, that the ECG is synthetic.

    Where it is of one record and this is composed, that is said too.
    """
    warning = COMPOSED_NOT_FOR_DIAGNOSIS if record is not None and record.rhythm else NOT_FOR_DIAGNOSIS
    left, right = sheet.paper.left_mm, sheet.paper.right_mm - _PAGE_NUMBER_MM
    room_mm = right - text_width_mm(warning, _FOOTER_PT, bold=True) - 3 - left
    size_pt = _FOOTER_PT * min(1, room_mm / max(text_width_mm(note, _FOOTER_PT), 1))
    sheet.text(left, FOOTER_MM, note, size_pt, palette.text)
    sheet.text(right, FOOTER_MM, warning, _FOOTER_PT, palette.accent, bold=True, align="right")


def page_number(number: int, count: int, paper: Paper) -> Sheet:
    """Return a sheet with "page i of n" in its lower right corner, to lay over a page."""
    sheet = Sheet(paper)
    sheet.text(paper.right_mm, FOOTER_MM, f"page {number} of {count}", 7.5, "#666666", align="right")
    return sheet


def _draw_identity(sheet: Sheet, record: Record, palette: Palette) -> None:
    left, top = sheet.paper.left_mm, sheet.paper.height_mm - _HEADER_MM
    name = f"ECG {record.record_id}"
    size = 13 if len(name) <= 22 else 8
    sheet.text(left, top, _shorten(name, 38), size, palette.text, bold=True)
    seed = "seed unknown" if record.seed is None else f"seed {record.seed}"
    length = f"{record.duration_s:g} s" if record.stretch is None else clock(record.stretch.record_s)
    lines = [
        *([_shorten(record.dataset, 48)] if record.dataset else []),
        f"{seed}, {len(record.lead_names)} {'lead' if len(record.lead_names) == 1 else 'leads'}",
        f"{length} at {record.sampling_rate_hz} Hz, 16 bit, 1 µV",
        *([COMPOSED] if record.rhythm else []),
    ]
    first_mm, pitch_mm = (5.2, 4.0) if len(lines) > 3 else (6, 4.5)
    for line, text in enumerate(lines):
        sheet.text(left, top - first_mm - pitch_mm * line, text, 8, palette.muted)


def _shorten(name: str, length: int) -> str:
    return name if len(name) <= length else f"...{name[3 - length :]}"


def _draw_measurements(sheet: Sheet, record: Record, of_record: bool, palette: Palette) -> None:
    """Draw what was measured, and below it the rhythm that a record is composed in."""
    features = record_features(record) if of_record else page_features(record)
    known = [name for name in HEADLINE_FEATURES if name in features]
    values = [
        (_measurement_place(sheet.paper, place), feature_label(name), feature_value(name, features[name]))
        for place, name in enumerate(known)
    ]
    if record.stretch is not None and known:
        left, top = _measurement_place(sheet.paper, 0)
        part = "whole record" if of_record else f"{record.duration_s:g} s from {clock(record.stretch.start_s)}"
        sheet.text(left, top + _ABOVE_MM, f"Measured in the {part}", 6.5, palette.muted)
    if record.rhythm:
        values.append((_rhythm_place(sheet.paper), _RHYTHM, rhythm_title(record)))
    for (left, height), label, value in values:
        sheet.text(left, height, label, 8, palette.muted)
        sheet.text(left + 24, height, value, 9, palette.text, bold=True)


def _draw_blanks(sheet: Sheet, with_rhythm: bool, palette: Palette) -> None:
    """Draw a line for each measurement to be written on, and one for the rhythm of a composed record."""
    blanks = [
        (_measurement_place(sheet.paper, place), feature_label(name), _BLANK_MM)
        for place, name in enumerate(HEADLINE_FEATURES)
    ]
    if with_rhythm:
        blanks.append((_rhythm_place(sheet.paper), _RHYTHM, 50 + _BLANK_MM))
    for (left, height), label, length in blanks:
        sheet.text(left, height, label, 8, palette.muted)
        sheet.line([left + 24, left + 24 + length], [height - 0.8] * 2, palette.muted, 0.5)


def _measurement_place(paper: Paper, place: int) -> tuple[float, float]:
    column, line = divmod(place, _MEASUREMENT_LINES)
    return paper.left_mm + 81 + 50 * column, paper.height_mm - _HEADER_MM - 5 * line


def _rhythm_place(paper: Paper) -> tuple[float, float]:
    """Return where the rhythm is told: below the first column of measurements."""
    left, top = _measurement_place(paper, 0)
    return left, top - 5 * _MEASUREMENT_LINES


def _draw_verdict(sheet: Sheet, record: Record, palette: Palette) -> None:
    right, top = sheet.paper.right_mm, sheet.paper.height_mm - _HEADER_MM
    broken = broken_rules(record)
    if record.reasons:
        verdict, colour, told = "REJECTED", palette.bad, list(record.reasons)
    elif broken:
        verdict, colour = "ACCEPTED WITHOUT ITS ARTEFACTS", palette.caution
        told = [f"with them it breaks {', '.join(broken)}", *artefact_lines(record)]
    else:
        verdict, colour, told = "ACCEPTED", palette.good, artefact_lines(record)
    width = max(30, text_width_mm(verdict, 9, bold=True) + 6)
    frame = Box(right - width, top - 2.3, width, 7).corners[[0, 1, 2, 3, 0]]
    sheet.line(frame[:, 0], frame[:, 1], colour, 1.2)
    sheet.text(right - width / 2, top, verdict, 9, colour, bold=True, align="center")
    for line, text in enumerate(_told_lines(told)):
        sheet.text(right, top - 6.2 - 3.4 * line, text, 7, palette.text, align="right")


def _told_lines(told: Sequence[str]) -> list[str]:
    """Wrap what is told of a record, and say how many more there are that have no room."""
    wrapped = [textwrap.wrap(_bound(text), _REASON_WIDTH) for text in told]
    lines, whole, room = [line for these in wrapped for line in these], len(wrapped), _REASON_LINES - 1
    if len(lines) > _REASON_LINES:
        whole = sum(end <= room for end in accumulate(map(len, wrapped)))
        lines = [line for these in wrapped[:whole] for line in these]
    if not whole and wrapped:
        whole, lines = 1, [*wrapped[0][: room - 1], f"{wrapped[0][room - 1]} ..."]
    if whole < len(wrapped):
        lines.append(f"and {len(wrapped) - whole} more")
    return [line.replace("\N{NO-BREAK SPACE}", " ") for line in lines]


def _bound(text: str) -> str:
    """Return a text with spaces that no line ends at inside its short parts, such as a value and its unit."""
    parts = text.split(", ")
    return ", ".join(part.replace(" ", "\N{NO-BREAK SPACE}") if len(part) <= _UNBROKEN else part for part in parts)
