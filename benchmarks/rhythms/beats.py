"""How the beats of composed records agree with those that others find who don't know them."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, dataclass

import neurokit2
import numpy as np
import numpy.typing as npt
from wfdb import processing

from benchmarks.rhythms.composed import ComposedEcgs
from benchmarks.rhythms.fibrillation import PACED
from benchmarks.rhythms.judge import BEATS_CALLED, LEAD, RATE_HZ, SURE_S, Verdict
from benchmarks.waves.ours import labels_of
from ecgfactory.beat_table import SYMBOLS
from ecgfactory.leads import TWELVE_LEADS, SignalUv
from ecgfactory.quality.beats import find_beats
from ecgfactory.rhythm_kinds import KINDS
from ecgfactory.validation.ludb import LudbRecord
from ecgfactory.wave_table import ALL_LEADS, WAVES

Samples = npt.NDArray[np.integer]

TARGET = 0.95
VENTRICULAR = BEATS_CALLED["V"]
NEAR_S = 0.15
"""The match window of ANSI/AAMI EC57."""

END_S = 0.5
"""At either end of a record finders may miss a beat, or find one that is cut: not counted."""


@dataclass(frozen=True)
class Agreement:
    """What the judge calls our beats.

    Parameters
    ----------
    beats, alike, otherwise : int
        All of them, those that it calls as they are, and those that it calls otherwise; the rest it does not see.
    """

    beats: int
    alike: int
    otherwise: int

    @property
    def share(self) -> float:
        """Share that it calls as they are."""
        return self.alike / max(self.beats, 1)

    @classmethod
    def total(cls, agreements: Sequence[Agreement]) -> Agreement:
        """Add some up."""
        return cls(*np.sum([astuple(one) for one in agreements], axis=0).tolist())


def judged(ecgs: ComposedEcgs, verdicts: Sequence[Verdict]) -> dict[str, Agreement]:
    """Compare the beats of some records with the judge's, by the judge's name of what they are."""
    counts = {wanted: Counter[str]() for wanted in BEATS_CALLED.values()}
    for number, verdict in enumerate(verdicts):
        beats, waves = ecgs.beats.of(number), ecgs.waves.of(number).of_lead(ALL_LEADS)
        rows = (waves.wave == WAVES.index("QRS")) & _between(waves.peak, *SURE_S)
        for beat, onset, offset in zip(waves.beat[rows], waves.onset[rows], waves.offset[rows], strict=True):
            symbol = SYMBOLS[beats.symbol[beat]]
            counts[BEATS_CALLED[symbol]][verdict.beat_within(onset, offset)] += 1
    return {
        wanted: Agreement(found.total(), found[wanted], found.total() - found[wanted] - found["none"])
        for wanted, found in counts.items()
    }


def judged_paced(records: Sequence[LudbRecord], verdicts: Sequence[Verdict]) -> Counter[str]:
    """Count what the judge calls the beats of the records of LUDB whose ventricles are paced, by our marks of QRS."""
    counts = Counter[str]()
    for record, verdict in zip(records, verdicts, strict=True):
        if not any(PACED in finding for finding in record.findings):
            continue
        waves = labels_of(record.signal_uv).of_lead(ALL_LEADS)
        rows = (waves.wave == WAVES.index("QRS")) & _between(waves.peak, *SURE_S)
        counts.update(map(verdict.beat_within, waves.onset[rows], waves.offset[rows]))
    return counts


def nearest(samples: Samples, others: Samples) -> Samples:
    """Index of the nearest of others to each sample; -1 where none is within 150 ms."""
    if not others.size:
        return np.full(samples.size, -1)
    distance = np.abs(samples[:, np.newaxis] - others)
    place: Samples = np.where(distance.min(axis=1) <= NEAR_S * RATE_HZ, distance.argmin(axis=1), -1)
    return place


def _between(samples: Samples, from_s: float, to_s: float) -> npt.NDArray[np.bool_]:
    return (samples >= from_s * RATE_HZ) & (samples < to_s * RATE_HZ)


def _by_us(signal_uv: SignalUv) -> Samples:
    beats = find_beats(signal_uv[np.newaxis], TWELVE_LEADS)
    found: Samples = beats.places[0][beats.exists[0]]
    return found


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


ByKind = Mapping[str, Agreement]
"""By the judge's name of the kind of beat."""

WAYS = ("`encode`", "the head alone")


def judge_section(judge: str, agreements: Mapping[str, Sequence[ByKind]], paced: Counter[str]) -> str:
    """Write how the judge's beats agree, by rhythm and by each of `WAYS`; and what it calls paced beats of LUDB."""
    kinds = tuple(dict.fromkeys(BEATS_CALLED.values()))
    totals = [
        {kind: Agreement.total([of_it[way][kind] for of_it in agreements.values()]) for kind in kinds}
        for way in range(len(WAYS))
    ]
    rows = {KINDS[rhythm].title: of_it for rhythm, of_it in agreements.items()} | {"**all**": totals}
    heads = [f"{kind}, {way}" for kind in kinds for way in WAYS]
    return "\n".join(
        [
            "## Kinds of beats",
            "",
            f"What {judge} calls our beats from {SURE_S[0]:g} to {SURE_S[1]:g} s (outside, its makers don't count it) "
            f"in lead {LEAD}: the class that most samples of the QRS have, at least 20 ms of them. N, A and j should "
            f"be its sinus, V and E its vpc; the target is {TARGET:.0%}. Its documented `encode` keeps the class of a "
            "beat only where its finder of waves sees a QRS, and its head for beats, which is not documented alone, "
            "has one everywhere: both are shown. In brackets, beats, those called otherwise and those that it does "
            "not see.",
            "",
            f"| rhythm | {' | '.join(heads)} |",
            "|---" * (len(heads) + 1) + "|",
            *(
                f"| {title} | {' | '.join(_share(way[kind]) for kind in kinds for way in of_it)} |"
                for title, of_it in rows.items()
            ),
            "",
            *(f"- V or E by {way}: {_reach(agreements, number)}" for number, way in enumerate(WAYS)),
            *_paced_words(paced),
        ]
    )


def _reach(agreements: Mapping[str, Sequence[ByKind]], way: int) -> str:
    """Say in which rhythms beats of ventricles reach the target, and in which they do not."""
    shares = {
        KINDS[rhythm].title: of_it[way][VENTRICULAR].share
        for rhythm, of_it in agreements.items()
        if of_it[way][VENTRICULAR].beats
    }
    reached = [title for title, share in shares.items() if share >= TARGET]
    missed = [title for title, share in shares.items() if share < TARGET]
    return f"the target is reached in {', '.join(reached) or 'none'}, and missed in {', '.join(missed) or 'none'}."


def _paced_words(paced: Counter[str]) -> list[str]:
    if not paced:
        return []
    called = ", ".join(f"{name} {count}" for name, count in paced.most_common())
    return [
        "",
        f"For comparison, the {paced.total()} beats of LUDB's paced ventricles, wide and in rows as well, its head "
        f"calls: {called}.",
    ]


def _share(one: Agreement) -> str:
    unseen = one.beats - one.alike - one.otherwise
    return f"{one.share:.1%} ({one.beats}, {one.otherwise}, {unseen})" if one.beats else ""


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
