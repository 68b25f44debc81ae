"""The report book: cover, distributions, how samples were chosen, and each sample's pages, as one PDF."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import accumulate
from pathlib import Path

import numpy as np
import pyarrow as pa

from ecgfactory.dataset.artefact_summary import ArtefactSummary
from ecgfactory.generators.model_card import ModelCard
from ecgfactory.record import Record
from ecgfactory.recorder.recorder import Recorder
from ecgfactory.report.artefact_pages import artefact_pages
from ecgfactory.report.clock import clock
from ecgfactory.report.course import Course
from ecgfactory.report.distributions import distribution_pages
from ecgfactory.report.export import PageMaker, numbered, record_pages, record_title, whole_pdf
from ecgfactory.report.feature_text import feature_value
from ecgfactory.report.page import MARGIN_MM, RIGHT_MM, draw_footer, draw_rows, draw_title
from ecgfactory.report.rhythm_page import rhythm_page
from ecgfactory.report.rhythm_summary import RhythmShare
from ecgfactory.report.rhythm_words import COMPOSED
from ecgfactory.report.sheet import Box, Sheet
from ecgfactory.report.style import PageStyle, Palette

_COVER_NOTE = (
    "Every ECG in this dataset was made by {kind}; none is a recording of a person. "
    "The ECGs serve research, teaching and the testing of software. They must not be used for diagnosis, nor to judge "
    "how well a diagnostic method works on patients."
)
_CONTENTS_COLUMNS = 3
_RULE_WIDTH = 130
_PAGES_PER_SAMPLE = 2
_MOST_RHYTHMS = 4
"""That are named on the cover."""


@dataclass(frozen=True)
class CoverFacts:
    """What the cover says about a dataset; no dates, so that the same dataset gets the same bytes.

    Parameters
    ----------
    name, plan_id : str
        Which dataset.
    records, candidates_examined : int
        Accepted records, and candidates looked at to find them.
    lead_names : sequence of str
        Stored leads.
    duration_s : float
        Length of a record.
    seed : int
        Seed of the candidates.
    model, policy : str
        Generator and quality policy.
    model_card : ModelCard
        What else is to be said of the generator.
    splits : mapping of str to int
        Records in each split.
    rejects : mapping of str to int
        Candidates that broke each rule; one may break several.
    recorder : Recorder
        How signals were recorded.
    match : str
        What acceptance followed; empty where all that passed the policy were accepted.
    labels : str
        What is marked; empty where nothing is.
    artefacts : ArtefactSummary or None
        What was put into records; None where that was not asked for.
    rhythms : sequence of RhythmShare
        Which rhythms records are composed in; none where they are as generated.
    """

    name: str
    plan_id: str
    records: int
    candidates_examined: int
    lead_names: Sequence[str]
    duration_s: float
    seed: int
    model: str
    policy: str
    model_card: ModelCard
    splits: Mapping[str, int] = field(default_factory=dict)
    rejects: Mapping[str, int] = field(default_factory=dict)
    recorder: Recorder = field(default_factory=Recorder)
    match: str = ""
    labels: str = ""
    artefacts: ArtefactSummary | None = None
    rhythms: Sequence[RhythmShare] = ()

    @property
    def accepted_share(self) -> float:
        """The yield: accepted of examined candidates, 0 to 1."""
        return self.records / self.candidates_examined if self.candidates_examined else 0.0


def write_report_book(
    path: Path,
    facts: CoverFacts,
    records: Sequence[Record],
    sampling_rule: str,
    features: pa.Table | None = None,
    style: PageStyle | None = None,
    samples_folder: Path | None = None,
    courses: Mapping[str, Course] | None = None,
) -> None:
    """Write the report of a dataset, and a PDF of each sample's pages beside it where that is asked for.

    A sample's sheets are drawn once for both; those of one sample are in memory at a time.

    Parameters
    ----------
    path : Path
        PDF to make or replace; its folder must exist.
    facts : CoverFacts
        What the cover says.
    records : sequence of Record
        The samples, accepted or rejected, in the order shown; each gets a clinical and an analysis page.
    sampling_rule : str
        How the samples were chosen, in full sentences; an empty line parts paragraphs.
    features : pyarrow Table, optional
        One row per record of the whole dataset, for the distribution pages.
    style : PageStyle, optional
        Layout, scale and colours.
    samples_folder : Path, optional
        Where each sample's own PDF goes; it must exist.
    courses : mapping of str to Course, optional
        Courses of long records by their ids; these get an overview between their two pages.

    Raises
    ------
    BadInputError
        When a file can't be written.
    """
    style = style or PageStyle()
    distributions = distribution_pages(features, style.palette) if features is not None else []
    artefacts = artefact_pages(facts.artefacts, records, style) if facts.artefacts else []
    courses = courses or {}
    samples_from = len(artefacts) + len(distributions) + bool(facts.rhythms) + 3
    *begins, count = accumulate(
        (_PAGES_PER_SAMPLE + (record.record_id in courses) for record in records), initial=samples_from
    )
    count -= 1
    pages_of = dict(zip((record.record_id for record in records), begins, strict=True))
    front: list[PageMaker] = [partial(_cover_page, facts, records[:1], style.palette)]
    if facts.rhythms:
        front.append(partial(rhythm_page, facts.rhythms, records, pages_of, style.palette))
    front += [*artefacts, *distributions, partial(_contents_page, sampling_rule, records, pages_of, style.palette)]
    with whole_pdf(path, f"{facts.name} ({facts.plan_id})") as book:
        for number, make_page in enumerate(front, start=1):
            book.add_page(*numbered(make_page(), number, count))
        for record, begin in zip(records, begins, strict=True):
            makers = record_pages(record, style, with_analysis=True, course=courses.get(record.record_id))
            pages = [make_page() for make_page in makers]
            for number, page in enumerate(pages, start=begin):
                book.add_page(*numbered(page, number, count))
            if samples_folder is not None:
                _write_sample(samples_folder / f"{record.record_id}.pdf", record_title(record), pages)


def _write_sample(path: Path, title: str, pages: Sequence[Sheet]) -> None:
    with whole_pdf(path, title) as pdf:
        for number, page in enumerate(pages, start=1):
            pdf.add_page(*numbered(page, number, len(pages)))


def _cover_page(facts: CoverFacts, first: Sequence[Record], palette: Palette) -> Sheet:
    sheet = Sheet()
    draw_title(sheet, facts.name, "a dataset of synthetic ECGs", palette)
    draw_rows(sheet, MARGIN_MM, 170, 126, cover_rows(facts), palette)
    _draw_rejects(sheet, 160, 170, facts, palette)
    for record in first:
        _draw_example(sheet, record, palette)
    for line, text in enumerate(reversed(textwrap.wrap(_COVER_NOTE.format(kind=facts.model_card.kind), 170))):
        sheet.text(MARGIN_MM, 24.8 + 5.2 * line, text, 8.5, palette.text)
    draw_footer(sheet, f"plan {facts.plan_id}", palette)
    return sheet


def cover_rows(facts: CoverFacts) -> list[tuple[str, str]]:
    """Facts as label and value, in reading order."""
    splits = ", ".join(f"{split} {count:,}" for split, count in facts.splits.items())
    return [
        ("Records", f"{facts.records:,}"),
        ("Leads", f"{len(facts.lead_names)}: {', '.join(facts.lead_names)}"),
        ("Duration", f"{facts.duration_s:g} s" if facts.duration_s < 100 else clock(facts.duration_s)),
        *([] if facts.recorder.keeps_signals else [("Signal", str(facts.recorder))]),
        *([("Labels", facts.labels)] if facts.labels else []),
        *([("Source", COMPOSED), ("Rhythms", _rhythm_words(facts.rhythms))] if facts.rhythms else []),
        *([("Artefacts", facts.artefacts.words)] if facts.artefacts else []),
        ("Model", facts.model),
        ("Seed", str(facts.seed)),
        ("Quality policy", facts.policy),
        *([("Match", facts.match)] if facts.match else []),
        ("Candidates examined", f"{facts.candidates_examined:,}"),
        ("Yield", f"{facts.accepted_share:.1%}"),
        *([("Splits", splits)] if splits else []),
        ("Plan id", facts.plan_id),
    ]


def _rhythm_words(rhythms: Sequence[RhythmShare]) -> str:
    """Name the rhythms of a dataset, where they are few, and how many records are in each."""
    if len(rhythms) > _MOST_RHYTHMS:
        return f"{len(rhythms)}, see the page on them"
    return ", ".join(f"{rhythm.kind.title.lower()} {rhythm.records:,}" for rhythm in rhythms)


def _draw_example(sheet: Sheet, record: Record, palette: Palette) -> None:
    """Draw ten seconds of a record's lead II across the cover, 25 mm/s and 10 mm/mV."""
    lead = "II" if "II" in record.lead_names else record.lead_names[0]
    signal_mv = record.lead(lead)[: 10 * record.sampling_rate_hz] / 1000
    x_mm = MARGIN_MM + np.arange(signal_mv.size) * (25 / record.sampling_rate_hz)
    y_mm = np.clip(55 + 10 * (signal_mv - np.median(signal_mv)), 38, 90)
    sheet.line(x_mm, y_mm, palette.accent, 0.8)
    sheet.text(MARGIN_MM, 41, f"lead {lead} of ECG {record.record_id}", 7, palette.muted)


