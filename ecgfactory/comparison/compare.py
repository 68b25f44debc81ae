"""The verb *compare*: two sets of ECGs become one result."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

import numpy as np

from ecgfactory.arrays import Float64Array, IntArray
from ecgfactory.comparison.coverage import measure_coverage
from ecgfactory.comparison.distances import compare_features
from ecgfactory.comparison.enough import FEWEST_RECORDS, reach_points
from ecgfactory.comparison.features import FeatureMatrix, measure
from ecgfactory.comparison.followed import reference_side
from ecgfactory.comparison.ground import CommonGround, Comparables, PieceView, common_ground
from ecgfactory.comparison.persons import by_person, person_notes
from ecgfactory.comparison.result import Compared, Comparison, Example, Examples
from ecgfactory.comparison.twins import twin_notes
from ecgfactory.comparison.two_sample import MOST_RECORDS, Outcome, floor_within, two_sample_test
from ecgfactory.errors import BadInputError
from ecgfactory.leads import EIGHT_LEADS
from ecgfactory.realism.coarse import Signals
from ecgfactory.realism.feature_space import feature_space
from ecgfactory.realism.privacy import Privacy, measure_privacy
from ecgfactory.record import SAMPLING_RATE_HZ
from ecgfactory.sources.opening import Comparable, open_source
from ecgfactory.sources.pieces import Pieces
from ecgfactory.sources.source import Source

EXAMPLES = 4
"""ECGs of each kind that are shown."""


def compare(
    dataset: Comparable,
    reference: Comparable,
    holdout: Comparable | None = None,
    *,
    rate_hz: float | None = None,
    unit: str | None = None,
    lead_names: Sequence[str] | None = None,
    lead_map: Mapping[str, str] | None = None,
) -> Comparison:
    """Compare ECGs with real ones: what tells them apart, how much they cover, and whether any is a copy.

    All are brought to 500 Hz, to the leads that all have of I, II and V1 to V6, and to the band that the lowest of
    their rates leaves, at most 0.5 to 150 Hz. The filters that ECGs of ours passed the others pass, too, so that none
    is told by them. ECGs of 20 s and more give up to six pieces of 10 s. ECGs that the `match` of a dataset was fitted
    on are left out of the reference, where enough others remain. The result follows from the ECGs and their order
    alone; 10,000 against 10,000 take less than three minutes and 2 GB.

    Parameters
    ----------
    dataset : str, Path, Dataset or Ecgs
        The ECGs in question: the path or address of a dataset of ours, of a file or folder as `read_ecgs` takes it; an
        open dataset; or ECGs in memory.
    reference : str, Path, Dataset or Ecgs
        What they are held against.
    holdout : str, Path, Dataset or Ecgs, optional
        More ECGs of the reference's kind that no generator learnt from, to tell how near strangers come to each other.
    rate_hz, unit, lead_names, lead_map
        What you say about the files of reference and holdout, as in `read_ecgs`.

    Returns
    -------
    Comparison
        `two_sample`, `floor`, `features`, `coverage`, `privacy`, and `data`, which says what was compared; `to_json()`
        has it all.

    Raises
    ------
    BadInputError
        When there is nothing to read, no common lead, or fewer than 20 ECGs on a side.
    DamagedDatasetError
        When a dataset can't be read.
    """
    said: dict[str, Any] = {"rate_hz": rate_hz, "unit": unit, "lead_names": lead_names, "lead_map": lead_map}
    sources = [open_source(dataset, "dataset"), open_source(reference, "reference", **said)]
    if holdout is not None:
        sources.append(open_source(holdout, "holdout", **said))
    return compare_sources(sources)


def compare_sources(sources: Sequence[Source]) -> Comparison:
    """Compare ECGs from opened sources: of the dataset, the reference and, where there is one, the holdout."""
    read = [(source, Pieces(source)) for source in sources]
    ground = common_ground(read)
    reference, notes = reference_side(*read[1], ground, sources[0].followed)
    dataset, *holdout = [Comparables(source, pieces, ground) for source, pieces in (read[0], *read[2:])]
    sides = [dataset, reference, *holdout]
    check_enough(sides)
    firsts = [side.one_of_each() for side in sides]  # more pieces of an ECG would pass for copies of each other
    with ThreadPoolExecutor(max_workers=3) as threads:  # NumPy and SciPy do most of it without holding others up
        search = threads.submit(_privacy, firsts[0], firsts[1], firsts[2] if holdout else None)
        of_dataset, of_reference = measured_alike(*threads.map(measure, (dataset, reference)))
        privacy = search.result()
    texts = {feature.name: feature for feature in feature_space(ground.lead_names, ground.upper_hz)}
    of_reference = by_person(of_reference, privacy.repeats)
    features = compare_features(of_dataset, of_reference, [texts[name] for name in of_dataset.names])
    outcome = two_sample_test(of_dataset, of_reference, features)
    records = outcome.test.records_per_class
    floor, coverage = floor_within(of_reference, records), measure_coverage(of_dataset, of_reference)
    pairs = [(firsts[0].places[pair.synthetic], firsts[1].places[pair.reference]) for pair in privacy.pairs]
    return Comparison(
        data=Compared(
            dataset.side(),
            reference.side(),
            holdout[0].side() if holdout else None,
            ground.lead_names,
            SAMPLING_RATE_HZ,
            ground.band_hz,
            ground.samples / SAMPLING_RATE_HZ,
            (
                *notes,
                *person_notes(reference.ecgs, of_reference, privacy.repeats),
                *twin_notes(outcome.test, privacy),
                *_limits(of_reference.ecgs, records, ground),
            ),
        ),
        two_sample=outcome.test,
        floor=floor,
        features=features,
        coverage=coverage,
        privacy=privacy,
        examples=_examples(dataset, reference, outcome, pairs),
    )


def _privacy(dataset: PieceView, reference: PieceView, holdout: PieceView | None) -> Privacy:
    """Look for copies; a view is indexed as the memory maps are that `measure_privacy` takes."""
    views = [cast("Signals", view) for view in (dataset, reference)]
    return measure_privacy(views[0], views[1], cast("Signals | None", holdout), SAMPLING_RATE_HZ)


def check_enough(sides: Sequence[Comparables]) -> None:
    """Check that every side has enough ECGs for anything to be said.

    Raises
    ------
    BadInputError
        Naming each that is too small.
    """
    problems = [
        f"{side.name}: {side.ecgs:,} ECGs can be compared, and at least {FEWEST_RECORDS} are needed: with fewer, the "
        f"accuracy of a classifier is known to +-{reach_points(FEWEST_RECORDS):.0f} points; give more."
        for side in sides
        if side.ecgs < FEWEST_RECORDS
    ]
    if problems:
        raise BadInputError(problems)


def measured_alike(dataset: FeatureMatrix, reference: FeatureMatrix) -> tuple[FeatureMatrix, FeatureMatrix]:
    """Leave out the features that could not be measured on any ECG of either side, as those beyond the band."""
    measured = np.isfinite(np.concatenate([dataset.values, reference.values])).any(axis=0)
    return dataset.keep(measured), reference.keep(measured)


def _limits(people: int, records: int, ground: CommonGround) -> Iterator[str]:
    """Say what limits the comparison."""
    if records == MOST_RECORDS:
        yield f"{records:,} ECGs of each side, drawn at random, take part in the two-sample test."
    if people < 2 * records:
        yield (
            f"The floor compares halves of {people // 2:,} ECGs and the test {records:,} with {records:,}, "
            "from which a classifier learns somewhat more."
        )
    if ground.filters:
        yield f"All sides are {ground.filters}, as one of them was: the others passed the same filters here."
    if len(ground.leads) < len(EIGHT_LEADS):
        absent = [name for name in EIGHT_LEADS if name not in ground.lead_names]
        yield f"Without {', '.join(absent)}, which not all sides have."


def _examples(
    dataset: Comparables, reference: Comparables, outcome: Outcome, pairs: Sequence[tuple[int, int]]
) -> Examples:
    of_dataset, of_reference = _ranked(outcome.dataset_scores), _ranked(outcome.reference_scores)
    paired = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return Examples(
        most_betrayed=_shown(dataset, outcome.dataset_scores, of_dataset[::-1][:EXAMPLES]),
        typical=_shown(dataset, outcome.dataset_scores, of_dataset[(len(of_dataset) - 1) // 2 :][:EXAMPLES]),
        least_betrayed=_shown(dataset, outcome.dataset_scores, of_dataset[:EXAMPLES]),
        reference=_shown(reference, outcome.reference_scores, of_reference[:EXAMPLES]),
        pairs=tuple(
            zip(
                _shown(dataset, outcome.dataset_scores, paired[:, 0]),
                _shown(reference, outcome.reference_scores, paired[:, 1]),
                strict=True,
            )
        ),
    )


def _ranked(scores: Float64Array) -> IntArray:
    """Places of the pieces that took part, by rising score."""
    order: IntArray = np.argsort(scores, kind="stable")  # NaN comes last
    return order[: int(np.isfinite(scores).sum())]


def _shown(side: Comparables, scores: Float64Array, places: IntArray) -> tuple[Example, ...]:
    return tuple(
        Example(side.names[place], place, float(scores[place]), signal_uv)
        for place, signal_uv in zip(places.tolist(), side.read_in_band(places), strict=True)
    )
