"""Assessing ECGs from elsewhere: the same features and policies as for generated ones."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy.typing as npt

from ecgfactory.foreign.long_ecgs import measure_long_ecg
from ecgfactory.foreign.recording import UnreadableEcg
from ecgfactory.foreign.standard import ForeignEcg
from ecgfactory.quality.feature import FeatureTable
from ecgfactory.quality.features import measure
from ecgfactory.quality.long_records.verdicts import Window, judge_by_windows
from ecgfactory.quality.long_records.windows import is_long
from ecgfactory.quality.policy import Policy
from ecgfactory.record import SAMPLING_RATE_HZ, FeatureValue


@dataclass(frozen=True, repr=False)
class Assessment:
    """The assessment of one ECG.

    Parameters
    ----------
    name : str
        Where it was read.
    lead_names : tuple of str
        Its leads.
    duration_s : float
        Its length.
    features : mapping of str to value
        By feature name; None where not measurable. Of a record longer than 20 s: beats and RR intervals over the whole
        record, counts added up, and of all others the median over its windows.
    failed_rules, reasons : tuple of str
        The rules it broke and why; empty for an accepted one.
    windows : tuple of Window
        The verdicts on each 10 s of a record longer than 20 s, which is accepted when four of five are; the last
        window ends as the record does, and overlaps the one before. Empty for a shorter one, which is judged whole.
    problem : str
        Why it could not be read; empty when it could.
    notes : tuple of str
        What was guessed, mended or left out in reading it.
    """

    name: str
    lead_names: tuple[str, ...] = ()
    duration_s: float = 0.0
    features: Mapping[str, FeatureValue] = field(default_factory=dict)
    failed_rules: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    windows: tuple[Window, ...] = ()
    problem: str = ""
    notes: tuple[str, ...] = ()

    @property
    def accepted(self) -> bool:
        """Whether it could be read and broke no rule, or in one window of five at most."""
        return not self.failed_rules and not self.problem

    @property
    def windows_passed(self) -> int:
        """How many of its windows broke no rule."""
        return sum(window.accepted for window in self.windows)

    @property
    def passed_share(self) -> float | None:
        """Share of its windows that broke no rule; None for a record that is judged whole."""
        return self.windows_passed / len(self.windows) if self.windows else None

    def __repr__(self) -> str:
        passed = f", {self.windows_passed:,} of {len(self.windows):,} windows passed" if self.windows else ""
        rejected = f"not read: {self.problem}" if self.problem else f"rejected: {'; '.join(self.reasons)}"
        return f"Assessment of {self.name}: {'accepted' if self.accepted else rejected}{passed}"

    def to_json(self) -> dict[str, Any]:
        """Return everything as values that JSON knows."""
        return {
            "name": self.name,
            "accepted": self.accepted,
            "problem": self.problem or None,
            "notes": list(self.notes),
            "leads": list(self.lead_names),
            "duration_s": self.duration_s,
            "failed_rules": list(self.failed_rules),
            "reasons": list(self.reasons),
            "features": dict(self.features),
            "passed_share": self.passed_share,
            "windows": [window.to_json() for window in self.windows],
        }


def assess_records(records: Iterable[ForeignEcg | UnreadableEcg], policy: Policy) -> Iterator[Assessment]:
    """Measure ECGs and judge them by a policy, one after the other.

    Parameters
    ----------
    records : iterable
        As `read_ecgs` yields them.
    policy : Policy
        Which rules.

    Yields
    ------
    Assessment
        One for each, in the same order; one that could not be read has a problem and no features.
    """
    for record in records:
        if isinstance(record, UnreadableEcg):
            yield Assessment(record.name, problem=record.problem)
            continue
        try:
            (found,) = assess_batch([record.name], record.signal_uv[None], record.lead_names, policy)
        except Exception as error:  # concerns this record alone: those after it are assessed
            problem = f"not measurable ({type(error).__name__}: {' '.join(str(error).split())[:200]})"
            found = Assessment(record.name, record.lead_names, problem=problem)
        yield replace(found, notes=record.notes)


def assess_batch(
    names: Sequence[str], signals_uv: npt.NDArray[Any], lead_names: tuple[str, ...], policy: Policy
) -> Iterator[Assessment]:
    """Measure ECGs of the same leads and length, and judge them by a policy.

    Parameters
    ----------
    names : sequence of str
        What to call each.
    signals_uv : array, shape (records, leads, samples)
        In uV at 500 Hz; NaN allowed.
    lead_names : tuple of str
        Names along the second axis, as of `ForeignEcg`.
    policy : Policy
        Which rules.

    Yields
    ------
    Assessment
        One for each, in the same order.
    """
    if is_long(signals_uv.shape[2]):
        for name, signal_uv in zip(names, signals_uv, strict=True):
            yield _assess_long(name, signal_uv, lead_names, policy)
        return
    table = measure(signals_uv, lead_names, extra=policy.extra_features)
    verdicts = policy.judge(table, len(names))
    for row, name in enumerate(names):
        yield Assessment(
            name=name,
            lead_names=lead_names,
            duration_s=signals_uv.shape[2] / SAMPLING_RATE_HZ,
            features=_features(table, row, policy),
            failed_rules=tuple(verdicts.failed_rules[row]),
            reasons=tuple(verdicts.reasons[row]),
        )


def _assess_long(name: str, signal_uv: npt.NDArray[Any], lead_names: tuple[str, ...], policy: Policy) -> Assessment:
    """Judge the windows of a long record, shape (leads, samples), and by them the whole."""
    measured = measure_long_ecg(signal_uv, lead_names, policy.extra_features)
    windows = measured.judged_by(policy)
    failed_rules, reasons = judge_by_windows(windows)
    return Assessment(
        name=name,
        lead_names=lead_names,
        duration_s=signal_uv.shape[1] / SAMPLING_RATE_HZ,
        features=_features(measured.features, 0, policy),
        failed_rules=failed_rules,
        reasons=reasons,
        windows=windows,
    )


def _features(table: FeatureTable, row: int, policy: Policy) -> dict[str, FeatureValue]:
    """Take the features of one record out of a table of many."""
    return {feature.name: _plain(table[feature.name][row]) for feature in policy.features}


def _plain(value: Any) -> FeatureValue:
    """Turn an element of a feature table into a Python value; None where not measurable."""
    plain: FeatureValue = value.item() if hasattr(value, "item") else value
    return None if plain == "" or (isinstance(plain, float) and not math.isfinite(plain)) else plain
