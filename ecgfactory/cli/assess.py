"""`ecgfactory assess`: the quality assessment on any ECG."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from ecgfactory.cli.output import console, feature_rows, print_rows
from ecgfactory.errors import EcgFactoryError
from ecgfactory.foreign.assessment import Assessment, assess_records
from ecgfactory.foreign.reader import read_ecgs
from ecgfactory.quality.policy import load_policy


def assess_path(path: Path, policy: str, sampling_rate_hz: float | None, as_json: bool) -> None:
    """Assess every ECG at a path and print what was found; what can't be read is named and fails the command."""
    assessments = assess_records(read_ecgs(path, rate_hz=sampling_rate_hz), load_policy(policy))
    unreadable = print_json(assessments) if as_json else print_for_people(assessments)
    if unreadable:
        raise EcgFactoryError(f"{unreadable} of the ECGs at {path} could not be read; they are named above.")


def print_json(assessments: Iterator[Assessment]) -> int:
    """Print one JSON list, one line per ECG as it is assessed; return how many could not be read."""
    unreadable = 0
    sys.stdout.write("[")
    for number, assessment in enumerate(assessments):
        unreadable += bool(assessment.problem)
        sys.stdout.write(("," if number else "") + "\n" + json.dumps(assessment.to_json()))
    sys.stdout.write("\n]\n")
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
        console().print(f"{verdict:<10}  {assessment.name}", markup=False)
        for reason in filter(None, (assessment.problem, *assessment.reasons)):
            console().print(f"            {reason}", markup=False)
        last = assessment
    if count == 1 and last is not None and not last.problem:
        print_rows([("leads", ", ".join(last.lead_names)), ("duration", f"{last.duration_s:g} s")])
        print_rows(feature_rows(last.features))
    elif count > 1:
        console().print(f"{accepted} of {count} accepted" + (f", {unreadable} unreadable" if unreadable else ""))
    return unreadable
