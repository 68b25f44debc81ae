"""Distribution pages: every feature over all records, beside published values of real ECGs."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ecgfactory.quality.features import FEATURES
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

FloatArray = npt.NDArray[np.float64]

REFERENCE_SOURCE = (
    "Mason JW et al., Electrocardiographic reference ranges derived from 79,743 ambulatory subjects, "
    "J Electrocardiol 2007;40:228-234, doi:10.1016/j.jelectrocard.2006.09.003 (of these the 46,129 with a very low "
    "probability of cardiovascular disease)."
)


@dataclass(frozen=True)
class ReferenceRange:
    """What real ECGs measure: the 2nd and 98th percentile, in the feature's unit."""

    low: float
    high: float


REFERENCES: dict[str, ReferenceRange] = {
    "heart_rate_bpm": ReferenceRange(48, 98),
    "rr_mean_ms": ReferenceRange(60_000 / 98, 60_000 / 48),  # of the same heart rates
    "pr_ms": ReferenceRange(113, 212),
    "qrs_ms": ReferenceRange(69, 109),
    "qt_ms": ReferenceRange(325, 452),
    "qtc_bazett_ms": ReferenceRange(361, 457),
    "qtc_fridericia_ms": ReferenceRange(359, 445),
    "qrs_axis_deg": ReferenceRange(-40, 91),
}
"""Published ranges by feature name; features without one are shown alone. Source: `REFERENCE_SOURCE`."""

_PLACES_MM = tuple((left, bottom) for bottom in (117.0, 39.0) for left in (22.0, 118.0, 214.0))
_PANEL_MM = (72.0, 50.0)
_BINS = 60
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
    names = [feature.name for feature in FEATURES if feature.name in table.column_names]
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
        column = table.column(name)
        if pa.types.is_string(column.type):
            _draw_words(panel, column, palette)
        else:
            _draw_numbers(panel, column, REFERENCES.get(name), palette)
    if any(name in REFERENCES for name in table.column_names):
        source = textwrap.fill(f"Grey band: 2nd to 98th percentile of real ECGs. {REFERENCE_SOURCE}", 200)
        sheet.text(MARGIN_MM, 13, source, fontsize=6.5, color=palette.muted)
    draw_footer(sheet, "Marked below each plot: 2nd, 50th and 98th percentile of this dataset", palette)
    return figure


def _draw_numbers(panel: Axes, column: pa.ChunkedArray, reference: ReferenceRange | None, palette: Palette) -> None:
    values = column.cast(pa.float64()).to_numpy()
    measured = values[np.isfinite(values)]
    if measured.size == 0:
        panel_message(panel, "Not measurable in any record.")
        return
    low, median, high = np.percentile(measured, [2, 50, 98])
    edges = _bin_edges(measured, reference)
    inside = np.histogram(measured, edges)[0]
    panel.stairs(inside * (100 / measured.size), edges, fill=True, color=palette.major_grid)
    top = panel.get_ylim()[1]
    panel.plot([low, high], [-0.03 * top] * 2, color=palette.accent, linewidth=2, solid_capstyle="butt", clip_on=False)
    panel.plot(median, -0.03 * top, "o", color=palette.accent, markersize=4, clip_on=False)
    if reference is not None:
        panel.axvspan(reference.low, reference.high, color="#d9d9d9", alpha=0.55, zorder=0, linewidth=0)
    panel.set_xlim(edges[0], edges[-1])
    panel.set_ylim(-0.06 * top, top)
    panel.set_ylabel("% of records")
    panel.set_yticks([tick for tick in panel.get_yticks() if 0 <= tick <= top])
    _draw_caption(panel, _caption(values.size, measured, int(inside.sum()), reference), palette)


def _bin_edges(measured: FloatArray, reference: ReferenceRange | None) -> FloatArray:
    """Edges that show all but the farthest 0.2 % of the values, and the reference range."""
    low, high = np.percentile(measured, [0.1, 99.9])
    if reference is not None:
        low, high = min(low, reference.low), max(high, reference.high)
    if np.isclose(low, high):
        return np.array([low - 0.5, low + 0.5])
    if np.array_equal(measured, np.rint(measured)) and high - low < _BINS:
        return np.arange(np.floor(low) - 0.5, np.ceil(high) + 1)
    margin = 0.08 * (high - low)
    edges: FloatArray = np.linspace(low - margin, high + margin, _BINS + 1)
    return edges


def _caption(total: int, measured: FloatArray, shown: int, reference: ReferenceRange | None) -> str:
    low, median, high = (_three_digits(value) for value in np.percentile(measured, [2, 50, 98]))
    notes = []
    if reference is not None:
        notes.append(f"real ECGs {reference.low:.0f} to {reference.high:.0f}")
    if beyond := measured.size - shown:
        notes.append(f"{beyond:,} beyond the plot")
    if missing := total - measured.size:
        notes.append(f"{missing:,} not measurable")
    return f"median {median}, 2nd to 98th percentile {low} to {high}\n{'; '.join(notes)}"


def _three_digits(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _draw_words(panel: Axes, column: pa.ChunkedArray, palette: Palette) -> None:
    counts = {(word or "not measurable"): count for word, count in _word_counts(column)}
    if not counts:
        panel_message(panel, "Not measurable in any record.")
        return
    shown = dict(list(counts.items())[:_MOST_WORDS])
    places = np.arange(len(shown))
    shares = np.array(list(shown.values())) * (100 / len(column))
    panel.barh(places, shares, height=0.6, color=palette.major_grid)
    panel.set_yticks([])
    for place, (word, count) in zip(places, shown.items(), strict=True):
        panel.text(0.5, place - 0.36, f"{word}: {count:,}", fontsize=7, va="bottom")
    panel.set_ylim(max(len(shown), 4) - 0.5, -0.8)
    panel.set_xlim(0, 100)
    panel.set_xlabel("% of records")


def _word_counts(column: pa.ChunkedArray) -> list[tuple[str | None, int]]:
    """Each word and how often it stands there, most frequent first."""
    counts = [(entry["values"], entry["counts"]) for entry in pc.value_counts(column).to_pylist()]
    return sorted(counts, key=lambda entry: (-entry[1], entry[0] or ""))


def _draw_caption(panel: Axes, caption: str, palette: Palette) -> None:
    panel.text(
        0, -0.13, caption, transform=panel.transAxes, fontsize=6.5, color=palette.muted, va="top", linespacing=1.5
    )
