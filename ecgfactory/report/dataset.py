"""The reports of a dataset: which records are shown, and where the files go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from ecgfactory.dataset.artefact_summary import ArtefactSummary, summarise_artefacts
from ecgfactory.dataset.counts import Counts
from ecgfactory.dataset.files import DatasetFiles
from ecgfactory.dataset.names import ARTEFACTS_FILE, COMPARISON_FOLDER, COMPARISON_PAGE, RECORDS_FILE
from ecgfactory.formats.clean_twin import CLEAN_SUFFIX
from ecgfactory.record import Record, record_id
from ecgfactory.report.book import CoverFacts, write_report_book
from ecgfactory.report.course import Course
from ecgfactory.report.printed_features import without_false_pr
from ecgfactory.report.records import any_record, course_of
from ecgfactory.report.rhythm_summary import rhythm_shares
from ecgfactory.report.thumbnails import thumbnails
from ecgfactory.report.waves import record_waves
from ecgfactory.report.web import Sample, write_web_page

_ACCEPTED_RULE = (
    "The {count} accepted samples were chosen by their place alone: the accepted records, in candidate order, are cut "
    "into {count} runs of equal length, and the record in the middle of each run is shown."
)
_RHYTHM_RULE = (
    "The {count} accepted samples were chosen by their rhythm and place alone: they are dealt out to the rhythms in "
    "turn, one to each at least that has a record. Of each rhythm, the accepted records, in candidate order, are cut "
    "into as many runs of equal length, and the record in the middle of each run is shown."
)
_REJECTED_RULE = (
    "Of the {total} rejected candidates, {count} are shown: for each rule of the quality policy, from the rule broken "
    "most often on, the first candidate that broke it and is not shown already; at most as many as accepted samples. "
    "Their signals are not part of the dataset and were made again."
)

_MOST_LINKS = 3
"""Files of a record in one format that the web page lists; more it folds."""


@dataclass(frozen=True)
class DatasetReport:
    """What the reports of a dataset have in common.

    Parameters
    ----------
    files : DatasetFiles
        The dataset, its tables and signals complete.
    facts : CoverFacts
        What is said of it.
    records : list of Record
        The samples, accepted ones first; empty when none were asked for.
    rule : str
        How they were chosen.
    folder : Path
        Where the reports go; it exists.
    courses : dict of str to Course
        Courses of the samples by their ids, where records are long.
    """

    files: DatasetFiles
    facts: CoverFacts
    records: list[Record]
    rule: str
    folder: Path
    courses: dict[str, Course]

    @classmethod
    def of(cls, files: DatasetFiles, counts: Counts, folder: Path) -> DatasetReport:
        """Choose the samples of a dataset and read them.

        Raises
        ------
        DamagedDatasetError
            When a sample can't be read.
        """
        accepted = accepted_samples(files)
        rejected = rejected_samples(files, counts)
        rule = (_RHYTHM_RULE if files.is_composed else _ACCEPTED_RULE).format(count=len(accepted))
        if rejected:
            rule += "\n\n" + _REJECTED_RULE.format(count=len(rejected), total=f"{counts.examined - counts.records:,}")
        records = [_with_waves(any_record(files, name, with_waves=True)) for name in accepted + rejected]
        courses = {record.record_id: course_of(files, record.record_id) for record in records}
        known = {name: course for name, course in courses.items() if course is not None}
        return cls(files, _cover_facts(files, counts), records, rule, folder, known)


def write_reports(files: DatasetFiles, counts: Counts, folder: Path) -> None:
    """Write report.pdf, a PDF for each sample and index.html.

    Parameters
    ----------
    files : DatasetFiles
        The dataset, its tables and signals complete.
    counts : Counts
        What it holds.
    folder : Path
        Where the reports go; it exists.

    Raises
    ------
    BadInputError
        When a file can't be written.
    DamagedDatasetError
        When a sample can't be read.
    """
    report = DatasetReport.of(files, counts, folder)
    write_pdfs(report)
    write_page(report)


def write_pdfs(report: DatasetReport) -> None:
    """Write report.pdf, and a PDF for each sample, with its analysis, into samples/: the same pages, drawn once."""
    samples = report.folder / "samples"
    samples.mkdir(exist_ok=True)
    write_report_book(
        report.folder / "report.pdf",
        report.facts,
        report.records,
        report.rule,
        features=report.files.records_table,
        samples_folder=samples,
        courses=report.courses,
    )


def write_page(report: DatasetReport) -> None:
    """Write index.html."""
    samples = [_web_sample(report.files, record) for record in report.records]
    accepted = [record.record_id for record in report.records if not record.reasons]
    write_web_page(
        report.folder / "index.html",
        report.facts,
        samples,
        report.rule,
        features=report.files.records_table,
        comparison=f"../{COMPARISON_FOLDER}/{COMPARISON_PAGE}" if report.files.plan.reference else "",
        thumbnails=thumbnails(report.files, accepted, ".."),
    )


def accepted_samples(files: DatasetFiles) -> list[str]:
    """Choose the accepted records that the report shows, by the rule that it states; their ids."""
    ids = files.records_table.column("record_id").to_pylist()
    wanted = min(files.plan.request.report.samples, len(ids))
    if not files.is_composed:
        return _middles(ids, wanted)
    rhythms = files.rhythm_names.tolist()
    of_each = {
        name: [i for i, rhythm in zip(ids, rhythms, strict=True) if rhythm == name] for name in files.plan.rhythms
    }
    dealt = deal({name: len(members) for name, members in of_each.items()}, wanted)
    return [chosen for name, members in of_each.items() for chosen in _middles(members, dealt[name])]


def deal(available: Mapping[str, int], wanted: int) -> dict[str, int]:
    """Deal out samples to groups in turn, one to each at least that has any, until there are as many as wanted."""
    dealt = {name: min(count, 1) for name, count in available.items()}
    while sum(dealt.values()) < min(wanted, sum(available.values())):
        least = min((name for name in dealt if dealt[name] < available[name]), key=lambda name: dealt[name])
        dealt[least] += 1
    return dealt


def _middles(ids: Sequence[str], wanted: int) -> list[str]:
    """Return the middle of each of so many runs of equal length."""
    return [ids[(2 * place + 1) * len(ids) // (2 * wanted)] for place in range(wanted)]


def rejected_samples(files: DatasetFiles, counts: Counts) -> list[str]:
    """Choose the rejected candidates that the report shows, by the rule that it states; their ids."""
    candidates = files.rejected_table.column("candidate").to_pylist()
    failed_rules = files.rejected_table.column("failed_rules").to_pylist()
    chosen: list[int] = []
    for rule in sorted(counts.rejects, key=lambda rule: (-counts.rejects[rule], rule)):
        breakers = (number for number, rules in zip(candidates, failed_rules, strict=True) if rule in rules)
        chosen += [number for number in breakers if number not in chosen][:1]
    return [record_id(number) for number in chosen[: files.plan.request.report.samples]]


def _with_waves(record: Record) -> Record:
    """Return a record that carries its waves, so that all reports find them once; a composed one only true ones."""
    return record if record.rhythm else replace(record, waves=record_waves(record))


def _web_sample(files: DatasetFiles, record: Record) -> Sample:
    downloads, folds, clean = {"PDF": f"samples/{record.record_id}.pdf"}, dict[str, dict[str, str]](), dict[str, str]()
    if record.reasons:
        return Sample(record, "", downloads)
    for name, paths in files.paths(record.record_id).items():
        format_name = name.removesuffix(CLEAN_SUFFIX)
        links = {_file_label(format_name, path, record) if paths[1:] else format_name: f"../{path}" for path in paths}
        if name.endswith(CLEAN_SUFFIX):
            clean |= links
        elif len(links) > _MOST_LINKS:
            folds[name] = links
        else:
            downloads |= links
    folds |= {"clean twin": clean} if clean else {}
    row = files.place(record.record_id)
    split = files.records_table.column("split")[row].as_py()
    measured = (files.clean_measured or {}) if files.plan.keeps_clean else {}
    clean_features = {name: values[row] for name, values in measured.items()}
    return Sample(record, split, downloads, folds, without_false_pr(clean_features, record.kinds_of_stretches))


def _file_label(name: str, path: str, record: Record) -> str:
    """Name one of several files of a record by its format and what of its name tells it from the others."""
    file = PurePosixPath(path).name
    own = file.removeprefix(record.record_id)
    return f"{name} {own if own != file else '.' + file.partition('.')[2]}"


def _artefacts(files: DatasetFiles) -> ArtefactSummary:
    with files.at_hand(RECORDS_FILE, ARTEFACTS_FILE) as folder:
        return summarise_artefacts(folder)


def _cover_facts(files: DatasetFiles, counts: Counts) -> CoverFacts:
    plan = files.plan
    weights = f" (weights sha256 {plan.checkpoint_sha256[:12]}...)" if plan.checkpoint_sha256 else ""
    return CoverFacts(
        name=plan.request.name,
        plan_id=plan.plan_id,
        records=counts.records,
        candidates_examined=counts.examined,
        lead_names=plan.lead_names,
        duration_s=plan.request.duration_s,
        seed=plan.seed,
        model=f"{plan.request.generator.model}{weights}",
        policy=plan.policy.name,
        match=plan.match.title if plan.match else "",
        labels=plan.labels.words,
        artefacts=_artefacts(files) if plan.artefacts else None,
        model_card=plan.generator_class.model_card,
        splits=counts.splits,
        rejects=counts.rejects,
        recorder=plan.recorder,
        rhythms=rhythm_shares(files),
    )
