"""A published dataset in a few lines, for the terminal and the Prefect UI."""

from __future__ import annotations

from ecgfactory.dataset.reader import Dataset
from ecgfactory.request.preflight import size_text
from ecgfactory.storage.disk_use import disk_use


def summary_rows(dataset: Dataset) -> list[tuple[str, str]]:
    """Return labels and values: records, yield, rejects, splits, formats, work, size, seed, and where to look."""
    manifest = dataset.manifest
    rejects = ", ".join(f"{rule} {number:,}" for rule, number in manifest.rejects.items())
    report = dataset.path / "reports" / "index.html"
    accepted = f"{manifest.accepted_share:.1%} accepted"
    match = manifest.plan.match
    return [
        ("records", f"{manifest.records:,} of {manifest.candidates_examined:,} candidates ({accepted})"),
        ("rejected by", rejects or "nothing"),
        *([("match", match.words)] if match else []),
        ("splits", ", ".join(f"{split} {number:,}" for split, number in manifest.splits.items())),
        ("formats", ", ".join(manifest.plan.request.formats)),
        ("work", ", ".join(f"{stage} {spent:,.1f} s" for stage, spent in manifest.stage_seconds.items())),
        ("size", size_text(disk_use(dataset.path).size_bytes)),
        ("seed", str(manifest.plan.seed)),
        ("dataset", str(dataset.path)),
        ("look at", str(report if report.exists() else dataset.path / "README.md")),
    ]
