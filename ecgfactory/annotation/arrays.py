"""Marking the waves of ECGs that are NumPy arrays."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy.typing as npt

from ecgfactory.annotation.marking import mark_waves
from ecgfactory.foreign.given import GivenEcgs
from ecgfactory.foreign.resampling import ratio_from
from ecgfactory.wave_table import WaveTable


def annotate(signal: npt.ArrayLike, *, rate_hz: float, lead_names: Sequence[str], unit: str | None = None) -> WaveTable:
    """Mark P, QRS and T of every beat of ECGs of yours, in each lead and over all leads.

    Parameters
    ----------
    signal : array, shape (leads, samples) or (records, leads, samples)
        One ECG, or some of the same leads and length, of any number of samples; NaN, or masked, where there is no
        value.
    rate_hz : float
        Samples per second, 50 to 100,000.
    lead_names : sequence of str
        Names along the axis of leads: of the standard twelve in any order and usual spelling (MLII is II), or such as
        `ECG` where the lead is another or not known.
    unit : str, optional
        Unit of the values: uV, mV, V, a number of these such as 0.1mV, or ADC:GAIN:ZERO for numbers of a converter
        (per mV, and at 0 mV). Without it, uV, mV or V is assumed where that is safe, with a warning.

    Returns
    -------
    WaveTable
        One row per wave, in samples of the given signal: `.r_peaks()`, `.of_lead("II")`, `.of(3)` for the fourth ECG.
        Nothing is marked where a lead has no value or never changes, nor in ECGs of less than 2 s.

    Raises
    ------
    BadInputError
        When the arguments do not fit together or are unknown; one sentence.

    Warns
    -----
    UserWarning
        When a unit is assumed.
    """
    ecgs = GivenEcgs("annotate", signal, rate_hz, lead_names, unit, may_assume_unit=True)
    if ecgs.assumed_unit:
        warnings.warn(f"annotate: assumed: {ecgs.assumed_unit}, as no unit is given", stacklevel=2)
    ratio = ratio_from(ecgs.rate_hz)
    return WaveTable.joined([mark_waves(signals_uv, ecgs.lead_names, ratio) for signals_uv, _ in ecgs.batches()])
