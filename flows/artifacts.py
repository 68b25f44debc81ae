"""What a build shows in the Prefect UI: its progress while it works, then a summary and the dataset's card.

A build must not fail, nor wait, because of what it shows: trouble here is logged and forgotten.
"""

from __future__ import annotations

import base64
import contextlib
import contextvars
import logging
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from prefect.artifacts import (
    create_link_artifact,
    create_markdown_artifact,
    create_progress_artifact,
    create_table_artifact,
    update_progress_artifact,
)
from prefect.settings import PREFECT_LOGGING_TO_API_ENABLED

from ecgfactory.dataset.card import without_front_matter
from ecgfactory.dataset.names import CARD_FILE, REPORTS_FOLDER
from ecgfactory.dataset.reader import Dataset
from ecgfactory.dataset.summary import summary_rows
from ecgfactory.line.state import Build
from ecgfactory.request.plan import Plan
from ecgfactory.session.progress import Progress, read_progress
from ecgfactory.storage.place import Place

PROGRESS_KEY, SUMMARY_KEY, CARD_KEY, REPORT_KEY = "progress", "summary", "dataset-card", "report"

SHORTEST_INTERVAL_S, LONGEST_INTERVAL_S = 1.0, 10.0
UPDATES = 100
"""A build's progress is updated about so many times, within these intervals: each update stays on the server."""

PICTURES = 2

_log = logging.getLogger("ecgfactory.artifacts")


def is_seen() -> bool:
    """Return whether anybody can look at the run's server: a build's own server keeps no log either, and has no UI."""
    return bool(PREFECT_LOGGING_TO_API_ENABLED.value())


@contextlib.contextmanager
def live_progress(build: Build) -> Iterator[None]:
    """Keep a progress artifact of the flow run up to date during the block, from the notes of shards in progress."""
    if not is_seen():
        yield
        return
    over = threading.Event()
    context = contextvars.copy_context()  # in which Prefect finds flow run and server
    thread = threading.Thread(target=context.run, args=(_follow, build, over), daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def show_dataset(plan: Plan) -> None:
    """Show the published dataset: a table that sums it up, its card with sample ECGs, and where its report is."""
    if not is_seen():
        return
    with _forgiving():
        place = plan.dataset_path
        dataset = Dataset(place.absolute() if isinstance(place, Path) else place)
        rows = [{"what": label, "value": value} for label, value in summary_rows(dataset)]
        create_table_artifact(key=SUMMARY_KEY, table=rows, description=f"{plan.request.name}, plan {plan.plan_id}")
        create_markdown_artifact(key=CARD_KEY, markdown=_card(dataset))
        _show_report(dataset.path / f"{REPORTS_FOLDER}/index.html")


def _show_report(report: Place) -> None:
    """Link the report's page, or name it where no browser opens its address."""
    if not report.is_file():
        return
    if isinstance(report, Path):
        create_link_artifact(
            key=REPORT_KEY, link=report.as_uri(), link_text=str(report), description="on the machine of the worker"
        )
    else:
        create_markdown_artifact(key=REPORT_KEY, markdown=f"`{report}`", description="in the store of the dataset")


def _follow(build: Build, over: threading.Event) -> None:
    with _forgiving():
        wanted, shown, is_last = build.plan.request.records, Progress(), False
        artifact: Any = create_progress_artifact(0.0, key=PROGRESS_KEY, description=shown.words(wanted))
        started = time.monotonic()
        while not is_last:
            pause_s = (time.monotonic() - started) / UPDATES
            is_last = over.wait(min(max(pause_s, SHORTEST_INTERVAL_S), LONGEST_INTERVAL_S))
            progress = read_progress(build.workspace)
            if progress not in (shown, Progress()):  # an empty workspace is a removed one
                percent = 100 * min(progress.accepted / wanted, 1.0)
                update_progress_artifact(artifact, percent, description=progress.words(wanted))
                shown = progress


def _card(dataset: Dataset) -> str:
    """Write the dataset's card with its first records drawn below the title."""
    text = without_front_matter((dataset.path / CARD_FILE).read_text(encoding="utf-8"))
    title, _, rest = text.partition("\n")
    ids = dataset.records_table.column("record_id").to_pylist()[:PICTURES]
    return "\n\n".join([title, *(_picture(dataset, record_id) for record_id in ids), rest])


def _picture(dataset: Dataset, record_id: str) -> str:
    from ecgfactory.report.svg import ecg_picture  # drawing, which builds nobody looks at do without

    encoded = base64.b64encode(ecg_picture(dataset.record(record_id)).encode()).decode()
    return f"![ECG {record_id}](data:image/svg+xml;base64,{encoded})"


@contextlib.contextmanager
def _forgiving() -> Iterator[None]:
    try:
        yield
    except Exception as error:
        _log.warning("nothing more is shown in the UI: %s", error)
