"""What a picture takes in time and memory, by stage, beside a plain matplotlib page; run as a module, it measures."""

from __future__ import annotations

import json
import multiprocessing
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

import cv2

from benchmarks.pictures import published
from benchmarks.pictures.plain_matplotlib import save_page
from benchmarks.pictures.sample import DPI, MIXTURE, RATE_HZ, VARIETY, Record, numbers_of, records
from benchmarks.timing import machine
from ecgfactory.leads import TWELVE_LEADS
from ecgfactory.paper.damage import damage_named
from ecgfactory.paper.damage.perform import perform
from ecgfactory.paper.draw import draw_page
from ecgfactory.paper.encode import encode_palette_png, encode_png
from ecgfactory.paper.mask import draw_mask
from ecgfactory.paper.palette import mask_palette
from ecgfactory.paper.patients import invent_patient
from ecgfactory.paper.picture import Picture
from ecgfactory.paper.printing import print_page
from ecgfactory.paper.truth_file import truth_json

PROCESSES = 2
SLOWEST = 20.0
"""Pictures a second that are asked for, on two cores."""

WARM_UP = 30
"""Pictures of a process before its memory is looked at first: by then fonts are read and every kind was drawn."""

PLAIN_EVERY = 20
KEPT = 20
"""Pictures whose files lie on the disk at once: later ones take their place."""

