"""Curves of recall as small multiples: a panel per kind, a line per rule."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

import matplotlib
import numpy as np

matplotlib.use("Agg")
from matplotlib import pyplot
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from benchmarks.artefacts.pictures import save
from benchmarks.artefacts.recall import Recall
from benchmarks.artefacts.scales import Scale

DPI = 80
COLUMNS = 4
WIDTH = 4.75 * COLUMNS
"""Of a picture, in inches."""

MOST_RULES = 6
"""Lines of a panel; more can't be told apart."""

LOGARITHMIC_FROM = 8
"""How many times as large as the smallest the largest amount is on a logarithmic scale."""


def plot_recall(found: Mapping[str, tuple[Scale, Recall]], title: str, path: Path) -> None:
    """Draw the curves of kinds by name."""
    rows = math.ceil(len(found) / COLUMNS)
    figure, all_axes = pyplot.subplots(
        rows, COLUMNS, figsize=(WIDTH, 3.4 * rows), sharey=True, squeeze=False, gridspec_kw=_margins(rows)
    )
    for axes in all_axes.flat[len(found) :]:
        axes.set_axis_off()
    for axes, (name, (scale, recall)) in zip(all_axes.flat, found.items(), strict=False):
        _panel(axes, scale, recall)
        axes.set_title(name, fontsize=10, fontweight="bold")
    figure.suptitle(title, fontsize=11)
    figure.supylabel("share of the records (%)", fontsize=9, x=0.008)
    save(figure, path, DPI)


def _margins(rows: int) -> dict[str, float]:
    """Leave room for words below panels and legends beside; the layout that finds it takes longer than all drawing."""
    height = 3.4 * rows
    return {
        "left": 0.04,
        "right": 1 - 1.3 / WIDTH,
        "top": 1 - 0.7 / height,
        "bottom": 0.95 / height,
        "hspace": 0.55,
        "wspace": 0.42,
    }


def _panel(axes: Axes, scale: Scale, recall: Recall) -> None:
    if recall.is_of_words:
        _bars(axes, recall)
    else:
        x = np.array(recall.places, dtype=np.float64)
        for colour, (rule, shares) in enumerate(list(recall.rules.items())[:MOST_RULES]):
            axes.plot(x, 100 * shares, color=f"C{colour}", linewidth=1.1, label=rule)
        axes.plot(x, 100 * recall.neurokit, color="0.55", linestyle="--", linewidth=1.1, label="NeuroKit2 alone")
        axes.plot(x, 100 * recall.total, color="black", linewidth=2.4, label="policy", zorder=1)
        if x.min() > 0 and x.max() / x.min() >= LOGARITHMIC_FROM:
            axes.set_xscale("log")
            axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
            axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
            axes.xaxis.set_minor_formatter(NullFormatter())
        if not scale.more_is_worse:
            axes.invert_xaxis()
    axes.set_ylim(-3, 103)
    axes.set_xlabel(scale.label, fontsize=8)
    axes.tick_params(labelsize=7)
    axes.grid(color="0.9", linewidth=0.6)
    axes.legend(fontsize=6, frameon=False, loc="upper left", bbox_to_anchor=(1.01, 1), borderaxespad=0)


def _bars(axes: Axes, recall: Recall) -> None:
    """Draw a bar per word for the policy, and dots for its rules."""
    y = 100 * recall.total
    x = np.arange(len(recall.places))
    axes.bar(x, y, color="0.8", edgecolor="black", linewidth=1.2, label="policy")
    for colour, (rule, shares) in enumerate(list(recall.rules.items())[:MOST_RULES]):
        axes.plot(x, np.where(shares > 0, 100 * shares, np.nan), "o", color=f"C{colour}", markersize=4, label=rule)
    axes.plot(x, 100 * recall.neurokit, "x", color="0.35", markersize=4, label="NeuroKit2 alone")
    axes.set_xticks(x, list(map(str, recall.places)), rotation=45, ha="right", fontsize=7)
