"""Candidates and reference ECGs in the feature space, the eight leads of each."""

from __future__ import annotations

from collections.abc import Sequence

from ecgfactory.leads import EIGHT_LEADS, SignalUv
from ecgfactory.quality.feature import joined
from ecgfactory.realism.feature_space import SpaceTable, measure_space

AT_ONCE = 64


def in_space(signals_uv: SignalUv, lead_names: Sequence[str], upper_hz: float) -> SpaceTable:
    """Measure the feature space on some ECGs.

    Parameters
    ----------
    signals_uv : int16 array, shape (n, leads, samples)
        In uV at 500 Hz; one or more.
    lead_names : sequence of str
        Names along the second axis, all of `EIGHT_LEADS` among them.
    upper_hz : float
        End of the band that is compared.

    Returns
    -------
    dict of str to float64 array, each of shape (n,)
        As of `measure_space`.
    """
    rows = [list(lead_names).index(lead) for lead in EIGHT_LEADS]
    tables = [
        measure_space(signals_uv[start : start + AT_ONCE, rows], EIGHT_LEADS, upper_hz)
        for start in range(0, len(signals_uv), AT_ONCE)
    ]
    return joined(tables)
