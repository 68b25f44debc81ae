"""Reference ECGs as rows of features; their signals are not kept."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from ecgfactory.arrays import Float64Array
from ecgfactory.leads import EIGHT_LEADS, SignalUv
from ecgfactory.match.space import in_space
from ecgfactory.quality.feature import joined
from ecgfactory.quality.features import measure
from ecgfactory.realism.band import upper_edge_hz
from ecgfactory.recorder.filters import Filters
from ecgfactory.recorder.rates import measured_form
from ecgfactory.request.plan import Plan
from ecgfactory.sources.pieces import Pieces, digest_of
from ecgfactory.sources.source import Source

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
    digests : list of str
        Of their signals; see `digest_of`.
    measured, space : dict of str to float64 array of shape (n,)
        Features of the assessment that are numbers, and those of the feature space.
    left_out : dict of str to int
        ECGs that can't be used, by the reason.
    upper_hz : float
        End of the band of the feature space.
    """

    names: list[str]
    digests: list[str]
    measured: Table
    space: Table
    left_out: dict[str, int]
    upper_hz: float

    def take(self, rows: npt.NDArray[np.intp]) -> ReferenceTable:
        """Return some of the ECGs, by index."""
        return ReferenceTable(
            [self.names[row] for row in rows],
            [self.digests[row] for row in rows],
            {name: values[rows] for name, values in self.measured.items()},
            {name: values[rows] for name, values in self.space.items()},
            self.left_out,
            self.upper_hz,
        )


def measure_reference(source: Source, plan: Plan) -> ReferenceTable:
    """Measure the beginning of each reference ECG that has the eight leads and passes the policy.

    Parameters
    ----------
    source : Source
        Read to its end.
    plan : Plan
        Of candidates: ECGs are as long as these, pass the same filters unless they have, and are judged by the same
        policy, since what that rejects no record can be like.
    """
    length, policy = plan.measured_samples, plan.policy
    pieces = Pieces(source, length, shortest=length, most=1)
    complete = pieces.has_lead.all(axis=1)
    usable = complete & ~pieces.has_gap
    measured = _Measured(plan, source.filters, pieces.rates_hz[usable].min(initial=np.inf))
    rows = np.flatnonzero(usable)
    for start in range(0, len(rows), AT_ONCE):
        some = rows[start : start + AT_ONCE]
        measured.add([pieces.names[row] for row in some], pieces.read(some, range(len(EIGHT_LEADS)), length))
    left_out = {
        **source.left_out(),
        "too short": pieces.too_short,
        f"without a signal in one of {', '.join(EIGHT_LEADS)}": int((~complete).sum()),
        "with missing samples": int((complete & pieces.has_gap).sum()),
        f"rejected by the policy {policy.name}": len(rows) - len(measured.names),
    }
    return measured.table({why: count for why, count in left_out.items() if count})


class _Measured:
    """What is measured on the ECGs that pass a plan's policy, batch after batch."""

    def __init__(self, plan: Plan, passed: Filters, rate_hz: float) -> None:
        self.names: list[str] = []
        self._digests: list[str] = []
        self._policy = plan.policy
        self._recorder = replace(plan.recorder, filters=plan.recorder.filters.after(passed))
        filters = plan.recorder.filters.stricter(passed)
        self._upper_hz = upper_edge_hz(min(rate_hz, plan.recorder.rate_hz), filters)
        self._numbers = [feature.name for feature in plan.policy.features if feature.kind != "word"]
        self._measured: list[Table] = []
        self._spaces: list[Table] = []

    def add(self, names: Sequence[str], signals_uv: SignalUv) -> None:
        """Measure some ECGs, shape (n, 8, samples at 500 Hz), as they would be stored."""
        measured_uv = measured_form(self._recorder.record(signals_uv), self._recorder.rate_hz)
        table = measure(measured_uv, EIGHT_LEADS, extra=self._policy.extra_features)
        passed = np.flatnonzero(self._policy.judge(table, len(names)).accepted)
        if passed.size:
            self.names += [names[row] for row in passed.tolist()]
            self._digests += [digest_of(signals_uv[row]) for row in passed.tolist()]
            self._measured.append({name: table[name][passed].astype(np.float64) for name in self._numbers})
            self._spaces.append(in_space(measured_uv[passed], EIGHT_LEADS, self._upper_hz))

    def table(self, left_out: dict[str, int]) -> ReferenceTable:
        """Put all of it together."""
        tables = joined(self._measured), joined(self._spaces)
        return ReferenceTable(self.names, self._digests, *tables, left_out, self._upper_hz)


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
