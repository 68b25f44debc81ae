"""How the beats of composed records agree with those that others find who don't know them."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, dataclass

import neurokit2
import numpy as np
import numpy.typing as npt
from wfdb import processing

from benchmarks.rhythms.composed import ComposedEcgs
from benchmarks.rhythms.judge import BEATS_CALLED, LEAD, RATE_HZ, SURE_S, Verdict
from ecgfactory.leads import TWELVE_LEADS, SignalUv
from ecgfactory.quality.beats import find_beats
from ecgfactory.rhythm_kinds import KINDS

Samples = npt.NDArray[np.integer]

TARGET = 0.95
NEAR_S = 0.15
"""The match window of ANSI/AAMI EC57."""

END_S = 0.5
"""At either end of a record finders may miss a beat, or find one that is cut: not counted."""


@dataclass(frozen=True)
class Agreement:
    """How the judge's beats agree with ours.

    Parameters
    ----------
    ours, alike : int
        Our beats, and those that it found and called as they are.
    otherwise, missed, added : int
        Those that it called otherwise, those that it did not find, and those that it found besides.
    """

    ours: int
    alike: int
    otherwise: int
    missed: int
    added: int

    @property
    def share(self) -> float:
        """Share of all beats, ours and those found besides, that agree."""
        return self.alike / max(self.ours + self.added, 1)

    @classmethod
    def total(cls, agreements: Sequence[Agreement]) -> Agreement:
        """Add some up."""
        return cls(*np.sum([astuple(one) for one in agreements], axis=0).tolist())


def judged(ecgs: ComposedEcgs, verdicts: Sequence[Verdict]) -> Agreement:
    """Compare the beats of some records with the judge's, from 2 s to 8 s."""
    return Agreement.total([_judged(ecgs, number, verdict) for number, verdict in enumerate(verdicts)])


def _judged(ecgs: ComposedEcgs, number: int, verdict: Verdict) -> Agreement:
    beats, middle = ecgs.beats.of(number), (verdict.onset + verdict.offset) // 2
    counts, counts_too = (_between(samples, *SURE_S) for samples in (beats.sample, middle))
    wanted = [BEATS_CALLED[symbol] for symbol, sure in zip(beats.symbol_of_each, counts, strict=True) if sure]
    found = ["" if place < 0 else verdict.beat[place] for place in nearest(beats.sample[counts], middle).tolist()]
    alike = sum(one == other for one, other in zip(found, wanted, strict=True))
    missed, added = found.count(""), int(np.sum(nearest(middle[counts_too], beats.sample) < 0))
    return Agreement(len(wanted), alike, len(wanted) - alike - missed, missed, added)


def nearest(samples: Samples, others: Samples) -> Samples:
    """Index of the nearest of others to each sample; -1 where none is within 150 ms."""
    if not others.size:
        return np.full(samples.size, -1)
    distance = np.abs(samples[:, np.newaxis] - others)
    return np.where(distance.min(axis=1) <= NEAR_S * RATE_HZ, distance.argmin(axis=1), -1)


def _between(samples: Samples, from_s: float, to_s: float) -> npt.NDArray[np.bool_]:
    return (samples >= from_s * RATE_HZ) & (samples < to_s * RATE_HZ)


def _by_us(signal_uv: SignalUv) -> Samples:
    beats = find_beats(signal_uv[np.newaxis], TWELVE_LEADS)
    return beats.places[0][beats.exists[0]]


def _by_neurokit(signal_uv: SignalUv) -> Samples:
    with warnings.catch_warnings(action="ignore"):
        cleaned = neurokit2.ecg_clean(signal_uv[TWELVE_LEADS.index(LEAD)] / 1000, sampling_rate=RATE_HZ)
        found: Samples = neurokit2.ecg_peaks(cleaned, sampling_rate=RATE_HZ)[1]["ECG_R_Peaks"]
    return found


def _by_xqrs(signal_uv: SignalUv) -> Samples:
    found: Samples = processing.xqrs_detect(signal_uv[TWELVE_LEADS.index(LEAD)] / 1000, RATE_HZ, verbose=False)
    return found


FINDERS: dict[str, Callable[[SignalUv], Samples]] = {
    "`assess`, all leads": _by_us,
    f"NeuroKit2, {LEAD}": _by_neurokit,
    f"WFDB's xqrs, {LEAD}": _by_xqrs,
}


def found_by(ecgs: ComposedEcgs) -> list[tuple[float, float]]:
    """Share of our beats that each finder finds, and share of those that it finds that are ours."""
    return [_found(ecgs, find) for find in FINDERS.values()]


def _found(ecgs: ComposedEcgs, find: Callable[[SignalUv], Samples]) -> tuple[float, float]:
    counts = np.zeros((2, 2))
    for number, signal_uv in enumerate(ecgs.signals_uv):
        ours, theirs = ecgs.beats.of(number).sample, np.asarray(find(signal_uv))
        for row, (samples, others) in enumerate(((ours, theirs), (theirs, ours))):
            inside = samples[_between(samples, END_S, signal_uv.shape[-1] / RATE_HZ - END_S)]
            counts[row] += np.sum(nearest(inside, others) >= 0), inside.size
    sensitivity, precision = counts[:, 0] / counts[:, 1].clip(1)
    return float(sensitivity), float(precision)


def judge_section(judge: str, agreements: Mapping[str, Agreement]) -> str:
    """Write how the judge's beats agree, by rhythm."""
    total = Agreement.total(list(agreements.values()))
    rows = [(KINDS[rhythm].title, one) for rhythm, one in agreements.items()] + [("**all**", total)]
    return "\n".join(
        [
            "## Beats and their kinds",
            "",
            f"Beats that {judge} finds in lead {LEAD} from {SURE_S[0]:g} to {SURE_S[1]:g} s (outside, its makers don't "
            "count it), and what it calls them: N, A and j should be its sinus, V and E its vpc. The share is of our "
            f"beats and those found besides; the target is {TARGET:.0%}.",
            "",
            "| rhythm | our beats | found and called so | called otherwise | missed | found besides |",
            "|---|---|---|---|---|---|",
            *(
                f"| {title} | {one.ours} | {one.share:.1%} | {one.otherwise} | {one.missed} | {one.added} |"
                for title, one in rows
            ),
        ]
    )


def finder_section(found: Mapping[str, Sequence[tuple[float, float]]]) -> str:
    """Write which R peaks others find, by rhythm."""
    return "\n".join(
        [
            "## R peaks",
            "",
            "Share of our beats found within 150 ms (sensitivity), and share of what is found that is ours (positive "
            f"predictive value), less {END_S:g} s at either end.",
            "",
            f"| rhythm | {' | '.join(FINDERS)} |",
            "|---" * (len(FINDERS) + 1) + "|",
            *(
                f"| {KINDS[rhythm].title} | " + " | ".join(f"{one:.1%}, {other:.1%}" for one, other in of_it) + " |"
                for rhythm, of_it in found.items()
            ),
        ]
    )
