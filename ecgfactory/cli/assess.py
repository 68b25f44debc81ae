"""`ecgfactory assess`: the quality assessment on any ECG."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from ecgfactory.cli.output import console, feature_rows, print_rows, write_for_machines
from ecgfactory.errors import EcgFactoryError
from ecgfactory.foreign.assessment import Assessment, assess_records
from ecgfactory.foreign.long_ecgs import WINDOW_S
from ecgfactory.foreign.reader import read_ecgs
from ecgfactory.foreign.windows import PASSING_SHARE, Window, clock
from ecgfactory.quality.policy import load_policy

MOST_STRETCHES = 10
"""Stretches of failing windows that are listed; of a night there may be hundreds."""


def assess_path(path: Path, policy: str, sampling_rate_hz: float | None, as_json: bool) -> None:
    """Assess every ECG at a path and print what was found; what can't be read is named and fails the command."""
    assessments = assess_records(read_ecgs(path, sampling_rate_hz), load_policy(policy))
    unreadable = print_json(assessments) if as_json else print_for_people(assessments)
    if unreadable:
        raise EcgFactoryError(f"{unreadable} of the ECGs at {path} could not be read; they are named above.")


def print_json(assessments: Iterator[Assessment]) -> int:
    """Print one JSON list, one line per ECG as it is assessed; return how many could not be read."""
    unreadable = 0
    write_for_machines("[")
    for number, assessment in enumerate(assessments):
        unreadable += bool(assessment.problem)
        write_for_machines(("," if number else "") + "\n" + json.dumps(assessment.to_json()))
    write_for_machines("\n]\n")
    return unreadable


def print_for_people(assessments: Iterator[Assessment]) -> int:
    """Print one line per ECG, its reasons below, all features if there is only one; return how many were unreadable."""
    unreadable = accepted = count = 0
    last: Assessment | None = None
    for assessment in assessments:
        count += 1
        unreadable += bool(assessment.problem)
        accepted += assessment.accepted
        verdict = "unreadable" if assessment.problem else "accepted" if assessment.accepted else "rejected"
        console().print(f"{verdict:<10}  {assessment.name}{_passed(assessment)}", markup=False)
        for line in filter(None, (assessment.problem, *assessment.reasons, *failing_stretches(assessment.windows))):
            console().print(f"            {line}", markup=False)
        last = assessment
    if count == 1 and last is not None and not last.problem:
        print_rows([("leads", ", ".join(last.lead_names)), ("duration", f"{last.duration_s:g} s")])
        if last.windows:
            console().print(
                "Beats and RR intervals are those of the whole record, all else is the median of its windows."
            )
        print_rows(feature_rows(last.features))
    elif count > 1:
        console().print(f"{accepted} of {count} accepted" + (f", {unreadable} unreadable" if unreadable else ""))
    return unreadable


def _passed(assessment: Assessment) -> str:
    """Say how many windows of a long record passed, and how many should have."""
    if not assessment.windows:
        return ""
    passed = f"{assessment.windows_passed:,} of {len(assessment.windows):,} windows of {WINDOW_S} s passed"
    return f": {passed}" if assessment.accepted else f": {passed}, {PASSING_SHARE:.0%} must"


def failing_stretches(windows: Sequence[Window]) -> Iterator[str]:
    """Write where windows failed and why: one line for neighbours that broke the same rules, and no endless list."""
    stretches = [
        list(stretch) for failed_rules, stretch in groupby(windows, lambda window: window.failed_rules) if failed_rules
    ]
    if [len(stretch) for stretch in stretches] == [len(windows)]:
        return  # what is wrong throughout is told by the record's reasons
    for stretch in stretches[:MOST_STRETCHES]:
        several = f" (in the first of {len(stretch)} windows)" if len(stretch) > 1 else ""
        reasons = "; ".join(stretch[0].reasons)
        yield f"{clock(stretch[0].start_s)} to {clock(stretch[-1].end_s)}  {reasons}{several}"
    if len(stretches) > MOST_STRETCHES:
        yield f"and {len(stretches) - MOST_STRETCHES:,} more stretches; --json lists all windows"
