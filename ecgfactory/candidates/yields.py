"""How many candidates were accepted, by which rules the others were not, and when that is too few to go on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from ecgfactory.candidates.batch import CandidateBatch
from ecgfactory.errors import HopelessYieldError

LOWEST_YIELD = 0.02
YIELD_JUDGED_AFTER = 5000
"""Candidates."""

RULES_NAMED = 5


class Yield:
    """Counts of candidates, as they are judged.

    Attributes
    ----------
    examined, accepted : int
        Candidates looked at, and those of them that passed.
    rejects : Counter of str
        Candidates that broke each rule (one may break several).
    """

    def __init__(self) -> None:
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
        if self.examined < YIELD_JUDGED_AFTER or self.accepted >= LOWEST_YIELD * self.examined:
            return
        rules = sorted(self.rejects.items(), key=lambda rule: (-rule[1], rule[0]))[:RULES_NAMED]
        named = ", ".join(f"{rule} {count:,}" for rule, count in rules)
        others = len(self.rejects) - len(rules)
        raise HopelessYieldError(
            f"only {self.accepted} of {self.examined:,} candidates were accepted, under {LOWEST_YIELD:.0%}; rejected "
            f"by {named}{f' and {others} more rules' if others else ''} (one may break several); give "
            f"{rules[0][0]} wider bounds, or choose a less strict quality policy."
        )


def rule_counts(failed_rules: Iterable[Iterable[str]]) -> Counter[str]:
    """Count how many candidates broke each rule, from the rules that each broke."""
    return Counter(rule for rules in failed_rules for rule in rules)
