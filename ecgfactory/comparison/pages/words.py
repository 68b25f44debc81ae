"""What the pages of a comparison say, in sentences and rows: the same on screen and paper."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from ecgfactory.comparison.findings import Estimate, FeatureComparison, Telltale
from ecgfactory.comparison.percent import percent, whole_percent
from ecgfactory.comparison.result import Comparison, Example, Side

CHANCE = 0.5

OFTEN, NEARLY_ALWAYS = 0.75, 0.9
"""Accuracies from which two sides are said to be told apart often, and nearly always."""

_MEDIAN = 2
"""Place of the median among the quantiles of a `Distribution`."""

EXAMPLE_KINDS = {
    "most_betrayed": ("Most betrayed", "ECGs of the dataset that the classifier was surest of"),
    "typical": ("Typical", "ECGs in the middle of the dataset, by the classifier's scores"),
    "least_betrayed": ("Least betrayed", "ECGs of the dataset that looked most real to the classifier"),
    "reference": ("Real", "ECGs of the reference that the classifier was surest of"),
}
"""By field of `Examples`: what such ECGs are called, and what they are."""

EXAMPLES_RULE = "Chosen by the classifier's scores, not by lot; shown as compared, filtered to the band."
REFERENCE_NOT_DRAWN = (
    "ECGs of the reference are not drawn here, since this page is passed on with the dataset: the command ecgfactory "
    "compare DATASET REFERENCE --output DIR draws them for you."
)
TELLTALES_NOTE = (
    "The features that the classifier went by most, the strongest first, and how the two sides differ in them. Many "
    "are related, so that putting one right may not be enough. Bars at both ends also hold what lies beyond."
)
FEATURES_NOTE = (
    "Medians of both sides. KS is the Kolmogorov-Smirnov distance, from 0 (alike) to 1 (apart); W the Wasserstein "
    "distance in standard deviations of the reference, a dash where that is constant. In brackets: "
    "intervals of 95 %, by bootstrap over ECGs."
)


def headline(comparison: Comparison) -> list[str]:
    """Say in a few sentences how well the sides are told apart, for people who know no statistics."""
    test, floor = comparison.two_sample, comparison.floor
    features = f"{len(comparison.features):,} features"
    return [
        f"Shown the {features} of an ECG that it had not seen before, a classifier told rightly in "
        f"{of_hundred(test.accuracy)} whether it is of the dataset or of the reference. Guessing is right in 50.",
        f"Asked the same of two random halves of the reference, which nothing should tell apart, it was right in "
        f"{of_hundred(floor.accuracy)}: that is the floor, and a perfect dataset would come down to it.",
        verdict(comparison),
    ]


def verdict(comparison: Comparison) -> str:
    """Say in a sentence what accuracy and floor mean together."""
    accuracy, floor = comparison.two_sample.accuracy, comparison.floor.accuracy
    records = f"{comparison.two_sample.records_per_class:,} ECGs of each side"
    if comparison.two_sample.finds_twins:
        return (
            "Fewer were told rightly than by guessing, as happens where many ECGs have their like on the other side: "
            "the same ECGs or copies. So this test says nothing of how real the dataset is, nor does what betrays."
        )
    if accuracy.low <= max(floor.high, CHANCE):
        return f"So this test, with {records}, does not tell the dataset from real ECGs; a larger one may."
    if accuracy.value < OFTEN:
        return "So dataset and reference differ, but most of their ECGs could be of either."
    if accuracy.value < NEARLY_ALWAYS:
        return "So an ECG of the dataset is often told from a real one."
    return "So an ECG of the dataset is nearly always told from a real one."


def of_hundred(estimate: Estimate) -> str:
    """Write a share as people count: 96 of 100 cases (95 % interval 92 to 98)."""
    value, low, high = map(whole_percent, (estimate.value, estimate.low, estimate.high))
    return f"{value} of 100 cases (95 % interval {low} to {high})"


def compared_rows(comparison: Comparison) -> list[tuple[str, str]]:
    """Return what was compared and how, as label and value."""
    data, test = comparison.data, comparison.two_sample
    sides = [("Dataset", data.dataset), ("Reference", data.reference), ("Holdout", data.holdout)]
    return [
        *(row for label, side in sides if side is not None for row in _side_rows(label, side)),
        ("Leads", ", ".join(data.lead_names)),
        ("Brought to", f"{data.sampling_rate_hz} Hz, {data.piece_s:g} s, {band(comparison)}"),
        ("Classifier", f"{test.classifier}; {test.records_per_class:,} ECGs of each side"),
        *(("Limits" if not place else "", note) for place, note in enumerate(map(typeset, data.notes))),
    ]


def band(comparison: Comparison) -> str:
    """Write the band that both sides were filtered to."""
    low_hz, high_hz = comparison.data.band_hz
    return f"{low_hz:g} to {high_hz:g} Hz"


def _side_rows(label: str, side: Side) -> Iterator[tuple[str, str]]:
    pieces = f" in {side.pieces:,} pieces" if side.pieces > side.ecgs else ""
    yield label, f"{printable(side.name)}: {side.ecgs:,} ECGs{pieces}"
    for note in side.notes:
        yield "", printable(note)


@dataclass(frozen=True)
class FeatureRow:
    """A feature in the table of all: what it is, medians, distances."""

    words: str
    detail: str
    unit: str
    dataset: str
    reference: str
    smirnov: str
    wasserstein: str


def feature_row(feature: FeatureComparison) -> FeatureRow:
    """Write a feature's numbers."""
    words, detail = feature_words(feature)
    return FeatureRow(
        words,
        detail,
        typeset(feature.unit),
        number(feature.dataset.quantiles[_MEDIAN]),
        number(feature.reference.quantiles[_MEDIAN]),
        interval(feature.kolmogorov_smirnov),
        interval(feature.wasserstein_sd),
    )


