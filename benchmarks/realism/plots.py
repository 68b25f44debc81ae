"""Plots of the realism evidence."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib
import numpy as np

matplotlib.use("Agg")
from matplotlib import pyplot
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image

from ecgfactory.arrays import Float64Array, FloatingArray
from ecgfactory.comparison.findings import Estimate, FeatureComparison
from ecgfactory.comparison.result import Example, Examples
from ecgfactory.leads import EIGHT_LEADS
from ecgfactory.realism.privacy import Privacy
from ecgfactory.record import SAMPLING_RATE_HZ

if TYPE_CHECKING:
    from benchmarks.realism.match import Matched, Staying

DPI = 90
COLOURS = 256
"""Of a picture: thin lines need no more, and files become a third as large."""
GENERATED, REAL, ACCEPTED = "C0", "0.45", "C3"
SHOWN_S = 4.0
STEP_MV = 2.5
"""Distance of the leads of an ECG on the sheet."""


def accuracies(rows: Sequence[tuple[str, Estimate]], path: Path) -> None:
    """Draw accuracies with their intervals, one below the other."""
    figure, axes = pyplot.subplots(figsize=(9, 0.6 + 0.36 * len(rows)), layout="constrained")
    for place, (name, accuracy) in enumerate(rows):
        value, low, high = (100 * number for number in (accuracy.value, accuracy.low, accuracy.high))
        colour = GENERATED if "against" in name and "half" not in name else REAL
        axes.errorbar(value, -place, xerr=[[value - low], [high - value]], fmt="o", color=colour, capsize=3)
    axes.axvline(50, color="0.7", linestyle="--", linewidth=1)
    axes.set_yticks(-np.arange(len(rows)), [name for name, _ in rows], fontsize=9)
    axes.set_xlim(30, 100)
    axes.set_xlabel("told right (%); 50 is chance")
    _save(figure, path)


def histograms(features: Sequence[tuple[FeatureComparison, str]], path: Path) -> None:
    """Draw the distributions of features, generated over real."""
    figure, all_axes = pyplot.subplots(2, len(features) // 2, figsize=(14, 5.5), layout="constrained")
    for (feature, words), axes in zip(features, all_axes.flat, strict=True):
        for side, colour, label in ((feature.reference, REAL, "real"), (feature.dataset, GENERATED, "generated")):
            shares = np.array(side.counts) / max(sum(side.counts), 1)
            axes.stairs(shares, feature.bin_edges, fill=True, color=colour, alpha=0.5, label=label)
        _titled(axes, words.partition(":")[0], feature.unit)
    all_axes.flat[0].legend(fontsize=8)
    _save(figure, path)


def sheet(examples: Examples, path: Path) -> None:
    """Draw generated ECGs side by side at one scale, by how well they were recognised."""
    columns: list[tuple[str, Example]] = [
        *(("most betrayed", example) for example in examples.most_betrayed[:2]),
        ("in the middle", examples.typical[0]),
        *(("least betrayed", example) for example in examples.least_betrayed[:2]),
    ]
    figure, all_axes = pyplot.subplots(1, len(columns), figsize=(15, 9), layout="constrained", sharey=True)
    samples = round(SHOWN_S * SAMPLING_RATE_HZ)
    time_s = np.arange(samples) / SAMPLING_RATE_HZ
    for (kind, example), axes in zip(columns, all_axes, strict=True):
        for row, signal_uv in enumerate(example.signal_uv[:, :samples]):
            axes.plot(time_s, signal_uv / 1000 - STEP_MV * row, color="black", linewidth=0.7)
        axes.set_title(
            f"{kind} {example.record.lstrip('0') or '0'}\ntaken for generated: {example.score:.0%}", fontsize=10
        )
        axes.set_yticks(-STEP_MV * np.arange(len(EIGHT_LEADS)), EIGHT_LEADS)
        axes.set_xlabel("s")
        axes.set_xticks(np.arange(0, SHOWN_S + 1))
        axes.grid(color="0.9", linewidth=0.5)
    _save(figure, path)


def steps(steps_uv: Mapping[str, Float64Array], shown: int, path: Path) -> None:
    """Draw the mean step by sample at both ends."""
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(12, 4), layout="constrained", sharey=True)
    for (kind, values), colour in zip(steps_uv.items(), (ACCEPTED, GENERATED), strict=True):
        left.plot(np.arange(shown) * 2, values[:shown], color=colour, label=kind)
        right.plot(10_000 - 2 * np.arange(shown, 0, -1), values[-shown:], color=colour, label=kind)
    level = float(np.mean(next(iter(steps_uv.values()))[shown:-shown]))
    for axes, title in ((left, "beginning"), (right, "end")):
        axes.axhline(level, color="0.6", linestyle="--", linewidth=1, label="mean between")
        axes.set_title(title)
        axes.set_xlabel("ms")
        axes.set_ylim(bottom=0)
    left.set_ylabel("mean step to the next sample (uV)")
    left.legend()
    _save(figure, path)


def spectra(spectra_uv: Mapping[str, Float64Array], path: Path) -> None:
    """Draw median amplitude spectra, one panel each, the lines marked."""
    kinds = list(spectra_uv)[1:]
    figure, all_axes = pyplot.subplots(len(kinds), 1, figsize=(12, 1.9 * len(kinds)), layout="constrained", sharex=True)
    for kind, axes in zip(kinds, all_axes, strict=True):
        values = spectra_uv[kind]
        frequencies_hz = np.arange(len(values)) * SAMPLING_RATE_HZ / (2 * (len(values) - 1))
        shown = (frequencies_hz >= 25) & (frequencies_hz <= 220)
        axes.semilogy(frequencies_hz[shown], values[shown], color=GENERATED, linewidth=0.8)
        axes.set_title(kind, fontsize=9, loc="left")
        axes.set_ylim(0.02, 5)
        for line_hz in (50, 100, 150, 200):
            axes.axvline(line_hz, color=ACCEPTED, linewidth=4, alpha=0.12)
        axes.set_ylabel("uV")
    all_axes[-1].set_xlabel("Hz")
    _save(figure, path)


def responses(frequencies_hz: Float64Array, gains_db: Mapping[str, Float64Array], path: Path) -> None:
    """Draw the gain of each recorder by frequency."""
    figure, axes = pyplot.subplots(figsize=(11, 5), layout="constrained")
    for place, (name, gains) in enumerate(gains_db.items()):
        axes.semilogx(frequencies_hz, gains, label=name, linewidth=1.3, linestyle=("--", "-")[place % 2])
    axes.axhline(-3, color="0.6", linestyle=":", linewidth=1)
    axes.set_ylim(-50, 3)
    marks = (0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200)
    axes.set_xticks(marks, [f"{mark:g}" for mark in marks])
    axes.minorticks_off()
    axes.set_xlabel("Hz")
    axes.set_ylabel("gain (dB); dotted: -3 dB")
    axes.legend(fontsize=8, loc="lower center")
    axes.grid(color="0.92")
    _save(figure, path)


def matched(found: Matched, most_accurate: float, path: Path) -> None:
    """Draw accuracies, and what is covered, by strength."""
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(12, 4.5), layout="constrained")
    labels = {
        "accuracy": "all features",
        "accuracy_all": "all features, with what basic rejects",
        "accuracy_reached": "without beat shape",
    }
    for axes, names in ((left, labels), (right, {name: name for name in ("precision", "recall", "coverage")})):
        for place, (name, label) in enumerate(names.items()):
            values = np.array([[100 * getattr(one, name) for one in judged] for judged in found.judged.values()])
            where = np.arange(len(values)) + 0.06 * (place - 1)
            axes.errorbar(where, values.mean(axis=1), values.std(axis=1, ddof=1), marker="o", capsize=3, label=label)
            if name in found.floors:
                axes.axhline(100 * found.floors[name], color=f"C{place}", linestyle=":", linewidth=1)
        yields = [100 * np.mean([one.accept_share for one in judged]) for judged in found.judged.values()]
        ticks = [f"{strength:g}\n{share:.0f} %" for strength, share in zip(found.judged, yields, strict=True)]
        axes.set_xticks(np.arange(len(ticks)), ticks)
        axes.set_xlabel("strength, and its yield; dotted: floor within the reference")
        axes.legend(fontsize=8)
    left.axhline(100 * most_accurate, color="black", linewidth=0.8, linestyle="--")
    left.text(0, 100 * most_accurate, "target", va="bottom", fontsize=8)
    left.set_ylabel("told right (%)")
    right.set_ylabel("%")
    _save(figure, path)


def staying(features: Sequence[Staying], path: Path) -> None:
    """Draw the distributions of features: real, as generated, and accepted."""
    figure, all_axes = pyplot.subplots(2, len(features) // 2, figsize=(14, 5.5), layout="constrained")
    for feature, axes in zip(features, all_axes.flat, strict=True):
        sides = {"real": (feature.real, REAL), "generated": (feature.generated, GENERATED)}
        ends = np.array([np.quantile(values, (0.005, 0.995)) for values, _ in sides.values()])
        edges = np.linspace(float(ends[:, 0].min()), float(ends[:, 1].max()), 31)
        for label, (values, colour) in sides.items():
            axes.stairs(_shares(values, edges), edges, fill=True, color=colour, alpha=0.45, label=label)
        axes.stairs(_shares(feature.accepted, edges), edges, color=ACCEPTED, linewidth=1.4, label="accepted")
        _titled(axes, feature.words, feature.unit)
    all_axes.flat[0].legend(fontsize=8)
    _save(figure, path)


def distances(found: Privacy, path: Path) -> None:
    """Draw distances to the nearest real ECG, of generated and of real ECGs."""
    figure, all_axes = pyplot.subplots(1, len(found.ways), figsize=(12, 3.2), layout="constrained")
    for (name, way), axes in zip(found.ways.items(), all_axes, strict=True):
        edges = np.linspace(0, max(float(way.synthetic.max()), float(way.real.max())), 31)
        for values, colour, label in ((way.real, REAL, "real"), (way.synthetic, GENERATED, "generated")):
            axes.stairs(_shares(values, edges), edges, fill=True, color=colour, alpha=0.5, label=label)
        _titled(axes, name, "distance to the nearest of LUDB")
    all_axes[0].legend(fontsize=8)
    _save(figure, path)


def _shares(values: FloatingArray, edges: Float64Array) -> Float64Array:
    counts, _ = np.histogram(values.clip(edges[0], edges[-1]), edges)
    shares: Float64Array = counts / max(len(values), 1)
    return shares


def _titled(axes: Axes, words: str, unit: str) -> None:
    axes.set_title(_wrapped(words), fontsize=8)
    axes.set_xlabel(unit, fontsize=8)
    axes.set_yticks([])
    axes.tick_params(labelsize=8)


def _wrapped(words: str, width: int = 42) -> str:
    lines = [""]
    for word in words.split():
        if len(lines[-1]) + len(word) >= width:
            lines.append("")
        lines[-1] += f" {word}" if lines[-1] else word
    return "\n".join(lines)


def _save(figure: Figure, path: Path) -> None:
    drawn = io.BytesIO()
    figure.savefig(drawn, dpi=DPI)
    pyplot.close(figure)
    with Image.open(drawn) as image:
        image.convert("RGB").quantize(COLOURS).save(path, optimize=True)
