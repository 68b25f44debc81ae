"""Found beats against marked ones."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecgfactory.validation.beat_score import BeatScore, score_beats

MARKED = np.array([500.0, 1000, 1500])


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ([500, 1000, 1500], BeatScore(3, 0, 0)),
        ([537, 963, 1538], BeatScore(2, 1, 0)),
        ([500, 510, 1000, 1500], BeatScore(3, 0, 1)),
        ([100, 500, 1000, 1250, 1500, 1900], BeatScore(3, 0, 1)),
        ([], BeatScore(0, 3, 0)),
    ],
)
def test_each_beat_counts_once_within_75_ms_and_the_marked_span(found, expected):
    assert score_beats(np.array(found, np.int64), MARKED, 500) == expected


def test_sums_and_shares():
    total = BeatScore(8, 2, 0) + BeatScore(1, 0, 1)
    assert (total.sensitivity, total.positive_predictive_value) == (9 / 11, 0.9)
    assert np.isnan(BeatScore(0, 0, 0).sensitivity)


@given(st.lists(st.integers(0, 5000), unique=True), st.lists(st.integers(0, 5000), unique=True, min_size=1))
def test_every_marked_beat_is_matched_or_missed(found, marked):
    score = score_beats(np.array(sorted(found), np.int64), np.array(sorted(marked), np.float64), 500)
    assert score.matched + score.missed == len(marked)
    assert score.matched + score.extra <= len(found)
    assert score_beats(np.array(sorted(marked)), np.array(sorted(marked), np.float64), 500).missed == 0
