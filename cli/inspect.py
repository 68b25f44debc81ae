"""`ecgfactory verify` and `ecgfactory show`."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.table import Table

from ecgfactory.dataset import Dataset
from ecgfactory.record import Record
from ecgfactory.verify import verify


def verify_dataset(path: Path) -> None:
    """Verify a dataset and say in a line what was checked."""
    manifest = verify(path).manifest
    Console(highlight=False, soft_wrap=True).print(
        f"{path}: sound; {manifest.records:,} records as {', '.join(manifest.plan.request.formats)}, "
        f"hashes, counts and signals as published."
    )


def show_record(path: Path, wanted: str, pdf: Path | None, png: Path | None, csv: Path | None, analysis: bool) -> None:
    """Print a record's features, and export it where asked to."""
    record = Dataset(path).record(wanted)
    console = Console(highlight=False, soft_wrap=True)
    console.print(_feature_table(record))
    if pdf or png or csv:
        from ecgfactory.report import export

        for target in (pdf, png):
            if target is not None:
                export.write_page(record, target, with_analysis=analysis)
        if csv is not None:
            export.write_csv(record, csv)
        for target in filter(None, (pdf, png, csv)):
            console.print(f"wrote {target}")


def _feature_table(record: Record) -> Table:
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    table.add_row(
        "record",
        f"{record.record_id} (seed {record.seed}), {record.duration_s:g} s at "
        f"{record.sampling_rate_hz} Hz, leads {', '.join(record.lead_names)}",
    )
    for name, value in record.features.items():
        table.add_row(name, f"{value:.4g}" if isinstance(value, float) else str(value))
    return table
