"""Composed sinus rhythm beside the generated ECGs that it is composed of: which rules each breaks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ecgfactory.candidates.asked import asked_plan
from ecgfactory.candidates.clock import StageClock
from ecgfactory.candidates.composing import RULE
from ecgfactory.candidates.pipeline import MicroBatch, assessed, generated
from ecgfactory.request.plan import Plan

POLICIES = ("basic", "normal", "strict")


@dataclass(frozen=True)
class Broken:
    """How many of the same candidates break the rules of a policy, as generated and composed.

    Parameters
    ----------
    policy : str
        Its name.
    candidates : int
        Those that something can be composed from.
    generated, composed : Counter of str
        Those that break each rule; under `""` any rule.
    """

    policy: str
    candidates: int
    generated: Counter[str]
    composed: Counter[str]


def measure_broken(sources: int, seed: int) -> list[Broken]:
    """Judge the first candidates of a seed as generated, and what sinus rhythm is composed of each, by each policy."""
    asked = {"records": sources, "seed": seed, "leads": 12, "formats": ["npy"]}
    hearts: list[MicroBatch] = []
    broken = []
    for policy in POLICIES:
        as_generated = asked_plan("sinus", policy=policy, **asked)
        composed = asked_plan("sinus", policy=policy, rhythm={"sinus": 1.0}, **asked)
        hearts = hearts or list(generated(as_generated, range(sources), StageClock()))
        theirs, ours = (list(_failed_rules(plan, hearts)) for plan in (as_generated, composed))
        usable = [RULE not in rules for rules in ours]
        counts = [_counted(rules, usable) for rules in (theirs, ours)]
        broken.append(Broken(policy, int(np.sum(usable)), *counts))
    return broken


def _failed_rules(plan: Plan, hearts: Sequence[MicroBatch]) -> Iterator[list[str]]:
    for batch in assessed(plan, hearts, StageClock()):
        yield from batch.failed_rules


def _counted(rules_of_each: Sequence[list[str]], usable: Sequence[bool]) -> Counter[str]:
    kept = [rules for rules, use in zip(rules_of_each, usable, strict=True) if use]
    return Counter(rule for rules in kept for rule in rules) + Counter({"": sum(map(bool, kept))})


def section(broken: Sequence[Broken]) -> str:
    """Write the section."""
    return "\n".join(
        [
            "## Sinus rhythm as composed and as generated",
            "",
            f"{broken[0].candidates} generated ECGs, and sinus rhythm composed of each: how many break the rules of "
            "each policy. The target is that none does more often when composed. Rules that neither breaks are left "
            "out.",
            "",
            "| policy | rule | generated | composed |",
            "|---|---|---|---|",
            *(row for one in broken for row in _rows(one)),
            "",
            _more_often(broken),
        ]
    )


def _more_often(broken: Sequence[Broken]) -> str:
    more = [
        f"`{rule}` of `{one.policy}`"
        for one in broken
        for rule in sorted(one.composed)
        if rule and one.composed[rule] > one.generated[rule]
    ]
    return f"More often when composed: {', '.join(more)}." if more else "None is broken more often when composed."


def _rows(one: Broken) -> list[str]:
    rules = sorted(one.generated | one.composed, key=lambda rule: (rule != "", -one.generated[rule]))
    return [
        f"| {one.policy} | {f'`{rule}`' if rule else '**any**'} | {one.generated[rule]} | {one.composed[rule]} |"
        for rule in rules
    ]
