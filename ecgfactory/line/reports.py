"""The reports of an assembled dataset and the comparison of its records, side by side on the workers."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from typing import Any

from ecgfactory.dataset.names import REPORTS_FOLDER
from ecgfactory.errors import BuildFailedError
from ecgfactory.line.jobs import REPORT_MODULES, Timed, compare_records, write_report
from ecgfactory.line.placement import Placement
from ecgfactory.line.state import Build
from ecgfactory.line.trouble import full_disk
from ecgfactory.pools.pool import Job, Pool, WorkersDiedError


def prepare_reports(build: Build, pool: Pool) -> None:
    """Let the pool load what reports need, while shards are made."""
    if build.plan.request.report.samples:
        pool.prepare(REPORT_MODULES)


def report_and_compare(build: Build, pool: Pool) -> None:
    """Have the reports written that the request asks for, and a sample of records compared.

    Raises
    ------
    BuildCancelledError
        When the pool says that nobody wants the build any more.
    BuildFailedError
        When workers die again and again over it.
    """
    # Who makes whole shards can make a rejected sample again.
    resource = Placement(pool.slots, build.plan.request.generator.device).whole.resource
    root = str(build.workspace.root)

    def job(function: Callable[..., Any], **parameters: Any) -> Job:
        return Job(function, {"workspace_root": root, **parameters}, resource)

    reports = [job(write_report, counts=build.counts)] if build.plan.request.report.samples else []
    comparison = job(compare_records)
    results = _results([*reports, comparison], build, pool)
    build.diversity = results[comparison].value
    build.clock.seconds["compare"] = results[comparison].seconds
    target = build.workspace.dataset / REPORTS_FOLDER
    for report in reports:
        shutil.copytree(results[report].value, target, copy_function=os.replace)
        build.clock.seconds["report"] = results[report].seconds


def _results(jobs: list[Job], build: Build, pool: Pool) -> dict[Job, Timed[Any]]:
    """Start jobs, and wait for what all of them return."""
    for job in jobs:
        pool.start(job)
    waiting = set(jobs)
    results: dict[Job, Timed[Any]] = {}
    try:
        while waiting:
            for ended in pool.ended():
                if ended.job in waiting:  # shards that are not needed end here too
                    waiting.remove(ended.job)
                    results[ended.job] = ended.result()
            build.tell_progress()
    except WorkersDiedError as error:
        raise BuildFailedError(
            "the workers that wrote the reports and compared the records died again and again; they may lack memory, "
            "so ask for fewer workers."
        ) from error
    except OSError as error:
        raise full_disk(error, "the reports", build.workspace) from error
    return results
