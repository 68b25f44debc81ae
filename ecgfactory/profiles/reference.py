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
from ecgfactory.quality.batch import to_integers
from ecgfactory.quality.features import measure
from ecgfactory.quality.policy import Policy
from ecgfactory.realism.feature_space import space_features

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
    """

    names: list[str]
    measured: Table
    space: Table
    left_out: dict[str, int]

    def take(self, rows: npt.NDArray[np.intp]) -> ReferenceTable:
        """Return some of the ECGs, by index."""
        return ReferenceTable(
            [self.names[row] for row in rows],
            {name: values[rows] for name, values in self.measured.items()},
            {name: values[rows] for name, values in self.space.items()},
            self.left_out,
        )


def measure_reference(ecgs: Iterable[ForeignEcg | UnreadableEcg], policy: Policy, samples: int) -> ReferenceTable:
    """Measure the beginning of each reference ECG that has the eight leads and passes the policy.

    Parameters
    ----------
    ecgs : iterable
        As `read_ecgs` yields them.
    policy : Policy
        That of the candidates: what it rejects, no record can be like.
    samples : int
        Samples per lead to measure, at 500 Hz.
    """
    left_out: Counter[str] = Counter()
    names: list[str] = []
    measured: list[Table] = []
    spaces: list[Table] = []
    numbers = [feature.name for feature in policy.features if feature.kind != "word"]
    for some, signals_uv in _batches(_usable(ecgs, samples, left_out)):
        table = measure(signals_uv, EIGHT_LEADS, extra=policy.extra_features)
        passed = np.flatnonzero(policy.judge(table, len(some)).accepted)
        left_out[f"rejected by the policy {policy.name}"] += len(some) - len(passed)
        if passed.size:
            names += [some[row] for row in passed]
            measured.append({name: table[name][passed].astype(np.float64) for name in numbers})
            spaces.append(space_features(signals_uv[passed], EIGHT_LEADS))
    return ReferenceTable(names, joined(measured), joined(spaces), {why: n for why, n in left_out.items() if n})


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


def _usable(
    ecgs: Iterable[ForeignEcg | UnreadableEcg], samples: int, left_out: Counter[str]
) -> Iterator[tuple[str, SignalUv]]:
    """Yield the name and the eight leads of each ECG that can be used."""
    for ecg in ecgs:
        if isinstance(ecg, UnreadableEcg):
            left_out["not readable"] += 1
        elif not {*EIGHT_LEADS} <= {*ecg.lead_names}:
            left_out["without all of the leads I, II, V1 to V6"] += 1
        elif ecg.signal_uv.shape[1] < samples:
            left_out["too short"] += 1
        else:
            rows = [ecg.lead_names.index(lead) for lead in EIGHT_LEADS]
            stored_uv, missing = to_integers(ecg.signal_uv[np.newaxis, rows, :samples])
            if missing is not None and missing.any():
                left_out["with missing samples"] += 1
            else:
                yield ecg.name, stored_uv[0]


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
