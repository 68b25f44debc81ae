"""What the pages of a comparison say of copies, and pairs of ECGs laid over each other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ecgfactory.arrays import Float64Array
from ecgfactory.comparison.pages.words import printable
from ecgfactory.comparison.percent import percent
from ecgfactory.comparison.result import Comparison, Example
from ecgfactory.leads import SignalUv
from ecgfactory.realism.likest_pair import LikestPair
from ecgfactory.realism.nearness import Nearness
from ecgfactory.realism.privacy import Privacy

MOST_PAIRS = 6
"""Flagged pairs that are drawn."""

MOST_LEADS = 4
"""Leads of a pair that are drawn: the likest first, then others over those of the same name."""

LEAST_P = 0.001
"""Smaller ones say no more."""

WAYS = {
    "beats": "Median beats",
    "records": "Whole records",
    "leads": "Single leads",
}
METHOD = (
    "Every ECG of the dataset is held against the real ones that could be its original: by its median beat, as a whole "
    "wherever it fits best, and lead by lead over any lead. Gain, polarity, shift and a slightly other speed make no "
    "difference. It is flagged where its nearest real ECG stands out further from the next nearest than among real "
    "people; an honest dataset has one flagged in one of twenty comparisons. The distance is 1 less the correlation; "
    "that of real ECGs, in grey, is to the nearest of other people. A small p says that the dataset as a whole lies "
    "nearer to real ECGs than these do to each other: clean, average beats do, and that alone is no copying."
)
PAIRS_NOT_DRAWN = (
    "The pairs are not drawn here, since this page is passed on with the dataset: the command ecgfactory compare "
    "DATASET REFERENCE --output DIR draws them for you."
)


def findings(privacy: Privacy) -> list[str]:
    """Say in sentences whether there are copies, and what that was learnt from."""
    flagged, ecgs = int(privacy.is_copy.sum()), f"{privacy.synthetic:,}"
    people = f"{privacy.holdout:,} ECGs of the holdout" if privacy.holdout else "the other ECGs of the reference"
    sentences = [
        f"{f'{flagged:,}' if flagged else 'None'} of {ecgs} ECGs of the dataset {_verdict(flagged)}.",
        "What tells a copy is how much nearer one real ECG is than all others. How much this can be among people was "
        f"learnt from {people}, {privacy.compared_real:,} in all.",
    ]
    if not privacy.tells:
        sentences.append(
            "But the reference holds so many nearly identical ECGs that a copy under slight noise could not be told."
        )
    if privacy.repeats:
        sentences.append(
            "Pairs of real ECGs so alike that each may be of one person, and therefore counted as one: "
            f"{len(privacy.repeats):,}."
        )
    return sentences


def way_caption(nearness: Nearness) -> str:
    """Say how near the dataset comes in one way of comparing, against what is expected."""
    flagged = int(nearness.is_copy.sum())
    return (
        f"{percent(nearness.share_nearer)} of the dataset are as near as the nearest 5 % of real ECGs "
        f"(p {_p_text(nearness.p_nearer)} for nearer as a whole). Flagged, as the nearest is at less than "
        f"{nearness.bound.ratio:.2g} of the distance of the next: {flagged:,}."
    )


def _verdict(flagged: int) -> str:
    if flagged > 1:
        return "stand out as copies of real ones, and are flagged for people to look at"
    return f"stands out as a copy of a real one{', and is flagged for people to look at' if flagged else ''}"


def _p_text(p: float) -> str:
    return f"{p:.2g}" if p >= LEAST_P else f"below {LEAST_P:g}"


@dataclass(frozen=True, eq=False)
class Overlay:
    """A lead of a record of the dataset and a lead of the reference, one over the other.

    Parameters
    ----------
    label : str
        Which leads, and their correlation over the likest half.
    time_s : float array, shape (samples,)
        Of the dataset's record.
    dataset_mv, reference_mv : float array, shape (samples,)
        Each around its median; the reference shifted, stretched and amplified to lie over the other, NaN beyond its
        ends.
    """

    label: str
    time_s: Float64Array
    dataset_mv: Float64Array
    reference_mv: Float64Array


@dataclass(frozen=True, eq=False)
class Pair:
    """A record of the dataset and the real one that it is nearest to, to be looked at."""

    title: str
    caption: str
    overlays: list[Overlay]


def shown_pairs(comparison: Comparison) -> list[Pair]:
    """Return the flagged pairs, or where there is none the single likest one."""
    known = list(zip(comparison.privacy.pairs, comparison.examples.pairs, strict=True))
    flagged = [each for each in known if each[0].is_copy]
    return [_pair(comparison, pair, *ecgs) for pair, ecgs in (flagged[:MOST_PAIRS] or known[:1])]


def _pair(comparison: Comparison, pair: LikestPair, dataset: Example, reference: Example) -> Pair:
    names, rate_hz = comparison.data.lead_names, comparison.data.sampling_rate_hz
    likest = sorted(pair.leads, key=lambda lead: -abs(lead[2]))
    time_s = np.arange(dataset.signal_uv.shape[-1]) / rate_hz
    origin_s = _origin_s(pair, dataset.signal_uv[likest[0][0]], reference.signal_uv[likest[0][1]], time_s)
    stretch = f"over the likest {time_s[-1] / 2:.0f} s"
    drawn = [
        (mine, other, f": correlation {likeness:.2f} {stretch}".replace("-", "−")) for mine, other, likeness in likest
    ]
    drawn += [(lead, lead, "") for lead in range(len(names)) if lead not in {mine for mine, _, _ in likest}]
    overlays = [
        Overlay(
            f"{names[mine]} over {names[other]}{likeness}",
            time_s,
            _around_median(dataset.signal_uv[mine].astype(np.float64)),
            pair.gain * _around_median(_stretched(reference.signal_uv[other], pair, origin_s, time_s)),
        )
        for mine, other, likeness in drawn[:MOST_LEADS]
    ]
    title = "Flagged" if pair.is_copy else "The likest pair, not flagged"
    return Pair(
        f"{title}: {printable(dataset.record)} and {printable(reference.record)}",
        f"Laid over the real ECG, that of the dataset is {', '.join(_moves(pair))}; nearest by "
        f"{', '.join(WAYS[way].lower() for way in pair.ways)}.",
        overlays,
    )


def _moves(pair: LikestPair) -> Iterator[str]:
    """Say what was done to the real ECG, as it were, to make the other of it."""
    if pair.lag_s:
        yield f"{abs(pair.lag_s):.2f} s {'later' if pair.lag_s > 0 else 'earlier'}"
    if pair.scale != 1:
        yield f"{100 * abs(pair.scale - 1):.1f} % {'slower' if pair.scale > 1 else 'faster'}"
    if pair.gain < 0:
        yield "upside down"
    yield f"{abs(pair.gain):.2f} times as large"


def _origin_s(pair: LikestPair, dataset_uv: SignalUv, reference_uv: SignalUv, time_s: Float64Array) -> float:
    """Find around which time the real ECG is stretched: the lag holds in the middle of the likest half, either one."""
    middles_s = [float(part * len(time_s) * time_s[1]) for part in (0.25, 0.75)]

    def likeness(origin_s: float) -> float:
        laid = _stretched(reference_uv, pair, origin_s, time_s)
        both = np.isfinite(laid)
        return abs(float(np.corrcoef(dataset_uv[both], laid[both])[0, 1])) if both.sum() > 2 else 0.0

    return max(middles_s, key=likeness)


def _stretched(reference_uv: SignalUv, pair: LikestPair, origin_s: float, time_s: Float64Array) -> Float64Array:
    """Return a lead of the real ECG at the times of the other; NaN beyond its ends."""
    asked_s = origin_s - pair.lag_s + (time_s - origin_s) / pair.scale
    laid: Float64Array = np.interp(asked_s, time_s, reference_uv, left=np.nan, right=np.nan)
    return laid


def _around_median(signal_uv: Float64Array) -> Float64Array:
    centred: Float64Array = (signal_uv - np.nanmedian(signal_uv)) / 1000
    return centred
