"""The A4 landscape sheet that every page is drawn on, in millimetres from its lower left corner.

Figures are made with matplotlib's object interface and never enter pyplot. Everything that draws or saves
runs inside `rendering`, so that a user's matplotlibrc can't change a page and nothing global is left changed.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import matplotlib.style
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from ecgfactory.record import FeatureValue, Record
from ecgfactory.report.feature_text import feature_label, feature_value
from ecgfactory.report.style import Palette

WIDTH_MM, HEIGHT_MM = 297.0, 210.0
MARGIN_MM = 11.0
RIGHT_MM = WIDTH_MM - MARGIN_MM
FOOTER_MM = 6.0
MM_PER_INCH = 25.4
POINTS_PER_MM = 72 / MM_PER_INCH

NOT_FOR_DIAGNOSIS = "Synthetic ECG, not for diagnosis"

_SETTINGS = {
    "font.family": "DejaVu Sans",  # shipped with matplotlib: the same on every machine
    "pdf.fonttype": 42,
    "svg.fonttype": "path",
    "svg.hashsalt": "ecgfactory",
    "path.simplify_threshold": 0.02,  # in points: far below what a printer shows
}


@contextmanager
def rendering() -> Iterator[None]:
    """Draw with matplotlib's defaults and what makes files whole and repeatable; also a decorator."""
    with matplotlib.style.context(["default", _SETTINGS]):
        yield


HEADLINE_FEATURES = ("heart_rate_bpm", "pr_ms", "qrs_ms", "qt_ms", "qtc_bazett_ms", "qrs_axis_deg")
"""Measurements of a page's header, in reading order; those that a record lacks are left out."""

_REASON_WIDTH = 52
_REASON_LINES = 4


def new_page() -> tuple[Figure, Axes]:
    """Make an empty sheet.

    Returns
    -------
    figure : Figure
        A4 landscape.
    sheet : Axes
        Covers the whole page, in millimetres: x 0..297, y 0..210.
    """
    figure = Figure(figsize=(WIDTH_MM / MM_PER_INCH, HEIGHT_MM / MM_PER_INCH))
    sheet = figure.add_axes((0, 0, 1, 1))
    sheet.set_xlim(0, WIDTH_MM)
    sheet.set_ylim(0, HEIGHT_MM)
    sheet.set_axis_off()
    return figure, sheet


def add_panel(figure: Figure, left: float, bottom: float, width: float, height: float) -> Axes:
    """Add a plot with its frame at the given millimetres."""
    panel = figure.add_axes((left / WIDTH_MM, bottom / HEIGHT_MM, width / WIDTH_MM, height / HEIGHT_MM))
    panel.tick_params(labelsize=6.5, length=2, width=0.5, color="#888888", labelcolor="#444444", pad=1.5)
    panel.spines[["top", "right"]].set_visible(False)
    panel.spines[["left", "bottom"]].set_linewidth(0.5)
    panel.spines[["left", "bottom"]].set_color("#888888")
    panel.xaxis.label.set_fontsize(6.5)
    panel.yaxis.label.set_fontsize(6.5)
    return panel


def panel_title(panel: Axes, title: str) -> None:
    """Write a plot's title above its left edge."""
    panel.set_title(title, loc="left", fontsize=7.5, fontweight="bold", pad=3)


def panel_message(panel: Axes, message: str) -> None:
    """Say in an empty plot why there is nothing to see."""
    panel.set_xticks([])
    panel.set_yticks([])
    panel.spines[:].set_visible(False)
    panel.set_facecolor("#f7f7f7")
    text = "\n".join(textwrap.wrap(message, 44))
    panel.text(0.5, 0.5, text, transform=panel.transAxes, ha="center", va="center", fontsize=8, color="#666666")


def draw_header(sheet: Axes, record: Record, palette: Palette) -> None:
    """Draw identity, measurements and verdict of a record along the top of a page."""
    _draw_identity(sheet, record, palette)
    _draw_measurements(sheet, record.features, palette)
    _draw_verdict(sheet, record.reasons, palette)


