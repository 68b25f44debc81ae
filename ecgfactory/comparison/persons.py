"""Whose ECGs the reference holds: those of one person count once, as the pieces of an ECG do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ecgfactory.comparison.enough import FEWEST_RECORDS
from ecgfactory.comparison.features import FeatureMatrix
from ecgfactory.realism.repeats import Repeat, connected


def by_person(reference: FeatureMatrix, repeats: Sequence[Repeat]) -> FeatureMatrix:
    """Group the ECGs of the reference by person, as far as the search for copies told whose they are.

    Of a person recorded twice, a classifier that learnt one ECG knows the other, and halves of the reference that hold
    one each are nearer than halves of people. Where too few people would remain, every ECG stays one of its own.

    Parameters
    ----------
    reference : FeatureMatrix
        The reference by ECG.
    repeats : sequence of Repeat
        Pairs of ECGs that may be of one person, by their numbers.
    """
    pairs = [(repeat.record, repeat.reference) for repeat in repeats if repeat.of == "reference"]
    person = connected(pairs, reference.ecgs)
    if person.max(initial=-1) + 1 < FEWEST_RECORDS:
        return reference
    return FeatureMatrix(reference.names, reference.values, person[reference.group])


def person_notes(ecgs: int, grouped: FeatureMatrix, repeats: Sequence[Repeat]) -> Iterator[str]:
    """Say how many of so many ECGs of the reference are of people who have another there."""
    if grouped.ecgs < ecgs:
        yield (
            f"{ecgs:,} ECGs of the reference are of {grouped.ecgs:,} people, as far as near-identical ones tell: only "
            "one of each takes part at a time."
        )
    elif any(repeat.of == "reference" for repeat in repeats):
        yield (
            "The ECGs of the reference are of too few people for one of each to be enough: as their repeats are in "
            "training and test, the accuracy is too high."
        )
