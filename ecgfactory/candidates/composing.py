"""Composing candidates from what was generated, in the rhythms that a plan asks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from ecgfactory.arrays import BoolArray
from ecgfactory.beat_table import BeatTable
from ecgfactory.compose.composition import Composition, compose
from ecgfactory.compose.hearts import sources_of
from ecgfactory.draws import Purpose, uniform
from ecgfactory.formats.batch import Composed
from ecgfactory.leads import EIGHT_LEADS, SignalUv, derive_twelve
from ecgfactory.quality.beats import find_beats
from ecgfactory.quality.policy import Verdicts
from ecgfactory.quality.waves import find_waves
from ecgfactory.record import SAMPLING_RATE_HZ
from ecgfactory.request.plan import Plan
from ecgfactory.rhythm_table import RhythmTable
from ecgfactory.rhythms import RHYTHMS
from ecgfactory.wave_table import BEAT_WAVES, POINTS, WaveTable
from ecgfactory.waves.label import label_waves

RULE = "source"
"""Rule that a candidate breaks when nothing can be composed from it."""


def compositions(
    plan: Plan, numbers: Sequence[int], generated_uv: SignalUv, with_waves: bool = False
) -> list[Composition | str]:
    """Compose candidates.

    Parameters
    ----------
    plan : Plan
        What is asked for.
    numbers : sequence of int
        Candidate numbers.
    generated_uv : int16 array, shape (n, 8, samples)
        Their ECGs as generated, whose beats they are composed of.
    with_waves : bool
        Whether their waves will be wanted though the plan asks for no labels.

    Returns
    -------
    list of Composition or str
        One of each candidate; or why none can be composed from it.
    """
    beats = find_beats(generated_uv)
    waves = find_waves(beats)
    marks = None
    if plan.labels or with_waves:
        shown_uv = derive_twelve(generated_uv) if plan.request.leads == 12 else generated_uv
        samples = generated_uv.shape[2]
        marks = label_waves(shown_uv, beats, plan.lead_names, SAMPLING_RATE_HZ, samples, waves)
    length_s, names = plan.request.duration_s, rhythms_of(plan, numbers)
    sources = sources_of(generated_uv, beats, waves, marks)
    return [
        source if isinstance(source, str) else compose(source, RHYTHMS[name], length_s, plan.seed, int(number))
        for source, name, number in zip(sources, names, numbers, strict=True)
    ]


def rhythms_of(plan: Plan, numbers: Sequence[int] | npt.NDArray[np.integer]) -> npt.NDArray[np.object_]:
    """Draw the rhythm of each candidate by the shares that a plan asks for: names, shape (n,)."""
    return drawn_rhythms(plan.rhythms, plan.seed, numbers)


def drawn_rhythms(
    shares: Mapping[str, float], seed: int, numbers: Sequence[int] | npt.NDArray[np.integer]
) -> npt.NDArray[np.object_]:
    """Draw the rhythm of each candidate.

    Parameters
    ----------
    shares : mapping of str to float
        By name, summing to 1.
    seed : int
        Seed of the dataset.
    numbers : sequence of int
        Candidate numbers.

    Returns
    -------
    object array of str, shape (n,)
        Names, each a function of seed and number alone.
    """
    edges = np.cumsum(list(shares.values()))[:-1]
    places = np.searchsorted(edges, uniform(seed, numbers, Purpose.RHYTHM), side="right")
    return np.array(list(shares), dtype=np.object_)[places]


def signals_of(made: Sequence[Composition | str], generated_uv: SignalUv, samples: int) -> SignalUv:
    """Render whole compositions.

    Parameters
    ----------
    made : sequence of Composition or str
        As `compositions` returns them.
    generated_uv : int16 array, shape (n, 8, samples generated)
        What they are composed of.
    samples : int
        Samples of a record at 500 Hz.

    Returns
    -------
    int16 array, shape (n, 8, samples)
        In uV. Where nothing was composed, what was generated and then silence, to show why.
    """
    signals_uv = np.zeros((len(made), len(EIGHT_LEADS), samples), dtype=np.int16)
    for row, one in enumerate(made):
        if isinstance(one, str):
            signals_uv[row, :, : generated_uv.shape[2]] = generated_uv[row]
        else:
            signals_uv[row] = one.signal_uv(0, samples)
    return signals_uv


def with_sources(verdicts: Verdicts, made: Sequence[Composition | str]) -> Verdicts:
    """Reject, before anything else, the candidates from which nothing was composed."""
    failed_rules, reasons = list(verdicts.failed_rules), list(verdicts.reasons)
    for row, one in enumerate(made):
        if isinstance(one, str):
            failed_rules[row] = [RULE, *failed_rules[row]]
            reasons[row] = [f"{RULE}: {one}", *reasons[row]]
    return Verdicts(failed_rules, reasons)


def truth_of(made: Sequence[Composition | str], plan: Plan, numbers: Sequence[int]) -> Composed:
    """Return beats and rhythms of compositions, as stored; where nothing was composed there are none."""
    leads, rate_hz = plan.lead_names, plan.recorder.rate_hz
    rows = np.array([row for row, one in enumerate(made) if not isinstance(one, str)], dtype=np.int64)
    played = [one for one in made if not isinstance(one, str)]
    beats = BeatTable.joined([one.beats(leads, rate_hz) for one in played] or [_no_beats(leads)])
    rhythms = RhythmTable.joined([one.rhythms(leads, rate_hz) for one in played] or [_no_rhythms(leads)])
    return Composed(rhythms_of(plan, numbers), beats.put(rows, len(made)), rhythms.put(rows, len(made)))


def waves_of(made: Sequence[Composition | str], plan: Plan, accepted: BoolArray) -> WaveTable:
    """Return the waves of the accepted ones of whole compositions, as stored; the others have none."""
    leads, rate_hz, samples = plan.lead_names, plan.recorder.rate_hz, plan.samples_per_lead
    played = [one for one, is_kept in zip(made, accepted.tolist(), strict=True) if is_kept and not isinstance(one, str)]
    tables = [one.waves(leads, rate_hz, 0, samples) for one in played]
    return WaveTable.joined(tables or [_no_waves(leads)]).put(np.flatnonzero(accepted), len(made))


def _no_waves(lead_names: tuple[str, ...]) -> WaveTable:
    points = np.zeros((0, 0, 1 + len(lead_names), len(BEAT_WAVES), len(POINTS)), dtype=np.int32)
    return WaveTable.of_points(points, np.zeros((0, 0), dtype=bool), lead_names)


def _no_beats(lead_names: tuple[str, ...]) -> BeatTable:
    none = np.zeros(0, dtype=np.int32)
    return BeatTable(lead_names, 0, none, none, none.astype(np.int8))


def _no_rhythms(lead_names: tuple[str, ...]) -> RhythmTable:
    none = np.zeros(0, dtype=np.int32)
    return RhythmTable(lead_names, 0, none, none.astype(np.int8), none, none)
