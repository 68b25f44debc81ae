"""How many candidates were accepted, by which rules the others were not, and when that is too few to go on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from ecgfactory.candidates.batch import CandidateBatch
from ecgfactory.errors import HopelessYieldError
from ecgfactory.match.acceptance import RULE as MATCH

LOWEST_YIELD = 0.02
"""Of what `match` is expected to accept."""

YIELD_JUDGED_AFTER = 5000
"""Candidates."""

RULES_NAMED = 5


class Yield:
    """Counts of candidates, as they are judged.

    Parameters
    ----------
    expected : float
        Share of the candidates passing the policy that is expected to be accepted: less than 1 where `match` rejects.

    Attributes
    ----------
    expected : float
        As given.
    examined, accepted : int
        Candidates looked at, and those of them that passed.
    rejects : Counter of str
        Candidates that broke each rule (one may break several).
    """

    def __init__(self, expected: float = 1.0) -> None:
        self.expected = expected
        self._lowest = LOWEST_YIELD * expected
        self.examined = 0
        self.accepted = 0
        self.rejects: Counter[str] = Counter()

    def add(self, examined: int, accepted: int, rejects: Mapping[str, int]) -> None:
        """Count some more candidates."""
        self.examined += examined
        self.accepted += accepted
        self.rejects.update(rejects)

    def add_batch(self, batch: CandidateBatch) -> None:
        """Count a batch of candidates."""
        self.add(len(batch), int(batch.accepted.sum()), rule_counts(batch.failed_rules))

    def check(self) -> None:
        """Stop work that would never end.

        Raises
        ------
        HopelessYieldError
            When so few candidates are accepted that there is no point in going on; the rules that they broke are
            named, most broken first.
        """
        if self.examined < YIELD_JUDGED_AFTER or self.accepted >= self._lowest * self.examined:
            return
        rules = sorted(self.rejects.items(), key=lambda rule: (-rule[1], rule[0]))[:RULES_NAMED]
        named = ", ".join(f"{rule} {count:,}" for rule, count in rules)
        others = len(self.rejects) - len(rules)
        raise HopelessYieldError(
            f"only {self.accepted} of {self.examined:,} candidates were accepted, under {100 * self._lowest:.2g}%; "
            f"rejected by {named}{f' and {others} more rules' if others else ''} (one may break several); "
            f"{_advice(rules[0][0])}."
        )


def _advice(rule: str) -> str:
    """Say what to change when most candidates are rejected by a rule."""
    if rule == MATCH:
        return "lower match.strength, ask for shares nearer to what the model makes, or make the profile anew"
    return f"give {rule} wider bounds, or choose a less strict quality policy"


def rule_counts(failed_rules: Iterable[Iterable[str]]) -> Counter[str]:
    """Count how many candidates broke each rule, from the rules that each broke."""
    return Counter(rule for rules in failed_rules for rule in rules)
