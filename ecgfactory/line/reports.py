"""The reports of an assembled dataset and its comparisons, side by side on the workers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from ecgfactory.dataset.names import COMPARISON_FOLDER, REPORTS_FOLDER
from ecgfactory.line.draft import Made
from ecgfactory.line.jobs import (
    COMPARISON_MODULES,
    REPORT_MODULES,
    compare_records,
    compare_with_reference,
    write_report,
)
from ecgfactory.line.placement import Placement
from ecgfactory.line.state import Build
from ecgfactory.line.waiting import results_of
from ecgfactory.pools.pool import Job, Pool
from ecgfactory.session.ledger import StagedFile
from ecgfactory.storage.place import Place


def prepare_reports(build: Build, pool: Pool) -> None:
    """Let the pool load what reports need, while shards are made."""
    modules = [*REPORT_MODULES] if build.plan.request.report.samples else []
    modules += COMPARISON_MODULES if build.plan.reference else ()
    if modules:
        pool.prepare(modules)


def report_and_compare(build: Build, pool: Pool) -> None:
    """Have the reports written that the request asks for, a sample of records compared, and all with a reference.

    Raises
    ------
    BuildCancelledError
        When the pool says that nobody wants the build any more.
    BuildFailedError
        When workers die again and again over it, or the disk is full.
    """
    # Who makes whole shards can make a rejected sample again.
    resource = Placement(pool.slots, build.plan.request.generator.device).whole.resource

    def job(function: Callable[..., Any], **parameters: Any) -> Job:
        return Job(function, {"workspace_root": build.address, **parameters}, resource)

    reports = [job(write_report, counts=build.counts)] if build.plan.request.report.samples else []
    diversity = job(compare_records)
    references = [job(compare_with_reference)] if build.plan.reference else []
    done = "wrote the reports and compared the records"
    build.tell_step("comparing records and writing reports")
    results = results_of([*reports, diversity, *references], build, pool, "the reports", done)
    build.diversity = results[diversity].value
    build.clock.seconds["duplicates"] = results[diversity].seconds
    for report in reports:
        build.draft.lay(_below(REPORTS_FOLDER, results[report].value))
        build.clock.seconds["report"] = results[report].seconds
    for reference in references:
        build.draft.lay(_below(COMPARISON_FOLDER, results[reference].value.made))
        build.card_section = results[reference].value.card_section
        build.clock.seconds["compare"] = results[reference].seconds


def _below(folder: str, made: Made) -> Iterator[tuple[Place, StagedFile]]:
    """Yield where files that a job made are, and what they are below a folder of the dataset."""
    for file in made.files:
        yield made.place / file.path, file.model_copy(update={"path": f"{folder}/{file.path}"})
