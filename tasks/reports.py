"""Tasks that run on Dask workers once a dataset is assembled.

What they need is imported in them: the flow's process, which only sends them off, does without matplotlib.
"""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Literal

from prefect import task

from ecgfactory.dataset.manifest import Counts
from ecgfactory.quality.diversity import Diversity
from ecgfactory.session.workspace import Workspace
from ecgfactory.storage.faults import fault_point
from ecgfactory.tasks.shards import ON_WORKERS

ReportPart = Literal["pdfs", "page"]
REPORT_PARTS: tuple[ReportPart, ...] = ("pdfs", "page")


@task(name="write-report", task_run_name="report-{part}", **ON_WORKERS)
def write_report(workspace_root: str, part: ReportPart, counts: Counts) -> str:
    """Write report.pdf with a PDF for each sample, or the web page; return the folder that it was written into.

    Each attempt has a folder of its own, outside the dataset, where a worker that is killed leaves nothing behind.
    """
    from ecgfactory.dataset.reader import DatasetFiles
    from ecgfactory.report import dataset as report

    workspace = Workspace(Path(workspace_root))
    write = {"pdfs": report.write_pdfs, "page": report.write_page}[part]
    folder = workspace.scratch / f"report-{part}-{secrets.token_hex(4)}"
    folder.mkdir()
    write(report.DatasetReport.of(DatasetFiles(workspace.dataset, workspace.read_plan()), counts, folder))
    return str(folder)


@task(name="compare-records", **ON_WORKERS)
def compare_records(workspace_root: str) -> Diversity:
    """Look for near-duplicates in a sample of the assembled dataset."""
    from ecgfactory.dataset.reader import DatasetFiles, sample_diversity

    workspace = Workspace(Path(workspace_root))
    diversity = sample_diversity(DatasetFiles(workspace.dataset, workspace.read_plan()))
    fault_point("records-compared")
    return diversity
