"""What a comparison of large sets takes; run as a module, it measures one in this process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import ecgfactory
from benchmarks.timing import machine

LIMITS = "10,000 against 10,000 in under 3 minutes and 2 GB, on 2 cores"


@dataclass(frozen=True)
class Speed:
    """Findings of the section.

    Parameters
    ----------
    records : int
        ECGs of each side.
    seconds : float
        From the call to the result, reading included.
    peak_gb : float
        Most memory that the process held.
    load : float
        Mean number of processes at work on the machine in the minute before.
    """

    records: int
    seconds: float
    peak_gb: float
    load: float


def measure(seed: int, records: int) -> Speed:
    """Build two datasets, and compare them in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        request = {"records": records, "leads": 8, "report": {"samples": 0}, "output": folder}
        sides = [
            str(ecgfactory.build({"name": f"side-{number}", "seed": seed + number, **request}).dataset)
            for number in range(2)
        ]
        ran = subprocess.run(
            [sys.executable, "-m", "benchmarks.realism.speed", *sides], capture_output=True, text=True, check=True
        )
    return Speed(records=records, **json.loads(ran.stdout))


def _measured(dataset: str, reference: str) -> dict[str, float]:
    load = os.getloadavg()[0]
    started = time.perf_counter()
    ecgfactory.compare(dataset, reference)
    seconds = time.perf_counter() - started
    return {"seconds": seconds, "peak_gb": _peak_gb(), "load": load}


def _peak_gb() -> float:
    """Most memory since this process began; what `resource` says is that of its parent where that held more."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024 / 1e9
    raise RuntimeError("the system does not say how much memory a process held")


def section(found: Speed) -> str:
    """Write the section."""
    return "\n".join(
        [
            "## Speed and memory",
            "",
            f"`ecgfactory compare` of two built datasets, {found.records:,} ECGs of eight leads against "
            f"{found.records:,}, measured once on {machine()}, beside {_others(found.load)}: "
            f"{found.seconds:.0f} s and {found.peak_gb:.2f} GB at most. The promise is {LIMITS}.",
        ]
    )


def _others(load: float) -> str:
    return f"whatever else ran there (load {load:.1f} before)"


if __name__ == "__main__":
    print(json.dumps(_measured(*sys.argv[1:])))
