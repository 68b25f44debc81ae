"""A comparison in a few lines, for the terminal and the dataset card."""

from __future__ import annotations

from ecgfactory.comparison.findings import Estimate, Metric
from ecgfactory.comparison.result import Comparison, Side

TOLD = 5
"""Telltale features in a summary; the JSON and the page have more."""


def summary_rows(comparison: Comparison) -> list[tuple[str, str]]:
    """Return labels and values: what was compared, how well it was told apart and by what, and what is covered."""
    data, test, floor, coverage = comparison.data, comparison.two_sample, comparison.floor, comparison.coverage
    sides = [("dataset", data.dataset), ("reference", data.reference), ("holdout", data.holdout)]
    covered = {"precision": coverage.precision, "recall": coverage.recall}
    covered |= {"density": coverage.density, "coverage": coverage.coverage}
    apart = {"Fréchet": coverage.frechet_distance, "MMD": coverage.mmd}
    return [
        *((label, _side(side)) for label, side in sides if side is not None),
        (
            "compared",
            f"{', '.join(data.lead_names)}; {data.piece_s:g} s at {data.sampling_rate_hz} Hz, "
            f"{data.band_hz[0]:g} to {data.band_hz[1]:g} Hz",
        ),
        ("told apart", f"{in_percent(test.accuracy)} of {test.records_per_class:,} ECGs of each; 50 % is chance"),
        ("floor", f"{in_percent(floor.accuracy)} within the reference, {floor.records_per_class:,} of each half"),
        *(
            ("betrayed by" if not place else "", f"{telltale.words} ({100 * telltale.alone:.0f} % by this alone)")
            for place, telltale in enumerate(test.telltales[: 0 if test.finds_twins else TOLD])
        ),
        ("covered", f"{_listed(covered)}, {coverage.records:,} ECGs of each"),
        ("apart", _listed(apart)),
        ("copies", copies_text(comparison)),
        *(("note" if not place else "", note) for place, note in enumerate(data.notes)),
    ]


def copies_text(comparison: Comparison) -> str:
    """Say how many ECGs of the dataset were flagged as copies, and against whom, without a full stop."""
    privacy = comparison.privacy
    people = f"the {privacy.holdout:,} of the holdout" if privacy.holdout else "these are to each other"
    flagged = int(privacy.is_copy.sum())
    verb = f"{'No ECG' if not flagged else f'{flagged:,}'} of {privacy.synthetic:,} {'is' if flagged < 2 else 'are'}"
    blind = "" if privacy.tells else "; but these hold so many near-identical ones that copies can't be told from them"
    return f"{verb} nearer to one of {privacy.reference:,} real ones than {people}{blind}"


def in_percent(estimate: Estimate) -> str:
    """Write a share and its interval in per cent: 96 % (92 to 98)."""
    return f"{estimate.value:.0%} ({100 * estimate.low:.0f} to {100 * estimate.high:.0f})".replace("%", " %")


def metric_text(metric: Metric) -> str:
    """Write the value of a metric and its floor."""
    return f"{_number(metric.value)} (floor {_number(metric.floor)})"


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _listed(metrics: dict[str, Metric]) -> str:
    return ", ".join(f"{name} {metric_text(metric)}" for name, metric in metrics.items())


def _side(side: Side) -> str:
    pieces = f" in {side.pieces:,} pieces" if side.pieces > side.ecgs else ""
    return "; ".join([f"{side.name}: {side.ecgs:,} ECGs{pieces}", *side.notes])
