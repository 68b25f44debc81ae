"""Sources and scores for tests of composed records."""

import functools

import numpy as np

from benchmarks.quality_ecgs import generated_ecgs
from ecgfactory.compose.composition import Composition
from ecgfactory.compose.hearts import Source, sources_of
from ecgfactory.compose.streams import Streams
from ecgfactory.leads import EIGHT_LEADS, SignalUv
from ecgfactory.quality.beats import find_beats
from ecgfactory.quality.waves import find_waves
from ecgfactory.rhythms.score import Activity, Heart, PShape, Score
from ecgfactory.waves.label import label_waves


@functools.cache
def generated() -> SignalUv:
    """Return twelve generated ECGs."""
    return generated_ecgs(seed=3, count=12)


@functools.cache
def sources() -> tuple[Source | str, ...]:
    """Return what each of them gives."""
    beats = find_beats(generated())
    waves = find_waves(beats)
    marks = label_waves(generated(), beats, EIGHT_LEADS, 500, 5000, waves)
    return tuple(sources_of(generated(), beats, waves, marks))


def source(number: int = 0) -> Source:
    """Return one of those that can be composed from."""
    return [found for found in sources() if isinstance(found, Source)][number]


def steady(
    heart: Heart,
    duration_s: float = 10.0,
    rr_s: float = 0.8,
    shapes: tuple[int, ...] = (0,),
    p_shape: PShape = PShape.SINUS,
    activities: tuple[tuple[Activity, float, float, float], ...] = (),
    pr_s: float | None = None,
) -> Score:
    """Return a score of equal RR intervals, whose beats take turns in their shapes; no P where the atria do else."""
    onset_s = np.arange(-1, duration_s / rr_s + 2) * rr_s + 0.1
    shape = np.resize(shapes, len(onset_s)).astype(np.int8)
    with_p = np.flatnonzero(shape == 0) if not activities else np.zeros(0, np.int64)
    return Score(
        duration_s=duration_s,
        qrs_onset_s=onset_s,
        symbol=np.where(shape == 0, 0, 2).astype(np.int8),
        shape=shape,
        qt_s=np.where(shape == 0, heart.qt_s, np.nan),
        p_onset_s=onset_s[with_p] - (heart.pr_s if pr_s is None else pr_s),
        p_beat=with_p,
        p_shape=np.full(len(with_p), p_shape, np.int8),
        activities=list(activities),
        rhythms=[("sinus", 0.0)],
        breath_s=np.arange(-4.0, duration_s + 8, 4.0),
    )


def composed(score: Score, of: Source, candidate: int = 0) -> Composition:
    """Return a composition of a score."""
    return Composition(of, "sinus", score, Streams(1, candidate))
