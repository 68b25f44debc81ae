"""Assessing ECGs that are NumPy arrays: of any sampling rate, unit, and order of leads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ecgfactory.foreign.assessment import Assessment, assess_batch
from ecgfactory.foreign.given import GivenEcgs
from ecgfactory.foreign.long_ecgs import measure_long_ecg
from ecgfactory.quality import features
from ecgfactory.quality.feature import FeatureTable
from ecgfactory.quality.long_records.windows import is_long
from ecgfactory.quality.policy import load_policy

if TYPE_CHECKING:
    import pandas as pd


def assess(
    signal: npt.ArrayLike,
    *,
    rate_hz: float,
    lead_names: Sequence[str],
    unit: str,
    policy: str | Path = "basic",
) -> Assessment | list[Assessment]:
    """Assess ECGs of yours as generated ones are: the same features, the same policies.

    One of more than 20 s is judged in windows of 10 s, and accepted when four of five are.

    Parameters
    ----------
    signal : array, shape (leads, samples) or (records, leads, samples)
        One ECG, or some of the same leads and length; NaN, or masked, where there is no value. From a lead whose median
        is beyond 5 mV, that is taken off as an offset.
    rate_hz : float
        Samples per second, 50 to 100,000; resampled to 500.
    lead_names : sequence of str
        Names along the axis of leads: of the standard twelve in any order and usual spelling (MLII is II), or such as
        `ECG` where the lead is another or not known.
    unit : str
        Unit of the values: uV, mV, V, a number of these such as 0.1mV, or ADC:GAIN:ZERO for numbers of a converter
        (per mV, and at 0 mV).
    policy : str or Path
        Name of a shipped quality policy, or path of a policy file.

    Returns
    -------
    Assessment, or a list of one per record
        `accepted`, `reasons`, `failed_rules`, `features`, `notes` on what was mended, and the `windows` of a long one;
        it is named by its number.

    Raises
    ------
    BadInputError
        When the arguments do not fit together or are unknown; one sentence.
    """
    ecgs, rules = GivenEcgs("assess", signal, rate_hz, lead_names, unit), load_policy(str(policy))
    found: list[Assessment] = []
    for signals_uv, notes in ecgs.batches():
        names = [str(len(found) + row) for row in range(len(signals_uv))]
        batch = assess_batch(names, signals_uv, ecgs.lead_names, rules)
        found += [replace(assessment, notes=of_it) for assessment, of_it in zip(batch, notes, strict=True)]
    return found[0] if ecgs.is_single else found


def measure(signal: npt.ArrayLike, *, rate_hz: float, lead_names: Sequence[str], unit: str) -> pd.DataFrame:
    """Measure every feature of ECGs of yours, as of generated ones.

    Parameters
    ----------
    signal, rate_hz, lead_names, unit
        As in `assess`.

    Returns
    -------
    DataFrame
        One row per record, one column per feature, its unit in its name; NaN or '' where not measurable. What they are
        in an ECG of more than 20 s, `Assessment` tells.

    Raises
    ------
    BadInputError
        When the arguments do not fit together or are unknown; one sentence.
    """
    import pandas as pd

    ecgs = GivenEcgs("measure", signal, rate_hz, lead_names, unit)
    tables = [table for signals_uv, _ in ecgs.batches() for table in _measured(signals_uv, ecgs.lead_names)]
    names = [feature.name for feature in features.FEATURES]
    return pd.DataFrame({name: np.concatenate([table[name] for table in tables]) for name in names})


def _measured(signals_uv: npt.NDArray[Any], lead_names: tuple[str, ...]) -> Iterator[FeatureTable]:
    """Measure some records, shape (records, leads, samples), all at once unless they are long."""
    if not is_long(signals_uv.shape[2]):
        yield features.measure(signals_uv, lead_names)
        return
    for signal_uv in signals_uv:
        yield measure_long_ecg(signal_uv, lead_names).features
