"""One ECG record, as reports, exports and readers pass it on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ecgfactory.leads import SignalUv

SAMPLING_RATE_HZ = 500
"""Sampling rate of every generated record (the published model was trained at it)."""


def record_id(candidate: int) -> str:
    """Write a candidate number as a record id: eight digits."""
    return f"{candidate:08d}"


FeatureValue = float | int | bool | str | None


@dataclass(frozen=True)
class Record:
    """A single ECG with what is known about it.

    Parameters
    ----------
    record_id : str
        The candidate number as eight digits.
    lead_names : tuple of str
        Names of the leads, in the order of the signal's first axis.
    signal_uv : int16 array, shape (leads, samples)
        The stored signal, 1 uV per unit.
    seed : int or None
        Seed of the dataset it belongs to; None for an ECG from elsewhere.
    sampling_rate_hz : int
        Samples a second.
    features : mapping of str to value
        What the assessment measured, by feature name.
    reasons : tuple of str
        Why it was rejected; empty for an accepted record.
    """

    record_id: str
    lead_names: tuple[str, ...]
    signal_uv: SignalUv
    seed: int | None = None
    sampling_rate_hz: int = SAMPLING_RATE_HZ
    features: Mapping[str, FeatureValue] = field(default_factory=dict)
    reasons: tuple[str, ...] = ()

    @property
    def duration_s(self) -> float:
        """Length of the record in seconds."""
        return float(self.signal_uv.shape[-1] / self.sampling_rate_hz)

    def lead(self, name: str) -> SignalUv:
        """Return the signal of one lead, shape (samples,), in uV.

        Raises
        ------
        KeyError
            When the record has no lead of that name.
        """
        if name not in self.lead_names:
            raise KeyError(f"no lead {name}; this record has {', '.join(self.lead_names)}")
        signal: SignalUv = self.signal_uv[self.lead_names.index(name)]
        return signal
