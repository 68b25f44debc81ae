"""Rejecting candidates that pass the policy, so that the distribution of the others follows what `match` asks for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ecgfactory.draws import Purpose, uniform
from ecgfactory.leads import SignalUv
from ecgfactory.match.acceptance import RULE, Match, reason
from ecgfactory.quality.feature import FeatureTable
from ecgfactory.quality.policy import Verdicts
from ecgfactory.request.plan import Plan


def match_verdicts(
    plan: Plan,
    match: Match,
    numbers: Sequence[int],
    measured_uv: SignalUv,
    measured: FeatureTable,
    verdicts: Verdicts,
) -> Verdicts:
    """Reject some of the candidates that the policy accepts, each by a random number of its own.

    Parameters
    ----------
    plan : Plan
        Whose candidates they are.
    match : ReferenceMatch or HandMatch
        Its match.
    numbers : sequence of int
        Candidate numbers.
    measured_uv : int16 array, shape (n, leads, samples)
        Their signals as stored, brought to 500 Hz, in uV.
    measured : dict of str to array of shape (n,)
        Their features.
    verdicts : Verdicts
        Of the policy.

    Returns
    -------
    Verdicts
        Those of the policy, and for who passed it and is rejected here, the rule `match` with both numbers.
    """
    passing = np.flatnonzero(verdicts.accepted)
    if not passing.size:
        return verdicts
    probabilities = match.probabilities(
        measured_uv[passing], plan.lead_names, {name: values[passing] for name, values in measured.items()}
    )
    drawn = uniform(plan.seed, np.asarray(numbers)[passing], Purpose.MATCH)
    failed_rules, reasons = list(verdicts.failed_rules), list(verdicts.reasons)
    for row in np.flatnonzero(drawn >= probabilities):
        failed_rules[passing[row]] = [RULE]
        reasons[passing[row]] = [reason(probabilities[row], drawn[row])]
    return Verdicts(failed_rules, reasons)
