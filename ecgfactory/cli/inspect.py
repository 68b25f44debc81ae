"""`ecgfactory verify` and `ecgfactory report`."""

from __future__ import annotations

from pathlib import Path

from ecgfactory.cli.output import console
from ecgfactory.dataset.foreign_files import foreign_files
from ecgfactory.dataset.reader import Dataset
from ecgfactory.dataset.verify import verify

NAMED_FILES = 10


def verify_dataset(path: Path) -> None:
    """Verify a dataset; print one line on what was checked, and one on what is there and not part of it."""
    dataset = verify(path)
    manifest = dataset.manifest
    checked = "hashes, counts, signals and labels" if manifest.plan.labels else "hashes, counts and signals"
    console().print(
        f"{path}: intact; {manifest.records:,} records as {', '.join(manifest.plan.request.formats)}, "
        f"{checked} as published.",
        markup=False,
    )
    if foreign := foreign_files(dataset.path):
        named = ", ".join(foreign[:NAMED_FILES])
        more = f" and {len(foreign) - NAMED_FILES:,} more" if len(foreign) > NAMED_FILES else ""
        console().print(f"not part of it, and no damage: {named}{more}", markup=False)


def remake_reports(path: Path) -> None:
    """Make the reports of a dataset again and say where they are."""
    from ecgfactory.report.remake import remake_reports as remake

    folder = remake(Dataset(path))
    console().print(f"{folder / 'index.html'} and {folder / 'report.pdf'} were made again.", markup=False)
