"""Distribution pages: every feature over all records, beside published values of real ECGs."""

from __future__ import annotations

import textwrap
from functools import partial

import numpy as np
import pyarrow as pa

from ecgfactory.quality.features import features_among
from ecgfactory.report.export import PageMaker
from ecgfactory.report.feature_text import feature_label, feature_unit
from ecgfactory.report.page import MARGIN_MM, draw_footer, draw_title
from ecgfactory.report.panel import Panel
from ecgfactory.report.sheet import Box, Sheet
from ecgfactory.report.style import Palette
from ecgfactory.report.summary import REFERENCE_SOURCE, REFERENCES, TOO_FEW, NumberSummary, WordSummary, summarise

_PLACES_MM = tuple((left, bottom) for bottom in (117.0, 39.0) for left in (22.0, 118.0, 214.0))
_PANEL_MM = (72.0, 50.0)
_MOST_WORDS = 8


def distribution_pages(table: pa.Table, palette: Palette) -> list[PageMaker]:
    """Pages of the distributions of every feature in a table.

    Parameters
    ----------
    table : pyarrow Table
        One row per record; the columns that are features are drawn, in the order of the feature table.
    palette : Palette
        Colours.

    Returns
    -------
    list of functions without arguments
        Each draws a page of up to six distributions; no page for a table without features.
    """
    names = [feature.name for feature in features_among(table.column_names)]
    per_page = len(_PLACES_MM)
    return [
        partial(_distribution_page, table.select(names[start : start + per_page]), palette)
        for start in range(0, len(names), per_page)
    ]


def _distribution_page(table: pa.Table, palette: Palette) -> Sheet:
    sheet = Sheet()
    draw_title(sheet, "Distributions", f"every feature over all {table.num_rows:,} records of the dataset", palette)
    for (left, bottom), name in zip(_PLACES_MM, table.column_names, strict=False):
        unit = feature_unit(name)
        panel = Panel(sheet, Box(left, bottom, *_PANEL_MM), feature_label(name) + (f" ({unit})" if unit else ""))
        summary = summarise(name, table.column(name))
        if summary is None:
            panel.message("Not measurable in any record.")
        elif isinstance(summary, WordSummary):
            _draw_words(panel, summary, table.num_rows, palette)
        else:
            _draw_numbers(panel, summary, palette)
    if any(name in REFERENCES for name in table.column_names):
        source = textwrap.wrap(f"Grey band: 2nd to 98th percentile of real ECGs. {REFERENCE_SOURCE}", 200)
        for line, text in enumerate(reversed(source)):
            sheet.text(MARGIN_MM, 13 + 2.75 * line, text, 6.5, palette.muted)
    draw_footer(sheet, "Marked below each plot: 2nd, 50th and 98th percentile of this dataset", palette)
    return sheet


def _draw_numbers(panel: Panel, summary: NumberSummary, palette: Palette) -> None:
    if summary.is_few:
        panel.message(f"{TOO_FEW.capitalize()}.")
    else:
        _draw_histogram(panel, summary, palette)
    for line, text in enumerate((summary.caption, summary.notes)):
        panel.sheet.text(panel.frame.left, panel.frame.bottom - 8.2 - 3.4 * line, text, 6.5, palette.muted)


def _draw_histogram(panel: Panel, summary: NumberSummary, palette: Palette) -> None:
    top = max(1.05 * float(summary.percent.max()), 1e-9)
    panel.scale((summary.edges[0], summary.edges[-1]), (-0.06 * top, top))
    if summary.reference is not None:
        panel.band(summary.reference.low, summary.reference.high, "#d9d9d9", 0.55)
    panel.steps(summary.edges, summary.percent, palette.major_grid)
    panel.x_axis("")
    panel.y_axis("% of records", least=0)
    below = -0.03 * top
    panel.line([summary.low, summary.high], [below, below], palette.accent, 2)
    panel.dots(summary.median, below, palette.accent, 5)


def _draw_words(panel: Panel, summary: WordSummary, records: int, palette: Palette) -> None:
    shown = list(summary.counts.items())[:_MOST_WORDS]
    panel.scale((0, 100), (max(len(shown), 4) - 0.5, -0.8))
    for place, (word, count) in enumerate(shown):
        bar = np.array([[0, place - 0.3], [1, place - 0.3], [1, place + 0.3], [0, place + 0.3]])
        corners = np.column_stack([panel.x_mm(bar[:, 0] * 100 * count / records), panel.y_mm(bar[:, 1])])
        panel.sheet.area(corners, palette.major_grid)
        x, y = float(panel.x_mm(0.5)), float(panel.y_mm(place - 0.36))
        panel.sheet.text(x, y, f"{word}: {count:,}", 7, "#000000")
    panel.x_axis("% of records")
