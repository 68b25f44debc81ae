"""Plots of the page on waves."""

from __future__ import annotations

from pathlib import Path

import matplotlib
import numpy as np

matplotlib.use("Agg")
from matplotlib import pyplot

from ecgfactory.validation.wave_score import TOLERANCE_S, BoundScore, WaveScore

DPI = 90
BIN_MS = 4
COLOURS = ("C0", "0.45")


def words(bound: str) -> str:
    """Name a bound for people: P onset, QRS offset."""
    wave, _, end = bound.partition("_")
    return f"{wave.upper()} {end}"


def histograms(scores: dict[str, WaveScore], path: Path) -> None:
    """Draw how far found bounds lie from the marked ones, one panel a bound, two finders over each other."""
    figure, all_axes = pyplot.subplots(2, 3, figsize=(13, 6.5), layout="constrained")
    for (bound, tolerance_s), axes in zip(TOLERANCE_S.items(), all_axes.T.flat, strict=True):
        reach_ms = 1000 * tolerance_s
        edges = np.arange(-reach_ms - BIN_MS / 2, reach_ms + BIN_MS, BIN_MS)
        for (name, score), colour in zip(scores.items(), COLOURS, strict=True):
            found = score.bounds[bound]
            axes.stairs(_shares(found, edges), edges, fill=True, color=colour, alpha=0.55, label=name)
        axes.axvline(0, color="black", linewidth=0.8)
        axes.set_title(words(bound), fontsize=10)
        axes.set_xlim(-reach_ms, reach_ms)
        axes.tick_params(labelsize=8)
    figure.legend(*all_axes[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=2, fontsize=9)
    figure.supxlabel("found less marked (ms), as far as a mark counts", fontsize=9)
    figure.supylabel(f"share of the marks (%), per {BIN_MS} ms", fontsize=9)
    figure.savefig(path, dpi=DPI, metadata={"Software": None})
    pyplot.close(figure)


def _shares(found: BoundScore, edges: np.ndarray) -> np.ndarray:
    counts, _ = np.histogram(found.errors_ms, edges)
    return 100 * counts / max(found.errors_ms.size + found.missed, 1)
