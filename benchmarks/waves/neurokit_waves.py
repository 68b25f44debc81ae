"""What plain NeuroKit2 calls find in single leads."""

from __future__ import annotations

import warnings

import neurokit2
import numpy as np

from benchmarks.waves.bounds import LeadBounds
from ecgfactory.arrays import FloatingArray, IntArray
from ecgfactory.leads import SignalUv
from ecgfactory.validation.wave_score import Bounds

METHODS = ("dwt", "cwt", "peak")
"""Of `ecg_delineate`; `peak` reports neither P offsets, nor T onsets, nor bounds of QRS."""

NAMES = {
    "p_onset": "ECG_P_Onsets",
    "p_offset": "ECG_P_Offsets",
    "qrs_onset": "ECG_R_Onsets",
    "qrs_offset": "ECG_R_Offsets",
    "t_onset": "ECG_T_Onsets",
    "t_offset": "ECG_T_Offsets",
}


class NeuroKitLeads:
    """The leads of a record, each cleaned by `ecg_clean`, with the R peaks that `ecg_peaks` finds in it.

    Parameters
    ----------
    signal_uv : int16 array, shape (leads, samples)
        In uV.
    lead_names : tuple of str
        Names along the first axis.
    sampling_rate_hz : int
        Samples per second.
    """

    def __init__(self, signal_uv: SignalUv, lead_names: tuple[str, ...], sampling_rate_hz: int) -> None:
        self.rate = sampling_rate_hz
        self.cleaned_mv = {
            lead: neurokit2.ecg_clean(lead_uv / 1000, sampling_rate=sampling_rate_hz)
            for lead, lead_uv in zip(lead_names, signal_uv, strict=True)
        }
        self.own_peaks = {lead: self._peaks(cleaned_mv) for lead, cleaned_mv in self.cleaned_mv.items()}

    def find(self, method: str, r_peaks: IntArray | None = None) -> tuple[LeadBounds, int]:
        """Find the waves of each lead alone, at its own R peaks or at given ones.

        Returns
        -------
        mapping of str to Bounds
            By lead.
        int
            Leads in which `ecg_delineate` raised an error; nothing is found there.
        """
        found = {
            lead: self._delineate(cleaned_mv, self.own_peaks[lead] if r_peaks is None else r_peaks, method)
            for lead, cleaned_mv in self.cleaned_mv.items()
        }
        failed = sum(bounds is None for bounds in found.values())
        return {lead: bounds or {} for lead, bounds in found.items()}, failed

    def _peaks(self, cleaned_mv: FloatingArray) -> IntArray:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            _, found = neurokit2.ecg_peaks(cleaned_mv, sampling_rate=self.rate)
        return np.asarray(found["ECG_R_Peaks"], dtype=np.int64)

    def _delineate(self, cleaned_mv: FloatingArray, r_peaks: IntArray, method: str) -> Bounds | None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                _, waves = neurokit2.ecg_delineate(cleaned_mv, r_peaks, sampling_rate=self.rate, method=method)
            except Exception:  # it raises many kinds of error on few or odd beats
                return None
        bounds = {name: np.asarray(waves.get(key, ()), dtype=np.float64) for name, key in NAMES.items()}
        return {name: samples[~np.isnan(samples)] for name, samples in bounds.items()}
