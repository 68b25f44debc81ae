"""The filters of an electrocardiograph: high-pass, low-pass and notch, of zero phase or causal as in devices.

Butterworth filters of second order (high-pass) and fourth (low-pass) as second-order sections, and a notch of second
order (Orfanidis, Introduction to Signal Processing, 1996, section 11.3.2): `scipy.signal.butter` and `iirnotch`. What
devices have: 0.05 to 150 Hz for diagnosis, 0.67 Hz where the filter is of zero phase (Kligfield et al., Circulation 115
(2007) 1306), and 0.5 to 40 Hz in monitors.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
import scipy

from ecgfactory.arrays import Float64Array, FloatingArray

HIGHPASS_ORDER, LOWPASS_ORDER = 2, 4

NOTCH_QUALITY = 30.0
"""Frequency of the notch over its width between -3 dB and -3 dB: 1.7 Hz at 50 Hz."""

TWICE_NARROWER = (2**0.5 - 1) ** -0.5
"""Quality that makes two notches one after the other as wide as one."""

DECAYED = 1e-3
"""Share of a causal filter's response to one sample that is taken for none."""

Phase = Literal["zero", "causal"]


@dataclass(frozen=True)
class Filters:
    """What a signal passes; false where that is nothing.

    Parameters
    ----------
    highpass_hz, lowpass_hz : float or None
        Where the response has fallen to -3 dB, whatever the phase.
    notch_hz : float or None
        What is taken out.
    phase : {'zero', 'causal'}
        Zero: no wave moves, as what comes counts as much as what came. Causal: only what came counts, so that waves are
        late and bent as by a device that draws while it measures. The amplitude response is the same, except that a
        notch of zero phase is steeper inside.
    """

    highpass_hz: float | None = None
    lowpass_hz: float | None = None
    notch_hz: float | None = None
    phase: Phase = "zero"

    def __bool__(self) -> bool:
        return any((self.highpass_hz, self.lowpass_hz, self.notch_hz))

    def __str__(self) -> str:
        if not self:
            return "unfiltered"
        parts = [] if self.notch_hz is None else [f"notch {self.notch_hz:g} Hz"]
        if self.highpass_hz and self.lowpass_hz:
            parts.insert(0, f"{self.highpass_hz:g}-{self.lowpass_hz:g} Hz")
        elif self.highpass_hz or self.lowpass_hz:
            low_or_high = f"from {self.highpass_hz:g}" if self.highpass_hz else f"up to {self.lowpass_hz:g}"
            parts.insert(0, f"{low_or_high} Hz")
        return f"filtered {', '.join(parts)}, {'zero-phase' if self.phase == 'zero' else 'causal'}"

    def stricter(self, other: Filters) -> Filters:
        """Return the stricter of each kind; causal where one of the two is so, and of two notches this one's."""
        highpasses_hz = [hz for hz in (self.highpass_hz, other.highpass_hz) if hz is not None]
        lowpasses_hz = [hz for hz in (self.lowpass_hz, other.lowpass_hz) if hz is not None]
        return Filters(
            max(highpasses_hz, default=None),
            min(lowpasses_hz, default=None),
            other.notch_hz if self.notch_hz is None else self.notch_hz,
            "causal" if any(one and one.phase == "causal" for one in (self, other)) else "zero",
        )

    def after(self, passed: Filters) -> Filters:
        """Return what is left for a signal that has passed others to do: the kinds of which those were less strict."""
        both = self.stricter(passed)
        return Filters(
            None if both.highpass_hz == passed.highpass_hz else self.highpass_hz,
            None if both.lowpass_hz == passed.lowpass_hz else self.lowpass_hz,
            None if passed.notch_hz is not None else self.notch_hz,
            self.phase,
        )

    @property
    def edf_text(self) -> str:
        """The same as the specification of EDF writes it: HP:0.5Hz LP:40Hz N:50Hz."""
        kinds = {"HP": self.highpass_hz, "LP": self.lowpass_hz, "N": self.notch_hz}
        return " ".join(f"{kind}:{hz:g}Hz" for kind, hz in kinds.items() if hz is not None)

    def apply(self, signals_uv: FloatingArray, rate_hz: int) -> Float64Array:
        """Filter signals, which count as going on mirrored beyond their ends, so that these raise no wave.

        Parameters
        ----------
        signals_uv : float array, shape (leads, samples)
            In uV.
        rate_hz : int
            Samples per second.

        Returns
        -------
        float array, shape (leads, samples)
        """
        sections = _sections(self, rate_hz)
        if self.phase == "causal":
            return _forwards(sections, signals_uv)
        spectrum = scipy.fft.dct(signals_uv.astype(np.float64), axis=-1)  # of the mirrored signal: cosines alone
        spectrum *= _gain(self, rate_hz, signals_uv.shape[-1])
        filtered: Float64Array = scipy.fft.idct(spectrum, axis=-1)
        return filtered


@cache
def _sections(filters: Filters, rate_hz: int) -> Float64Array:
    """All filters one after the other, shape (sections, 6)."""
    sections = []
    if filters.highpass_hz is not None:
        sections.append(scipy.signal.butter(HIGHPASS_ORDER, filters.highpass_hz, "highpass", output="sos", fs=rate_hz))
    if filters.lowpass_hz is not None:
        sections.append(scipy.signal.butter(LOWPASS_ORDER, filters.lowpass_hz, "lowpass", output="sos", fs=rate_hz))
    if filters.notch_hz is not None:
        # The amplitude response of one has an edge at its bottom, by which a filter of zero phase would ring for long.
        passes, quality = (1, NOTCH_QUALITY) if filters.phase == "causal" else (2, TWICE_NARROWER * NOTCH_QUALITY)
        notch = np.concatenate(scipy.signal.iirnotch(filters.notch_hz, quality, fs=rate_hz))
        sections.append(np.tile(notch, (passes, 1)))
    return np.concatenate(sections)


@cache
def _gain(filters: Filters, rate_hz: int, samples: int) -> Float64Array:
    """The amplitude response at the frequencies of a cosine transform, shape (samples,)."""
    frequencies_hz = np.arange(samples) * (rate_hz / (2 * samples))
    _, response = scipy.signal.sosfreqz(_sections(filters, rate_hz), frequencies_hz, fs=rate_hz)
    gain: Float64Array = np.abs(response)
    return gain


def _forwards(sections: Float64Array, signals_uv: FloatingArray) -> Float64Array:
    """Filter forwards, as if the recorder had been running for long: led in by the mirrored beginning."""
    _, poles, _ = scipy.signal.sos2zpk(sections)
    lasting = int(np.log(DECAYED) / np.log(np.abs(poles).max())) + 1
    before = min(lasting, signals_uv.shape[-1] - 1)
    led_in_uv = np.concatenate([signals_uv[..., before:0:-1], signals_uv], axis=-1, dtype=np.float64)
    settled = scipy.signal.sosfilt_zi(sections)[:, np.newaxis] * led_in_uv[..., :1]
    filtered: Float64Array = scipy.signal.sosfilt(sections, led_in_uv, axis=-1, zi=settled)[0][..., before:]
    return filtered
