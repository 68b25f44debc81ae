"""What `match` makes of a reference: fitted on one half of it, judged by the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

import ecgfactory
from benchmarks.realism.ecgs import RealEcgs, accepted_by, candidates, rows_of, sound, space_of, table_of
from benchmarks.realism.told_apart import GROUPS, compared, of_groups, tell_apart
from ecgfactory.arrays import Float64Array
from ecgfactory.comparison.coverage import measure_coverage
from ecgfactory.comparison.features import FeatureMatrix
from ecgfactory.comparison.two_sample import floor_within
from ecgfactory.draws import Purpose, uniform
from ecgfactory.leads import EIGHT_LEADS
from ecgfactory.match.acceptance import acceptance
from ecgfactory.match.profile import cap_of
from ecgfactory.profiles.fitting import fit_ratio
from ecgfactory.profiles.make import CANDIDATES_FITTED, CANDIDATES_JUDGED
from ecgfactory.realism.space_feature import in_short
from ecgfactory.recorder.recorder import Recorder
from ecgfactory.validation.evidence import measure_all

STRENGTHS = (0.0, 0.25, 0.5, 1.0)
UNFILTERED = Recorder()
REACHED = tuple(group for group in GROUPS if group != "beat shape")
SHARES = {"58-65": 0.2, "65-75": 0.3, "75-85": 0.3, "85-100": 0.2}
BY_HAND = 400
STAYING = 8
MOST_JUDGED = 400
"""Of the accepted, the first so many are held against the real ones."""
COVERED = ("precision", "recall", "coverage")


@dataclass(frozen=True)
class Judged:
    """Accepted candidates held against the half of the reference that the ratio was not fitted on.

    Parameters
    ----------
    accepted : int
        Candidates accepted.
    accept_share : float
        Of those that pass `basic`.
    accuracy, accuracy_all, accuracy_reached : float
        Of the two-sample test: against the half's ECGs that pass `basic`; against all of the half; and against those
        that pass, without the group beat shape.
    precision, recall, coverage : float
        Against those that pass.
    importance : dict of str to float
        Of the features that betray most, against those that pass.
    """

    accepted: int
    accept_share: float
    accuracy: float
    accuracy_all: float
    accuracy_reached: float
    precision: float
    recall: float
    coverage: float
    importance: dict[str, float]


@dataclass(frozen=True)
class Staying:
    """A feature that still betrays at strength 1.

    Parameters
    ----------
    words, unit : str
        What it is.
    importance : tuple of float
        Before and after, mean over the splits.
    real, generated, accepted : float array, shape (n,)
        Its values: of real ECGs that pass `basic`, of all candidates, and of those accepted, all splits together.
    """

    words: str
    unit: str
    importance: tuple[float, float]
    real: Float64Array
    generated: Float64Array
    accepted: Float64Array


@dataclass(frozen=True, eq=False)
class Matched:
    """Findings of the section.

    Parameters
    ----------
    splits : int
        Ways the reference was halved, each half being fitted on in turn.
    pool : int
        Candidates that pass `basic`, to accept from.
    fitted_on, judged_by : int
        Real ECGs of a half, those that pass `basic`.
    judged : dict of float to list of Judged
        By strength, one for each split.
    floors : dict of str to float
        Within a half: accuracy, precision, recall and coverage, mean over the splits.
    staying : list of Staying
        The features that still betray most.
    """

    splits: int
    pool: int
    fitted_on: int
    judged_by: int
    judged: dict[float, list[Judged]]
    floors: dict[str, float]
    staying: list[Staying]


@dataclass(frozen=True)
class ByHand:
    """Heart rates asked for by hand.

    Parameters
    ----------
    shares : list of (str, float, float, float)
        Bin, share as generated, asked for, got.
    accept_share : float
        Share of candidates accepted.
    """

    shares: list[tuple[str, float, float, float]]
    accept_share: float


@dataclass(frozen=True, eq=False)
class _Split:
    """A ratio fitted on one half, and the other half to judge by: those that pass `basic`, and all."""

    log_ratios: Float64Array
    log_cap: float
    judges: FeatureMatrix
    all_judges: FeatureMatrix

    def accepted(self, strength: float, drawn: Float64Array) -> np.ndarray:
        rows: np.ndarray = np.flatnonzero(drawn < acceptance(self.log_ratios, self.log_cap, strength))
        return rows


def measure(
    real: RealEcgs,
    seed: int,
    pool: int,
    halvings: int,
    recorder: Recorder = UNFILTERED,
    strengths: Sequence[float] = STRENGTHS,
) -> Matched:
    """Fit on halves of LUDB's sinus rhythms, accept from one pool, and judge by the other halves.

    Parameters
    ----------
    real : RealEcgs
        LUDB.
    seed, pool : int
        Seed of the candidates to accept from, and how many.
    halvings : int
        Random ways to halve.
    recorder : Recorder
        What real and generated ECGs pass.
    strengths : sequence of float
        The first and the last are those between which features are compared.
    """
    generated = space_of(sound(recorder.record(candidates(seed, pool))))
    drawn = uniform(seed, range(len(generated.values)), Purpose.MATCH)
    reference_uv = recorder.record(real.sinus_uv)
    reference = space_of(reference_uv)
    passes = accepted_by("basic", measure_all(reference_uv, EIGHT_LEADS))
    splits = list(_splits(reference, passes, generated, _probe(seed + 1, recorder), halvings))
    judged: dict[float, list[Judged]] = {strength: [] for strength in strengths}
    for split in splits:
        for strength in strengths:
            rows = split.accepted(strength, drawn)
            accepted = rows_of(generated, rows[:MOST_JUDGED])
            judged[strength].append(_judge(accepted, split, len(rows), len(drawn)))
    kept = np.concatenate([split.accepted(strengths[-1], drawn) for split in splits])
    return Matched(
        splits=halvings,
        pool=len(drawn),
        fitted_on=int(passes.sum()) // 2,
        judged_by=int(passes.sum()) // 2,
        judged=judged,
        floors=_floors(splits),
        staying=_staying(judged, rows_of(reference, passes), generated, kept),
    )


def _probe(seed: int, recorder: Recorder) -> FeatureMatrix:
    """Make the candidates that ratios are fitted on, and the others that tell their yield."""
    wanted = CANDIDATES_FITTED + CANDIDATES_JUDGED
    return rows_of(space_of(sound(recorder.record(candidates(seed, round(1.05 * wanted))))), np.arange(wanted))


def _splits(
    reference: FeatureMatrix, passes: np.ndarray, generated: FeatureMatrix, probe: FeatureMatrix, halvings: int
) -> Iterator[_Split]:
    """Fit as `ecgfactory profile` does, on each half in turn."""
    fitted = table_of(rows_of(probe, np.arange(CANDIDATES_FITTED)))
    others = table_of(rows_of(probe, np.arange(CANDIDATES_FITTED, len(probe.values))))
    for number in range(halvings):
        halves = dealt_out(passes, np.random.default_rng(number))
        for half, other in (halves, halves[::-1]):
            ratio = fit_ratio(table_of(rows_of(reference, half[passes[half]])), fitted)
            percentiles = tuple(np.percentile(ratio.log_ratio(others), np.arange(0.5, 100)).tolist())
            yield _Split(
                ratio.log_ratio(table_of(generated)),
                cap_of(percentiles),
                rows_of(reference, other[passes[other]]),
                rows_of(reference, other),
            )


def dealt_out(passes: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Deal records into random halves, first those that pass, so that both have as many of them; by index."""
    order = rng.permutation(len(passes))
    order = order[np.argsort(~passes[order], kind="stable")]
    return order[::2], order[1::2]


