"""What a policy catches: defects injected into sound ECGs, by defect and grade; and how well features separate."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ecgfactory.arrays import Float64Array
from ecgfactory.leads import SignalUv
from ecgfactory.quality.beats import find_beats
from ecgfactory.quality.feature import FeatureTable, joined
from ecgfactory.quality.features import measure
from ecgfactory.quality.policy import Policy
from ecgfactory.quality.rule import Rule
from ecgfactory.validation.defects import DEFECTS, GRADES, Defect, Grade, SoundEcg

BATCH = 32
FEWEST_BEATS = 4
"""A beat that is dropped or doubled needs neighbours on both sides."""


@dataclass(frozen=True)
class SoundEcgs:
    """ECGs that a policy accepts, with their features, and how many it did not accept.

    Parameters
    ----------
    ecgs : list of SoundEcg
        Those accepted.
    features : dict of str to array
        Their features.
    rejected : int
        Candidates that the policy rejected although no defect was injected.
    reasons : Counter of str
        Rules that they broke.
    """

    ecgs: list[SoundEcg]
    features: FeatureTable
    rejected: int
    reasons: Counter[str]

    @property
    def rejected_share(self) -> float:
        """Share of the candidates that the policy rejected."""
        return self.rejected / (self.rejected + len(self.ecgs))


@dataclass(frozen=True)
class CaughtDefects:
    """How many of the ECGs with a defect a policy caught.

    Parameters
    ----------
    defect, grade : Defect, str
        What was injected.
    cases, caught : int
        ECGs that the injection changed, and those that the policy rejected.
    rules : Counter of str
        Rules that they broke.
    features : dict of str to array
        Features of the cases.
    """

    defect: Defect
    grade: Grade
    cases: int
    caught: int
    rules: Counter[str]
    features: FeatureTable

    @property
    def share(self) -> float:
        """Share of the cases that was caught."""
        return self.caught / max(self.cases, 1)


def accept_sound(signals_uv: SignalUv, lead_names: Sequence[str], policy: Policy) -> SoundEcgs:
    """Keep the ECGs that a policy accepts, so that what it catches later is the defect.

    Parameters
    ----------
    signals_uv : int16 array, shape (records, leads, samples)
        ECGs as they come, at 500 Hz.
    lead_names : sequence of str
        Names along the second axis.
    policy : Policy
        Which rules.
    """
    features = measure_all(signals_uv, lead_names)
    verdicts = policy.judge(features, len(signals_uv))
    ecgs, rows = [], []
    for row in np.flatnonzero(verdicts.accepted):
        beats = find_beats(signals_uv[row : row + 1], lead_names)
        places = beats.places[beats.exists]
        if len(places) >= FEWEST_BEATS:
            ecgs.append(SoundEcg(signals_uv[row].astype(np.float64), tuple(lead_names), places))
            rows.append(row)
    return SoundEcgs(
        ecgs=ecgs,
        features={name: values[rows] for name, values in features.items()},
        rejected=len(signals_uv) - int(verdicts.accepted.sum()),
        reasons=Counter(rule for rules in verdicts.failed_rules for rule in rules),
    )


def catch_defects(sound: SoundEcgs, policy: Policy, seed: int) -> list[CaughtDefects]:
    """Inject every defect at every grade into every sound ECG, and count what the policy rejects.

    Parameters
    ----------
    sound : SoundEcgs
        What to inject into.
    policy : Policy
        Which rules.
    seed : int
        Decides where the defects lie.

    Returns
    -------
    list of CaughtDefects
        In the order of `DEFECTS` and `GRADES`. A case that the injection left as it was (an ECG of 0.9 mV is not
        clipped at 1 mV) does not count.
    """
    return [
        _catch(sound, policy, defect, grade, np.random.default_rng([seed, number, GRADES.index(grade)]))
        for number, defect in enumerate(DEFECTS)
        for grade in GRADES
    ]


def _catch(sound: SoundEcgs, policy: Policy, defect: Defect, grade: Grade, rng: np.random.Generator) -> CaughtDefects:
    lead_names = sound.ecgs[0].lead_names
    injected = (np.rint(defect.inject(ecg, grade, rng)) for ecg in sound.ecgs)
    cases = [
        signal
        for signal, ecg in zip(injected, sound.ecgs, strict=True)
        if not np.array_equal(signal, ecg.signal_uv, equal_nan=True)
    ]
    features = measure_all(np.stack(cases), lead_names)
    verdicts = policy.judge(features, len(cases))
    rules = Counter(rule for rules in verdicts.failed_rules for rule in rules)
    return CaughtDefects(defect, grade, len(cases), int((~verdicts.accepted).sum()), rules, features)


def measure_all(signals_uv: npt.NDArray[np.generic], lead_names: Sequence[str]) -> FeatureTable:
    """Measure any number of records, a micro-batch at a time."""
    tables = [measure(signals_uv[start : start + BATCH], lead_names) for start in range(0, len(signals_uv), BATCH)]
    return joined(tables)


def area_under_curve(rule: Rule, sound: FeatureTable, defective: FeatureTable) -> float:
    """Probability that a rule's feature is worse in a defective ECG than in a sound one (ties count half).

    The area under the receiver operating characteristic as the bound moves (Hanley and McNeil 1982,
    doi:10.1148/radiology.143.1.7063747). Worse is what the rule's bounds call worse; not measurable is worst.

    Parameters
    ----------
    rule : Rule
        Names the feature and the side that is bad.
    sound, defective : dict of str to array
        Features of the two groups.
    """
    good, bad = _badness(rule, sound[rule.feature]), _badness(rule, defective[rule.feature])
    order = np.sort(good)
    below, not_above = np.searchsorted(order, bad, "left"), np.searchsorted(order, bad, "right")
    return float((below + not_above).mean() / (2 * len(good)))


def _badness(rule: Rule, values: npt.NDArray[np.generic]) -> Float64Array:
    """How far each value lies on the bad side; infinite when it is not measurable."""
    if rule.allowed is not None:
        return rule.fails(values).astype(np.float64)
    numbers = values.astype(np.float64)
    above = np.full(len(numbers), -np.inf) if rule.max is None else numbers - rule.max
    below = np.full(len(numbers), -np.inf) if rule.min is None else rule.min - numbers
    return np.where(np.isfinite(numbers), np.fmax(above, below), np.inf)
