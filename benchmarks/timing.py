"""Paired timing: ours and the peer take turns, so that whatever else the machine does affects both."""

from __future__ import annotations

import os
import platform
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Parameters
    ----------
    name : str
        What is compared.
    unit : str
        Unit of both figures.
    ours, peer : float or None
        Median of each side; None where there is nothing to compare.
    ratio : float or None
        How many times better ours is: the median over pairs, not the ratio of the medians.
    """

    name: str
    unit: str
    ours: float | None
    peer: float | None = None
    ratio: float | None = None


def seconds(work: Callable[[], object]) -> float:
    """Time one call, in seconds."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def per_record(
    name: str,
    ours: Callable[[], object],
    our_records: int,
    peer: Callable[[], object],
    peer_records: int,
    pairs: int = 7,
) -> Row:
    """Compare the time per record; both sides run once beforehand, unmeasured.

    Parameters
    ----------
    name : str
        What is compared.
    ours, peer : callable
        Do the work on `our_records` and `peer_records` records.
    our_records, peer_records : int
        Records that a call works on.
    pairs : int
        Measured pairs.

    Returns
    -------
    Row
        In ms per record.
    """
    ours()
    peer()
    times = [(seconds(ours) / our_records, seconds(peer) / peer_records) for _ in range(pairs)]
    return Row(
        name,
        "ms/record",
        1000 * statistics.median(our for our, _ in times),
        1000 * statistics.median(peer for _, peer in times),
        statistics.median(peer / our for our, peer in times),
    )


def machine() -> str:
    """Name the processor, its cores and the memory."""
    processor = platform.processor() or platform.machine()
    information = Path("/proc/cpuinfo")
    if information.exists():
        models = [line for line in information.read_text().splitlines() if line.startswith("model name")]
        processor = models[0].partition(":")[2].strip() if models else processor
    memory_gb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    return f"{processor}, {os.cpu_count()} cores, {memory_gb:.0f} GB, Python {platform.python_version()}"


def table(rows: list[Row]) -> str:
    """Lay rows out as a Markdown table."""
    lines = ["| what | unit | ours | peer | times better |", "| --- | --- | ---: | ---: | ---: |"]
    for row in rows:
        figures = [
            "" if figure is None else f"{figure:.{digits}f}"
            for figure, digits in ((row.ours, 3), (row.peer, 3), (row.ratio, 1))
        ]
        lines.append(f"| {row.name} | {row.unit} | {' | '.join(figures)} |")
    return "\n".join(lines)
