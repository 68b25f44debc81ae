"""Plots of the quality evidence."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import matplotlib
import numpy as np

matplotlib.use("Agg")
from matplotlib import pyplot
from matplotlib.figure import Figure

DPI = 90


def plot_areas(areas: dict[str, dict[str, float]], path: Path) -> None:
    """Draw the areas under the curve, one row per rule and one column per kind."""
    values = np.array([list(by_defect.values()) for by_defect in areas.values()])
    columns = list(next(iter(areas.values())))
    _heatmap(values, list(areas), columns, "Area under the ROC curve", path)


def _heatmap(values: np.ndarray, rows: list[str], columns: list[str], title: str, path: Path) -> None:
    figure, axes = pyplot.subplots(
        figsize=(3 + (0.75 if len(columns) < 10 else 0.45) * len(columns), 1.5 + 0.36 * len(rows)), layout="constrained"
    )
    axes.imshow(values, vmin=0, vmax=1, cmap="RdYlGn", aspect="auto")
    axes.set_xticks(range(len(columns)), columns, rotation=0 if "\n" in columns[0] else 60, fontsize=8)
    for label in axes.get_xticklabels():
        label.set_horizontalalignment("center" if "\n" in columns[0] else "right")
    axes.set_yticks(range(len(rows)), rows, fontsize=8)
    for row, column in np.ndindex(*values.shape):
        value = values[row, column]
        ink = "white" if value < 0.15 or value > 0.9 else "black"
        axes.text(column, row, f"{value:.2f}", ha="center", va="center", fontsize=7, color=ink)
    axes.set_title(title, fontsize=10)
    _save(figure, path)


def plot_yields(yields: dict[str, tuple[float, Counter[str]]], paper: float, path: Path) -> None:
    """Draw the share accepted by each policy, and the rules that candidates broke."""
    ordered = sorted(yields, key=lambda policy: -yields[policy][0])
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(13, 5), layout="constrained", width_ratios=[1, 2])
    left.bar(ordered, [100 * yields[policy][0] for policy in ordered], color="C0")
    left.axhline(100 * paper, color="C3", linestyle="--", label=f"12SL normal, {paper:.1%}")
    left.set_ylabel("accepted (%)")
    left.legend(loc="lower left")
    rules = [rule for rule, _ in yields[ordered[-1]][1].most_common(16)]
    for offset, policy in enumerate(ordered[1:]):
        places = np.arange(len(rules)) + 0.27 * (offset - 1)
        right.bar(places, [yields[policy][1][rule] for rule in rules], width=0.27, label=policy)
    right.set_xticks(range(len(rules)), rules, rotation=60, ha="right", fontsize=8)
    right.set_ylabel("candidates that break the rule")
    right.legend()
    _save(figure, path)


def _save(figure: Figure, path: Path) -> None:
    figure.savefig(path, dpi=DPI, metadata={"Software": None})
    pyplot.close(figure)
