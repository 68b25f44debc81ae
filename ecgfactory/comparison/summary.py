"""A comparison in a few lines, for the terminal and the dataset card."""

from __future__ import annotations

from ecgfactory.comparison.findings import Estimate, Metric
from ecgfactory.comparison.percent import percent, whole_percent
from ecgfactory.comparison.result import Comparison, Side

METRICS = {
    "precision": "Precision",
    "recall": "Recall",
    "density": "Density",
    "coverage": "Coverage",
    "frechet_distance": "Fréchet distance",
    "mmd": "MMD",
}
"""By field of `Coverage`, what people call it."""

TOLD = 5
"""Telltale features in a summary; the JSON and the page have more."""


def summary_rows(comparison: Comparison) -> list[tuple[str, str]]:
    """Return labels and values: what was compared, how well it was told apart and by what, and what is covered."""
    data, test, floor, coverage = comparison.data, comparison.two_sample, comparison.floor, comparison.coverage
    sides = [("dataset", data.dataset), ("reference", data.reference), ("holdout", data.holdout)]
    metrics = [f"{label} {metric_text(metric)}" for label, metric in metric_rows(comparison)]
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
            ("betrayed by" if not place else "", f"{telltale.words} ({percent(telltale.alone)} by this alone)")
            for place, telltale in enumerate(test.telltales[: 0 if test.finds_twins else TOLD])
        ),
        ("overlap", f"{', '.join(metrics[:4])}; {coverage.records:,} ECGs of each"),
        ("distance", ", ".join(metrics[4:])),
        ("copies", copies_text(comparison)),
        *(("note" if not place else "", note) for place, note in enumerate(data.notes)),
    ]


def summary_text(comparison: Comparison) -> str:
    """Write the summary in lines of label and value; bytes of names that are no text are question marks."""
    rows = summary_rows(comparison)
    width = max(len(label) for label, _ in rows)
    return "\n".join(f"{label:<{width}}  {value}" for label, value in rows).encode("utf-8", "replace").decode("utf-8")


def copies_text(comparison: Comparison) -> str:
    """Say how many ECGs of the dataset were flagged as copies, and of how many, without a full stop."""
    privacy = comparison.privacy
    flagged = int(privacy.is_copy.sum())
    who = f"{f'{flagged:,}' if flagged else 'No ECG'} of {privacy.synthetic:,}"
    said = "stand out as copies of some" if flagged > 1 else "stands out as a copy of one"
    blind = "" if privacy.tells else "; but these hold so many near-identical ones that copies can't be told from them"
    return f"{who} {said} of {privacy.reference:,} real ones{blind}"


def in_percent(estimate: Estimate) -> str:
    """Write a share and its interval in per cent: 96 % (92 to 98)."""
    return f"{percent(estimate.value)} ({whole_percent(estimate.low)} to {whole_percent(estimate.high)})"


def metric_rows(comparison: Comparison) -> list[tuple[str, Metric]]:
    """Return the measures of coverage with what people call them."""
    return [(label, getattr(comparison.coverage, name)) for name, label in METRICS.items()]


def metric_text(metric: Metric) -> str:
    """Write the value of a metric and its floor."""
    return f"{_number(metric.value)} (floor {_number(metric.floor)})"


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _side(side: Side) -> str:
    pieces = f" in {side.pieces:,} pieces" if side.pieces > side.ecgs else ""
    return "; ".join([f"{side.name}: {side.ecgs:,} ECGs{pieces}", *side.notes])
