"""What a page says about one feature over all records, as numbers: the same for print and web."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ecgfactory.arrays import Float64Array

REFERENCE_SOURCE = (
    "Mason JW et al., Electrocardiographic reference ranges derived from 79,743 ambulatory subjects, "
    "J Electrocardiol 2007;40:228-234, doi:10.1016/j.jelectrocard.2006.09.003 (of these the 46,129 with a very low "
    "probability of cardiovascular disease)."
)


@dataclass(frozen=True)
class ReferenceRange:
    """What real ECGs measure: the 2nd and 98th percentile, in the feature's unit."""

    low: float
    high: float


REFERENCES: dict[str, ReferenceRange] = {
    "heart_rate_bpm": ReferenceRange(48, 98),
    "rr_mean_ms": ReferenceRange(60_000 / 98, 60_000 / 48),  # of the same heart rates
    "pr_ms": ReferenceRange(113, 212),
    "qt_ms": ReferenceRange(325, 452),
    "qtc_bazett_ms": ReferenceRange(361, 457),
    "qtc_fridericia_ms": ReferenceRange(359, 445),
    "qrs_axis_deg": ReferenceRange(-40, 91),
}
"""Published ranges by feature name; features without one are shown alone. Source: `REFERENCE_SOURCE`. Its devices
measure QRS 25 ms shorter than cardiologists and `ecgfactory.quality.waves` do, so that it has none here."""

_FEWEST_BINS, _BINS = 12, 60


FEWEST_DRAWN = 10
"""Measured records of which a histogram is drawn: bars of fewer are noise (chosen here)."""

TOO_FEW = "too few records for a histogram"


@dataclass(frozen=True)
class NumberSummary:
    """A feature that is a number.

    Parameters
    ----------
    edges : float array, shape (bins + 1,)
        Edges of the bins, in the feature's unit.
    percent : float array, shape (bins,)
        Share of the measured records in each bin.
    low, median, high : float
        2nd, 50th and 98th percentile.
    reference : ReferenceRange or None
        What real ECGs measure.
    measured, missing, beyond : int
        Records in which it was measured, those in which it could not be, and those outside of all bins.
    """

    edges: Float64Array
    percent: Float64Array
    low: float
    median: float
    high: float
    reference: ReferenceRange | None
    measured: int
    missing: int
    beyond: int

    @property
    def is_few(self) -> bool:
        """Whether there are too few records for a histogram."""
        return self.measured < FEWEST_DRAWN

    @property
    def caption(self) -> str:
        """Percentiles in words."""
        low, median, high = (_three_digits(value) for value in (self.low, self.median, self.high))
        return f"median {median}, 2nd to 98th percentile {low} to {high}"

    @property
    def notes(self) -> str:
        """Reference range and records not shown, in words; may be empty."""
        notes = []
        if self.reference is not None:
            notes.append(f"real ECGs {self.reference.low:.0f} to {self.reference.high:.0f}")
        if self.is_few:
            notes.append(TOO_FEW)
        elif self.beyond:
            notes.append(f"{self.beyond:,} beyond the plot")
        if self.missing:
            notes.append(f"{self.missing:,} not measurable")
        return "; ".join(notes)


@dataclass(frozen=True)
class WordSummary:
    """A feature that is a word: each word and how many records have it, most frequent first."""

    counts: dict[str, int]


def summarise(name: str, column: pa.ChunkedArray) -> NumberSummary | WordSummary | None:
    """Sum up a feature over all records; None where no record has it.

    Parameters
    ----------
    name : str
        The feature's name.
    column : pyarrow ChunkedArray
        Its values, one row per record.
    """
    if pa.types.is_string(column.type):
        counts = [(entry["values"], entry["counts"]) for entry in pc.value_counts(column).to_pylist()]
        ordered = sorted(counts, key=lambda entry: (-entry[1], entry[0] or ""))
        return WordSummary({(word or "not measurable"): count for word, count in ordered}) if ordered else None
    values = column.cast(pa.float64()).to_numpy()
    measured = values[np.isfinite(values)]
    return _summarise_numbers(measured, values.size - measured.size, REFERENCES.get(name)) if measured.size else None


def _summarise_numbers(measured: Float64Array, missing: int, reference: ReferenceRange | None) -> NumberSummary:
    low, median, high = (float(value) for value in np.percentile(measured, [2, 50, 98]))
    edges = bin_edges(measured, reference)
    inside = np.histogram(measured, edges)[0]
    return NumberSummary(
        edges=edges,
        percent=inside * (100 / measured.size),
        low=low,
        median=median,
        high=high,
        reference=reference,
        measured=measured.size,
        missing=missing,
        beyond=measured.size - int(inside.sum()),
    )


def bin_edges(measured: Float64Array, reference: ReferenceRange | None) -> Float64Array:
    """Edges that show all but the farthest 0.2 % of the values, and the reference range."""
    low, high = np.percentile(measured, [0.1, 99.9])
    if reference is not None:
        low, high = min(low, reference.low), max(high, reference.high)
    if np.isclose(low, high):
        return np.arange(low - 2.5, low + 3)  # room at both sides, or one value looks like an even spread
    if np.array_equal(measured, np.rint(measured)) and high - low < _BINS:
        return np.arange(np.floor(low) - 0.5, np.ceil(high) + 1)
    margin = 0.08 * (high - low)
    bins = int(np.clip(2 * np.sqrt(measured.size), _FEWEST_BINS, _BINS))
    edges: Float64Array = np.linspace(low - margin, high + margin, bins + 1)
    return edges


def _three_digits(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"
