"""Pictures of printed ECGs with damage, mask and truth, beside plain matplotlib pages without: written to disk."""

from __future__ import annotations

import tempfile
from pathlib import Path

from benchmarks.pictures.plain_matplotlib import save_page
from benchmarks.pictures.sample import DPI, RATE_HZ, records
from benchmarks.pictures.speed import Stages, write_picture
from benchmarks.timing import Row, per_record
from ecgfactory.leads import TWELVE_LEADS

OURS, THEIRS = 24, 3


def run() -> list[Row]:
    """Measure on one core."""
    drawn = records(OURS)
    plain = [record for record in drawn if len(record.lead_names) == len(TWELVE_LEADS)][:THEIRS]
    with tempfile.TemporaryDirectory() as folder:

        def ours() -> None:
            for record in drawn:
                write_picture(record, Path(folder) / "ours", Stages())

        def theirs() -> None:
            for record in plain:
                save_page(record.signal_uv, RATE_HZ, record.lead_names, Path(folder) / "plain.png", DPI)

        return [per_record(f"picture, {DPI} dpi, damaged, with mask and truth", ours, OURS, theirs, THEIRS)]
