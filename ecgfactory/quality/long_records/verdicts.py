"""Verdicts on the windows of a long record, and what follows from them for the whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from ecgfactory.quality.long_records.windows import WINDOW_S, window_starts
from ecgfactory.quality.policy import Verdicts
from ecgfactory.record import SAMPLING_RATE_HZ

PASSING_SHARE = 0.8
"""A long record is accepted when this share of its windows is. A premature beat a minute, which many healthy people
have, costs one window of six where a policy asks for none.
"""


@dataclass(frozen=True)
class Window:
    """The verdict on a stretch of a long record.

    Parameters
    ----------
    start_s, end_s : float
        Where it lies in the record.
    failed_rules, reasons : tuple of str
        The rules it broke and why; empty for an accepted one.
    """

    start_s: float
    end_s: float
    failed_rules: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()

    @property
    def accepted(self) -> bool:
        """Whether it broke no rule."""
        return not self.failed_rules

    def to_json(self) -> dict[str, Any]:
        """Return everything as values that JSON knows."""
        return {
            "start_s": self.start_s,
            "end_s": self.end_s,
            "accepted": self.accepted,
            "failed_rules": list(self.failed_rules),
            "reasons": list(self.reasons),
        }


def judged_windows(samples: int, verdicts: Verdicts) -> tuple[Window, ...]:
    """Put the verdicts on the windows of a record of so many samples where they belong."""
    return tuple(
        Window(start / SAMPLING_RATE_HZ, start / SAMPLING_RATE_HZ + WINDOW_S, tuple(rules), tuple(reasons))
        for start, rules, reasons in zip(
            window_starts(samples).tolist(), verdicts.failed_rules, verdicts.reasons, strict=True
        )
    )


def judge_by_windows(windows: Sequence[Window]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Judge a long record by its windows.

    Parameters
    ----------
    windows : sequence of Window
        All of them.

    Returns
    -------
    failed_rules, reasons : tuple of str
        The rules that its windows broke, the most frequent first, each with how often it did and the first time; none
        when enough windows passed.
    """
    failing = [window for window in windows if not window.accepted]
    if len(windows) - len(failing) >= PASSING_SHARE * len(windows):
        return (), ()
    found: dict[str, list[tuple[Window, str]]] = {}
    for window in failing:
        for rule, reason in zip(window.failed_rules, window.reasons, strict=True):
            found.setdefault(rule, []).append((window, reason))
    often = sorted(found, key=lambda rule: -len(found[rule]))
    return tuple(often), tuple(_summed_up(found[rule], len(windows)) for rule in often)


def _summed_up(found: Sequence[tuple[Window, str]], windows: int) -> str:
    """Say why a rule was broken at first, and in how many windows."""
    first, reason = found[0]
    where = f"{len(found):,} of {windows:,} windows, first at {clock(first.start_s)}"
    return f"{reason} (in {where if len(found) < windows else f'all {windows:,} windows'})"


def clock(seconds: float) -> str:
    """Write a time within a record, as 1:02:03."""
    return str(timedelta(seconds=round(seconds)))
