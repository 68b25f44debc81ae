"""What holds of the score of every rhythm."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecgfactory.beat_table import SYMBOLS
from ecgfactory.rhythm_kinds import KINDS
from ecgfactory.rhythms import RHYTHMS
from ecgfactory.rhythms.score import OWN_QRS, Heart, PShape, Score
from tests.played_scores import HEARTS, played

HEARTS_OF_ALL_KINDS = st.builds(
    Heart,
    rr_s=st.floats(0.55, 1.1),
    pr_s=st.floats(0.10, 0.24),
    p_s=st.floats(0.07, 0.13),
    qrs_s=st.floats(0.07, 0.13),
    qt_s=st.floats(0.30, 0.46),
)

each_rhythm = pytest.mark.parametrize("name", RHYTHMS)


def check(score: Score, duration_s: float) -> None:
    """Check what holds of every score."""
    qrs, p = score.qrs_onset_s, score.p_onset_s
    assert score.duration_s == duration_s
    assert len(qrs) == len(score.symbol) == len(score.shape) == len(score.qt_s)
    assert len(p) == len(score.p_beat) == len(score.p_shape)
    assert np.all(np.diff(qrs) >= 0.2)
    assert np.all(np.diff(p) >= 0.2)
    assert qrs[0] < 0 < qrs[2]
    assert qrs[-3] < duration_s <= qrs[-2] < qrs[-1]

    assert set(score.symbol) <= set(range(len(SYMBOLS)))
    assert score.shape.min() >= OWN_QRS
    is_own = score.shape == OWN_QRS
    assert np.array_equal(np.isnan(score.qt_s), ~is_own)
    assert np.all(score.qt_s[:-1][is_own[:-1]] < np.diff(qrs)[is_own[:-1]])
    assert np.all((score.qt_s[is_own] > 0.15) & (score.qt_s[is_own] < 0.66))

    conducted = score.p_beat >= 0
    assert score.p_beat.max(initial=-1) < len(qrs)
    assert score.p_beat.min(initial=-1) >= -1
    assert np.all(np.diff(score.p_beat[conducted]) > 0)
    assert set(score.p_shape) <= set(PShape)
    is_before = conducted & (score.p_shape != PShape.RETROGRADE)
    assert np.all(p[is_before] < qrs[score.p_beat[is_before]])

    names, since = zip(*score.rhythms, strict=True)
    assert set(names) <= set(KINDS)
    assert since[0] == 0
    assert list(since) == sorted(set(since))
    assert since[-1] < duration_s
    assert all(before != after for before, after in pairwise(names))
    assert all(since < until for _, since, until, _ in score.activities)
    assert np.all(np.diff(score.breath_s) > 1)
    assert score.breath_s[0] < 0
    assert score.breath_s[-1] > duration_s


def test_every_kind_is_played_in_the_order_of_the_list() -> None:
    assert list(RHYTHMS) == list(KINDS)


@each_rhythm
@settings(max_examples=15)
@given(heart=HEARTS_OF_ALL_KINDS, seed=st.integers(0, 2**32))
def test_score_of_any_heart_is_in_order(name: str, heart: Heart, seed: int) -> None:
    check(RHYTHMS[name].score(heart, 10.0, np.random.default_rng(seed)), 10.0)


@each_rhythm
@pytest.mark.parametrize("duration_s", [11.0, 61.0, 3600.0])
def test_score_of_any_length_is_in_order(name: str, duration_s: float) -> None:
    for heart in HEARTS:
        check(RHYTHMS[name].score(heart, duration_s, np.random.default_rng(5)), duration_s)


@each_rhythm
def test_same_numbers_make_the_same_score(name: str) -> None:
    one, other = (RHYTHMS[name].score(HEARTS[0], 10.0, np.random.default_rng(3)) for _ in range(2))
    assert one.qrs_onset_s.tobytes() == other.qrs_onset_s.tobytes()
    assert one.p_onset_s.tobytes() == other.p_onset_s.tobytes()
    assert one.breath_s.tobytes() == other.breath_s.tobytes()
    assert (one.rhythms, one.activities) == (other.rhythms, other.activities)


@each_rhythm
def test_record_begins_anywhere_in_a_beat(name: str) -> None:
    place = [
        -score.qrs_onset_s[last] / (score.qrs_onset_s[last + 1] - score.qrs_onset_s[last])
        for score in played(name)
        for last in [int(score.qrs_onset_s.searchsorted(0)) - 1]
    ]
    counts, _ = np.histogram(place, bins=3, range=(0, 1))
    assert counts.min() > 0.2 * len(place)
