"""Printed pages of features: those that betray most as plots, and all of them as a table."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from ecgfactory.comparison.findings import FeatureComparison, Telltale
from ecgfactory.comparison.pages import words
from ecgfactory.comparison.pages.histograms import of_feature
from ecgfactory.comparison.pages.paper import (
    PALETTE,
    cut,
    draw_heading,
    draw_histograms,
    draw_legend,
    draw_note,
    draw_text,
)
from ecgfactory.comparison.result import Comparison
from ecgfactory.report.export import PageMaker
from ecgfactory.report.page import MARGIN_MM, RIGHT_MM
from ecgfactory.report.panel import Panel
from ecgfactory.report.sheet import Box, Sheet

_COLUMNS, _ROWS = 3, 4
_PITCH_MM = (93.0, 41.0)
_PLOT_MM = (80.0, 18.0)
_TOP_MM = 176.0

_TABLE_MM = {"Feature": 0.0, "Unit": 132.0, "Dataset": 150.0, "Reference": 168.0, "W": 188.0, "KS": 232.0}
"""Left edges of the table's columns, from that of the page."""

_PER_PAGE, _LINE_MM, _TABLE_PT = 34, 4.5, 7.5


def telltale_page(comparison: Comparison) -> Sheet:
    """Draw the distributions of the features that betray most."""
    sheet = Sheet()
    draw_heading(sheet, "What betrays most", "the features that the classifier went by most, strongest first")
    draw_legend(sheet, RIGHT_MM - 50, 187)
    features = {feature.name: feature for feature in comparison.features}
    for place, telltale in enumerate(comparison.two_sample.telltales[: _COLUMNS * _ROWS]):
        row, column = divmod(place, _COLUMNS)
        left, top = MARGIN_MM + column * _PITCH_MM[0], _TOP_MM - row * _PITCH_MM[1]
        _draw_telltale(sheet, left, top, features[telltale.feature], telltale)
    draw_note(sheet, "Bars at both ends of a plot also hold what lies beyond")
    return sheet


def _draw_telltale(sheet: Sheet, left: float, top: float, feature: FeatureComparison, telltale: Telltale) -> None:
    title, detail = words.feature_words(feature)
    unit = f", {words.typeset(feature.unit)}" if feature.unit else ""
    explained = f" {detail}" if detail.startswith("(") else ""
    draw_text(sheet, left, top, _PLOT_MM[0], f"{title}{unit}{explained}", 7, PALETTE.text, bold=True)
    panel = Panel(sheet, Box(left, top - 5.5 - _PLOT_MM[1], *_PLOT_MM), "")
    histograms = of_feature(feature)
    if histograms is None:
        panel.message("Not measurable in any ECG.")
    else:
        draw_histograms(panel, histograms, "")
    caption = words.telltale_caption(telltale)
    draw_text(sheet, left, panel.frame.bottom - 6.5, _PLOT_MM[0], caption, 6.5, PALETTE.muted)


def feature_pages(comparison: Comparison) -> list[PageMaker]:
    """Return what draws the table of all features, the farthest apart first."""
    features = comparison.features
    parts = [features[start : start + _PER_PAGE] for start in range(0, len(features), _PER_PAGE)]
    return [partial(_table_page, part) for part in parts]


def _table_page(features: Sequence[FeatureComparison]) -> Sheet:
    sheet = Sheet()
    draw_heading(sheet, "All features", "sorted by the Wasserstein distance of the two sides")
    for heading, left in _TABLE_MM.items():
        sheet.text(MARGIN_MM + left, 178, heading, 7.5, PALETTE.muted, bold=True)
    for place, feature in enumerate(features):
        row = words.feature_row(feature)
        height = 173 - _LINE_MM * place
        sheet.line([MARGIN_MM, RIGHT_MM], [height + 3.2] * 2, PALETTE.minor_grid, 0.4)
        words_mm = _TABLE_MM["Unit"] - 2
        cells = (
            cut(row.words, words_mm, _TABLE_PT),
            row.unit,
            row.dataset,
            row.reference,
            row.wasserstein,
            row.smirnov,
        )
        for left, text in zip(_TABLE_MM.values(), cells, strict=True):
            sheet.text(MARGIN_MM + left, height, text, _TABLE_PT, PALETTE.text)
    draw_text(sheet, MARGIN_MM, 15, RIGHT_MM - MARGIN_MM, words.FEATURES_NOTE, 6.5, PALETTE.muted)
    draw_note(sheet, "")
    return sheet
