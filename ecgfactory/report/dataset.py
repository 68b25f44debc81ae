"""The reports of a dataset: which records are shown, and where the files go."""

from __future__ import annotations

from ecgfactory.dataset import DatasetFiles
from ecgfactory.manifest import Counts
from ecgfactory.record import Record
from ecgfactory.report.book import CoverFacts, write_report_book

SAMPLING_RULE = (
    "The {samples} samples were chosen by their place alone: the accepted records, in candidate order, are cut into "
    "{samples} runs of equal length, and the record in the middle of each run is shown."
)


def write_reports(files: DatasetFiles, counts: Counts) -> None:
    """Write reports/report.pdf and a PDF for each sample; nothing when no samples were asked for.

    Parameters
    ----------
    files : DatasetFiles
        The dataset, its tables and signals complete.
    counts : Counts
        What it holds.

    Raises
    ------
    BadInputError
        When a file can't be written.
    DamagedDatasetError
        When a sample can't be read.
    """
    samples = sample_records(files)
    if not samples:
        return
    folder = files.path / "reports"
    (folder / "samples").mkdir(parents=True, exist_ok=True)
    write_report_book(
        folder / "report.pdf",
        _cover_facts(files, counts),
        samples,
        SAMPLING_RULE.format(samples=len(samples)),
        features=files.records,
        samples_folder=folder / "samples",
    )


def sample_records(files: DatasetFiles) -> list[Record]:
    """Read the records that the report shows, by the rule that it states."""
    ids = files.records.column("record_id").to_pylist()
    wanted = min(files.plan.request.report.samples, len(ids))
    return [files.record(ids[(2 * place + 1) * len(ids) // (2 * wanted)]) for place in range(wanted)]


def _cover_facts(files: DatasetFiles, counts: Counts) -> CoverFacts:
    plan = files.plan
    return CoverFacts(
        name=plan.request.name,
        plan_id=plan.plan_id,
        records=counts.records,
        candidates_examined=counts.examined,
        lead_names=plan.lead_names,
        duration_s=plan.request.duration_s,
        seed=plan.seed,
        model=f"{plan.request.generator.model} (weights sha256 {plan.checkpoint_sha256[:12]}...)",
        policy=plan.policy.name,
        splits=counts.splits,
        rejects=counts.rejects,
    )
