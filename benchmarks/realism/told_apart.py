"""How real ECGs are as generated: what a classifier makes of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.realism import plots
from benchmarks.realism.ecgs import RealEcgs, candidates, in_memory, rows_of, sound, space_of
from ecgfactory.comparison.compare import compare
from ecgfactory.comparison.coverage import measure_coverage
from ecgfactory.comparison.distances import compare_features
from ecgfactory.comparison.features import FeatureMatrix
from ecgfactory.comparison.findings import Coverage, Estimate, FeatureComparison, TwoSampleTest
from ecgfactory.comparison.result import Comparison
from ecgfactory.comparison.two_sample import floor_within, two_sample_test
from ecgfactory.leads import SignalUv
from ecgfactory.realism.feature_space import feature_space
from ecgfactory.recorder.filters import Filters
from ecgfactory.recorder.recorder import Recorder

MONITOR = Recorder(filters=Filters(highpass_hz=0.5, lowpass_hz=40))
GROUPS = ("spectrum", "amplitude", "lead correlation", "beat shape", "interval")
HISTOGRAMS = 8


@dataclass(frozen=True)
class Row:
    """A pair of sets and how far a classifier tells them apart.

    Parameters
    ----------
    name : str
        What is held against what.
    accuracy : Estimate
        0.5 is chance.
    area : float or None
        Under the ROC curve.
    records_per_class : int
        ECGs of each.
    """

    name: str
    accuracy: Estimate
    area: float | None
    records_per_class: int


@dataclass(frozen=True, eq=False)
class ToldApart:
    """Findings of the section.

    Parameters
    ----------
    rows : list of Row
        Real against generated, and each against itself.
    groups : dict of str to Estimate
        Accuracy on the features of one group alone.
    coverages : dict of str to Coverage
        By set of generated ECGs, against sinus rhythms.
    comparison : Comparison
        Of mended ECGs with sinus rhythms.
    records : int
        Generated ECGs of each set.
    """

    rows: list[Row]
    groups: dict[str, Estimate]
    coverages: dict[str, Coverage]
    comparison: Comparison
    records: int


def tell_apart(dataset: FeatureMatrix, reference: FeatureMatrix) -> TwoSampleTest:
    """Run the two-sample test on two sets of features."""
    return two_sample_test(dataset, reference, compared(dataset, reference)).test


def compared(dataset: FeatureMatrix, reference: FeatureMatrix) -> tuple[FeatureComparison, ...]:
    """Compare feature by feature."""
    known = {feature.name: feature for feature in feature_space()}
    return compare_features(dataset, reference, [known[name] for name in dataset.names])


def of_groups(features: FeatureMatrix, groups: Iterable[str]) -> FeatureMatrix:
    """Keep the features of some groups."""
    wanted = set(groups)
    group = {feature.name: feature.group for feature in feature_space()}
    return features.keep(np.array([group[name] in wanted for name in features.names]))


def measure(real: RealEcgs, seed: int, records: int) -> ToldApart:
    """Tell generated ECGs from real ones."""
    published = sound(candidates(seed, records, "as_published"))
    mended = sound(candidates(seed, records))
    kinds = {
        "as published": space_of(published),
        "mended": (features := space_of(mended)),
        "mended, 0.5-40 Hz": space_of(MONITOR.record(mended)),
    }
    unfiltered, filtered = space_of(real.signals_uv), space_of(MONITOR.record(real.signals_uv))
    references = [(unfiltered, ""), (unfiltered, ""), (filtered, " of that band")]
    rows = []
    for who, is_wanted in (("sinus rhythms", real.is_sinus), ("all of LUDB", np.ones_like(real.is_sinus))):
        for (kind, of_kind), (reference, band) in zip(kinds.items(), references, strict=True):
            rows.append(_row(f"{kind}, against {who}{band}", tell_apart(of_kind, rows_of(reference, is_wanted))))
    sinus = rows_of(unfiltered, real.is_sinus)
    rows += _floors(sinus, features)
    return ToldApart(
        rows,
        {group: tell_apart(*(of_groups(side, [group]) for side in (features, sinus))).accuracy for group in GROUPS},
        {
            kind: measure_coverage(of_kind, rows_of(reference, real.is_sinus))
            for (kind, of_kind), (reference, _) in zip(kinds.items(), references, strict=True)
        },
        _compared(mended, real),
        records,
    )


def _row(name: str, test: TwoSampleTest) -> Row:
    return Row(name, test.accuracy, test.roc.area, test.records_per_class)


def _floors(sinus: FeatureMatrix, generated: FeatureMatrix) -> list[Row]:
    half = len(generated.values) // 2
    first, second = (rows_of(generated, np.arange(*part)) for part in ((0, half), (half, 2 * half)))
    floor = floor_within(sinus, sinus.ecgs)
    return [
        Row(f"sinus rhythms: {floor.splits} random halves", floor.accuracy, None, floor.records_per_class),
        _row("mended, one half against the other", tell_apart(first, second)),
    ]


def _compared(mended: SignalUv, real: RealEcgs) -> Comparison:
    generated = in_memory(mended, np.arange(len(mended)), "generated")
    return compare(generated, in_memory(real.sinus_uv, real.numbers[real.is_sinus], "LUDB, sinus rhythms"))


def section(found: ToldApart, output: Path) -> str:
    """Write the section and its plots."""
    plots.accuracies([(row.name, row.accuracy) for row in found.rows], output / "told_apart.png")
    telltales = found.comparison.two_sample.telltales
    by_name = {feature.name: feature for feature in found.comparison.features}
    drawn = [(by_name[telltale.feature], telltale.words) for telltale in telltales[:HISTOGRAMS]]
    plots.histograms(drawn, output / "telltales.png")
    plots.sheet(found.comparison.examples, output / "ecgs.png")
    coverage_rows = [
        f"| {name} | {' | '.join(_metric(getattr(coverage, metric)) for metric in METRICS)} |"
        for name, coverage in found.coverages.items()
    ]
    return "\n".join(
        [
            "## How real, as generated",
            "",
            "Share of ECGs that a random forest tells right, with its interval of 95 %: 50 % is chance. Cross-validated"
            f" on as many of either side, drawn three times from the {found.records} generated that `basic` "
            "accepts. The area is that under the ROC curve.",
            "",
            "| ECGs | accuracy | area | of each |",
            "|---|---|---|---|",
            *(
                f"| {row.name} | {share(row.accuracy)} | {'' if row.area is None else f'{row.area:.2f}'} | "
                f"{row.records_per_class} |"
                for row in found.rows
            ),
            "",
            "![Accuracies](told_apart.png)",
            "",
            "The ends of the ECGs are too small a part for the feature space to show whether they are mended: that is "
            "measured below. On the features of one group alone, mended against sinus rhythms: "
            + ", ".join(f"{group} {accuracy.value:.0%}" for group, accuracy in found.groups.items())
            + ".",
            "",
            "What betrays most, by the classifier's importance; alone is the accuracy of a single cut:",
            "",
            "| feature | importance | alone | generated, 5 / 50 / 95 % | real |",
            "|---|---|---|---|---|",
            *(
                f"| {telltale.words} | {telltale.importance:.1%} | {telltale.alone:.0%} | "
                f"{_range(by_name[telltale.feature].dataset.quantiles, by_name[telltale.feature].unit)} | "
                f"{_range(by_name[telltale.feature].reference.quantiles, by_name[telltale.feature].unit)} |"
                for telltale in telltales[:HISTOGRAMS]
            ),
            "",
            "![What betrays](telltales.png)",
            "",
            "The generated ECGs that the classifier was surest of, in the middle, and took for real, for "
            f"people to look at; leads are {plots.STEP_MV:g} mV apart:",
            "",
            "![ECGs](ecgs.png)",
            "",
            "The clouds of points against sinus rhythms, each value beside its floor, that of halves of these against "
            "each other:",
            "",
            f"| ECGs | {' | '.join(name.replace('_', ' ') for name in METRICS)} |",
            f"|---{'|---' * len(METRICS)}|",
            *coverage_rows,
        ]
    )


METRICS = ("precision", "recall", "density", "coverage", "frechet_distance", "mmd")


def share(estimate: Estimate) -> str:
    """Write a share with its interval."""
    return f"{estimate.value:.1%} ({100 * estimate.low:.0f} to {100 * estimate.high:.0f})"


def _metric(metric: object) -> str:
    value, floor = metric.value, metric.floor  # type: ignore[attr-defined]
    return f"{value:.3g} ({floor:.3g})"


def _range(quantiles: tuple[float, ...], unit: str) -> str:
    return f"{' / '.join(f'{quantiles[place]:.3g}' for place in (0, 2, 4))} {unit}".strip()
