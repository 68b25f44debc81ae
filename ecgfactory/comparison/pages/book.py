"""The comparison as a PDF on A4: verdict, what betrays, ECGs, coverage, copies, and all features."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from ecgfactory.comparison.findings import Estimate
from ecgfactory.comparison.pages import words
from ecgfactory.comparison.pages.copy_pages import copy_pages
from ecgfactory.comparison.pages.feature_pages import feature_pages, telltale_page
from ecgfactory.comparison.pages.histograms import of_scores
from ecgfactory.comparison.pages.paper import (
    DATASET,
    PALETTE,
    REFERENCE,
    draw_heading,
    draw_histograms,
    draw_legend,
    draw_note,
    draw_text,
    wrapped,
)
from ecgfactory.comparison.pages.web import example_record
from ecgfactory.comparison.result import Comparison, Example
from ecgfactory.comparison.summary import metric_rows
from ecgfactory.report.clinical import draw_ecg
from ecgfactory.report.export import PageMaker, write_pages
from ecgfactory.report.page import MARGIN_MM, RIGHT_MM
from ecgfactory.report.panel import Panel
from ecgfactory.report.sheet import Box, Sheet
from ecgfactory.report.style import PageStyle

_TOP_MM, _BOTTOM_MM = 174.0, 16.0
_COLUMN_MM, _RIGHT_COLUMN_MM = 122.0, 160.0
"""Width of the left column of the first page, and left edge of its right one."""

_LABEL_MM = 26.0
_ROW_PT = 8.5


def write_comparison_book(comparison: Comparison, path: Path, draws_reference: bool) -> None:
    """Write a comparison as PDF.

    Parameters
    ----------
    comparison : Comparison
        What was found.
    path : Path
        File to make or replace; its folder must exist.
    draws_reference : bool
        Whether ECGs of the reference may be drawn.

    Raises
    ------
    BadInputError
        When the file can't be written.
    """
    write_pages(path, comparison_pages(comparison, draws_reference), _title(comparison))


def comparison_pages(comparison: Comparison, draws_reference: bool) -> list[PageMaker]:
    """Return what draws the pages of a comparison, in their order."""
    examples: list[PageMaker] = [
        partial(_example_page, comparison, kind, example)
        for kind in words.EXAMPLE_KINDS
        for example in getattr(comparison.examples, kind)[:1]
        if kind != "reference" or draws_reference
    ]
    return [
        partial(_verdict_page, comparison),
        partial(telltale_page, comparison),
        *examples,
        partial(_coverage_page, comparison),
        *copy_pages(comparison, draws_reference),
        *feature_pages(comparison),
    ]


def _title(comparison: Comparison) -> str:
    data = comparison.data
    return words.printable(f"{data.dataset.name} against {data.reference.name}")


def _verdict_page(comparison: Comparison) -> Sheet:
    sheet = Sheet()
    draw_heading(sheet, "How real", _title(comparison))
    _draw_compared(sheet, comparison)
    height = _TOP_MM
    width = RIGHT_MM - _RIGHT_COLUMN_MM
    for place, sentence in enumerate(words.headline(comparison)):
        is_verdict = place == 2
        height = draw_text(sheet, _RIGHT_COLUMN_MM, height, width, sentence, 9.5, PALETTE.text, bold=is_verdict) - 2
    _draw_intervals(sheet, comparison, height - 6)
    panel = Panel(sheet, Box(_RIGHT_COLUMN_MM + 10, 34, width - 10, height - 84), "Score of each ECG")
    draw_histograms(panel, of_scores(comparison.two_sample.scores), "how probable that it is of the dataset, in %")
    panel.y_axis("% of each side")
    draw_legend(sheet, _RIGHT_COLUMN_MM + 10, 21)
    draw_note(sheet, f"ROC area {comparison.two_sample.roc.area:.2f}; 0.5 is guessing")
    return sheet


def _draw_compared(sheet: Sheet, comparison: Comparison) -> None:
    """Draw what was compared along the left; what does not fit is on the web page."""
    height, width = _TOP_MM, _COLUMN_MM - _LABEL_MM
    rows = words.compared_rows(comparison)
    for place, (label, value) in enumerate(rows):
        lines = list(wrapped(value, width, _ROW_PT))
        if height - 4.4 * (len(lines) + 1) < _BOTTOM_MM:
            sheet.text(MARGIN_MM, height, f"and {len(rows) - place} more lines on the web page", 8, PALETTE.muted)
            return
        if label and place:
            sheet.line([MARGIN_MM, MARGIN_MM + _COLUMN_MM], [height + 3.6] * 2, PALETTE.minor_grid, 0.6)
            height -= 1.2
        sheet.text(MARGIN_MM, height, label, _ROW_PT, PALETTE.muted)
        for line in lines:
            colour = PALETTE.text if label else PALETTE.muted
            sheet.text(MARGIN_MM + _LABEL_MM, height, line, _ROW_PT, colour)
            height -= 4.4
        height -= 0.8


def _draw_intervals(sheet: Sheet, comparison: Comparison, top: float) -> None:
    """Draw accuracy and floor with their intervals on one scale."""
    rows = (
        ("dataset against reference", comparison.two_sample.accuracy, DATASET),
        ("halves of the reference: the floor", comparison.floor.accuracy, REFERENCE),
    )
    frame = Box(_RIGHT_COLUMN_MM + 10, top - 24, RIGHT_MM - _RIGHT_COLUMN_MM - 10, 22)
    panel = Panel(sheet, frame, "Told rightly, in %, with intervals of 95 %")
    low = min(40.0, *(100 * share.low - 2 for _, share, _ in rows))
    panel.scale((low, 101.0), (2.0, 0.0))
    for place, (label, share, colour) in enumerate(rows):
        _draw_interval(panel, share, place + 0.68, label, colour)
    panel.x_axis("dashed: guessing")


def _draw_interval(panel: Panel, share: Estimate, row: float, label: str, colour: str) -> None:
    panel.line([50, 50], [row - 0.2, row + 0.2], PALETTE.muted, 0.6, (1.5, 1.0))
    panel.line([100 * share.low, 100 * share.high], [row, row], colour, 2)
    panel.dots(100 * share.value, row, colour, 6)
    panel.sheet.text(panel.frame.left + 1, float(panel.y_mm(row - 0.3)), label, 7, PALETTE.text)


def _example_page(comparison: Comparison, kind: str, example: Example) -> Sheet:
    title, meaning = words.EXAMPLE_KINDS[kind]
    sheet = Sheet()
    record = example_record(comparison, example)
    draw_heading(sheet, title, f"{meaning}. {words.example_caption(example)}")
    notes = draw_ecg(sheet, record, PageStyle())
    scale = f"25 mm/s  10 mm/mV  {record.sampling_rate_hz} Hz, as compared: {words.band(comparison)}"
    draw_note(sheet, "   |   ".join([scale, *notes, "to scale at 100 % on A4"]))
    return sheet


def _coverage_page(comparison: Comparison) -> Sheet:
    sheet = Sheet()
    draw_heading(sheet, "Overlap", "how much dataset and reference lie in the same places, and how near they come")
    height = draw_text(sheet, MARGIN_MM, _TOP_MM, 230, words.coverage_note(comparison), 9, PALETTE.text) - 6
    columns = (MARGIN_MM, MARGIN_MM + 44, MARGIN_MM + 68, MARGIN_MM + 92)
    for left, heading in zip(columns, ("", "value", "floor", "what it says; by whom"), strict=True):
        sheet.text(left, height, heading, 8, PALETTE.muted)
    for name, metric in metric_rows(comparison):
        sheet.line([MARGIN_MM, RIGHT_MM], [height - 2.4] * 2, PALETTE.minor_grid, 0.6)
        height -= 8
        sheet.text(columns[0], height, name, 10, PALETTE.text, bold=True)
        sheet.text(columns[1], height, words.number(metric.value), 10, PALETTE.text, bold=True)
        sheet.text(columns[2], height, words.number(metric.floor), 10, PALETTE.text)
        width = RIGHT_MM - columns[3]
        height = draw_text(sheet, columns[3], height, width, metric.words, 9, PALETTE.text)
        height = draw_text(sheet, columns[3], height, width, metric.source, 7.5, PALETTE.muted)
    draw_note(sheet, f"{comparison.coverage.records:,} ECGs in each sample")
    return sheet
