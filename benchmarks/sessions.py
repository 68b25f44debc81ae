"""Many builds at once, and many in a row: all are published and intact, and nothing accumulates in the process."""

from __future__ import annotations

import gc
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import psutil

from benchmarks.timing import Row, seconds
from ecgfactory.dataset.verify import verify
from ecgfactory.request.build_request import BuildRequest

AT_ONCE = 8
RECORDS_AT_ONCE = 200
IN_A_ROW = 50
RECORDS_IN_A_ROW = 16
WARM_AFTER = 5
"""Builds after which a process is taken to have loaded what it needs."""


def run() -> list[Row]:
    """Build side by side as a user would, each by its own command; then in a row, in one process."""
    return [*_at_once(), *_in_a_row()]


def _at_once() -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder)
        names = [f"session-{number}" for number in range(AT_ONCE)]
        for number, name in enumerate(names):
            request = f"name: {name}\nrecords: {RECORDS_AT_ONCE}\nseed: {number}\nreport: {{samples: 1}}\n"
            (output / f"{name}.yaml").write_text(f"{request}workers: {{cpu: 1}}\n", encoding="utf-8")

        def build_all() -> None:
            builds = [_start(output, name) for name in names]
            failed = [name for name, build in zip(names, builds, strict=True) if build.wait()]
            if failed:
                raise RuntimeError(f"builds failed: {', '.join(failed)}")

        taken_s = seconds(build_all)
        sound = sum(verify(output / "datasets" / name).manifest.records == RECORDS_AT_ONCE for name in names)
    return [
        Row(f"{AT_ONCE} builds of {RECORDS_AT_ONCE} records at once, until the last has ended", "s", taken_s),
        Row("of these published and intact", "datasets", sound),
    ]


def _start(output: Path, name: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "ecgfactory", "build", str(output / f"{name}.yaml")]
    return subprocess.Popen([*command, "--output", str(output / "datasets")], stdout=subprocess.DEVNULL)


def _in_a_row() -> list[Row]:
    from ecgfactory.flows.build_dataset import build_dataset
    from ecgfactory.flows.embedded import prefect_api

    with tempfile.TemporaryDirectory() as folder, prefect_api():
        figures, process = [], psutil.Process()
        for number in range(IN_A_ROW):
            request = {"name": "row", "records": RECORDS_IN_A_ROW, "seed": number, "output": folder}
            build_dataset(BuildRequest.model_validate({**request, "workers": {"cpu": 1}}))
            gc.collect()
            figures.append((process.num_fds(), threading.active_count(), process.memory_info().rss / 1e6))
    return [
        Row(f"{what} after {IN_A_ROW} builds in one process, and after {WARM_AFTER}", unit, last, early)
        for what, unit, last, early in zip(
            ("open files", "threads", "memory"), ("", "", "MB"), figures[-1], figures[WARM_AFTER - 1], strict=True
        )
    ]
