"""`ecgfactory verify` and `ecgfactory show`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import cast

from ecgfactory.cli.output import console, feature_rows, print_rows
from ecgfactory.dataset.reader import Dataset
from ecgfactory.dataset.verify import verify
from ecgfactory.record import Record
from ecgfactory.report.records import any_record
from ecgfactory.report.style import Colours, Gain, Layout, PageStyle, Speed


def verify_dataset(path: Path) -> None:
    """Verify a dataset; print one line on what was checked."""
    manifest = verify(path).manifest
    console().print(
        f"{path}: intact; {manifest.records:,} records as {', '.join(manifest.plan.request.formats)}, "
        f"hashes, counts and signals as published."
    )


def remake_reports(path: Path) -> None:
    """Make the reports of a dataset again and say where they are."""
    from ecgfactory.report.remake import remake_reports as remake

    folder = remake(Dataset(path))
    console().print(f"{folder / 'index.html'} and {folder / 'report.pdf'} were made again.")


def page_style(layout: str, gain: int, speed: int, colours: str) -> PageStyle:
    """Make the style of a page from the options; an unknown value is an error that names the known ones."""
    return PageStyle(cast("Layout", layout), cast("Gain", gain), cast("Speed", speed), cast("Colours", colours))


def show_record(
    path: Path,
    wanted: str,
    targets: tuple[Path | None, Path | None, Path | None],
    style: PageStyle,
    analysis: bool,
) -> None:
    """Print a record's features, and export the record as asked: as PDF, picture or CSV."""
    pdf, png, csv = targets
    record = any_record(Dataset(path), wanted)
    print_rows(_describe(record))
    if pdf or png or csv:
        from ecgfactory.report import export

        for target in (pdf, png):
            if target is not None:
                export.write_page(record, target, style, with_analysis=analysis)
        if csv is not None:
            export.write_csv(record, csv)
        for target in filter(None, (pdf, png, csv)):
            console().print(f"wrote {target}")


def _describe(record: Record) -> Iterator[tuple[str, str]]:
    yield "record", f"{record.record_id} (seed {record.seed})"
    yield "signal", f"{record.duration_s:g} s at {record.sampling_rate_hz} Hz, leads {', '.join(record.lead_names)}"
    yield "verdict", "rejected (made again to show it)" if record.reasons else "accepted"
    for reason in record.reasons:
        yield "", reason
    yield from feature_rows(record.features)
