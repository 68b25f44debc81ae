"""Reference ECGs as rows of features; their signals are read one after the other and not kept."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ecgfactory.arrays import Float64Array
from ecgfactory.candidates.probe import joined
from ecgfactory.foreign.recording import UnreadableEcg
from ecgfactory.foreign.standard import ForeignEcg
from ecgfactory.leads import EIGHT_LEADS, SignalUv
from ecgfactory.match.space import in_space
from ecgfactory.quality.batch import to_integers
from ecgfactory.quality.features import measure
from ecgfactory.realism.band import common_upper_hz
from ecgfactory.recorder.rates import measured_form
from ecgfactory.request.plan import Plan

AT_ONCE = 64
"""ECGs that are measured together."""

Table = dict[str, Float64Array]


@dataclass(frozen=True)
class ReferenceTable:
    """What was measured on reference ECGs.

    Parameters
    ----------
    names : list of str
        Of the ECGs.
    measured, space : dict of str to float64 array of shape (n,)
        Features of the assessment that are numbers, and those of the feature space.
    left_out : dict of str to int
        ECGs that can't be used, by the reason.
    upper_hz : float
        End of the band of the feature space.
    """

    names: list[str]
    measured: Table
    space: Table
    left_out: dict[str, int]
    upper_hz: float

    def take(self, rows: npt.NDArray[np.intp]) -> ReferenceTable:
        """Return some of the ECGs, by index."""
        return ReferenceTable(
            [self.names[row] for row in rows],
            {name: values[rows] for name, values in self.measured.items()},
            {name: values[rows] for name, values in self.space.items()},
            self.left_out,
            self.upper_hz,
        )


def measure_reference(ecgs: Iterable[ForeignEcg | UnreadableEcg], plan: Plan) -> ReferenceTable:
    """Measure the beginning of each reference ECG that has the eight leads and passes the policy.

    Parameters
    ----------
    ecgs : iterable
        As `read_ecgs` yields them.
    plan : Plan
        Of candidates: ECGs are as long as these, pass the same filters, and are judged by the same policy, since what
        that rejects no record can be like.
    """
    policy, recorder = plan.policy, plan.recorder
    usable = _Usable(ecgs, plan)
    names: list[str] = []
    measured: list[Table] = []
    spaces: list[Table] = []
    numbers = [feature.name for feature in policy.features if feature.kind != "word"]
    for some, signals_uv in _batches(iter(usable)):
        measured_uv = measured_form(recorder.record(signals_uv), recorder.rate_hz)
        table = measure(measured_uv, EIGHT_LEADS, extra=policy.extra_features)
        passed = np.flatnonzero(policy.judge(table, len(some)).accepted)
        usable.left_out[f"rejected by the policy {policy.name}"] += len(some) - len(passed)
        if passed.size:
            names += [some[row] for row in passed]
            measured.append({name: table[name][passed].astype(np.float64) for name in numbers})
            spaces.append(in_space(measured_uv[passed], EIGHT_LEADS, usable.upper_hz))
    left_out = {why: count for why, count in usable.left_out.items() if count}
    return ReferenceTable(names, joined(measured), joined(spaces), left_out, usable.upper_hz)


def halves(names: Sequence[str]) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Split ECGs into two halves by a hash of their names, so that another's name changes few places.

    Returns
    -------
    (int array, int array)
        Rows to fit on and rows to judge by, each rising; of an odd number, the first has one less.
    """
    order = sorted(range(len(names)), key=lambda row: hashlib.sha256(names[row].encode()).digest())
    middle = len(order) // 2
    return np.sort(np.array(order[:middle], dtype=np.intp)), np.sort(np.array(order[middle:], dtype=np.intp))


class _Usable:
    """The names and the eight leads of the ECGs that can be used, and how many can't, by the reason.

    The first one decides where the band ends that is compared.
    """

    def __init__(self, ecgs: Iterable[ForeignEcg | UnreadableEcg], plan: Plan) -> None:
        self.left_out: Counter[str] = Counter()
        self.upper_hz = 0.0
        self._ecgs, self._plan = ecgs, plan

    def __iter__(self) -> Iterator[tuple[str, SignalUv]]:
        samples = self._plan.generated_samples
        for ecg in self._ecgs:
            if problem := self._problem(ecg, samples):
                self.left_out[problem] += 1
                continue
            assert isinstance(ecg, ForeignEcg)
            stored_uv, missing = to_integers(ecg.signal_uv[np.newaxis, _eight(ecg), :samples])
            if missing is not None and missing.any():
                self.left_out["with missing samples"] += 1
            else:
                self.upper_hz = self.upper_hz or self._upper_hz(ecg)
                yield ecg.name, stored_uv[0]

    def _problem(self, ecg: ForeignEcg | UnreadableEcg, samples: int) -> str:
        if isinstance(ecg, UnreadableEcg):
            return "not readable"
        if not {*EIGHT_LEADS} <= {*ecg.lead_names}:
            return "without all of the leads I, II, V1 to V6"
        if ecg.signal_uv.shape[1] < samples:
            return "too short"
        return "recorded at a lower rate than the first" if self._upper_hz(ecg) < self.upper_hz else ""

    def _upper_hz(self, ecg: ForeignEcg) -> float:
        return common_upper_hz(ecg.recorded_rate_hz, self._plan.recorder.rate_hz)


def _eight(ecg: ForeignEcg) -> list[int]:
    return [ecg.lead_names.index(lead) for lead in EIGHT_LEADS]


def _batches(ecgs: Iterator[tuple[str, SignalUv]]) -> Iterator[tuple[list[str], SignalUv]]:
    names: list[str] = []
    signals: list[SignalUv] = []
    for name, signal_uv in ecgs:
        names.append(name)
        signals.append(signal_uv)
        if len(names) == AT_ONCE:
            yield names, np.stack(signals)
            names, signals = [], []
    if names:
        yield names, np.stack(signals)
