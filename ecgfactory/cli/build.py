"""`ecgfactory build` and `ecgfactory validate`."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from ecgfactory.cli.interrupt import interruptible
from ecgfactory.cli.output import console, print_rows
from ecgfactory.cli.progress import watch
from ecgfactory.errors import BuildCancelledError
from ecgfactory.request.preflight import estimated_bytes, size_text
from ecgfactory.request.request_file import load_request


def validate_file(file: Path, settings: Sequence[str]) -> None:
    """Check a request and say in a line what it asks for."""
    request = load_request(file, settings)
    console().print(
        f"{file}: sound; {request.records:,} records of {request.leads} leads and {request.duration_s} s "
        f"as {', '.join(request.formats)}, about {size_text(estimated_bytes(request))} in {request.output}/"
    )


def build_file(file: Path, settings: Sequence[str]) -> None:
    """Build a request with a progress bar, then print a summary."""
    request = load_request(file, settings)
    started = time.monotonic()
    from ecgfactory.flows import embedded  # Prefect and Dask, only once there is something to build

    with interruptible(), watch(request.name, request.records) as watcher:
        try:
            outcome = embedded.build(request, lambda workspace: watcher.follow(workspace.total_progress))
        except KeyboardInterrupt:
            raise BuildCancelledError("stopped; the same command goes on from what is committed") from None
    _print_summary(outcome.dataset, outcome.already_there, time.monotonic() - started)


def _print_summary(folder: Path, already_there: bool, seconds: float) -> None:
    from ecgfactory.dataset.reader import Dataset
    from ecgfactory.dataset.summary import summary_rows

    dataset = Dataset(folder)
    if already_there:
        console().print(f"{dataset.manifest.name} is there already and sound; nothing was built.")
    rows = summary_rows(dataset)
    if not already_there:
        rows.append(("time", f"{seconds:.1f} s"))
    print_rows(rows)