def draw_title(sheet: Axes, title: str, subtitle: str, palette: Palette) -> None:
    """Draw the title of a page that shows no single record."""
    sheet.text(MARGIN_MM, 195, title, fontsize=18, fontweight="bold", color=palette.text)
    sheet.text(MARGIN_MM, 187, subtitle, fontsize=9, color=palette.muted)


def draw_footer(sheet: Axes, note: str, palette: Palette) -> None:
    """Draw a note at the left and, on every page, what the ECG is not."""
    sheet.text(MARGIN_MM, FOOTER_MM, note, fontsize=7.5, va="baseline", color=palette.text)
    sheet.text(
        RIGHT_MM - 26,
        FOOTER_MM,
        NOT_FOR_DIAGNOSIS,
        fontsize=7.5,
        fontweight="bold",
        ha="right",
        va="baseline",
        color=palette.accent,
    )


def number_page(figure: Figure, number: int, count: int) -> None:
    """Write "page i of n" in the lower right corner."""
    figure.text(
        RIGHT_MM / WIDTH_MM,
        FOOTER_MM / HEIGHT_MM,
        f"page {number} of {count}",
        fontsize=7.5,
        ha="right",
        va="baseline",
        color="#666666",
    )


def _draw_identity(sheet: Axes, record: Record, palette: Palette) -> None:
    name = f"ECG {record.record_id}"
    size = 13 if len(name) <= 22 else 8
    sheet.text(MARGIN_MM, 198.5, _shorten(name, 38), fontsize=size, fontweight="bold", color=palette.text)
    seed = "seed unknown" if record.seed is None else f"seed {record.seed}"
    lines = (
        f"{seed}, {len(record.lead_names)} {'lead' if len(record.lead_names) == 1 else 'leads'}",
        f"{record.duration_s:g} s at {record.sampling_rate_hz} Hz, 16 bit, 1 µV",
    )
    for line, text in enumerate(lines):
        sheet.text(MARGIN_MM, 192.5 - 4.5 * line, text, fontsize=8, color=palette.muted)


def _shorten(name: str, length: int) -> str:
    return name if len(name) <= length else f"...{name[3 - length :]}"


def _draw_measurements(sheet: Axes, features: Mapping[str, FeatureValue], palette: Palette) -> None:
    known = [name for name in HEADLINE_FEATURES if name in features]
    for place, name in enumerate(known):
        column, line = divmod(place, 3)
        left, height = 92 + 50 * column, 198.5 - 5 * line
        sheet.text(left, height, feature_label(name), fontsize=8, color=palette.muted)
        value = feature_value(name, features[name])
        sheet.text(left + 24, height, value, fontsize=9, fontweight="bold", color=palette.text)


def _draw_verdict(sheet: Axes, reasons: Sequence[str], palette: Palette) -> None:
    colour = palette.bad if reasons else palette.good
    verdict = "REJECTED" if reasons else "ACCEPTED"
    sheet.add_patch(Rectangle((RIGHT_MM - 30, 196.2), 30, 7, fill=False, edgecolor=colour, linewidth=1.2))
    sheet.text(RIGHT_MM - 15, 199.7, verdict, fontsize=9, fontweight="bold", ha="center", va="center", color=colour)
    for line, text in enumerate(_reason_lines(reasons)):
        sheet.text(RIGHT_MM, 192.2 - 3.7 * line, text, fontsize=7, ha="right", color=palette.text)


def _reason_lines(reasons: Sequence[str]) -> list[str]:
    lines = [line for reason in reasons for line in textwrap.wrap(reason, _REASON_WIDTH)]
    if len(lines) <= _REASON_LINES:
        return lines
    return [
        *lines[: _REASON_LINES - 1],
        textwrap.shorten(lines[_REASON_LINES - 1], _REASON_WIDTH - 4) + " ...",
    ]
