"""`ecgfactory verify` and `ecgfactory report`."""

from __future__ import annotations

from ecgfactory.cli.output import console
from ecgfactory.dataset.foreign_files import foreign_files
from ecgfactory.dataset.reader import Dataset
from ecgfactory.dataset.verify import verify
from ecgfactory.storage.place import Place

NAMED_FILES = 10


def verify_dataset(path: Place) -> None:
    """Verify a dataset; print one line on what was checked, and one on what is there and not part of it."""
    dataset = verify(path)
    manifest = dataset.manifest
    plan = manifest.plan
    kept = [*(["labels"] if plan.labels else []), *(["artefacts"] if plan.artefacts else [])]
    kept += ["pictures"] if plan.pictures else []
    *checked, last = ["hashes", "counts", "signals", *kept]
    twins = ", with clean twins" if plan.keeps_clean else ""
    pictures = f", {sum(manifest.pictures.values()):,} pictures" if plan.pictures else ""
    console().print(
        f"{path}: intact; {manifest.records:,} records as {', '.join(plan.request.signal_formats)}{twins}{pictures}, "
        f"{', '.join(checked)} and {last} as published.",
        markup=False,
    )
    if plan.keeps_clean and plan.packages_gone:
        console().print(
            f"artefacts were not put in again to compare them, as {', '.join(plan.packages_gone)} made them; they are "
            "what signals and clean twins say.",
            markup=False,
        )
    if foreign := foreign_files(dataset.path):
        named = ", ".join(foreign[:NAMED_FILES])
        more = f" and {len(foreign) - NAMED_FILES:,} more" if len(foreign) > NAMED_FILES else ""
        console().print(f"not part of it, and no damage: {named}{more}", markup=False)


def remake_reports(path: Place) -> None:
    """Make the reports of a dataset again and say where they are."""
    from ecgfactory.report.remake import remake_reports as remake

    folder = remake(Dataset(path))
    console().print(f"{folder / 'index.html'} and {folder / 'report.pdf'} were made again.", markup=False)
