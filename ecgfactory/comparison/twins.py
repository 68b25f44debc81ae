"""ECGs with their like on the other side: where there are many, the accuracy says little."""

from __future__ import annotations

from collections.abc import Iterator

from ecgfactory.comparison.findings import TwoSampleTest
from ecgfactory.realism.privacy import Privacy

MANY = 0.1
"""Share of flagged ECGs from which they lower the accuracy by more than its interval shows."""


def twin_notes(test: TwoSampleTest, privacy: Privacy) -> Iterator[str]:
    """Say where the sides hold so many of the same ECGs that accuracy and telltales can't be read as usual."""
    flagged = int(privacy.is_copy.sum())
    if test.finds_twins:
        yield (
            "Fewer were told right than by guessing, as happens where many ECGs have their like on the other side: the "
            "same ECGs or copies. Neither the accuracy nor what betrays says how the sides differ."
        )
    elif flagged >= MANY * privacy.synthetic:
        yield (
            f"{flagged:,} of {privacy.synthetic:,} ECGs were flagged as copies: a classifier that learnt the original "
            "takes its copy for real, so that the accuracy is too low."
        )
