"""Found bounds of waves against marked ones, lead by lead, as users of LUDB score them: F1 and errors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from ecgfactory.arrays import Float64Array, FloatingArray

TOLERANCE_S = {
    "p_onset": 0.05,
    "p_offset": 0.05,
    "qrs_onset": 0.04,
    "qrs_offset": 0.04,
    "t_onset": 0.05,
    "t_offset": 0.1,
}
"""How far from an expert's mark a bound counts as found; by bound, in the order of a beat."""

Bounds = Mapping[str, FloatingArray]
"""Samples of each bound of `TOLERANCE_S` in one lead, in any order, without NaN."""


@dataclass(frozen=True)
class BoundScore:
    """How found bounds of one kind fit marked ones.

    Parameters
    ----------
    errors_ms : float array, shape (matched,)
        Found less marked, of the marked bounds that were found.
    missed : int
        Marked bounds that were not found.
    extra : int
        Found bounds that are no marked one's, within the marked span.
    """

    errors_ms: Float64Array
    missed: int
    extra: int

    def __add__(self, other: BoundScore) -> BoundScore:
        errors_ms = np.concatenate([self.errors_ms, other.errors_ms])
        return BoundScore(errors_ms, self.missed + other.missed, self.extra + other.extra)

    @property
    def f1(self) -> float:
        """Harmonic mean of sensitivity and positive predictive value; NaN where nothing is marked or found."""
        matched = self.errors_ms.size
        wrong = self.missed + self.extra
        return 2 * matched / (2 * matched + wrong) if matched + wrong else np.nan

    @property
    def sensitivity(self) -> float:
        """Share of the marked bounds that were found; NaN without any."""
        marked = self.errors_ms.size + self.missed
        return self.errors_ms.size / marked if marked else np.nan

    @property
    def positive_predictive_value(self) -> float:
        """Share of the found bounds that are marked; NaN without any."""
        found = self.errors_ms.size + self.extra
        return self.errors_ms.size / found if found else np.nan


@dataclass(frozen=True)
class WaveScore:
    """Scores of all kinds of bounds: of a lead, of a record, or of many pooled.

    Parameters
    ----------
    bounds : dict of str to BoundScore
        By the names of `TOLERANCE_S`.
    """

    bounds: Mapping[str, BoundScore]

    def __add__(self, other: WaveScore) -> WaveScore:
        return WaveScore({name: score + other.bounds[name] for name, score in self.bounds.items()})

    @property
    def macro_f1(self) -> float:
        """Mean F1 of the bounds that are marked or found; NaN without any."""
        known = [score.f1 for score in self.bounds.values() if not np.isnan(score.f1)]
        return float(np.mean(known)) if known else np.nan


def score_lead(
    found: Bounds, marked: Bounds, span: tuple[float, float] | None, sampling_rate_hz: int = 500
) -> WaveScore:
    """Match the bounds of one lead, each kind alone, the nearest pairs first and each bound once.

    Parameters
    ----------
    found, marked : mapping of str to float array
        Samples of each kind of bound; a kind that is absent has none.
    span : (float, float) or None
        First and last mark of the lead, in samples: experts leave the ends of a record unmarked, so what is found
        outside and fits no mark does not count. None where nothing is marked: then nothing counts.
    sampling_rate_hz : int
        Samples per second.

    Returns
    -------
    WaveScore
    """
    nothing = np.empty(0)
    return WaveScore(
        {
            name: _score_bound(found.get(name, nothing), marked.get(name, nothing), span, tolerance_s, sampling_rate_hz)
            for name, tolerance_s in TOLERANCE_S.items()
        }
    )


def pooled(scores: Iterable[WaveScore]) -> WaveScore:
    """Add up scores, of the leads of a record or of many records."""
    total = WaveScore({name: BoundScore(np.empty(0), 0, 0) for name in TOLERANCE_S})
    for score in scores:
        total += score
    return total


def _score_bound(
    found: FloatingArray,
    marked: FloatingArray,
    span: tuple[float, float] | None,
    tolerance_s: float,
    sampling_rate_hz: int,
) -> BoundScore:
    differences = np.subtract.outer(found, marked).astype(np.float64)
    pairs = nearest_pairs(differences, tolerance_s * sampling_rate_hz)
    alone = np.delete(found, [row for row, _ in pairs])
    extra = 0 if span is None else int(np.sum((alone > span[0]) & (alone < span[1])))
    errors_ms = np.array([differences[pair] for pair in pairs], np.float64) * (1000 / sampling_rate_hz)
    return BoundScore(errors_ms, len(marked) - len(pairs), extra)


def nearest_pairs(differences: Float64Array, reach: float) -> list[tuple[int, int]]:
    """Pair rows with columns, the smallest absolute differences first, none beyond reach, in the order of the rows."""
    distances = np.abs(differences)
    rows, columns = np.nonzero(distances <= reach)
    order = np.argsort(distances[rows, columns], kind="stable")
    free_rows, free_columns = set(rows.tolist()), set(columns.tolist())
    pairs = []
    for row, column in zip(rows[order].tolist(), columns[order].tolist(), strict=True):
        if row in free_rows and column in free_columns:
            free_rows.remove(row)
            free_columns.remove(column)
            pairs.append((row, column))
    return sorted(pairs)