def _draw_rejects(sheet: Sheet, left: float, top: float, facts: CoverFacts, palette: Palette) -> None:
    """Draw how many candidates broke each rule, as bars over the share of candidates examined."""
    rejected = facts.candidates_examined - facts.records
    title = f"Rejected candidates by rule broken ({rejected:,} rejected)"
    sheet.text(left, top, title, 9, palette.text, bold=True)
    if not facts.rejects:
        sheet.text(left, top - 8, "none", 9, palette.muted)
    most = max(facts.rejects.values(), default=1)
    for place, (rule, count) in enumerate(list(facts.rejects.items())[:12]):
        height = top - 9 - 9.5 * place
        share = f"{count / facts.candidates_examined:.1%}" if facts.candidates_examined else ""
        sheet.text(left, height, rule, 8, palette.text)
        sheet.text(RIGHT_MM, height, f"{count:,}  ({share})", 8, palette.muted, align="right")
        width = (RIGHT_MM - left) * count / most
        sheet.area(Box(left, height - 4, width, 2.4).corners, palette.major_grid)


def _contents_page(
    sampling_rule: str, records: Sequence[Record], pages_of: Mapping[str, int], palette: Palette
) -> Sheet:
    sheet = Sheet()
    draw_title(sheet, "Samples", "how they were chosen, and where they are", palette)
    height = 174.0
    for paragraph in sampling_rule.split("\n\n"):
        for line in textwrap.wrap(paragraph, _RULE_WIDTH):
            sheet.text(MARGIN_MM, height, line, 9.5, palette.text)
            height -= 5
        height -= 2.5
    _draw_contents(sheet, records, pages_of, height - 4, palette)
    draw_footer(sheet, "Each sample has a clinical page, to scale, and an analysis page", palette)
    return sheet


