"""The section on `match`, with its plots."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from benchmarks.realism import plots
from benchmarks.realism.match import BY_HAND, COVERED, ByHand, Matched, mean
from benchmarks.realism.told_apart import MONITOR
from ecgfactory.arrays import Float64Array
from ecgfactory.profiles.make import CANDIDATES_FITTED

MOST_ACCURATE, LEAST_YIELD = 0.80, 0.05
"""The target: at most this accuracy at this yield or more."""


def section(found: Matched, filtered: Matched, hand: ByHand, output: Path) -> str:
    """Write the section and its plots, of unfiltered ECGs, of those that a monitor shows, and of shares by hand."""
    plots.matched(found, MOST_ACCURATE, output / "match.png")
    plots.staying(found.staying, output / "staying.png")
    return "\n\n".join(
        [
            _what_was_done(found),
            _judged_table(found),
            "![Accuracy and coverage by yield](match.png)",
            f"Target: at most {MOST_ACCURATE:.0%} at a yield of {LEAST_YIELD:.0%} or more, and no loss of coverage. "
            f"{_verdict(found)} Acceptance chooses among what the generator makes and changes no signal: where it "
            "makes nothing, nothing can be accepted.",
            f"The same with both sides {MONITOR.filters}:",
            _judged_table(filtered),
            _verdict(filtered),
            _what_stays(found),
            _hand(hand),
        ]
    )


def _what_was_done(found: Matched) -> str:
    return f"""## Match

LUDB's sinus rhythms are dealt into random halves, {found.splits} times. On each half in turn the density ratio is
fitted as `ecgfactory profile` does, on its {found.fitted_on} or so ECGs that pass `basic`, against
{CANDIDATES_FITTED:,} candidates; the other half judges, which the fit never saw. Candidates are accepted from one
other pool of {found.pool:,} that pass `basic`. Values are means over these {2 * found.splits} fits, after +- their
standard deviation. In so small samples a classifier learns less than against all of LUDB: the row of strength 0 is
what to hold the others against. A first page dealt other halves: strength 1 then went from 93.7 to 85.2 % on all
features, from 88.7 to 81.5 % without beat shape. Of so few real ECGs, figures differ by that much."""


def _judged_table(found: Matched) -> str:
    fields = ("accuracy", "accuracy_all", "accuracy_reached", *COVERED)
    rows = []
    for strength, judged in found.judged.items():
        cells = [_spread([getattr(one, name) for one in judged]) for name in fields]
        accepted = mean([one.accepted for one in judged])
        rows.append(
            f"| {strength:g} | {_spread([one.accept_share for one in judged])} | {accepted:.0f} | {' | '.join(cells)} |"
        )
    floor = [f"{found.floors[name]:.1%}" if name in found.floors else "" for name in fields]
    return "\n".join(
        [
            "| strength | yield | accepted | accuracy | accuracy, the half with what `basic` rejects | accuracy without"
            " beat shape | precision | recall | coverage |",
            "|---|---|---|---|---|---|---|---|---|",
            *rows,
            f"| floor, within a half | | | {' | '.join(floor)} |",
        ]
    )


def _verdict(found: Matched) -> str:
    ends = found.judged[min(found.judged)], found.judged[max(found.judged)]
    recalls, covered = ([mean([getattr(one, name) for one in judged]) for judged in ends] for name in COVERED[1:])
    return (
        f"On all features the accuracy goes {_how_far(found, 'accuracy')}. Without beat shape, how much the beats of a "
        f"lead differ from each other, it goes {_how_far(found, 'accuracy_reached')}. From strength 0 to 1, recall "
        f"goes from {recalls[0]:.1%} to {recalls[1]:.1%}, coverage from {covered[0]:.1%} to {covered[1]:.1%}."
    )


def _how_far(found: Matched, accuracy: str) -> str:
    """Say how low an accuracy gets at a yield, in whole per cent, of the target's or more, and what that is worth."""
    values = {strength: [getattr(one, accuracy) for one in judged] for strength, judged in found.judged.items()}
    yields = {strength: mean([one.accept_share for one in judged]) for strength, judged in found.judged.items()}
    enough = [strength for strength in values if round(yields[strength], 2) >= LEAST_YIELD]
    best = min(enough, key=lambda strength: mean(values[strength]))
    away, spread = mean(values[best]) - MOST_ACCURATE, float(np.std(values[best], ddof=1))
    worth = "within the spread of the fits" if abs(away) < spread else "missed" if away > 0 else "met"
    return (
        f"from {mean(values[min(values)]):.1%} to {_spread(values[best])} at strength {best:g} (yield "
        f"{yields[best]:.1%}): the target is {worth}"
    )


def _what_stays(found: Matched) -> str:
    rows = [
        f"| {one.words} | {one.unit} | {one.importance[0]:.1%} | {one.importance[1]:.1%} | {_percentiles(one.real)} | "
        f"{_percentiles(one.generated)} | {_percentiles(one.accepted)} |"
        for one in found.staying
    ]
    return "\n".join(
        [
            "What still betrays at strength 1, by the classifier's importance (before is at strength 0), with the 5th, "
            "50th and 95th percentile:",
            "",
            "| feature | unit | before | after | real | generated | accepted |",
            "|---|---|---|---|---|---|---|",
            *rows,
            "",
            "![What stays](staying.png)",
        ]
    )


def _hand(found: ByHand) -> str:
    rows = [f"| {text} | {plain:.1%} | {asked:.0%} | {got:.1%} |" for text, plain, asked, got in found.shares]
    return "\n".join(
        [
            f"By hand, `match: {{heart_rate_bpm: ...}}`, of {BY_HAND} records at a yield of {found.accept_share:.0%}:",
            "",
            "| heart rate, /min | as generated | asked for | got |",
            "|---|---|---|---|",
            *rows,
        ]
    )


def _spread(values: list[float]) -> str:
    return f"{100 * np.mean(values):.1f} +- {100 * np.std(values, ddof=1):.1f} %"


def _percentiles(values: Float64Array) -> str:
    return " / ".join(f"{value:.3g}" for value in np.percentile(values, (5, 50, 95)))
