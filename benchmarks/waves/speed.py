"""What labels cost: on top of the assessment, and of a whole build; run as a module, it measures the first here."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from benchmarks.factory import warm_factory
from benchmarks.quality_ecgs import generated_ecgs
from benchmarks.timing import machine, seconds
from ecgfactory.leads import EIGHT_LEADS, TWELVE_LEADS, derive_twelve
from ecgfactory.quality.features import measure_with_beats
from ecgfactory.record import SAMPLING_RATE_HZ
from ecgfactory.waves.label import label_waves

BATCH = 64
PAIRS = 15
SEED = 2029
WORKERS = 2
FORMATS = ("parquet", "wfdb")
LARGEST_MS, LARGEST_SHARE = 1.0, 0.10
ONE_THREAD = {f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL")}


@dataclass(frozen=True)
class OnTop:
    """What labels take on top of the assessment, on one core.

    Parameters
    ----------
    leads : int
        8 or 12.
    assess_ms, label_ms : float
        Of a record, medians.
    fastest_ms : float
        The least that labels took, of a record.
    ratio : float
        Labels to assessment: median over pairs.
    """

    leads: int
    assess_ms: float
    label_ms: float
    fastest_ms: float
    ratio: float


@dataclass(frozen=True)
class OfBuild:
    """What labels take of a whole build.

    Parameters
    ----------
    written : str
        Format and leads.
    without_s, with_s : float
        Medians.
    added : float
        What labels add, as a share of the build without: median over pairs.
    """

    written: str
    without_s: float
    with_s: float
    added: float


def measure_on_top() -> list[OnTop]:
    """Measure in a process of its own, which has one thread."""
    ran = subprocess.run(
        [sys.executable, "-m", "benchmarks.waves.speed"],
        env=os.environ | ONE_THREAD,
        capture_output=True,
        text=True,
        check=True,
    )
    return [OnTop(**row) for row in json.loads(ran.stdout)]


def _on_top(lead_names: tuple[str, ...]) -> OnTop:
    """Assess and label the same micro-batch in turn."""
    eight_uv = generated_ecgs(SEED, BATCH)
    signal_uv = eight_uv if len(lead_names) == len(EIGHT_LEADS) else derive_twelve(eight_uv)
    _, beats, waves = measure_with_beats(signal_uv, lead_names)
    sides: tuple[Any, Any] = (
        lambda: measure_with_beats(signal_uv, lead_names),
        lambda: label_waves(signal_uv, beats, lead_names, SAMPLING_RATE_HZ, signal_uv.shape[-1], waves),
    )
    pairs = [[seconds(side) * 1000 / BATCH for side in sides] for _ in range(PAIRS + 1)][1:]
    assess_ms, label_ms = zip(*pairs, strict=True)
    return OnTop(
        len(lead_names),
        statistics.median(assess_ms),
        statistics.median(label_ms),
        min(label_ms),
        statistics.median(label / assess for assess, label in pairs),
    )


def measure_of_build(records: int, pairs: int) -> list[OfBuild]:
    """Build with labels and without in turn."""
    found = []
    with warm_factory(WORKERS) as factory:
        for written in FORMATS:
            for leads in (len(EIGHT_LEADS), len(TWELVE_LEADS)):
                asked = {"leads": leads, "formats": [written]}
                times = [
                    [factory.build(records, labels={"waves": waves}, **asked).taken_s for waves in (False, True)]
                    for _ in range(pairs)
                ]
                without_s, with_s = (statistics.median(side) for side in zip(*times, strict=True))
                added = statistics.median(on / off - 1 for off, on in times)
                found.append(OfBuild(f"{written}, {leads} leads", without_s, with_s, added))
    return found


def section(on_top: Sequence[OnTop], of_build: Sequence[OfBuild], records: int) -> str:
    """Write the section."""
    return "\n".join(
        [
            "## Speed",
            "",
            f"On {machine()}. Labels on top of the assessment: one thread, micro-batches of {BATCH}, both in turn; the"
            f" promise is {LARGEST_MS:g} ms a record with 8 leads.",
            "",
            "| leads | assessment, ms a record | labels, ms a record | fastest | labels to assessment |",
            "|---|---|---|---|---|",
            *(
                f"| {row.leads} | {row.assess_ms:.2f} | {row.label_ms:.2f} | {row.fastest_ms:.2f} | {row.ratio:.2f} |"
                for row in on_top
            ),
            "",
            f"Of a whole build of {records:,} records by {WORKERS} warm workers, with labels and without in turn. "
            f"Labels are on by default as long as they add less than {LARGEST_SHARE:.0%}.",
            "",
            "| format | without, s | with labels, s | labels add |",
            "|---|---|---|---|",
            *(f"| {row.written} | {row.without_s:.1f} | {row.with_s:.1f} | {row.added:+.1%} |" for row in of_build),
        ]
    )


if __name__ == "__main__":
    print(json.dumps([asdict(_on_top(lead_names)) for lead_names in (EIGHT_LEADS, TWELVE_LEADS)]))
