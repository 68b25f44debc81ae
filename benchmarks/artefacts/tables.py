"""The tables of what policies catch."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from benchmarks.artefacts.recall import Measured, Recall
from benchmarks.artefacts.unseen import UNSEEN, Unseen
from ecgfactory.quality.feature import FeatureTable
from ecgfactory.quality.policy import Policy
from ecgfactory.validation.evidence import area_under_curve

POINTS = 5
"""Rows of a kind whose scale is of numbers."""

MOST_RULES = 3
HALF, NEARLY_ALL = 0.5, 0.95
WORST_SHARE = 1 / 3

Found = Mapping[str, Mapping[str, Recall]]
"""Curves by the name of the policy and that of the kind."""


def onset_table(measured: Sequence[Measured], found: Found) -> list[str]:
    """Write from where on each policy rejects half of the records, and nearly all."""
    rows = []
    for one in measured:
        recalls = {policy: of_kinds[one.title] for policy, of_kinds in found.items()}
        if next(iter(recalls.values())).is_of_words:
            continue
        cells = [
            f"{_onset(recall, one.scale.more_is_worse, HALF)}; {_onset(recall, one.scale.more_is_worse, NEARLY_ALL)}"
            for recall in recalls.values()
        ]
        rows.append(f"| {one.title} | {one.scale.label} | {' | '.join(cells)} |")
    return [f"| kind | scale | {' | '.join(found)} |", "|---" * (len(found) + 2) + "|", *rows]


def _onset(recall: Recall, more_is_worse: bool, share: float) -> str:
    """Say from which place on, towards the worst, at least so many are rejected; between bins it is interpolated."""
    places, total = np.array(recall.places, dtype=np.float64), recall.total
    if not more_is_worse:
        places, total = places[::-1], total[::-1]
    below = np.flatnonzero(total < share)
    if not len(below):
        return f"all from {_amount(places[0])}"
    last = below[-1]
    if last == len(total) - 1:
        return "never"
    part = (share - total[last]) / (total[last + 1] - total[last])
    return _amount(places[last] + part * (places[last + 1] - places[last]))


def recall_table(measured: Sequence[Measured], found: Found) -> list[str]:
    """Write what each policy rejects at a few places of each kind's scale, and by which rules of the first."""
    rows = []
    first = next(iter(found))
    for one in measured:
        recalls = {policy: of_kinds[one.title] for policy, of_kinds in found.items()}
        main = recalls[first]
        for place in _places(main):
            shares = [_at(recall, main.places[place]) for recall in recalls.values()]
            strongest = sorted(main.rules.items(), key=lambda item: -item[1][place])[:MOST_RULES]
            rules = ", ".join(f"{rule} {of[place]:.0%}" for rule, of in strongest if of[place] >= 0.05)
            rows.append(
                f"| {one.title} | {_shown(main.places[place], one)} | {main.counts[place]} | {' | '.join(shares)} | "
                f"{rules or 'none'} | {main.neurokit[place]:.0%} |"
            )
    return [
        f"| kind | place | records | {' | '.join(found)} | rules of `{first}` | NeuroKit2 alone |",
        "|---" * (len(found) + 5) + "|",
        *rows,
    ]


def _places(recall: Recall) -> list[int]:
    count = len(recall.places)
    if recall.is_of_words or count <= POINTS:
        return list(range(count))
    return [round(place) for place in np.linspace(0, count - 1, POINTS).tolist()]


def _at(recall: Recall, place: float | str) -> str:
    """Return the share at a place, or at the nearest to it: policies see different records."""
    if isinstance(place, str):
        return f"{recall.total[recall.places.index(place)]:.0%}" if place in recall.places else "none"
    places = np.array(recall.places, dtype=np.float64)
    return f"{recall.total[int(np.abs(places - place).argmin())]:.0%}"


def _shown(place: float | str, one: Measured) -> str:
    return place if isinstance(place, str) else f"{_amount(place)}, {one.scale.label}"


def _amount(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.2g}"


def unseen_lines(found: Found) -> list[str]:
    """Write what can't be seen and why, each with what the policies reject of it."""
    lines = []
    for unseen in UNSEEN:
        totals = [
            (policy, _share_at(of_kinds[unseen.kind], unseen))
            for policy, of_kinds in found.items()
            if unseen.kind in of_kinds
        ]
        told = ", ".join(f"{policy} {share:.0%}" for policy, share in totals if np.isfinite(share))
        if told:
            lines.append(f"- **{unseen.kind}: {unseen.what}** (rejected: {told}): {unseen.why}")
    return lines


def _share_at(recall: Recall, unseen: Unseen) -> float:
    here = [row for row, place in enumerate(recall.places) if unseen.is_here(place)]
    return float(np.average(recall.total[here], weights=np.array(recall.counts)[here])) if here else math.nan


def areas_of(policy: Policy, groups: Sequence[tuple[FeatureTable, Sequence[Measured]]]) -> dict[str, dict[str, float]]:
    """Return the area under the curve by rule and kind, of the worst third of its cases.

    Parameters
    ----------
    policy : Policy
        Whose rules.
    groups : sequence of (features of the sound ECGs, what was put into them)
        Artefacts and faults.
    """
    worst = [
        (one.title, sound, one.cases.take(one.scale.worst(one.cases, WORST_SHARE)).features)
        for sound, measured in groups
        for one in measured
    ]
    return {
        rule.name: {title: area_under_curve(rule, sound, injured) for title, sound, injured in worst}
        for rule in policy.rules
    }


def area_table(policy: Policy, areas: Mapping[str, Mapping[str, float]]) -> list[str]:
    """Write for each rule the two kinds that its feature separates best."""
    features = {rule.name: rule.feature for rule in policy.rules}
    rows = []
    for name, by_kind in areas.items():
        best, following = sorted(by_kind.items(), key=lambda item: -item[1])[:2]
        rows.append(f"| {name} | {features[name]} | {best[1]:.3f} {best[0]} | {following[1]:.3f} {following[0]} |")
    return ["| rule | feature | best | next |", "|---|---|---|---|", *rows]
