"""Evidence for pictures of printed ECGs: a Markdown page and a sheet of ten, in benchmarks/results/quality/."""

from __future__ import annotations

import argparse
import multiprocessing
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2

import ecgfactory
from benchmarks.pictures import published, speed, tables
from benchmarks.pictures.measured import Figures, in_columns_db, measure
from benchmarks.pictures.sample import DPI, LAYOUTS, SEED, VARIETY, Record, draw, records
from benchmarks.pictures.sheet import save_sheet

RESULTS = Path(__file__).parent / "results" / "quality"
PROCESSES = 2
SHEET = "pictures.jpg"
ON_SHEET = (0, 1, 2, 3, 4, 5, 6, 9, 16, 38)
"""Numbers of the pictures shown: one of each kind, and more of photos and crumpled pages."""


@dataclass(frozen=True)
class Sizes:
    """How much is measured.

    Parameters
    ----------
    proof : int
        Pictures that are read back.
    timed : int
        Pictures that are written for the speed; 0 leaves it out.
    """

    proof: int = 1000
    timed: int = 600


def main() -> None:
    """Write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=RESULTS, help="folder to write to")
    print(f"wrote {write_page(parser.parse_args().output)}")


def write_page(output: Path, sizes: Sizes = Sizes()) -> Path:
    """Draw pictures and measure them, write the page and its sheet, and return the page's path."""
    timed = speed.measure_speed(sizes.timed) if sizes.timed else []
    drawn = records(sizes.proof)
    figures = _measured(drawn)
    save_sheet([draw(drawn[number]).pixels for number in ON_SHEET if number < len(drawn)], output / SHEET)
    sections = [
        _setup(sizes),
        tables.signal_section(figures, in_columns_db(drawn, DPI, speed_mm_per_s=25)),
        tables.places_section(figures),
        tables.spacing_section(figures),
        *([speed.section(timed)] if timed else []),
        _published_section(),
        _sheet_section(),
    ]
    page = output / "pictures.md"
    page.write_text("\n\n".join(sections) + "\n", encoding="utf-8")
    return page


def _measured(drawn: Sequence[Record]) -> list[Figures]:
    os.environ.update(speed.ONE_THREAD)
    with multiprocessing.get_context("spawn").Pool(PROCESSES, initializer=cv2.setNumThreads, initargs=(1,)) as pool:
        return pool.map(measure, drawn, chunksize=8)


def _setup(sizes: Sizes) -> str:
    gains, speeds = ("/".join(f"{value:g}" for value in of_it) for of_it in (VARIETY.gains, VARIETY.speeds))
    return "\n".join(
        [
            "# Evidence for pictures of printed ECGs",
            "",
            f"Written by `make quality-evidence ONLY=pictures` with ecgfactory {ecgfactory.__version__}, on seed "
            f"{SEED}: {sizes.proof:,} pictures at {DPI} dpi of as many generated ECGs of 10 s, one in nine of eight "
            f"leads and the others of twelve, in the layouts {', '.join(LAYOUTS)}, each kind of damage in each layout; "
            f"gains of {gains} mm/mV, speeds of {speeds} mm/s, sizes, colours, fonts, lines of "
            f"{VARIETY.line_mm[0]:g} to {VARIETY.line_mm[1]:g} mm and all else is drawn at random. Each picture is "
            "judged by its pixels, its mask and its truth as they are in files.",
        ]
    )


def _published_section() -> str:
    return "\n".join(
        [
            "## What is published of others",
            "",
            "ECG-Image-Kit (Shivashankara et al., 2024, doi:10.48550/arXiv.2307.01946; "
            f"{published.KIT}), which made the pictures of the PhysioNet Challenge 2024:",
            "",
            f"- {published.KIT_TRUTH}",
            *(f"- {error}" for error in published.KNOWN_ERRORS),
            "",
            published.DAMAGE_LIBRARY,
        ]
    )


def _sheet_section() -> str:
    return "\n".join(["## Ten pictures", "", f"![Ten pictures]({SHEET})"])


if __name__ == "__main__":
    main()
