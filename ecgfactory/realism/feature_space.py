"""The feature space in which real and generated ECGs are compared.

A first version, to build the machinery of `match` on.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt

from ecgfactory.arrays import Float64Array
from ecgfactory.leads import EIGHT_LEADS
from ecgfactory.record import SAMPLING_RATE_HZ

BANDS_HZ = ((0.5, 2.0), (2.0, 5.0), (5.0, 10.0), (10.0, 20.0), (20.0, 40.0), (40.0, 100.0))


def space_features(signals_uv: npt.NDArray[Any], lead_names: Sequence[str]) -> dict[str, Float64Array]:
    """Place ECGs in the feature space.

    Parameters
    ----------
    signals_uv : array, shape (records, leads, samples)
        In uV at 500 Hz; all of `EIGHT_LEADS` are among the leads.
    lead_names : sequence of str
        Names along the second axis.

    Returns
    -------
    dict of str to float64 array, each of shape (records,)
        NaN where not measurable. A record's depend on its own samples alone.
    """
    rows = [list(lead_names).index(lead) for lead in EIGHT_LEADS]
    leads = signals_uv[:, rows].astype(np.float64)
    leads -= leads.mean(axis=2, keepdims=True)
    deviations = np.sqrt((leads**2).mean(axis=2))
    power = np.abs(np.fft.rfft(leads, axis=2)) ** 2 / leads.shape[2] ** 2
    hz = np.fft.rfftfreq(leads.shape[2], 1 / SAMPLING_RATE_HZ)
    table: dict[str, Float64Array] = {}
    for place, lead in enumerate(EIGHT_LEADS):
        for low, high in BANDS_HZ:
            band = power[:, place, (hz >= low) & (hz < high)].sum(axis=1)
            table[f"power_{low:g}_{high:g}hz_{lead}"] = np.log10(band + 1e-3)
    with np.errstate(invalid="ignore", divide="ignore"):
        for one, other in combinations(range(len(EIGHT_LEADS)), 2):
            shared = (leads[:, one] * leads[:, other]).mean(axis=1) / (deviations[:, one] * deviations[:, other])
            table[f"correlation_{EIGHT_LEADS[one]}_{EIGHT_LEADS[other]}"] = shared
    return table
