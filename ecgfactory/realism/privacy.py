"""Whether synthetic ECGs are copies of real ones: how near they come, against how near real ones come to each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from ecgfactory.arrays import BoolArray, IntArray
from ecgfactory.errors import BadInputError
from ecgfactory.realism.coarse import Signals
from ecgfactory.realism.copy_bound import copy_bound
from ecgfactory.realism.likest_pair import LikestPair, likest_pairs
from ecgfactory.realism.nearest import WAYS, Neighbours
from ecgfactory.realism.nearness import Nearness, nearness_of
from ecgfactory.realism.neighbours import Reference
from ecgfactory.realism.repeats import Repeat, find_repeats

FALSE_ALARMS = 0.05
"""An honest set has a record flagged in one of twenty comparisons, all ways together."""

REAL_SAMPLE = 2000
"""Of more reference or holdout records, every second, third or so is compared with the reference."""

FEWEST = 20
"""With fewer reference records nothing can be said about how near real people come to each other."""

SHORTEST_S = 5.0
"""In halves of shorter records there are hardly any beats."""


WORDS = (
    "A copy is flagged where the nearest real ECG stands out further from the next nearest than among people: at less "
    "than `bound.ratio` of its distance. A small `p_nearer` says that the synthetic ECGs as a whole lie nearer to the "
    "reference than real ones to each other, as clean, average beats do; that alone is no copying."
)
"""What a reader of the numbers has to know."""


@dataclass(frozen=True)
class Privacy:
    """Whether synthetic ECGs are copies of real ones.

    Parameters
    ----------
    synthetic, reference, holdout : int
        Records of each; 0 without a holdout.
    compared_real : int
        Real records that the bounds were derived from.
    ways : mapping of str to Nearness
        By `WAYS`.
    is_copy : bool array, shape (synthetic records,)
        Which synthetic records were flagged.
    pairs : tuple of LikestPair
        Flagged synthetic records, closest first, as many as `likest_pairs` describes; after them others, to look at.
    repeats : tuple of Repeat
        Pairs of real records that may be one person's, which count as one; closest first.
    """

    synthetic: int
    reference: int
    holdout: int
    compared_real: int
    ways: Mapping[str, Nearness]
    is_copy: BoolArray = field(repr=False)
    pairs: tuple[LikestPair, ...]
    repeats: tuple[Repeat, ...]

    @property
    def tells(self) -> bool:
        """Whether copies could be told at all, in any way: not where real ones are nearly the same as each other."""
        return any(way.bound.tells for way in self.ways.values())

    def to_json(self) -> dict[str, Any]:
        """Return everything as values that JSON knows."""
        return {
            "synthetic": self.synthetic,
            "reference": self.reference,
            "holdout": self.holdout,
            "compared_real": self.compared_real,
            "words": WORDS,
            "copies": int(self.is_copy.sum()),
            "tells": self.tells,
            "false_alarms": FALSE_ALARMS,
            "ways": {name: way.to_json() for name, way in self.ways.items()},
            "pairs": [asdict(pair) for pair in self.pairs],
            "repeats": [asdict(repeat) for repeat in self.repeats],
        }


def measure_privacy(
    synthetic_uv: Signals, reference_uv: Signals, holdout_uv: Signals | None = None, sampling_rate_hz: int = 500
) -> Privacy:
    """Look for copies of reference records among synthetic ones.

    A record is held against the nearest reference record by its median beat, by its better half laid over the other's
    leads wherever it fits best, and by each lead along any lead. Gain, polarity, lag of up to half a record and
    resampling of up to 3 % make no difference. What tells a copy is the nearest neighbour distance ratio: how far the
    nearest stands out from the next. How small it becomes among people is learnt from reference records against the
    others, and from the holdout.

    Parameters
    ----------
    synthetic_uv, reference_uv, holdout_uv : int16 or float32 array, shape (records, leads, samples)
        In uV, without NaN, the same leads, samples and rate, in a band of at most 0.5 to 40 Hz. Memory maps are read a
        few records at a time; beyond that, some 20 kB are needed for each reference record.
    sampling_rate_hz : int
        100 Hz or more.

    Raises
    ------
    BadInputError
        When leads or samples differ, records are shorter than 5 s, or there are fewer than 20 reference records.
    """
    _check(synthetic_uv, reference_uv, holdout_uv, sampling_rate_hz)
    reference = Reference(reference_uv, sampling_rate_hz)
    rows = {"reference": np.arange(0, len(reference), _step(len(reference)))}
    people = {"reference": reference.nearest_within(rows["reference"])}
    if holdout_uv is not None:
        rows["holdout"] = np.arange(0, len(holdout_uv), _step(len(holdout_uv)))
        people["holdout"] = reference.nearest_to(holdout_uv[:: _step(len(holdout_uv))])
    repeats = find_repeats(people, rows, len(reference))
    person = repeats.person
    real = {"reference": _by_person(people["reference"], person, person[rows["reference"]])}
    if holdout_uv is not None:
        real["holdout"] = _by_person(people["holdout"], person)
    counted = {"reference": np.ones(len(rows["reference"]), dtype=np.bool_), "holdout": ~repeats.in_holdout}
    synthetic = _by_person(reference.nearest_to(synthetic_uv), person)
    ways = {}
    for way in WAYS:
        ratios = [neighbours[way].ratio[counted[of]].ravel() for of, neighbours in real.items()]
        bound = copy_bound(np.concatenate(ratios), synthetic[way].ratio.size, FALSE_ALARMS / len(WAYS))
        ways[way] = nearness_of(synthetic[way].by_record, list(real.values())[-1][way].by_record, bound)
    pairs = likest_pairs(
        synthetic, {way: ways[way].bound.ratio for way in WAYS}, synthetic_uv, reference_uv, sampling_rate_hz
    )
    return Privacy(
        synthetic=len(synthetic_uv),
        reference=len(reference),
        holdout=0 if holdout_uv is None else len(holdout_uv),
        compared_real=sum(int(counted[of].sum()) for of in real),
        ways=ways,
        is_copy=np.logical_or.reduce([way.is_copy for way in ways.values()]),
        pairs=pairs,
        repeats=repeats.pairs,
    )


def _by_person(neighbours: Neighbours, person: IntArray, own: IntArray | None = None) -> Neighbours:
    return {way: nearest.by_person(person, own) for way, nearest in neighbours.items()}


def _step(records: int) -> int:
    """Distance of the records that stand for so many."""
    return -(-records // REAL_SAMPLE)


def _check(synthetic_uv: Signals, reference_uv: Signals, holdout_uv: Signals | None, sampling_rate_hz: int) -> None:
    """Say everything that is wrong with the arrays.

    Raises
    ------
    BadInputError
        When anything is.
    """
    arrays = {"synthetic": synthetic_uv, "reference": reference_uv}
    if holdout_uv is not None:
        arrays["holdout"] = holdout_uv
    problems = [
        f"The {name} ECGs have {array.shape[1]} leads of {array.shape[2]} samples, the reference "
        f"{reference_uv.shape[1]} of {reference_uv.shape[2]}; bring both to the same leads, length and rate."
        for name, array in arrays.items()
        if array.shape[1:] != reference_uv.shape[1:]
    ]
    problems += [f"There are no {name} ECGs; give at least one." for name, array in arrays.items() if not len(array)]
    if reference_uv.shape[2] < SHORTEST_S * sampling_rate_hz:
        seconds = reference_uv.shape[2] / sampling_rate_hz
        problems.append(f"The ECGs are {seconds:g} s long; copies are looked for in ECGs of {SHORTEST_S:g} s or more.")
    if 0 < len(reference_uv) < FEWEST:
        problems.append(
            f"The reference has {len(reference_uv)} ECGs; give at least {FEWEST}, as fewer don't show how near people "
            "come to each other."
        )
    if problems:
        raise BadInputError(problems)