def telltale_caption(telltale: Telltale) -> str:
    """Say how the dataset differs in a telltale feature, and how much that tells."""
    difference = telltale.words.rpartition(": ")[2]
    return (
        f"{difference[:1].upper()}{difference[1:]}. "
        f"By this alone {whole_percent(telltale.alone)} of 100 are told rightly."
    )


def feature_words(feature: FeatureComparison) -> tuple[str, str]:
    """Return what a feature is, its first letter large, and what explains that further; the latter may be empty."""
    name, bracket, rest = typeset(feature.words).partition(" (")
    return name[:1].upper() + name[1:], f"{bracket.lstrip()}{rest}"


def typeset(text: str) -> str:
    """Write units and signs as they are printed."""
    return text.replace("uV^2", "µV²").replace("uV", "µV").replace("+-", "±")


def coverage_note(comparison: Comparison) -> str:
    """Say what the measures of coverage were computed on."""
    coverage = comparison.coverage
    return (
        f"In the space of all features, standardised by the reference: {coverage.features} dimensions, one of them the "
        "share of features that can't be measured. All depend on the number of ECGs; these are means over "
        f"{coverage.samples} samples of {coverage.records:,} ECGs of each. The floor is what halves of the reference, "
        "as large, reach against each other. An ECG reaches as far as its nearest neighbours on its own side. Recall "
        "and coverage may differ much: where a dataset is less varied, its ECGs lie close together and reach no real "
        "one, and may still lie within the reach of real ones, which lie further from each other."
    )


def example_caption(example: Example) -> str:
    """Say which ECG it is, and what the classifier made of it."""
    score = percent(example.score)
    return f"{printable(example.record)}: of the dataset with a probability of {score}, said the classifier"


def interval(estimate: Estimate) -> str:
    """Write a value and its interval: 0.42 (0.31 to 0.55); a dash where there is none."""
    if math.isnan(estimate.value):
        return "–"
    return f"{estimate.value:.2f} ({estimate.low:.2f} to {estimate.high:.2f})"


def number(value: float) -> str:
    """Write a number in no more digits than it can carry; a dash for NaN."""
    if math.isnan(value):
        return "–"
    text = f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
    return text.replace("-", "−") if text != "-0" else "0"


def printable(name: str) -> str:
    """Return a name with nothing in it that can't be written: file names may hold bytes that are no text."""
    text = name.encode("utf-8", "replace").decode("utf-8")
    return "".join(letter if letter.isprintable() else "?" for letter in text)
