"""The reports of an assembled dataset and the comparison of its records, side by side on the workers."""

from __future__ import annotations

import os
import shutil
from typing import Any

from distributed.scheduler import KilledWorker

from ecgfactory.dataset.manifest import Counts
from ecgfactory.dataset.reader import REPORTS_FOLDER
from ecgfactory.errors import BuildFailedError
from ecgfactory.flows.watch import full_disk, watching
from ecgfactory.flows.workers import Workers
from ecgfactory.quality.diversity import Diversity
from ecgfactory.request.plan import Plan
from ecgfactory.session.workspace import Workspace
from ecgfactory.tasks.reports import REPORT_PARTS, compare_records, write_report


def report_and_compare(plan: Plan, counts: Counts, workspace: Workspace, workers: Workers) -> Diversity:
    """Have the reports written that the request asks for, and a sample of records compared; return how alike they are.

    Raises
    ------
    BuildCancelledError
        When the flow run was cancelled through Prefect.
    BuildFailedError
        When workers die again and again over it.
    """
    root = str(workspace.root)
    waiting: dict[Any, Any] = {}

    def begin(task: Any, **parameters: Any) -> Any:
        future = workers.runner.place(task, {"workspace_root": root, **parameters}, workers.placement.afterwards)
        waiting[future.wrapped_future] = future
        return future

    parts = REPORT_PARTS if plan.request.report.samples else ()  # the longest first
    reports = [begin(write_report, part=part, counts=counts) for part in parts]
    comparison = begin(compare_records)
    try:
        with watching(workers) as watch:
            while waiting:
                for ended in watch.ended(waiting):
                    waiting.pop(ended).result()
    except KilledWorker as error:
        raise BuildFailedError(
            "the workers that wrote the reports and compared the records died again and again; they may lack memory, "
            "so ask for fewer workers."
        ) from error
    except OSError as error:
        raise full_disk(error, "the reports", workspace) from error
    for report in reports:
        shutil.copytree(
            report.result(), workspace.dataset / REPORTS_FOLDER, copy_function=os.replace, dirs_exist_ok=True
        )
    diversity: Diversity = comparison.result()
    return diversity
