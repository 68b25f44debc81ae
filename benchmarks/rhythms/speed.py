"""What composing costs, in time and memory; run as a module, it measures here."""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.timing import machine
from ecgfactory.candidates.asked import asked_plan
from ecgfactory.candidates.clock import StageClock
from ecgfactory.candidates.pipeline import assessed, generated
from ecgfactory.formats import FORMATS
from ecgfactory.request.plan import Plan
from ecgfactory.rhythm_kinds import KINDS

SEED = 2032
RHYTHMS = ("sinus", "atrial_fibrillation", "premature_ventricular")
LARGEST_MS = 1.0
HOUR_S, DAY_S = 3600, 86400
LARGEST_HOUR_S, LARGEST_DAY_MB = 5.0, 300
FILES = ("wfdb", "parquet")
DAY_FILES = "parquet"
STAGES = ("generate", "compose", "assess")
ONE_THREAD = {f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL")}


@dataclass(frozen=True)
class Cost:
    """What a record of 10 s takes, medians.

    Parameters
    ----------
    rhythm : str
        Its name.
    generated_ms, composed_ms : dict of str to float
        Of a candidate, without and with composing: by stage, and under `all` from generation to verdict.
    ratio : float
        All with to all without: median over pairs.
    """

    rhythm: str
    generated_ms: dict[str, float]
    composed_ms: dict[str, float]
    ratio: float


@dataclass(frozen=True)
class LongCost:
    """What long records take, in one process.

    Parameters
    ----------
    judged_s : float
        Of an hour of 12 leads at 500 Hz: from its heart to the verdict, which its stretches of 10 s are measured for.
    files_s : dict of str to float
        Of its pieces, rendered and written, by format.
    usual_mb, day_mb : float
        Largest memory after records of 10 s, and after one of a day, both written.
    """

    judged_s: float
    files_s: dict[str, float]
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


class ProcessorClock(StageClock):
    """Counts this process's own time, which stands still while others have the processor."""

    def __init__(self) -> None:
        super().__init__()
        self._begun: list[tuple[str, float]] = []

    def __call__(self, stage: str) -> ProcessorClock:
        """Time the block as part of a stage."""
        self._begun.append((stage, time.process_time()))
        return self

    def __exit__(self, *_: object) -> None:
        stage, started = self._begun.pop()
        self.seconds[stage] = self.seconds.get(stage, 0.0) + time.process_time() - started


def _cost(rhythm: str, as_generated: Plan, composed: Plan, records: int, pairs: int) -> Cost:
    times = [[_candidates_ms(plan, records) for plan in (as_generated, composed)] for _ in range(pairs + 1)][1:]
    without_ms, with_ms = (_medians(list(of_it)) for of_it in zip(*times, strict=True))
    return Cost(rhythm, without_ms, with_ms, statistics.median(one["all"] / other["all"] for other, one in times))


def _medians(times: Sequence[dict[str, float]]) -> dict[str, float]:
    by_stage = defaultdict(list)
    for of_it in times:
        for stage, spent in of_it.items():
            by_stage[stage].append(spent)
    return {stage: statistics.median(spent) for stage, spent in by_stage.items()}


def _candidates_ms(plan: Plan, records: int) -> dict[str, float]:
    """Time the making of candidates, by stage, each."""
    clock = ProcessorClock()
    started = time.process_time()
    for _ in assessed(plan, generated(plan, range(records), clock), clock):
        pass
    spent = {**clock.seconds, "all": time.process_time() - started}
    return {stage: 1000 * seconds / records for stage, seconds in spent.items()}


def _long_cost() -> LongCost:
    for name in FILES:
        _written(name, 10, 64)
    usual_mb = _largest_mb()
    hours = {name: _written(name, HOUR_S) for name in FILES}
    _written(DAY_FILES, DAY_S)
    judged_s = statistics.median(judged for judged, _ in hours.values())
    return LongCost(judged_s, {name: files for name, (_, files) in hours.items()}, usual_mb, _largest_mb())


def _written(format_name: str, duration_s: int, records: int = 1) -> tuple[float, float]:
    """Make records and write them: seconds from hearts to verdicts, and of rendering long ones and writing."""
    asked = {"records": records, "seed": SEED, "leads": 12, "formats": [format_name], "duration_s": duration_s}
    plan = asked_plan("speed", policy="off", rhythm={"premature_ventricular": 1.0}, **asked)
    clock = ProcessorClock()
    hearts = list(generated(plan, range(records), clock))
    with tempfile.TemporaryDirectory() as folder:
        written = FORMATS.load(format_name)(Path(folder), plan.spec_of(format_name))
        for batch in assessed(plan, hearts, clock):
            with clock("write"):
                if batch.long_record:
                    written.write_long(batch.long_record)
                else:
                    written.write(batch)
        with clock("write"):
            written.close()
    return clock.seconds["compose"] + clock.seconds["assess"], clock.seconds["write"]


def _largest_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


def section(costs: Sequence[Cost], long: LongCost) -> str:
    """Write the section."""
    return "\n".join(
        [
            "## Speed and memory",
            "",
            f"Processor time of one core of {machine()}, in ms: making a candidate of 10 s and 12 leads, from "
            "generation to verdict, as generated and composed, in turn, so that the ratios hold where others are busy. "
            f"The target is that composing adds at most {LARGEST_MS:g} ms.",
            "",
            f"| rhythm | as generated ({', '.join(STAGES)}) | composed ({', '.join(STAGES)}) | more | ratio |",
            "|---|---|---|---|---|",
            *(
                f"| {KINDS[cost.rhythm].title} | {_stages(cost.generated_ms)} | {_stages(cost.composed_ms)} | "
                f"{_more_ms(cost):+.2f} | {cost.ratio:.2f} |"
                for cost in costs
            ),
            "",
            _missed(max(map(_more_ms, costs))),
            "",
            f"An hour of 12 leads at 500 Hz with premature ventricular beats: "
            f"{' and '.join(f'{seconds:.1f} s as {name}' for name, seconds in long.files_s.items())} to render and "
            f"write its pieces (the target is {LARGEST_HOUR_S:g} s), and {long.judged_s:.1f} s before that to lay out "
            "its beats, and to measure and judge it in windows of 10 s. Largest memory of one process that makes and "
            f"writes them: {long.usual_mb:.0f} MB after 64 records of 10 s, {long.day_mb:.0f} MB after one of a day as "
            f"{DAY_FILES} ({long.day_mb - long.usual_mb:+.0f} MB; the target is at most {LARGEST_DAY_MB} more).",
        ]
    )


def _stages(spent_ms: dict[str, float]) -> str:
    return f"{spent_ms['all']:.2f} ({', '.join(f'{spent_ms.get(stage, 0.0):.2f}' for stage in STAGES)})"


def _more_ms(cost: Cost) -> float:
    return cost.composed_ms["all"] - cost.generated_ms["all"]


def _missed(most_ms: float) -> str:
    if most_ms <= LARGEST_MS:
        return "The target is reached."
    return f"The target is missed, here by up to {most_ms - LARGEST_MS:.2f} ms a record."


if __name__ == "__main__":
    if sys.argv[1] == "short":
        print(json.dumps([asdict(cost) for cost in _costs(*map(int, sys.argv[2:]))]))
    else:
        print(json.dumps(asdict(_long_cost())))
