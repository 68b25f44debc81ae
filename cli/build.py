"""`ecgfactory build` and `ecgfactory validate`."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from cli.interrupt import interruptible
from cli.output import console, print_rows
from cli.progress import watch
from ecgfactory.errors import BuildCancelledError
from ecgfactory.preflight import estimated_bytes, size_text
from ecgfactory.request_file import load_request


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
    from flows import embedded  # Prefect and Dask, only once there is something to build

    with interruptible(), watch(request.name, request.records) as watcher:
        try:
            outcome = embedded.build(request, watcher.follow)
        except KeyboardInterrupt:
            raise BuildCancelledError("stopped; the same command goes on from what is committed") from None
    _print_summary(outcome.dataset, outcome.already_there, time.monotonic() - started)


def _print_summary(folder: Path, already_there: bool, seconds: float) -> None:
    from ecgfactory.dataset import Dataset

    dataset = Dataset(folder)
    manifest = dataset.manifest
    if already_there:
        console().print(f"{manifest.name} is there already and sound; nothing was built.")
    examined, share = manifest.candidates_examined, manifest.accepted_share
    rejects = ", ".join(f"{rule} {number:,}" for rule, number in manifest.rejects.items())
    rows = [
        ("records", f"{manifest.records:,} of {examined:,} candidates ({share:.1%} accepted)"),
        ("rejected by", rejects or "nothing"),
        ("splits", ", ".join(f"{split} {number:,}" for split, number in manifest.splits.items())),
        ("formats", ", ".join(manifest.plan.request.formats)),
        ("size", size_text(sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()))),
        ("seed", str(manifest.plan.seed)),
    ]
    if not already_there:
        rows.append(("time", f"{seconds:.1f} s"))
    report = folder / "reports" / "index.html"
    rows += [("dataset", str(folder)), ("look at", str(report if report.exists() else folder / "README.md"))]
    print_rows(rows)
