"""Distribution pages: every feature over all records, beside published values of real ECGs."""

from __future__ import annotations

import textwrap
from functools import partial

import numpy as np
import pyarrow as pa
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ecgfactory.quality.features import features_among
from ecgfactory.report.export import PageMaker
from ecgfactory.report.feature_text import feature_label, feature_unit
from ecgfactory.report.page import (
    MARGIN_MM,
    add_panel,
    draw_footer,
    draw_title,
    new_page,
    panel_message,
    panel_title,
    rendering,
)
from ecgfactory.report.style import Palette
from ecgfactory.report.summary import REFERENCE_SOURCE, REFERENCES, NumberSummary, WordSummary, summarise

_PLACES_MM = tuple((left, bottom) for bottom in (117.0, 39.0) for left in (22.0, 118.0, 214.0))
_PANEL_MM = (72.0, 50.0)
_MOST_WORDS = 8


def distribution_pages(table: pa.Table, palette: Palette) -> list[PageMaker]:
    """Pages of the distributions of every feature in a table.

    Parameters
    ----------
    table : pyarrow Table
        A row a record; the columns that are features are drawn, in the order of the feature table.
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


@rendering()
def _distribution_page(table: pa.Table, palette: Palette) -> Figure:
    figure, sheet = new_page()
    draw_title(sheet, "Distributions", f"every feature over all {table.num_rows:,} records of the dataset", palette)
    for (left, bottom), name in zip(_PLACES_MM, table.column_names, strict=False):
        panel = add_panel(figure, left, bottom, *_PANEL_MM)
        unit = feature_unit(name)
        panel_title(panel, feature_label(name) + (f" ({unit})" if unit else ""))
        summary = summarise(name, table.column(name))
        if summary is None:
            panel_message(panel, "Not measurable in any record.")
        elif isinstance(summary, WordSummary):
            _draw_words(panel, summary, table.num_rows, palette)
        else:
            _draw_numbers(panel, summary, palette)
    if any(name in REFERENCES for name in table.column_names):
        source = textwrap.fill(f"Grey band: 2nd to 98th percentile of real ECGs. {REFERENCE_SOURCE}", 200)
        sheet.text(MARGIN_MM, 13, source, fontsize=6.5, color=palette.muted)
    draw_footer(sheet, "Marked below each plot: 2nd, 50th and 98th percentile of this dataset", palette)
    return figure


def _draw_numbers(panel: Axes, summary: NumberSummary, palette: Palette) -> None:
    panel.stairs(summary.percent, summary.edges, fill=True, color=palette.major_grid)
    top = panel.get_ylim()[1]
    below = -0.03 * top
    ends = [summary.low, summary.high]
    panel.plot(ends, [below, below], color=palette.accent, linewidth=2, solid_capstyle="butt", clip_on=False)
    panel.plot(summary.median, below, "o", color=palette.accent, markersize=4, clip_on=False)
    if summary.reference is not None:
        low, high = summary.reference.low, summary.reference.high
        panel.axvspan(low, high, color="#d9d9d9", alpha=0.55, zorder=0, linewidth=0)
    panel.set_xlim(summary.edges[0], summary.edges[-1])
    panel.set_ylim(-0.06 * top, top)
    panel.set_ylabel("% of records")
    panel.set_yticks([tick for tick in panel.get_yticks() if 0 <= tick <= top])
    panel.text(
        0,
        -0.13,
        f"{summary.caption}\n{summary.notes}",
        transform=panel.transAxes,
        fontsize=6.5,
        color=palette.muted,
        va="top",
        linespacing=1.5,
    )


def _draw_words(panel: Axes, summary: WordSummary, records: int, palette: Palette) -> None:
    shown = dict(list(summary.counts.items())[:_MOST_WORDS])
    places = np.arange(len(shown))
    shares = np.array(list(shown.values())) * (100 / records)
    panel.barh(places, shares, height=0.6, color=palette.major_grid)
    panel.set_yticks([])
    for place, (word, count) in zip(places, shown.items(), strict=True):
        panel.text(0.5, place - 0.36, f"{word}: {count:,}", fontsize=7, va="bottom")
    panel.set_ylim(max(len(shown), 4) - 0.5, -0.8)
    panel.set_xlim(0, 100)
    panel.set_xlabel("% of records")
