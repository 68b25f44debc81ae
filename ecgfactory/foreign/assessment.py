"""Assessing somebody else's ECGs: the same features and policies as for generated ones."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ecgfactory.foreign.reader import ForeignEcg, UnreadableEcg
from ecgfactory.quality.features import measure
from ecgfactory.quality.policy import Policy
from ecgfactory.record import SAMPLING_RATE_HZ, FeatureValue


@dataclass(frozen=True)
class Assessment:
    """What was found out about one ECG.

    Parameters
    ----------
    name : str
        Where it was read.
    lead_names : tuple of str
        Its leads.
    duration_s : float
        Its length.
    features : mapping of str to value
        By feature name; None where not measurable.
    failed_rules, reasons : tuple of str
        The rules it broke and why; empty for an accepted one.
    problem : str
        Why it could not be read; empty when it could.
    """

    name: str
    lead_names: tuple[str, ...] = ()
    duration_s: float = 0.0
    features: Mapping[str, FeatureValue] = field(default_factory=dict)
    failed_rules: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    problem: str = ""

    @property
    def accepted(self) -> bool:
        """Whether it could be read and broke no rule."""
        return not self.failed_rules and not self.problem

    def to_json(self) -> dict[str, Any]:
        """Return everything as values that JSON knows."""
        return {
            "name": self.name,
            "accepted": self.accepted,
            "problem": self.problem or None,
            "leads": list(self.lead_names),
            "duration_s": self.duration_s,
            "failed_rules": list(self.failed_rules),
            "reasons": list(self.reasons),
            "features": dict(self.features),
        }


def assess_records(records: Iterable[ForeignEcg | UnreadableEcg], policy: Policy) -> Iterator[Assessment]:
    """Measure ECGs and hold them against a policy, one after the other.

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
        table = measure(record.signal_uv[None], record.lead_names, extra=policy.extra_features)
        verdicts = policy.judge(table, 1)
        yield Assessment(
            name=record.name,
            lead_names=record.lead_names,
            duration_s=record.signal_uv.shape[1] / SAMPLING_RATE_HZ,
            features={feature.name: _plain(table[feature.name][0]) for feature in policy.features},
            failed_rules=tuple(verdicts.failed_rules[0]),
            reasons=tuple(verdicts.reasons[0]),
        )


def _plain(value: Any) -> FeatureValue:
    """Turn an element of a feature table into a Python value; None where not measurable."""
    plain: FeatureValue = value.item() if hasattr(value, "item") else value
    return None if plain == "" or (isinstance(plain, float) and not math.isfinite(plain)) else plain