SUFFIXES = (".png", ".mask.png", ".json")
PALETTE = mask_palette()
ONE_THREAD = {f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL")}
Result = TypeVar("Result")


@dataclass(frozen=True)
class Share:
    """What one process did.

    Parameters
    ----------
    pictures : int
        How many it wrote.
    wall_s : float
        By the clock, from the first to the last.
    stages_s : dict of str to float
        Its processor's time by stage.
    damage_s : dict of str to list of float
        Processor's time of each picture, by kind of damage.
    plain_s : list of float
        Processor's time of each plain matplotlib page, written in between.
    early_mb, late_mb : float
        Memory that it held after the first pictures and after the last.
    largest_mb : float
        Most memory that it held.
    written_mb : dict of str to float
        Size of the files, by kind.
    """

    pictures: int
    wall_s: float
    stages_s: dict[str, float]
    damage_s: dict[str, list[float]]
    plain_s: list[float]
    early_mb: float
    late_mb: float
    largest_mb: float
    written_mb: dict[str, float]


class Stages:
    """Adds up the processor's time of stages, which stands still while others have the processor."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def __call__(self, stage: str, work: Callable[..., Result], *arguments: Any) -> Result:
        """Do some work as part of a stage."""
        started = time.process_time()
        result = work(*arguments)
        self.seconds[stage] = self.seconds.get(stage, 0.0) + time.process_time() - started
        return result


def measure_speed(pictures: int) -> list[Share]:
    """Write so many pictures, in processes of one thread each."""
    command = [sys.executable, "-m", "benchmarks.pictures.speed", str(pictures)]
    ran = subprocess.run(command, env=os.environ | ONE_THREAD, capture_output=True, text=True, check=True)
    return [Share(**row) for row in json.loads(ran.stdout)]


def _shares(pictures: int) -> list[Share]:
    # The records are generated in a process of their own, so that no network is in the memory that is measured.
    with multiprocessing.get_context("spawn").Pool(1) as generating:
        drawn = generating.apply(records, (pictures,))
    with multiprocessing.get_context("spawn").Pool(PROCESSES) as pool:
        return pool.map(_share, [drawn[start::PROCESSES] for start in range(PROCESSES)], chunksize=1)


def _share(drawn: Sequence[Record]) -> Share:
    cv2.setNumThreads(1)
    stages, early_mb, wall_s = Stages(), 0.0, 0.0
    damage_s: dict[str, list[float]] = {name: [] for name in MIXTURE}
    plain_s: list[float] = []
    written_mb = dict.fromkeys(SUFFIXES, 0.0)
    with tempfile.TemporaryDirectory() as folder:
        for number, record in enumerate(drawn):
            started_s, started = time.perf_counter(), time.process_time()
            kind, sizes = write_picture(record, Path(folder) / str(number % KEPT), stages)
            wall_s += time.perf_counter() - started_s
            damage_s[kind].append(time.process_time() - started)
            written_mb = {suffix: held + sizes[suffix] / 1e6 for suffix, held in written_mb.items()}
            if number == WARM_UP:
                early_mb = _memory_mb()
            if number % PLAIN_EVERY == 0 and len(record.lead_names) == len(TWELVE_LEADS):
                started = time.process_time()
                save_page(record.signal_uv, RATE_HZ, record.lead_names, Path(folder) / "plain.png")
                plain_s.append(time.process_time() - started)
    return Share(
        len(drawn), wall_s, stages.seconds, damage_s, plain_s, early_mb, _memory_mb(), _largest_mb(), written_mb
    )


def write_picture(record: Record, path: Path, stages: Stages) -> tuple[str, dict[str, int]]:
    """Draw a record's picture as `render_picture` does, and write its files, of which `path` is without suffix.

    Returns
    -------
    str, dict of str to int
        Kind of damage, and sizes of the files by their suffix.
    """
    numbers = numbers_of(record)
    style = VARIETY.draw(numbers.style)
    patient = invent_patient(numbers.patient)
    shown = record.signal_uv, RATE_HZ, record.lead_names
    page = stages("print", print_page, *shown, style, patient, numbers.looks, 0, {})
    flat = stages("draw", draw_page, page)
    recipe = stages("damage", damage_named(style.damage).recipe, page, numbers.damage)
    pixels, page_map = stages("damage", perform, recipe, flat, page)
    height_px, width_px, _ = pixels.shape
    mask = stages("mask", draw_mask, page, page_map, width_px, height_px, record.lead_names)
    picture = Picture(pixels, mask, page, page_map, recipe, record.lead_names, RATE_HZ)
    told = stages("truth", lambda: truth_json(picture.truth))
    encoded = stages("encode", encode_png, pixels, DPI)
    encoded_mask = stages("encode mask", encode_palette_png, mask, PALETTE, DPI)
    contents = dict(zip(SUFFIXES, (encoded, encoded_mask, told), strict=True))
    sizes = {suffix: stages("write", Path(f"{path}{suffix}").write_bytes, held) for suffix, held in contents.items()}
    return style.damage, sizes


def _memory_mb() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def _largest_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


def section(shares: Sequence[Share]) -> str:
    """Write the section."""
    pictures = sum(share.pictures for share in shares)
    stages_ms = {
        stage: 1000 * sum(share.stages_s[stage] for share in shares) / pictures for stage in shares[0].stages_s
    }
    all_ms = sum(stages_ms.values())
    plain_ms = 1000 * statistics.median(seconds for share in shares for seconds in share.plain_s)
    by_kind = {kind: [seconds for share in shares for seconds in share.damage_s[kind]] for kind in MIXTURE}
    wall = sum(share.pictures / share.wall_s for share in shares)
    size_mb = {name: sum(share.written_mb[name] for share in shares) / pictures for name in shares[0].written_mb}
    return "\n".join(
        [
            "## Speed and memory",
            "",
            f"{pictures} pictures at {DPI} dpi of records of 10 s, in all layouts, sizes, colours and kinds of damage "
            f"({', '.join(f'{kind} {share:g}' for kind, share in MIXTURE.items())}), each written as PNG with its mask "
            f"as palette PNG and its truth as JSON, by {len(shares)} processes of one thread each, on {machine()}.",
            "",
            f"- {wall:.1f} pictures a second by the clock; by the processors' time alone, which stands still while "
            f"others have them, {PROCESSES * 1000 / all_ms:.1f}. {_reached(PROCESSES * 1000 / all_ms)}",
            f"- A plain matplotlib page (3x4+II on A4 with its grid, no damage, no mask, no truth: "
            f"`benchmarks/pictures/plain_matplotlib.py`), written in between: {plain_ms:.0f} ms. Ours with all of that "
            f"is {plain_ms / all_ms:.1f} times as fast.",
            f"- The published generator: {_published()}; on other machines, so that no ratio is given.",
            f"- Memory of a process: {_memories(shares)}.",
            f"- Files: {size_mb['.png']:.2f} MB of pictures, {size_mb['.mask.png']:.3f} of masks and "
            f"{size_mb['.json']:.3f} of truth a picture.",
            "",
            "| stage | ms a picture |",
            "|---|---:|",
            *(f"| {stage} | {spent:.1f} |" for stage, spent in stages_ms.items()),
            f"| all | {all_ms:.1f} |",
            "",
            "| damage | pictures | ms, all stages, median |",
            "|---|---:|---:|",
            *(
                f"| {kind} | {len(seconds)} | {1000 * statistics.median(seconds):.1f} |"
                for kind, seconds in by_kind.items()
                if seconds
            ),
        ]
    )


def _reached(a_second: float) -> str:
    return f"The target, {SLOWEST:g}, is {'reached' if a_second >= SLOWEST else 'missed'}."


def _published() -> str:
    times = ", ".join(f"{seconds:g} s {kind}" for kind, seconds in published.KIT_TIMES)
    return (
        f"by its README {times}, of 2200 x 1700 pixels at 200 dpi on an Apple M2 ({published.KIT_TIMES_SOURCE}); "
        f"{published.ISSUE_S:g} s a sample by those who asked for this work"
    )


def _memories(shares: Sequence[Share]) -> str:
    return " and ".join(
        f"{share.early_mb:.0f} MB after {WARM_UP} pictures, {share.late_mb:.0f} after {share.pictures}, at most "
        f"{share.largest_mb:.0f}"
        for share in shares
    )


if __name__ == "__main__":
    print(json.dumps([asdict(share) for share in _shares(int(sys.argv[1]))]))
