"""`ecgfactory show`: records of a dataset on the terminal, and as pages, pictures and CSV files."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import lru_cache, partial
from itertools import product
from typing import cast, get_args

from ecgfactory.artefact_table import ArtefactTable
from ecgfactory.cli.output import console, feature_rows, print_files, print_rows, print_table
from ecgfactory.dataset.reader import Dataset
from ecgfactory.errors import BadInputError
from ecgfactory.record import CsvDialect, Record
from ecgfactory.report.choice import Choice, choose
from ecgfactory.report.clock import clock, seconds_of
from ecgfactory.report.feature_text import feature_label, feature_value
from ecgfactory.report.handouts import Handouts, Targets
from ecgfactory.report.page import HEADLINE_FEATURES
from ecgfactory.report.paper import PaperName
from ecgfactory.report.printed_features import record_features
from ecgfactory.report.records import any_record, course_of
from ecgfactory.report.rhythm_words import COMPOSED, beat_counts, rhythm_times, rhythm_title, shown_part
from ecgfactory.report.style import Colours, Gain, Layout, PageStyle, Speed
from ecgfactory.rhythm_kinds import scp_codes, snomed_ct_codes
from ecgfactory.storage.place import Place

ALL = "all"


def page_styles(
    layouts: str, papers: str, gain_mm_per_mv: int, speed_mm_per_s: int, colours: str, quiz: bool, marks: bool
) -> list[PageStyle]:
    """Make a style for each layout on each paper; both are names with commas in between, or `all`.

    Raises
    ------
    BadInputError
        Naming each unknown value, and the known ones.
    """
    styles: list[PageStyle] = []
    problems: list[str] = []
    for paper, layout in product(_listed(papers, get_args(PaperName)), _listed(layouts, get_args(Layout))):
        try:
            styles.append(
                PageStyle(
                    cast("Layout", layout),
                    cast("Gain", gain_mm_per_mv),
                    cast("Speed", speed_mm_per_s),
                    cast("Colours", colours),
                    cast("PaperName", paper),
                    quiz,
                    marks,
                )
            )
        except BadInputError as error:
            problems += error.problems
    if problems:
        raise BadInputError(list(dict.fromkeys(problems)))
    return styles


def _listed(text: str, known: Sequence[str]) -> list[str]:
    """Take a list of names apart, in any case; a known one is spelt as it is known."""
    spelt = {name.casefold(): name for name in known}
    names = [name.strip() for name in text.split(",")]
    return list(known) if names == [ALL] else [spelt.get(name.casefold(), name) for name in names]


PAGES = ("--pdf", "--png", "--pdf-dir", "--png-dir")
TABLES = ("--csv", "--csv-dir")
NEEDS = {
    **dict.fromkeys(("--layout", "--gain", "--speed", "--analysis", "--marks", "--quiz"), PAGES),
    **dict.fromkeys(("--paper", "--colours"), (*PAGES, "--answers")),
    "--csv-dialect": (*TABLES, "--answers"),
    "--overwrite": (*PAGES, *TABLES, "--answers"),
    **dict.fromkeys(("--output", "--again"), ("--image",)),
}
"""Options that say how files are written, and those that name the files."""


def check_used(given: Sequence[str]) -> None:
    """Check that every option has a file to act on.

    Raises
    ------
    BadInputError
        Naming each that has none, and the options that name one.
    """
    idle = [option for option in given if option in NEEDS and not set(NEEDS[option]) & set(given)]
    if idle:
        raise BadInputError([f"{option} needs a file to act on; add {' or '.join(NEEDS[option])}." for option in idle])


def show_records(
    path: Place,
    wanted: Sequence[str],
    targets: Targets,
    styles: Sequence[PageStyle],
    with_analysis: bool,
    csv_dialect: str,
    overwrite: bool,
    clean: bool = False,
    at: str | None = None,
) -> None:
    """Print what is known about records of a dataset, or their clean twins, and write the files that are asked for.

    Pages show 10 s of a record from the time `at`, where that is given.
    """
    dataset = Dataset(path)
    if clean:
        dataset.clean_of(dataset.reader(dataset.lead_names))
    choice, at_s = choose(dataset, wanted), None if at is None else seconds_of(at)
    with_waves = with_analysis or any(style.marks for style in styles)
    handouts = Handouts(
        title=dataset.title,
        ids=choice.ids,
        read=lru_cache(1)(partial(any_record, dataset, clean=clean, at_s=at_s, with_waves=with_waves)),
        read_course=partial(course_of, dataset),
        lead_names=dataset.lead_names,
        styles=styles,
        with_analysis=with_analysis,
        csv_dialect=cast("CsvDialect", csv_dialect),
    )
    written = handouts.write(targets, overwrite)
    if not any(style.quiz for style in styles):  # the terminal may be on the wall of a classroom
        _print(handouts, choice, dataset.is_composed, dataset.has_artefacts and not clean)
    print_files(written)


def _print(handouts: Handouts, choice: Choice, is_composed: bool, has_artefacts: bool) -> None:
    """Print all features of one record, or the most important ones of several."""
    if len(choice.ids) == 1:
        print_rows(_describe(handouts.read(choice.ids[0])))
    else:
        rows = [_row(handouts.read(wanted)) for wanted in choice.ids]
        idle = [name for name, there in (("rhythm", is_composed), ("artefacts", has_artefacts)) if not there]
        headings = [name for name in rows[0] if name not in idle]
        print_table(headings, [[row[name] for name in headings] for row in rows])
    if choice.left_out:
        console().print(f"left out: {choice.left_out} rejected candidates within the range; name one to see it")


def _describe(record: Record) -> Iterator[tuple[str, str]]:
    yield "record", f"{record.record_id} (seed {record.seed})"
    yield "dataset", record.dataset
    length = f"{record.duration_s:g} s" if record.stretch is None else clock(record.stretch.record_s)
    size = f"{length} at {record.sampling_rate_hz} Hz"
    yield "signal", f"{size}, {record.filters}, leads {', '.join(record.lead_names)}"
    if record.rhythm:
        yield from _describe_rhythm(record)
    yield "verdict", "rejected (made again to show it)" if record.reasons else "accepted"
    for reason in record.reasons:
        yield "", reason
    if record.artefacts is not None and not record.reasons:
        yield from _describe_artefacts(record, record.artefacts)
    yield from feature_rows(record_features(record))


def _describe_rhythm(record: Record) -> Iterator[tuple[str, str]]:
    codes = {"SNOMED CT": snomed_ct_codes(record.kinds), "SCP": scp_codes(record.kinds)}
    told = [f"{vocabulary} {', '.join(known)}" for vocabulary, known in codes.items() if known]
    yield "rhythm", "; ".join([rhythm_title(record), *told])
    yield "source", f"{COMPOSED}; not for diagnosis"
    if record.stretch is not None:
        yield "shown", shown_part(record, record.duration_s)
    if record.beats is not None and record.rhythms is not None and len(record.rhythms):
        yield "kinds of beats", beat_counts(record)
        yield "rhythms", rhythm_times(record)


def _describe_artefacts(record: Record, artefacts: ArtefactTable) -> Iterator[tuple[str, str]]:
    if record.injury["failed_rules"]:
        yield "", f"with its artefacts it breaks {', '.join(record.injury['failed_rules'])}"
    for number, line in enumerate(artefact_lines(artefacts, record.sampling_rate_hz)):
        yield "" if number else "artefacts", line
    ratios = {lead: record.injury[f"snr_db_{lead}"] for lead in record.lead_names}
    told = ", ".join(f"{lead} {ratio:z.1f}" for lead, ratio in ratios.items() if ratio is not None)
    if told:
        yield "SNR (dB)", told


def artefact_lines(artefacts: ArtefactTable, sampling_rate_hz: int) -> list[str]:
    """Write the artefacts of one record, a line each: kind, leads, when, amount and signal-to-noise ratio."""
    lines = []
    for number, leads in enumerate(artefacts.leads_of_each):
        onset_s, end_s = artefacts.onset[number] / sampling_rate_hz, (artefacts.offset[number] + 1) / sampling_rate_hz
        amount, ratio = artefacts.amount[number], artefacts.snr_db[number]
        where = "all leads" if len(leads) == len(artefacts.lead_names) else ", ".join(leads) or "no lead"
        line = f"{artefacts.kind[number]} in {where}, {onset_s:.4g} to {end_s:.4g} s"
        line += "" if math.isnan(amount) else f", {f'{amount:.4g} {artefacts.unit[number]}'.strip()}"
        lines.append(line + ("" if math.isnan(ratio) else f", SNR {ratio:z.1f} dB"))
    return lines or ["none"]


def _row(record: Record) -> dict[str, str]:
    """Say the most important things of a record, by their headings."""
    features = record_features(record)
    return {
        "record": record.record_id,
        "rhythm": rhythm_title(record),
        "verdict": "rejected" if record.reasons else "accepted",
        **{feature_label(name): feature_value(name, features.get(name)) for name in HEADLINE_FEATURES},
        "artefacts": ", ".join(record.artefacts.kind) if record.artefacts else "",
    }
