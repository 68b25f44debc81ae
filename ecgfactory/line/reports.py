"""The reports of an assembled dataset and the comparison of its records, side by side on the workers."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from typing import Any

from ecgfactory.dataset.names import REPORTS_FOLDER
from ecgfactory.line.jobs import REPORT_MODULES, compare_records, write_report
from ecgfactory.line.placement import Placement
from ecgfactory.line.state import Build
from ecgfactory.line.waiting import results_of
from ecgfactory.pools.pool import Job, Pool


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
        When workers die again and again over it, or the disk is full.
    """
    # Who makes whole shards can make a rejected sample again.
    resource = Placement(pool.slots, build.plan.request.generator.device).whole.resource
    root = str(build.workspace.root)

    def job(function: Callable[..., Any], **parameters: Any) -> Job:
        return Job(function, {"workspace_root": root, **parameters}, resource)

    reports = [job(write_report, counts=build.counts)] if build.plan.request.report.samples else []
    comparison = job(compare_records)
    done = "wrote the reports and compared the records"
    results = results_of([*reports, comparison], build, pool, "the reports", done)
    build.diversity = results[comparison].value
    build.clock.seconds["compare"] = results[comparison].seconds
    target = build.workspace.dataset / REPORTS_FOLDER
    for report in reports:
        shutil.copytree(results[report].value, target, copy_function=os.replace)
        build.clock.seconds["report"] = results[report].seconds
