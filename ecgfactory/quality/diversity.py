"""Whether a generator repeats itself: the most similar pairs of ECGs in a sample."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ecgfactory.arrays import Float32Array
from ecgfactory.leads import SignalUv
from ecgfactory.quality.batch import independent_leads
from ecgfactory.quality.beats import find_beats

BEAT_DUPLICATE = 0.997
"""No two of 2000 generated ECGs came above 0.9955 (two million pairs); copies shifted in time, which lose a beat at one
end, stay above 0.996 in 95 of 100 cases."""

RECORD_DUPLICATE = 0.95
"""Whole records correlate so only when all beats fall together: the same record with a little noise. No two of 2000
generated ECGs came above 0.82."""

BATCH = 16
DECIMALS = 4
"""Correlations are rounded, so that the last bits of a matrix product do not reach a manifest."""


@dataclass(frozen=True)
class LikestPair:
    """The two most similar records of a sample.

    Parameters
    ----------
    correlation : float
        Pearson correlation over all leads, each with its mean subtracted.
    records : tuple of str
        Their ids; empty when there are fewer than two to compare.
    """

    correlation: float
    records: tuple[str, ...]


@dataclass(frozen=True)
class Diversity:
    """The similarity of the records of a sample.

    Parameters
    ----------
    compared : int
        Records in the sample.
    beats, whole : LikestPair
        The most similar by their aligned median beats, and by their whole signals.
    near_duplicates : int
        Pairs that reach `BEAT_DUPLICATE` or `RECORD_DUPLICATE`.
    typical_nearest_beat : float
        Median, over the records, of the correlation with the record of the most similar median beat.
    """

    compared: int
    beats: LikestPair
    whole: LikestPair
    near_duplicates: int
    typical_nearest_beat: float

    def to_json(self) -> dict[str, Any]:
        """Return everything as values that JSON knows."""
        return asdict(self)


def measure_diversity(
    signals_uv: SignalUv, lead_names: Sequence[str], record_ids: Sequence[str], sampling_rate_hz: int = 500
) -> Diversity:
    """Compare every pair of a sample of records.

    Parameters
    ----------
    signals_uv : int16 array, shape (records, leads, samples)
        The sample. Time and memory grow with its square; 1000 records take 3 s.
    lead_names : sequence of str
        Names along the second axis.
    record_ids : sequence of str
        Name of each record.
    sampling_rate_hz : int
        Samples per second.
    """
    independent = signals_uv[:, independent_leads(lead_names)]
    names = [lead_names[lead] for lead in independent_leads(lead_names)]
    medians = [
        find_beats(independent[start : start + BATCH], names, sampling_rate_hz).median_uv
        for start in range(0, len(independent), BATCH)
    ]
    beats = _correlations(np.concatenate(medians)) if medians else np.empty((0, 0), np.float32)
    whole = _correlations(independent)
    alike = (beats >= BEAT_DUPLICATE) | (whole >= RECORD_DUPLICATE)
    return Diversity(
        compared=len(independent),
        beats=_likest(beats, record_ids),
        whole=_likest(whole, record_ids),
        near_duplicates=int(np.triu(alike, 1).sum()),
        typical_nearest_beat=round(float(np.median(beats.max(axis=1))), DECIMALS) if len(beats) > 1 else 0.0,
    )


def _correlations(signals: npt.NDArray[Any]) -> Float32Array:
    """Correlation of every pair over all leads and samples, shape (records, records); -1 with itself.

    One lead at a time, so that only one lead of the sample is held as floats.
    """
    products = np.zeros((len(signals), len(signals)))
    for lead in range(signals.shape[1]):
        centred = signals[:, lead].astype(np.float32)
        centred -= centred.mean(axis=-1, keepdims=True)
        products += centred @ centred.T
    norms = np.sqrt(np.diagonal(products))
    norms = np.where(norms > 0, norms, 1)
    correlations: Float32Array = (products / norms / norms[:, np.newaxis]).astype(np.float32)
    np.fill_diagonal(correlations, -1)
    return correlations


def _likest(correlations: Float32Array, record_ids: Sequence[str]) -> LikestPair:
    """Find the largest entry."""
    if len(correlations) < 2:
        return LikestPair(0.0, ())
    first, second = np.unravel_index(int(correlations.argmax()), correlations.shape)
    pair = tuple(sorted((record_ids[int(first)], record_ids[int(second)])))
    return LikestPair(round(float(correlations[first, second]), DECIMALS), pair)
