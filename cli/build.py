"""`ecgfactory build` and `ecgfactory validate`."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from cli.progress import watch
from ecgfactory.preflight import estimated_bytes, size_text
from ecgfactory.request_file import load_request


def validate_file(file: Path, settings: Sequence[str]) -> None:
    """Check a request and say in a line what it asks for."""
    request = load_request(file, settings)
    Console().print(
        f"{file}: sound; {request.records:,} records of {request.leads} leads and {request.duration_s} s "
        f"as {', '.join(request.formats)}, about {size_text(estimated_bytes(request))} in {request.output}/",
        highlight=False,
        soft_wrap=True,
    )


def build_file(file: Path, settings: Sequence[str]) -> None:
    """Build a request with a progress bar, then print a summary."""
    request = load_request(file, settings)
    started = time.monotonic()
    from flows import embedded  # Prefect and Dask, only once there is something to build

    with watch(request.name, request.records) as watcher:
        outcome = embedded.build(request, watcher.follow)
    _print_summary(outcome.dataset, outcome.already_there, time.monotonic() - started)


def _print_summary(folder: Path, already_there: bool, seconds: float) -> None:
    from ecgfactory.dataset import Dataset

    dataset = Dataset(folder)
    manifest = dataset.manifest
    console = Console(highlight=False, soft_wrap=True)
    if already_there:
        console.print(f"{manifest.name} is there already and sound; nothing was built.")
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    table.add_row(
        "records",
        f"{manifest.records:,} of {manifest.candidates_examined:,} candidates ({manifest.accepted_share:.1%} accepted)",
    )
    rejects = ", ".join(f"{rule} {number}" for rule, number in manifest.rejects.items())
    table.add_row("rejected by", rejects or "nothing")
    table.add_row("splits", ", ".join(f"{split} {number:,}" for split, number in manifest.splits.items()))
    table.add_row("formats", ", ".join(manifest.plan.request.formats))
    table.add_row("size", size_text(sum(f.stat().st_size for f in folder.rglob("*") if f.is_file())))
    table.add_row("seed", str(manifest.plan.seed))
    if not already_there:
        table.add_row("time", f"{seconds:.1f} s")
    table.add_row("dataset", str(folder))
    report = folder / "reports" / "report.pdf"
    table.add_row("look at", str(report if report.exists() else folder / "README.md"))
    console.print(table)
