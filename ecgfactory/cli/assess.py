"""`ecgfactory assess`: the quality assessment on any ECG."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from rich.console import Console

from ecgfactory.cli.output import console, feature_rows, print_rows, write_for_machines
from ecgfactory.cli.reading import check_all_read, print_not_taken
from ecgfactory.foreign.assessment import Assessment, assess_records
from ecgfactory.foreign.reader import EcgReading, read_ecgs
from ecgfactory.quality.long_records.verdicts import PASSING_SHARE, Window, clock
from ecgfactory.quality.long_records.windows import WINDOW_S
from ecgfactory.quality.policy import load_policy
from ecgfactory.storage.place import Place

MOST_STRETCHES = 10
"""Stretches of failing windows that are listed; of a night there may be hundreds."""


def assess_path(path: Place, policy: str, stated: Mapping[str, Any], as_json: bool) -> None:
    """Assess every ECG at a path and print what was found; what can't be read is named and fails the command.

    Parameters
    ----------
    path : Path or StorePath
        As `read_ecgs` takes it.
    policy : str
        A shipped policy, or the path of a policy file.
    stated : mapping of str to value
        What the user says about the ECGs, by parameter of `read_ecgs`.
    as_json : bool
        Print for machines.

    Raises
    ------
    EcgFactoryError
        When some could not be read.
    """
    rules = load_policy(policy)
    reading = read_ecgs(path, **stated)
    assessments = assess_records(reading, rules)
    count = print_json(assessments) if as_json else print_for_people(assessments)
    print_summary(count, reading, console(stderr=as_json))
    check_all_read(path, count["unreadable"], count.total())


def print_json(assessments: Iterator[Assessment]) -> Counter[str]:
    """Print one JSON list, one line per ECG as it is assessed; it is whole even when that ends early.

    Returns
    -------
    Counter
        How many got which verdict.
    """
    count: Counter[str] = Counter()
    write_for_machines("[")
    try:
        for assessment in assessments:
            write_for_machines(("," if count else "") + "\n" + json.dumps(assessment.to_json()))
            count[verdict(assessment)] += 1
    finally:
        write_for_machines("\n]\n")
    return count


def print_for_people(assessments: Iterator[Assessment]) -> Counter[str]:
    """Print one line per ECG, its reasons and notes below, all features if there is only one.

    Returns
    -------
    Counter
        How many got which verdict.
    """
    count: Counter[str] = Counter()
    last: Assessment | None = None
    for assessment in assessments:
        count[verdict(assessment)] += 1
        console().print(f"{verdict(assessment):<10}  {assessment.name}{_passed(assessment)}", markup=False)
        stretches = failing_stretches(assessment.windows)
        for line in filter(None, (assessment.problem, *assessment.reasons, *stretches, *assessment.notes)):
            console().print(f"            {line}", markup=False)
        last = assessment
    if count.total() == 1 and last is not None and not last.problem:
        print_rows([("leads", ", ".join(last.lead_names)), ("duration", f"{last.duration_s:g} s")])
        if last.windows:
            console().print(
                "Beats and RR intervals are those of the whole record, all else is the median of its windows."
            )
        print_rows(feature_rows(last.features))
    return count


def verdict(assessment: Assessment) -> str:
    """Return what became of an ECG, in a word."""
    return "unreadable" if assessment.problem else "accepted" if assessment.accepted else "rejected"


def print_summary(count: Counter[str], reading: EcgReading, out: Console) -> None:
    """Print how many ECGs got which verdict, which files hold none, and which are of formats that are not read."""
    print_not_taken(reading, out)
    verdicts = ", ".join(f"{count[word]} {word}" for word in ("rejected", "unreadable"))
    out.print(f"{count['accepted']} of {count.total()} accepted, {verdicts}")


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
        more = len(stretches) - MOST_STRETCHES
        yield f"and {more:,} more {'stretch' if more == 1 else 'stretches'}; --json lists all windows"
