"""What composing costs, in time and memory; run as a module, it measures here."""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from benchmarks.timing import machine
from ecgfactory.candidates.asked import asked_plan
from ecgfactory.candidates.clock import StageClock
from ecgfactory.candidates.pipeline import assessed, generated
from ecgfactory.request.plan import Plan
from ecgfactory.rhythm_kinds import KINDS

SEED = 2032
RHYTHMS = ("sinus", "atrial_fibrillation", "premature_ventricular")
LARGEST_MS = 1.0
HOUR_S, DAY_S = 3600, 86400
LARGEST_HOUR_S, LARGEST_DAY_MB = 5.0, 300
ONE_THREAD = {f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL")}


@dataclass(frozen=True)
class Cost:
    """What a record of 10 s takes, medians.

    Parameters
    ----------
    rhythm : str
        Its name.
    generated_ms, composed_ms : float
        Of a candidate, from generation to verdict, without and with composing.
    ratio : float
        With to without: median over pairs.
    """

    rhythm: str
    generated_ms: float
    composed_ms: float
    ratio: float


@dataclass(frozen=True)
class LongCost:
    """What long records take, in one process.

    Parameters
    ----------
    rendered_s, whole_s : float
        Of an hour of 12 leads at 500 Hz: its samples as they are stored; and the same with measuring and judging.
    usual_mb, day_mb : float
        Largest memory after a minute's record, and after a day's.
    """

    rendered_s: float
    whole_s: float
    usual_mb: float
    day_mb: float


def measure_speed(records: int, pairs: int) -> tuple[list[Cost], LongCost]:
    """Measure in processes of their own, which have one thread."""
    return [Cost(**row) for row in _run("short", records, pairs)], LongCost(**_run("long"))


def _run(*arguments: object) -> Any:
    command = [sys.executable, "-m", "benchmarks.rhythms.speed", *map(str, arguments)]
    ran = subprocess.run(command, env=os.environ | ONE_THREAD, capture_output=True, text=True, check=True)
    return json.loads(ran.stdout)


def _costs(records: int, pairs: int) -> list[Cost]:
    asked = {"records": records, "seed": SEED, "leads": 12, "formats": ["npy"]}
    as_generated = asked_plan("speed", **asked)
    return [
        _cost(rhythm, as_generated, asked_plan("speed", rhythm={rhythm: 1.0}, **asked), records, pairs)
        for rhythm in RHYTHMS
    ]


def _cost(rhythm: str, as_generated: Plan, composed: Plan, records: int, pairs: int) -> Cost:
    times = [[_candidates_s(plan, records) / records for plan in (as_generated, composed)] for _ in range(pairs + 1)]
    without_s, with_s = zip(*times[1:], strict=True)
    return Cost(
        rhythm,
        1000 * statistics.median(without_s),
        1000 * statistics.median(with_s),
        statistics.median(one / other for other, one in times[1:]),
    )


def _candidates_s(plan: Plan, records: int) -> float:
    """Time the making of candidates on this process's own clock, which stands still while others have the processor."""
    clock = StageClock()
    started = time.process_time()
    for _ in assessed(plan, generated(plan, range(records), clock), clock):
        pass
    return time.process_time() - started


def _long_cost() -> LongCost:
    _long_record(60 + 1)
    usual_mb = _largest_mb()
    whole_s, rendered_s = _long_record(HOUR_S)
    _long_record(DAY_S)
    return LongCost(rendered_s, whole_s, usual_mb, _largest_mb())


def _long_record(duration_s: int) -> tuple[float, float]:
    """Make one long record: seconds from its heart to its last piece, and those of the pieces alone."""
    asked = {"records": 1, "seed": SEED, "leads": 12, "formats": ["npy"], "duration_s": duration_s}
    plan, clock = asked_plan("speed", rhythm={"premature_ventricular": 1.0}, **asked), StageClock()
    hearts = list(generated(plan, [0], clock))
    started = time.process_time()
    (batch,) = assessed(plan, hearts, clock)
    judged = time.process_time()
    if batch.long_record:
        deque(batch.long_record.pieces(), maxlen=0)
    ended = time.process_time()
    return ended - started, ended - judged


def _largest_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


def section(costs: Sequence[Cost], long: LongCost) -> str:
    """Write the section."""
    return "\n".join(
        [
            "## Speed and memory",
            "",
            f"Processor time of one core of {machine()}: making a candidate of 10 s and 12 leads, from generation to "
            "verdict, as generated and composed, in turn; the promise is that composing adds at most "
            f"{LARGEST_MS:g} ms.",
            "",
            "| rhythm | as generated, ms | composed, ms | more, ms | ratio |",
            "|---|---|---|---|---|",
            *(
                f"| {KINDS[cost.rhythm].title} | {cost.generated_ms:.1f} | {cost.composed_ms:.1f} | "
                f"{cost.composed_ms - cost.generated_ms:+.2f} | {cost.ratio:.3f} |"
                for cost in costs
            ),
            "",
            f"An hour of 12 leads at 500 Hz with premature ventricular beats: {long.rendered_s:.1f} s for its samples "
            f"as they are stored (the promise is {LARGEST_HOUR_S:g} s), {long.whole_s:.1f} s with measuring and "
            f"judging before. Largest memory of the process: {long.usual_mb:.0f} MB after a record of a minute, "
            f"{long.day_mb:.0f} MB after one of a day ({long.day_mb - long.usual_mb:+.0f} MB; the promise is "
            f"{LARGEST_DAY_MB}).",
        ]
    )


if __name__ == "__main__":
    if sys.argv[1] == "short":
        print(json.dumps([asdict(cost) for cost in _costs(*map(int, sys.argv[2:]))]))
    else:
        print(json.dumps(asdict(_long_cost())))
