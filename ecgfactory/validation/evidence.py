"""What a policy catches: artefacts and faults in sound ECGs, judged by each rule; and how well features separate."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt

from ecgfactory.arrays import BoolArray, Float64Array, IntArray
from ecgfactory.artefacts import ARTEFACTS
from ecgfactory.artefacts.base import Artefact, Recording
from ecgfactory.artefacts.mixture import Drawn
from ecgfactory.artefacts.montage import montage_of
from ecgfactory.artefacts.put_in import Put, put_in
from ecgfactory.draws import Purpose, generator
from ecgfactory.leads import SignalUv
from ecgfactory.quality.beats import find_beats
from ecgfactory.quality.feature import FeatureTable, joined
from ecgfactory.quality.features import measure
from ecgfactory.quality.policy import Policy
from ecgfactory.quality.rule import Rule
from ecgfactory.validation.faults import Fault, SoundEcg
from ecgfactory.wave_table import ALL_LEADS

BATCH = 32
FEWEST_BEATS = 4
"""A beat that is dropped or doubled needs neighbours on both sides."""

SNR_DB = (-12.0, 36.0)
"""From noise four times as large as the ECG, to noise that no reader sees."""


@dataclass(frozen=True)
class SoundEcgs:
    """ECGs that a policy accepts, with their features, and how many it did not accept.

    Parameters
    ----------
    ecgs : list of SoundEcg
        Those accepted.
    features : dict of str to array
        Their features.
    rejected : int
        Candidates that the policy rejected although nothing was put into them.
    reasons : Counter of str
        Rules that they broke.
    """

    ecgs: list[SoundEcg]
    features: FeatureTable
    rejected: int
    reasons: Counter[str]

    @property
    def rejected_share(self) -> float:
        """Share of the candidates that the policy rejected."""
        return self.rejected / (self.rejected + len(self.ecgs))


@dataclass(frozen=True)
class Cases:
    """Sound ECGs into each of which one injury of a kind was put.

    Parameters
    ----------
    name : str
        Of the kind.
    source : int array, shape (cases,)
        Which of the sound ECGs each was.
    amount, snr_db : float64 array, shape (cases,)
        How much of it there is, as its kind counts that, and the signal-to-noise ratio that it came to; NaN where
        there is none.
    parameters : list of mapping
        What else is known of each: of an artefact also its `lead` ("all" where not one alone) and `duration_s`.
    features : dict of str to array
        Features of the injured ECGs.
    """

    name: str
    source: IntArray
    amount: Float64Array
    snr_db: Float64Array
    parameters: list[Mapping[str, Any]]
    features: FeatureTable

    def __len__(self) -> int:
        return len(self.source)

    def take(self, rows: IntArray | BoolArray) -> Cases:
        """Return some of them."""
        places = np.arange(len(self))[rows]
        return Cases(
            self.name,
            self.source[places],
            self.amount[places],
            self.snr_db[places],
            [self.parameters[place] for place in places.tolist()],
            {name: values[places] for name, values in self.features.items()},
        )

    def broken(self, policy: Policy) -> dict[str, BoolArray]:
        """Say of each rule of a policy which of the cases break it."""
        return {rule.name: rule.fails(self.features[rule.feature]) for rule in policy.rules}

    def rejected(self, policy: Policy) -> BoolArray:
        """Say which of the cases a policy rejects."""
        rejected = np.zeros(len(self), dtype=bool)
        for fails in self.broken(policy).values():
            rejected |= fails
        return rejected


def accept_sound(signals_uv: SignalUv, lead_names: Sequence[str], policy: Policy) -> SoundEcgs:
    """Keep the ECGs that a policy accepts, so that what it catches later is the injury.

    Parameters
    ----------
    signals_uv : int16 array, shape (records, leads, samples)
        ECGs as they come, at 500 Hz.
    lead_names : sequence of str
        Names along the second axis.
    policy : Policy
        Which rules.
    """
    features = measure_all(signals_uv, lead_names)
    verdicts = policy.judge(features, len(signals_uv))
    ecgs, rows = [], []
    for row in np.flatnonzero(verdicts.accepted):
        beats = find_beats(signals_uv[row : row + 1], lead_names)
        places = beats.places[beats.exists]
        if len(places) >= FEWEST_BEATS:
            ecgs.append(SoundEcg(signals_uv[row].astype(np.float64), tuple(lead_names), places))
            rows.append(row)
    return SoundEcgs(
        ecgs=ecgs,
        features={name: values[rows] for name, values in features.items()},
        rejected=len(signals_uv) - int(verdicts.accepted.sum()),
        reasons=Counter(rule for rules in verdicts.failed_rules for rule in rules),
    )


def with_artefact(
    sound: SoundEcgs, kind: Artefact, seed: int, times: int = 1, snr_db: tuple[float, float] = SNR_DB
) -> Cases:
    """Put a kind of artefact, alone, into every sound ECG a few times.

    Parameters
    ----------
    sound : SoundEcgs
        From `accept_sound`.
    kind : Artefact
        Which kind.
    seed : int
        Places, amounts and signal-to-noise ratios follow from it.
    times : int
        How often each ECG is used.
    snr_db : tuple of float
        Between which the ratio is drawn uniformly, where the kind is noise.

    Returns
    -------
    Cases
        Those that the artefact changed: an ECG of 0.9 mV is not clipped at 1 mV.
    """
    lead_names = sound.ecgs[0].lead_names
    stream = 1 + list(ARTEFACTS).index(kind.name)
    told: list[_Told] = []

    def injured() -> Iterator[Float64Array]:
        for case, ecg in _each(sound, times):
            recording = Recording(montage_of(lead_names), ecg.samples, ecg.sampling_rate_hz)
            rng = generator(seed, case, Purpose.ARTEFACTS, stream)
            drawn = Drawn(kind, rng.uniform(*snr_db), rng)
            noisy_uv, (put,) = put_in(ecg.signal_uv, recording, [drawn], whole=True)
            if put.touched.any():
                told.append((case % len(sound.ecgs), put.amount, put.snr_db, _parameters(put, recording)))
                yield noisy_uv.astype(np.int16)

    return _cases(kind.name, _measured(injured(), lead_names), told)


def with_fault(sound: SoundEcgs, fault: Fault, seed: int, times: int = 1) -> Cases:
    """Put a kind of fault into every sound ECG a few times; see `with_artefact`."""
    told: list[_Told] = []

    def injured() -> Iterator[Float64Array]:
        for case, ecg in _each(sound, times):
            rng = np.random.default_rng([seed, case, *fault.name.encode()])
            amount = fault.draw(rng)
            faulty_uv = np.rint(fault.injector(ecg, amount, rng))
            if not np.array_equal(faulty_uv, ecg.signal_uv):
                told.append((case % len(sound.ecgs), amount, math.nan, {}))
                yield faulty_uv

    return _cases(fault.name, _measured(injured(), sound.ecgs[0].lead_names), told)


_Told = tuple[int, float, float, Mapping[str, Any]]


def _parameters(put: Put, recording: Recording) -> Mapping[str, Any]:
    touched = np.flatnonzero(put.touched)
    lead = recording.montage.lead_names[touched[0]] if len(touched) == 1 else ALL_LEADS
    duration_s = (put.offset + 1 - put.onset) / recording.rate_hz
    return {**json.loads(put.parameters), "lead": lead, "duration_s": duration_s}


def _each(sound: SoundEcgs, times: int) -> Iterator[tuple[int, SoundEcg]]:
    yield from enumerate(ecg for _ in range(times) for ecg in sound.ecgs)


def _cases(name: str, features: FeatureTable, told: Sequence[_Told]) -> Cases:
    source, amount, snr_db, parameters = zip(*told, strict=True)
    return Cases(name, np.array(source), np.array(amount), np.array(snr_db), list(parameters), features)


def _measured(signals_uv: Iterable[npt.NDArray[np.generic]], lead_names: Sequence[str]) -> FeatureTable:
    """Measure records as they come, a micro-batch at a time, so that memory stays flat."""
    coming, tables = iter(signals_uv), []
    while batch := list(islice(coming, BATCH)):
        tables.append(measure(np.stack(batch), lead_names))
    return joined(tables)


def measure_all(signals_uv: npt.NDArray[np.generic], lead_names: Sequence[str]) -> FeatureTable:
    """Measure any number of records."""
    return _measured(signals_uv, lead_names)


def area_under_curve(rule: Rule, sound: FeatureTable, injured: FeatureTable) -> float:
    """Probability that a rule's feature is worse in an injured ECG than in a sound one (ties count half).

    The area under the receiver operating characteristic as the bound moves (Hanley and McNeil 1982,
    doi:10.1148/radiology.143.1.7063747). Worse is what the rule's bounds call worse; not measurable is worst.

    Parameters
    ----------
    rule : Rule
        Names the feature and the side that is bad.
    sound, injured : dict of str to array
        Features of the two groups.
    """
    good, bad = _badness(rule, sound[rule.feature]), _badness(rule, injured[rule.feature])
    order = np.sort(good)
    below, not_above = np.searchsorted(order, bad, "left"), np.searchsorted(order, bad, "right")
    return float((below + not_above).mean() / (2 * len(good)))


def _badness(rule: Rule, values: npt.NDArray[np.generic]) -> Float64Array:
    """How far each value lies on the bad side; infinite when it is not measurable."""
    if rule.allowed is not None:
        return rule.fails(values).astype(np.float64)
    numbers = values.astype(np.float64)
    above = np.full(len(numbers), -np.inf) if rule.max is None else numbers - rule.max
    below = np.full(len(numbers), -np.inf) if rule.min is None else rule.min - numbers
    return np.where(np.isfinite(numbers), np.fmax(above, below), np.inf)
