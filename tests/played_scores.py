"""Scores of rhythms for tests: many records of one rhythm, each of another heart, and what is measured of them."""

from __future__ import annotations

from functools import cache

import numpy as np

from ecgfactory.beat_table import SYMBOLS
from ecgfactory.rhythms import RHYTHMS
from ecgfactory.rhythms.score import Heart, Score

HEARTS = (
    Heart(rr_s=0.80, pr_s=0.16, p_s=0.11, qrs_s=0.09, qt_s=0.38),
    Heart(rr_s=0.62, pr_s=0.12, p_s=0.09, qrs_s=0.08, qt_s=0.34),
    Heart(rr_s=1.05, pr_s=0.19, p_s=0.12, qrs_s=0.10, qt_s=0.42),
)


@cache
def played(name: str, records: int = 150, duration_s: float = 10.0) -> tuple[Score, ...]:
    """Return scores of a rhythm, of the hearts in turn."""
    return tuple(
        RHYTHMS[name].score(HEARTS[number % len(HEARTS)], duration_s, np.random.default_rng(number))
        for number in range(records)
    )


def symbols(score: Score) -> str:
    """Return the symbols of all beats."""
    return "".join(SYMBOLS[symbol] for symbol in score.symbol)


def within(score: Score) -> np.ndarray:
    """Return which beats' QRS begin in the record."""
    return (score.qrs_onset_s >= 0) & (score.qrs_onset_s < score.duration_s)


def rate_bpm(score: Score) -> float:
    """Return the mean rate of the beats."""
    return float(60 / np.diff(score.qrs_onset_s).mean())


def pr_s(score: Score) -> np.ndarray:
    """Return PR of each conducted P."""
    conducted = score.p_beat >= 0
    return score.qrs_onset_s[score.p_beat[conducted]] - score.p_onset_s[conducted]
