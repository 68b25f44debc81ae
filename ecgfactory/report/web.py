"""The web page of a dataset: reports/index.html, one file that needs nothing but a browser."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import pyarrow as pa
from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from ecgfactory.dataset.card import limits
from ecgfactory.quality.features import features_among
from ecgfactory.record import FeatureValue, Record
from ecgfactory.report.artefact_words import artefact_lines, broken_rules, clean_of
from ecgfactory.report.book import CoverFacts, cover_rows
from ecgfactory.report.clock import clock
from ecgfactory.report.feature_text import bare_value, feature_label, feature_unit, feature_value
from ecgfactory.report.page import HEADLINE_FEATURES
from ecgfactory.report.printed_features import page_features, record_features
from ecgfactory.report.records import PAGE_S
from ecgfactory.report.rhythm_page import EXPLANATION
from ecgfactory.report.rhythm_words import coded_rhythm, how_found, rhythm_title, shown_part
from ecgfactory.report.summary import REFERENCE_SOURCE, NumberSummary, WordSummary, summarise
from ecgfactory.report.svg import ecg_svg, histogram_svg
from ecgfactory.report.thumbnails import Thumbnail
from ecgfactory.storage.handed_out import whole_file
from ecgfactory.wave_table import BEAT_WAVES, WAVES

DRAWINGS_BYTES = 3_000_000
"""Number of ECGs drawn into the page; further samples are listed, with their files."""

TABLE_FEATURES = (*HEADLINE_FEATURES, "rr_sd_ms", "amplitude_max_uv")
"""Columns of the table of samples; those that the records lack are left out."""

_OPEN_CHARTS = (*TABLE_FEATURES, "neurokit_quality_zhao2018_simple", "rr_mean_ms", "qtc_fridericia_ms", "p_duration_ms")


@dataclass(frozen=True)
class Sample:
    """A record that the page shows.

    Parameters
    ----------
    record : Record
        Accepted or rejected.
    split : str
        Where it belongs; empty for a rejected one.
    downloads : mapping of str to str
        Its files: what to call each, and its path relative to the page.
    folds : mapping of str to mapping of str to str
        Further files that the page shows when they are asked for, as `downloads`, by what to call them together.
    clean_features : mapping of str to value
        What was measured on its clean twin, as `Record.features`; empty where that is not known.
    """

    record: Record
    split: str
    downloads: Mapping[str, str]
    folds: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    clean_features: Mapping[str, FeatureValue] = field(default_factory=dict)

    @cached_property
    def drawing(self) -> Markup:
        """The ECG as SVG, its waves marked, with its clean twin where that differs."""
        return ecg_svg(self.record, marks=True, clean=True)

    @cached_property
    def artefacts(self) -> list[str]:
        """Its artefacts, in words."""
        return artefact_lines(self.record)

    @property
    def rhythm(self) -> str:
        """The rhythm that it is composed in; empty for one as it was generated."""
        return rhythm_title(self.record)

    @property
    def codes(self) -> str:
        """Its rhythm with codes."""
        return coded_rhythm(self.record)

    @property
    def part(self) -> str:
        """Which part of it is drawn; empty where that is all."""
        return shown_part(self.record, min(self.record.duration_s, PAGE_S))

    @cached_property
    def features(self) -> Mapping[str, FeatureValue]:
        """What is printed of the whole record."""
        return record_features(self.record)

    @cached_property
    def drawn_features(self) -> Mapping[str, FeatureValue]:
        """What is printed beside its drawing: of a stretch what is measured on it."""
        return page_features(self.record)

    @property
    def has_twin(self) -> bool:
        """Whether it has a clean twin that differs from it."""
        return clean_of(self.record) is not None

    @property
    def verdict(self) -> str:
        """One word, and more of a record that breaks rules with its artefacts: it was accepted before them."""
        if self.record.reasons:
            return "rejected"
        return "accepted without its artefacts" if broken_rules(self.record) else "accepted"

    @property
    def verdict_class(self) -> str:
        """What the style of the page calls the verdict."""
        return "caution" if broken_rules(self.record) else self.verdict

    @property
    def reasons(self) -> list[str]:
        """Why it was rejected, or what it breaks with its artefacts."""
        broken = broken_rules(self.record)
        return [f"with them it breaks {', '.join(broken)}"] if broken else list(self.record.reasons)


@dataclass(frozen=True)
class Chart:
    """A distribution, ready for the page."""

    label: str
    unit: str
    definition: str
    is_open: bool
    histogram: Markup | None
    words: Mapping[str, int]
    caption: str
    notes: str


def write_web_page(
    path: Path,
    facts: CoverFacts,
    samples: Sequence[Sample],
    sampling_rule: str,
    features: pa.Table,
    comparison: str = "",
    thumbnails: Sequence[Thumbnail] = (),
) -> None:
    """Write the web page of a dataset: the same facts, distributions and samples as in the report book.

    Parameters
    ----------
    path : Path
        File to make or replace; its folder must exist.
    facts : CoverFacts
        What the top of the page says.
    samples : sequence of Sample
        The samples, in the order shown.
    sampling_rule : str
        How they were chosen; an empty line parts paragraphs.
    features : pyarrow Table
        One row per record of the whole dataset.
    comparison : str
        Path of the page that compares the dataset with real ECGs, relative to this one; empty without one.
    thumbnails : sequence of Thumbnail
        Small copies of pictures of the samples, where there are such.

    Raises
    ------
    BadInputError
        When the file can't be written.
    """
    environment = page_environment("ecgfactory.report")
    columns = [name for name in TABLE_FEATURES if any(name in sample.record.features for sample in samples)]
    text = environment.get_template("index.html").render(
        facts=facts,
        rows=cover_rows(facts),
        comparison=comparison,
        thumbnails=thumbnails,
        most_rejects=max(facts.rejects.values(), default=1),
        samples=samples,
        drawn=_drawn(samples),
        sample_rhythms=list(dict.fromkeys(sample.rhythm for sample in samples if sample.rhythm)),
        most_of_rhythm=max((rhythm.records for rhythm in facts.rhythms), default=1) or 1,
        explanation=EXPLANATION,
        length=clock(facts.duration_s) if facts.duration_s >= 100 else f"{facts.duration_s:g} s",
        marked=_marked(samples),
        how_found=_how_found(samples),
        has_twins=any(sample.has_twin for sample in samples),
        most_artefacts=max((kind.count for kind in facts.artefacts.kinds), default=1) if facts.artefacts else 1,
        sampling_rule=sampling_rule.split("\n\n"),
        columns=[(name, feature_label(name), feature_unit(name)) for name in columns],
        measured=_measured,
        charts=list(_charts(features)),
        reference_source=REFERENCE_SOURCE,
        limits=limits(facts.model_card, bool(facts.rhythms)),
        paper=facts.model_card.paper,
    )
    with whole_file(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")


def page_environment(*packages: str) -> Environment:
    """Return what fills the templates of some packages, the first that has one: values are escaped."""
    environment = Environment(
        loader=ChoiceLoader([PackageLoader(package) for package in packages]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["value"] = lambda value, name: feature_value(name, value)
    environment.filters["bare"] = bare_value
    return environment


def _drawn(samples: Sequence[Sample]) -> list[Sample]:
    """Return the samples that are drawn: as many as there is room for."""
    room, drawn = DRAWINGS_BYTES, []
    for sample in samples:
        room -= len(sample.drawing)
        if room < 0:
            break
        drawn.append(sample)
    return drawn


def _marked(samples: Sequence[Sample]) -> list[str]:
    """Return which kinds of waves the samples have, in order; those of a beat always."""
    found = {int(wave) for sample in samples if sample.record.waves is not None for wave in sample.record.waves.wave}
    return [name for place, name in enumerate(WAVES) if place in found or name in BEAT_WAVES]


def _how_found(samples: Sequence[Sample]) -> str:
    """Say how the waves of the samples are known, of the composed ones where there are such."""
    composed = [sample for sample in samples if sample.rhythm]
    return ", or ".join(dict.fromkeys(how_found(sample.record) for sample in composed or samples))


def _measured(sample: Sample) -> list[tuple[str, str]]:
    """Every feature beside the drawing of a sample as name and label."""
    return [(name, feature_label(name)) for name in sample.drawn_features]


def _charts(table: pa.Table) -> Iterator[Chart]:
    for feature in features_among(table.column_names):
        summary = summarise(feature.name, table.column(feature.name))
        numbers = summary if isinstance(summary, NumberSummary) else None
        label = feature_label(feature.name)
        yield Chart(
            label=label,
            unit=feature_unit(feature.name),
            definition=feature.definition,
            is_open=feature.name in _OPEN_CHARTS,
            histogram=histogram_svg(numbers, label) if numbers and not numbers.is_few else None,
            words=summary.counts if isinstance(summary, WordSummary) else {},
            caption=numbers.caption if numbers else "",
            notes=numbers.notes if numbers else "Not measurable in any record." if summary is None else "",
        )
