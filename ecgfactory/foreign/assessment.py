"""Assessing ECGs from elsewhere: the same features and policies as for generated ones."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy.typing as npt

from ecgfactory.foreign.recording import UnreadableEcg
from ecgfactory.foreign.standard import ForeignEcg
from ecgfactory.quality.features import measure
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
        By feature name; None where not measurable.
    failed_rules, reasons : tuple of str
        The rules it broke and why; empty for an accepted one.
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
    problem: str = ""
    notes: tuple[str, ...] = ()

    @property
    def accepted(self) -> bool:
        """Whether it could be read and broke no rule."""
        return not self.failed_rules and not self.problem

    def __repr__(self) -> str:
        rejected = f"not read: {self.problem}" if self.problem else f"rejected: {'; '.join(self.reasons)}"
        return f"Assessment of {self.name}: {'accepted' if self.accepted else rejected}"

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
    table = measure(signals_uv, lead_names, extra=policy.extra_features)
    verdicts = policy.judge(table, len(names))
    for row, name in enumerate(names):
        yield Assessment(
            name=name,
            lead_names=lead_names,
            duration_s=signals_uv.shape[2] / SAMPLING_RATE_HZ,
            features={feature.name: _plain(table[feature.name][row]) for feature in policy.features},
            failed_rules=tuple(verdicts.failed_rules[row]),
            reasons=tuple(verdicts.reasons[row]),
        )


def _plain(value: Any) -> FeatureValue:
    """Turn an element of a feature table into a Python value; None where not measurable."""
    plain: FeatureValue = value.item() if hasattr(value, "item") else value
    return None if plain == "" or (isinstance(plain, float) and not math.isfinite(plain)) else plain
