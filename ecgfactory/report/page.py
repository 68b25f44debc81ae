"""What record pages and other pages have in common: header, title, footer and page number."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence

from ecgfactory.record import FeatureValue, Record
from ecgfactory.report.feature_text import feature_label, feature_value
from ecgfactory.report.sheet import WIDTH_MM, Box, Sheet
from ecgfactory.report.style import Palette

MARGIN_MM = 11.0
RIGHT_MM = WIDTH_MM - MARGIN_MM
FOOTER_MM = 6.0

NOT_FOR_DIAGNOSIS = "Synthetic ECG, not for diagnosis"

HEADLINE_FEATURES = ("heart_rate_bpm", "pr_ms", "qrs_ms", "qt_ms", "qtc_bazett_ms", "qrs_axis_deg")
"""Measurements of a page's header, in reading order; those that a record lacks are left out."""

_REASON_WIDTH = 52
_REASON_LINES = 4


def draw_header(sheet: Sheet, record: Record, palette: Palette) -> None:
    """Draw identity, measurements and verdict of a record along the top of a page."""
    _draw_identity(sheet, record, palette)
    _draw_measurements(sheet, record.features, palette)
    _draw_verdict(sheet, record.reasons, palette)


def draw_title(sheet: Sheet, title: str, subtitle: str, palette: Palette) -> None:
    """Draw the title of a page that shows no single record."""
    sheet.text(MARGIN_MM, 195, title, 18, palette.text, bold=True)
    sheet.text(MARGIN_MM, 187, subtitle, 9, palette.muted)


def draw_footer(sheet: Sheet, note: str, palette: Palette) -> None:
    """Draw a note at the left and, on every page, that the ECG is synthetic."""
    sheet.text(MARGIN_MM, FOOTER_MM, note, 7.5, palette.text)
    sheet.text(RIGHT_MM - 26, FOOTER_MM, NOT_FOR_DIAGNOSIS, 7.5, palette.accent, bold=True, align="right")


def page_number(number: int, count: int) -> Sheet:
    """Return a sheet with "page i of n" in its lower right corner, to lay over a page."""
    sheet = Sheet()
    sheet.text(RIGHT_MM, FOOTER_MM, f"page {number} of {count}", 7.5, "#666666", align="right")
    return sheet


def _draw_identity(sheet: Sheet, record: Record, palette: Palette) -> None:
    name = f"ECG {record.record_id}"
    size = 13 if len(name) <= 22 else 8
    sheet.text(MARGIN_MM, 198.5, _shorten(name, 38), size, palette.text, bold=True)
    seed = "seed unknown" if record.seed is None else f"seed {record.seed}"
    lines = (
        f"{seed}, {len(record.lead_names)} {'lead' if len(record.lead_names) == 1 else 'leads'}",
        f"{record.duration_s:g} s at {record.sampling_rate_hz} Hz, 16 bit, 1 µV",
    )
    for line, text in enumerate(lines):
        sheet.text(MARGIN_MM, 192.5 - 4.5 * line, text, 8, palette.muted)


def _shorten(name: str, length: int) -> str:
    return name if len(name) <= length else f"...{name[3 - length :]}"


def _draw_measurements(sheet: Sheet, features: Mapping[str, FeatureValue], palette: Palette) -> None:
    known = [name for name in HEADLINE_FEATURES if name in features]
    for place, name in enumerate(known):
        column, line = divmod(place, 3)
        left, height = 92 + 50 * column, 198.5 - 5 * line
        sheet.text(left, height, feature_label(name), 8, palette.muted)
        sheet.text(left + 24, height, feature_value(name, features[name]), 9, palette.text, bold=True)


def _draw_verdict(sheet: Sheet, reasons: Sequence[str], palette: Palette) -> None:
    colour = palette.bad if reasons else palette.good
    verdict = "REJECTED" if reasons else "ACCEPTED"
    frame = Box(RIGHT_MM - 30, 196.2, 30, 7).corners[[0, 1, 2, 3, 0]]
    sheet.line(frame[:, 0], frame[:, 1], colour, 1.2)
    sheet.text(RIGHT_MM - 15, 198.5, verdict, 9, colour, bold=True, align="center")
    for line, text in enumerate(_reason_lines(reasons)):
        sheet.text(RIGHT_MM, 192.2 - 3.7 * line, text, 7, palette.text, align="right")


def _reason_lines(reasons: Sequence[str]) -> list[str]:
    lines = [line for reason in reasons for line in textwrap.wrap(reason, _REASON_WIDTH)]
    if len(lines) <= _REASON_LINES:
        return lines
    return [
        *lines[: _REASON_LINES - 1],
        textwrap.shorten(lines[_REASON_LINES - 1], _REASON_WIDTH - 4) + " ...",
    ]
