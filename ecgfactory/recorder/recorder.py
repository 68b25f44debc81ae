"""A recorder: what is between a generated signal and the integers that are stored."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ecgfactory.leads import SignalUv
from ecgfactory.record import SAMPLING_RATE_HZ
from ecgfactory.recorder.filters import HIGHPASS_ORDER, LOWPASS_ORDER, NOTCH_QUALITY, Filters
from ecgfactory.recorder.rates import PASS_SHARE, to_integers_uv, to_rate


@dataclass(frozen=True)
class Recorder:
    """Filters and a sampling rate.

    Parameters
    ----------
    rate_hz : int
        Samples per second to store.
    filters : Filters
        What signals pass before that, at 500 Hz.
    """

    rate_hz: int = SAMPLING_RATE_HZ
    filters: Filters = field(default_factory=Filters)

    def __str__(self) -> str:
        return f"{self.rate_hz} Hz, {self.filters}" if self.filters else f"{self.rate_hz} Hz"

    @property
    def keeps_signals(self) -> bool:
        """Whether signals are stored as they were generated."""
        return self.rate_hz == SAMPLING_RATE_HZ and not self.filters

    def record(self, signals_uv: SignalUv) -> SignalUv:
        """Record generated signals, each by itself, so that none depends on the others.

        Parameters
        ----------
        signals_uv : int16 array, shape (records, leads, samples at 500 Hz)
            As generated, in uV.

        Returns
        -------
        int16 array, shape (records, leads, samples at the stored rate)
            Filtered, then resampled, then rounded; the same array where that changes nothing.
        """
        if self.keeps_signals:
            return signals_uv
        samples = signals_uv.shape[2] * self.rate_hz // SAMPLING_RATE_HZ
        recorded_uv = np.empty((*signals_uv.shape[:2], samples), dtype=np.int16)
        for generated, recorded in zip(signals_uv, recorded_uv, strict=True):
            wave_uv = generated.astype(np.float64)
            wave_uv = self.filters.apply(wave_uv, SAMPLING_RATE_HZ) if self.filters else wave_uv
            recorded[:] = to_integers_uv(to_rate(wave_uv, self.rate_hz))
        return recorded_uv

    def describe(self) -> str:
        """Say in sentences what is done to the signals; empty where nothing is."""
        if self.keeps_signals:
            return ""
        filters, parts = self.filters, []
        if filters.highpass_hz is not None:
            parts.append(f"a Butterworth high-pass of order {HIGHPASS_ORDER} (-3 dB at {filters.highpass_hz:g} Hz)")
        if filters.lowpass_hz is not None:
            parts.append(f"a Butterworth low-pass of order {LOWPASS_ORDER} (-3 dB at {filters.lowpass_hz:g} Hz)")
        if filters.notch_hz is not None:
            parts.append(f"a notch at {filters.notch_hz:g} Hz (quality factor {NOTCH_QUALITY:g})")
        phase = "zero-phase" if filters.phase == "zero" else "causal, as in a device that draws while it measures"
        told = [f"Signals were generated at {SAMPLING_RATE_HZ} Hz."]
        if parts:
            told.append(f"They passed {', '.join(parts)}, {phase}.")
        if self.rate_hz != SAMPLING_RATE_HZ:
            half_hz = min(self.rate_hz, SAMPLING_RATE_HZ) / 2
            told.append(
                f"They were brought to {self.rate_hz} Hz by a linear-phase filter, flat up to {PASS_SHARE * half_hz:g} "
                f"Hz and with nothing left from {half_hz:g} Hz on."
            )
        told.append("The features were measured on what is stored.")
        return " ".join(told)
