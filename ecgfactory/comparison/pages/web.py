"""The web page of a comparison, one file that needs nothing but a browser."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from ecgfactory.comparison.findings import Telltale
from ecgfactory.comparison.pages import charts, copies, words
from ecgfactory.comparison.pages.histograms import of_feature, of_scores, of_values
from ecgfactory.comparison.percent import percent
from ecgfactory.comparison.result import Comparison, Example
from ecgfactory.comparison.summary import metric_rows
from ecgfactory.record import Record
from ecgfactory.report.svg import ecg_svg
from ecgfactory.report.web import page_environment
from ecgfactory.storage.handed_out import whole_file

EXAMPLES = 2
"""ECGs of each kind that are drawn."""


@dataclass(frozen=True)
class Figure:
    """A drawing with what is said of it."""

    title: str
    unit: str
    drawing: Markup | None
    caption: str
    detail: str = ""


@dataclass(frozen=True)
class Copies:
    """The part of the page on copies: flagged ECGs, sentences, distributions of distances, pairs."""

    flagged: int
    findings: list[str]
    distances: list[Figure]
    pairs: list[Figure]


def write_comparison_page(comparison: Comparison, path: Path, draws_reference: bool) -> None:
    """Write the web page of a comparison.

    Parameters
    ----------
    comparison : Comparison
        What was found.
    path : Path
        File to make or replace; its folder must exist.
    draws_reference : bool
        Whether ECGs of the reference may be drawn.

    Raises
    ------
    BadInputError
        When the file can't be written.
    """
    environment = page_environment("ecgfactory.comparison.pages", "ecgfactory.report")
    environment.filters |= {"percent": percent, "number": words.number, "printable": words.printable}
    text = environment.get_template("comparison.html").render(
        comparison=comparison,
        words=words,
        texts=copies,
        metrics=metric_rows(comparison),
        verdict_figures=_verdict_figures(comparison),
        telltales=[_telltale_figure(comparison, telltale) for telltale in comparison.two_sample.telltales],
        examples=list(_example_figures(comparison, draws_reference)),
        copies=_copies(comparison, draws_reference),
        draws_reference=draws_reference,
    )
    with whole_file(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")


def _verdict_figures(comparison: Comparison) -> list[Figure]:
    test, floor = comparison.two_sample, comparison.floor
    rows = [
        ("of-dataset", "dataset against reference", test.accuracy),
        ("of-reference", "halves of the reference: the floor", floor.accuracy),
    ]
    return [
        Figure("Told rightly", "", charts.intervals_svg(rows), "Dots with intervals of 95 %; dashed: guessing."),
        Figure(
            "Score of each ECG",
            "%",
            charts.histograms_svg(of_scores(test.scores), "the classifier's score"),
            "How probable the classifier found it that an ECG is of the dataset. The less the two overlap, the better "
            "they are told apart.",
        ),
        Figure(
            "ROC curve",
            "",
            charts.roc_svg(test.roc),
            "Share of the dataset recognised (upwards) against share of the reference taken for it, at every "
            f"threshold; area {test.roc.area:.2f}, by guessing 0.5.",
        ),
    ]


def _telltale_figure(comparison: Comparison, telltale: Telltale) -> Figure:
    feature = next(feature for feature in comparison.features if feature.name == telltale.feature)
    title, detail = words.feature_words(feature)
    histograms = of_feature(feature)
    return Figure(
        title,
        words.typeset(feature.unit),
        charts.histograms_svg(histograms, title) if histograms else None,
        words.telltale_caption(telltale),
        detail,
    )


def _example_figures(comparison: Comparison, draws_reference: bool) -> Iterator[tuple[str, str, list[Figure]]]:
    """For each kind of example its name, what it is, and drawings."""
    for kind, (title, meaning) in words.EXAMPLE_KINDS.items():
        if kind == "reference" and not draws_reference:
            continue
        examples = getattr(comparison.examples, kind)[:EXAMPLES]
        figures = [
            Figure("", "", ecg_svg(example_record(comparison, example)), words.example_caption(example))
            for example in examples
        ]
        yield title, meaning, figures


def _copies(comparison: Comparison, draws_reference: bool) -> Copies:
    privacy = comparison.privacy
    distances = [
        Figure(
            f"{copies.WAYS[way]}: distance to the nearest",
            "",
            charts.histograms_svg(of_values(nearness.synthetic, nearness.real), f"distances by {way}"),
            copies.way_caption(nearness),
        )
        for way, nearness in privacy.ways.items()
    ]
    pairs = copies.shown_pairs(comparison) if draws_reference else []
    drawn = [Figure(pair.title, "mV", charts.overlays_svg(pair.overlays, pair.title), pair.caption) for pair in pairs]
    return Copies(int(privacy.is_copy.sum()), copies.findings(privacy), distances, drawn)


def example_record(comparison: Comparison, example: Example) -> Record:
    """Return an example as a record that can be drawn."""
    name = words.printable(example.record)
    return Record(
        name, comparison.data.lead_names, example.signal_uv, sampling_rate_hz=comparison.data.sampling_rate_hz
    )
