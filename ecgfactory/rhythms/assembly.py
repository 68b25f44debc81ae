"""Putting a score together out of beats and P waves in any order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from ecgfactory.arrays import BoolArray, Float64Array
from ecgfactory.beat_table import SYMBOLS
from ecgfactory.rhythms.breathing import MARGIN_S
from ecgfactory.rhythms.intervals import qt_after
from ecgfactory.rhythms.score import OWN_QRS, Activity, Heart, Int8Array, PShape, Score

NORMAL, ATRIAL, VENTRICULAR, JUNCTIONAL, VENTRICULAR_ESCAPE = (SYMBOLS.index(symbol) for symbol in "NAVjE")

_BEYOND = 2
"""How many beats beyond either end of the record a score keeps: the T of the last but one may reach into it."""


@dataclass(frozen=True)
class Beats:
    """Beats, in any order.

    Parameters
    ----------
    onset_s : float64 array, shape (beats,)
        When each QRS begins.
    symbol : int8 array, shape (beats,)
        Place in `beat_table.SYMBOLS`.
    shape : int8 array, shape (beats,)
        See `Score`.
    """

    onset_s: Float64Array
    symbol: Int8Array
    shape: Int8Array

    @classmethod
    def alike(cls, onset_s: Float64Array, symbol: int = NORMAL, shape: int = OWN_QRS) -> Beats:
        """Return beats of one symbol and shape."""
        return cls(onset_s, np.full(len(onset_s), symbol, np.int8), np.full(len(onset_s), shape, np.int8))

    def where(self, is_kept: BoolArray) -> Beats:
        """Return some of them."""
        return Beats(self.onset_s[is_kept], self.symbol[is_kept], self.shape[is_kept])

    @classmethod
    def joined(cls, parts: Sequence[Beats]) -> Beats:
        """Return the beats of all parts, one part after the other."""
        return cls(
            np.concatenate([part.onset_s for part in parts]),
            np.concatenate([part.symbol for part in parts]),
            np.concatenate([part.shape for part in parts]),
        )


@dataclass(frozen=True)
class PWaves:
    """P waves, in any order.

    Parameters
    ----------
    onset_s : float64 array, shape (p_waves,)
        When each begins.
    beat : int64 array, shape (p_waves,)
        Place of its beat among the beats that they are put together with; -1 of none.
    shape : int8 array, shape (p_waves,)
        A `PShape`.
    """

    onset_s: Float64Array
    beat: npt.NDArray[np.int64]
    shape: Int8Array

    @classmethod
    def alike(cls, onset_s: Float64Array, beat: npt.NDArray[np.int64], shape: PShape = PShape.SINUS) -> PWaves:
        """Return P waves of one shape."""
        return cls(onset_s, beat, np.full(len(onset_s), shape, np.int8))

    @classmethod
    def none(cls) -> PWaves:
        """Return no P wave."""
        return cls.alike(np.empty(0), np.empty(0, np.int64))

    @classmethod
    def joined(cls, parts: Sequence[PWaves]) -> PWaves:
        """Return the P waves of all parts, one part after the other."""
        return cls(
            np.concatenate([part.onset_s for part in parts]),
            np.concatenate([part.beat for part in parts]),
            np.concatenate([part.shape for part in parts]),
        )

    def of_later(self, places: int) -> PWaves:
        """Return them as P waves of beats that many places later; every one belongs to a beat."""
        return replace(self, beat=self.beat + places)


def assembled(
    heart: Heart,
    duration_s: float,
    beats: Beats,
    p_waves: PWaves,
    breath_s: Float64Array,
    rhythms: list[tuple[str, float]],
    activities: list[tuple[Activity, float, float, float]] | None = None,
) -> Score:
    """Put a score together.

    Parameters
    ----------
    heart : Heart
        The heart, at the mean rate of the record: QT follows from it.
    duration_s : float
        Length of the record.
    beats : Beats
        From `MARGIN_S` before the record to `MARGIN_S` after it; cut here to those that the record needs.
    p_waves : PWaves
        Of these beats and in between.
    breath_s, rhythms, activities
        As in `Score`.

    Returns
    -------
    Score
    """
    order = np.argsort(beats.onset_s, kind="stable")
    onset_s, shape = beats.onset_s[order], beats.shape[order]
    qt_s = qt_after(heart, onset_s)
    qt_s[shape != OWN_QRS] = np.nan
    first = max(0, int(onset_s.searchsorted(0)) - _BEYOND)
    last = int(onset_s.searchsorted(duration_s)) + _BEYOND
    kept = slice(first, last)
    p_onset_s, p_beat, p_shape = _placed(p_waves, order, first, onset_s[kept])
    return Score(
        duration_s,
        onset_s[kept],
        beats.symbol[order][kept],
        shape[kept],
        qt_s[kept],
        p_onset_s,
        p_beat,
        p_shape,
        activities or [],
        rhythms,
        breath_s,
    )


def _placed(
    p_waves: PWaves, beat_order: npt.NDArray[np.int64], first: int, onset_s: Float64Array
) -> tuple[Float64Array, npt.NDArray[np.int64], Int8Array]:
    """Return the P waves of the beats that are kept, and the free ones between them, with the beats' new numbers."""
    place = np.empty(len(beat_order) + 1, np.int64)
    place[beat_order] = np.arange(-first, len(beat_order) - first)
    place[-1] = -1
    beat = place[p_waves.beat]
    is_between = (p_waves.onset_s > onset_s[0]) & (p_waves.onset_s < onset_s[-1])
    is_kept = np.where(p_waves.beat < 0, is_between, (beat >= 0) & (beat < len(onset_s)))
    p_order = np.flatnonzero(is_kept)
    p_order = p_order[np.argsort(p_waves.onset_s[p_order], kind="stable")]
    return p_waves.onset_s[p_order], beat[p_order], p_waves.shape[p_order]


def everywhere(activity: Activity, rate_hz: float, duration_s: float) -> tuple[Activity, float, float, float]:
    """Return an activity of the atria that goes on throughout a record."""
    return activity, -MARGIN_S, duration_s + MARGIN_S, rate_hz