def _judge(accepted: FeatureMatrix, split: _Split, count: int, pool: int) -> Judged:
    reached = [of_groups(side, REACHED) for side in (accepted, split.judges)]
    found = measure_coverage(accepted, split.judges)
    test = tell_apart(accepted, split.judges)
    return Judged(
        count,
        count / pool,
        test.accuracy.value,
        tell_apart(accepted, split.all_judges).accuracy.value,
        tell_apart(*reached).accuracy.value,
        found.precision.value,
        found.recall.value,
        found.coverage.value,
        {telltale.feature: telltale.importance for telltale in test.telltales},
    )


def _floors(splits: list[_Split]) -> dict[str, float]:
    covers = [measure_coverage(split.judges, split.judges) for split in splits]
    return {
        "accuracy": mean([floor_within(split.judges, split.judges.ecgs).accuracy.value for split in splits]),
        **{name: mean([getattr(cover, name).floor for cover in covers]) for name in COVERED},
    }


def _staying(
    judged: dict[float, list[Judged]], real: FeatureMatrix, generated: FeatureMatrix, kept: np.ndarray
) -> list[Staying]:
    described = {feature.name: feature for feature in compared(rows_of(generated, np.arange(MOST_JUDGED)), real)}
    before, after = (_importance(judged[strength]) for strength in (min(judged), max(judged)))
    strongest = sorted(after, key=lambda name: -after[name])[:STAYING]
    tables = [table_of(side) for side in (real, generated)]
    return [
        Staying(
            in_short(described[name].words),
            described[name].unit,
            (before.get(name, 0.0), after[name]),
            _known(tables[0][name]),
            _known(tables[1][name]),
            _known(tables[1][name][kept]),
        )
        for name in strongest
    ]


def _importance(judged: list[Judged]) -> dict[str, float]:
    """Return the mean importance of features over the splits; 0 in those in which one is not among the first."""
    names = {name for one in judged for name in one.importance}
    return {name: mean([one.importance.get(name, 0.0) for one in judged]) for name in names}


def by_hand(seed: int) -> ByHand:
    """Generate ECGs whose heart rates are to have the shares asked for, beside as many as they come."""
    plain = ecgfactory.generate(BY_HAND, seed=seed, leads=8)
    matched = ecgfactory.generate(BY_HAND, seed=seed, leads=8, match={"heart_rate_bpm": SHARES})
    edges = sorted({float(end) for text in SHARES for end in text.split("-")})
    found = [np.histogram(ecgs.features["heart_rate_bpm"], edges)[0] / BY_HAND for ecgs in (plain, matched)]
    rows = zip(SHARES, found[0].tolist(), SHARES.values(), found[1].tolist(), strict=True)
    return ByHand(list(rows), BY_HAND / (int(matched.candidates[-1]) + 1))


def mean(values: list[float] | list[int]) -> float:
    """Return the mean."""
    return float(np.mean(values))


def _known(values: Float64Array) -> Float64Array:
    known: Float64Array = values[np.isfinite(values)]
    return known
