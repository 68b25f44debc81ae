"""What `assess` measures of composed records, against what was put in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from benchmarks.rhythms.composed import ComposedEcgs
from ecgfactory.arrays import Float64Array
from ecgfactory.leads import TWELVE_LEADS
from ecgfactory.quality.features import measure
from ecgfactory.record import SAMPLING_RATE_HZ
from ecgfactory.rhythm_kinds import KINDS
from ecgfactory.validation.ludb import median_intervals
from ecgfactory.wave_table import ABSENT, ALL_LEADS, BEAT_WAVES, NO_BEAT, WaveTable

WORDS = {
    "heart_rate_bpm": "rate, /min",
    "rr_sd_ms": "RR SD, ms",
    "p_duration_ms": "P, ms",
    "pr_ms": "PR, ms",
    "qrs_ms": "QRS, ms",
    "qt_ms": "QT, ms",
}
"""What is compared, by the names of the features."""

P, QRS = BEAT_WAVES.index("P"), BEAT_WAVES.index("QRS")
USUAL = 0.6
"""Beats of one kind make up so much of a record, or it is not known which kind `assess` measures."""


@dataclass(frozen=True)
class Compared:
    """What is measured of records of a rhythm, against what was put in.

    Parameters
    ----------
    differences : dict of str to float64 array, shape (n,)
        Measured less put in, by the names of the features; NaN where either is not known.
    without_pr, invented : int
        Records in which no beat has a P before it, and those of them in which a PR is measured.
    """

    differences: dict[str, Float64Array]
    without_pr: int
    invented: int


def put_in(ecgs: ComposedEcgs) -> dict[str, Float64Array]:
    """Take rate, spread of RR and intervals of each record from its truth.

    Returns
    -------
    dict of str to float64 array, shape (n,)
        By the names of the features; intervals are medians over the beats of the record's most frequent symbol, NaN
        where no symbol prevails.
    """
    rows = [_of_record(ecgs, number) for number in range(len(ecgs.signals_uv))]
    return {name: np.array([row[name] for row in rows]) for name in WORDS}


def _of_record(ecgs: ComposedEcgs, number: int) -> dict[str, float]:
    beats, waves = ecgs.beats.of(number), ecgs.waves.of(number).of_lead(ALL_LEADS)
    rr_ms = np.diff(beats.sample) * (1000 / SAMPLING_RATE_HZ)
    bounds = _bounds(waves, beats.sample.size)
    counts = np.bincount(beats.symbol)
    usual = (beats.symbol == counts.argmax()) & (counts.max() >= USUAL * beats.sample.size)
    return {
        "heart_rate_bpm": 60000 / rr_ms.mean(),
        "rr_sd_ms": float(np.std(rr_ms, ddof=1)),
        **median_intervals(bounds[usual], SAMPLING_RATE_HZ),
    }


def _bounds(waves: WaveTable, beats: int) -> Float64Array:
    """Onset and offset of P, QRS and T of each beat."""
    bounds = np.full((beats, len(BEAT_WAVES), 2), np.nan)
    rows = waves.beat != NO_BEAT
    for side, samples in enumerate((waves.onset, waves.offset)):
        bounds[waves.beat[rows], waves.wave[rows], side] = np.where(samples == ABSENT, np.nan, samples)[rows]
    bounds[bounds[:, P, 0] > bounds[:, QRS, 0], P] = np.nan  # retrograde: it has no PR
    return bounds


def _has_pr(ecgs: ComposedEcgs, number: int) -> bool:
    """Whether any beat of a record has a P before it."""
    bounds = _bounds(ecgs.waves.of(number).of_lead(ALL_LEADS), ecgs.beats.of(number).sample.size)
    return bool(np.any(~np.isnan(bounds[:, P])))


def compare(ecgs: ComposedEcgs) -> Compared:
    """Measure records, and compare with what was put in."""
    wanted, found = put_in(ecgs), measure(ecgs.signals_uv, TWELVE_LEADS)
    without_pr = np.array([not _has_pr(ecgs, number) for number in range(len(ecgs))])
    return Compared(
        {name: found[name] - wanted[name] for name in wanted},
        int(np.sum(without_pr)),
        int(np.sum(without_pr & ~np.isnan(found["pr_ms"]))),
    )


def section(by_rhythm: Mapping[str, Compared]) -> str:
    """Write the section."""
    return "\n".join(
        [
            "## Measured as put in",
            "",
            "What `assess` measures less what the composition put in: mean ± standard deviation, and the largest "
            "deviation, over the records in which both are known (fewer than all: in brackets). Intervals are medians "
            f"over the beats of the record's most frequent symbol, where that has {USUAL:.0%} of them; P that follows "
            "its QRS is none. The last column says in how many of the records in which no P is conducted `assess` "
            "measures a PR all the same: it takes waves of the atria, or what is left of T, for a P.",
            "",
            f"| rhythm | {' | '.join(WORDS.values())} | PR where none is |",
            "|---" * (len(WORDS) + 2) + "|",
            *(
                f"| {KINDS[rhythm].title} | {' | '.join(map(_cell, of_it.differences.values()))} | "
                f"{f'{of_it.invented} of {of_it.without_pr}' if of_it.without_pr else ''} |"
                for rhythm, of_it in by_rhythm.items()
            ),
        ]
    )


def _cell(values: Float64Array) -> str:
    known = values[~np.isnan(values)]
    if not known.size:
        return "none"
    worst = known[np.abs(known).argmax()]
    several = f" ({known.size})" if known.size < values.size else ""
    return f"{known.mean():+.1f} ± {known.std():.1f}, {worst:+.1f}{several}"