def _draw_contents(
    sheet: Sheet, records: Sequence[Record], pages_of: Mapping[str, int], top: float, palette: Palette
) -> None:
    """List the samples with verdict, heart rate and page, in columns; says how many do not fit."""
    rows = max(int((top - 18) / 4.6), 1)
    column_width = (RIGHT_MM - MARGIN_MM) / _CONTENTS_COLUMNS
    room = rows * _CONTENTS_COLUMNS
    shown = records if len(records) <= room else records[: room - 1]
    for place, record in enumerate(shown):
        column, row = divmod(place, rows)
        left, height = MARGIN_MM + column * column_width, top - 4.6 * row
        verdict, colour = ("rejected", palette.bad) if record.reasons else ("accepted", palette.good)
        rate = feature_value("heart_rate_bpm", record.features.get("heart_rate_bpm"))
        sheet.text(left, height, record.record_id, 8.5, palette.text, bold=True)
        sheet.text(left + 28, height, verdict, 8.5, colour)
        sheet.text(left + 48, height, rate, 8.5, palette.muted)
        sheet.text(left + 68, height, f"page {pages_of[record.record_id]}", 8.5, palette.muted)
    if len(shown) < len(records):
        left = MARGIN_MM + (_CONTENTS_COLUMNS - 1) * column_width
        sheet.text(left, top - 4.6 * (rows - 1), f"and {len(records) - len(shown)} more", 8.5, palette.text)
