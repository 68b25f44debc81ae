"""What artefacts cost: of each kind, of the usual mixture, and on top of a build; run as a module, it measures here."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from benchmarks.artefacts.plain_script import add_noise
from benchmarks.quality_ecgs import generated_ecgs
from benchmarks.timing import machine
from ecgfactory.artefacts import ARTEFACTS
from ecgfactory.artefacts.base import Recording
from ecgfactory.artefacts.mixture import Drawn, Mixture, kind_named
from ecgfactory.artefacts.montage import montage_of
from ecgfactory.artefacts.put_in import put_in
from ecgfactory.candidates.asked import asked_plan
from ecgfactory.candidates.clock import StageClock
from ecgfactory.candidates.pipeline import assessed_batches
from ecgfactory.draws import Purpose, generator
from ecgfactory.leads import LeadCount, derive_twelve, lead_names
from ecgfactory.request.artefacts import ArtefactsRequest
from ecgfactory.request.plan import Plan

LEADS: tuple[LeadCount, ...] = (8, 12)
SEED = 2029
RATE_HZ = 500
RECORDS = 64
PAIRS = 9
OF_BUILD_PAIRS = 4
LARGEST_MS = 1.0
ONE_THREAD = {f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL")}
MIXTURE, ALL_NOISY, SCRIPT = "**the usual mixture**", "the same without clean records", "a plain script"


@dataclass(frozen=True)
class Cost:
    """What something takes of a record, medians, in ms, by number of leads."""

    what: str
    ms: dict[int, float]


@dataclass(frozen=True)
class OfBuild:
    """What artefacts add to the making of candidates: generation, assessment, artefacts, and assessment once more.

    Parameters
    ----------
    leads : int
        8 or 12.
    without_ms, with_ms : float
        Of a candidate, medians.
    ratio : float
        With to without: median over pairs.
    """

    leads: int
    without_ms: float
    with_ms: float
    ratio: float


def measure_speed(records: int = RECORDS, pairs: int = PAIRS) -> tuple[list[Cost], list[OfBuild]]:
    """Measure in a process of its own, which has one thread."""
    ran = subprocess.run(
        [sys.executable, "-m", "benchmarks.artefacts.speed", str(records), str(pairs)],
        env=os.environ | ONE_THREAD,
        capture_output=True,
        text=True,
        check=True,
    )
    costs, of_build = json.loads(ran.stdout)
    return (
        [Cost(row["what"], {int(leads): ms for leads, ms in row["ms"].items()}) for row in costs],
        [OfBuild(**row) for row in of_build],
    )


def _costs(records: int, pairs: int) -> list[Cost]:
    eight_uv = generated_ecgs(SEED, records)
    works: dict[str, dict[int, Callable[[], object]]] = {}
    for leads in LEADS:
        clean_uv = (derive_twelve(eight_uv) if leads == 12 else eight_uv).astype(np.float64)
        for what, work in _works(clean_uv, leads).items():
            works.setdefault(what, {})[leads] = work
    return [
        Cost(what, {leads: _median_ms(work, pairs) / records for leads, work in by_leads.items()})
        for what, by_leads in works.items()
    ]


def _works(clean_uv: np.ndarray, leads: LeadCount) -> dict[str, Callable[[], object]]:
    recording = Recording(montage_of(lead_names(leads)), clean_uv.shape[-1], RATE_HZ)
    usual, all_noisy = ArtefactsRequest().mixture, ArtefactsRequest(clean_share=0).mixture
    low_db, high_db = usual.snr_db_min, usual.snr_db_max

    def of_kind(name: str) -> None:
        kind = kind_named(name)
        for number, signal_uv in enumerate(clean_uv):
            rng = generator(SEED, number, Purpose.ARTEFACTS, 1)
            put_in(signal_uv, recording, [Drawn(kind, rng.uniform(low_db, high_db), rng)], whole=True)

    def of_mixture(mixture: Mixture) -> None:
        for number, signal_uv in enumerate(clean_uv):
            if drawn := mixture.draw(SEED, number):
                put_in(signal_uv, recording, drawn, whole=True)

    def of_script() -> None:
        for number, signal_uv in enumerate(clean_uv):
            rng = np.random.default_rng(number)
            add_noise(signal_uv, RATE_HZ, rng.uniform(low_db, high_db), rng)

    by_kind = {name: (lambda name=name: of_kind(name)) for name in ARTEFACTS}
    mixtures = {MIXTURE: lambda: of_mixture(usual), ALL_NOISY: lambda: of_mixture(all_noisy)}
    return {**mixtures, **by_kind, SCRIPT: of_script}


def _seconds(work: Callable[[], object]) -> float:
    """Time one call on this process's own clock, which stands still while others have the processor."""
    started = time.process_time()
    work()
    return time.process_time() - started


def _median_ms(work: Callable[[], object], pairs: int) -> float:
    work()
    return 1000 * statistics.median(_seconds(work) for _ in range(pairs))


def _of_build(leads: LeadCount, records: int, pairs: int) -> OfBuild:
    """Make candidates with artefacts in the usual share of them, and without any, in turn."""
    asked = {"seed": SEED, "records": records, "leads": leads, "formats": ["npy"]}
    plans = [asked_plan("speed", **asked), asked_plan("speed", artefacts={}, **asked)]

    def make(plan: Plan) -> float:
        return _seconds(lambda: [None for _ in assessed_batches(plan, range(records), StageClock())])

    times = [[make(plan) for plan in plans] for _ in range(pairs + 1)][1:]
    without_s, with_s = zip(*times, strict=True)
    return OfBuild(
        leads,
        1000 * statistics.median(without_s) / records,
        1000 * statistics.median(with_s) / records,
        statistics.median(on / off for off, on in times),
    )


def section(costs: Sequence[Cost], of_build: Sequence[OfBuild]) -> str:
    """Write the section."""
    return "\n".join(
        [
            "## Speed",
            "",
            f"Processor time of one core of {machine()}: drawing and putting in, with the truth, of a record of 10 s "
            f"at {RATE_HZ} Hz; the promise is {LARGEST_MS:g} ms on average over the usual mixture with 8 leads (1 to 3 "
            "artefacts a record, none in a quarter of them). The plain script "
            "is what a user would write today, `benchmarks/artefacts/plain_script.py`: one wander, one hum and one "
            "filtered noise in every lead, without electrodes or a truth.",
            "",
            "| what | 8 leads, ms | 12 leads, ms |",
            "|---|---|---|",
            *(f"| {cost.what} | {cost.ms[8]:.2f} | {cost.ms[12]:.2f} |" for cost in costs),
            "",
            "Of the making of candidates, from generation to verdict, in turn with and without `artefacts: {}` (three "
            "quarters of the accepted ones get some, and are measured once more as they are stored):",
            "",
            "| leads | without, ms a candidate | with, ms | ratio |",
            "|---|---|---|---|",
            *(f"| {row.leads} | {row.without_ms:.2f} | {row.with_ms:.2f} | {row.ratio:.2f} |" for row in of_build),
        ]
    )


if __name__ == "__main__":
    size, repeats = int(sys.argv[1]), int(sys.argv[2])
    print(
        json.dumps(
            [
                [asdict(cost) for cost in _costs(size, repeats)],
                [asdict(_of_build(leads, size, min(repeats, OF_BUILD_PAIRS))) for leads in LEADS],
            ]
        )
    )
