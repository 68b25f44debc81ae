"""The score of found bounds on marks made by hand."""

import numpy as np
import pytest

from ecgfactory.validation.wave_score import TOLERANCE_S, nearest_pairs, pooled, score_lead


def score(found, marked, span=(0, 5000), rate_hz=500, bound="p_onset"):
    lead = score_lead({bound: np.array(found)}, {bound: np.array(marked)}, span, rate_hz)
    one = lead.bounds[bound]
    return one.errors_ms.tolist(), one.missed, one.extra


def test_a_bound_counts_within_its_tolerance():
    for bound, tolerance_s in TOLERANCE_S.items():
        edge = round(500 * tolerance_s)
        assert score([1000 + edge], [1000], bound=bound) == ([1000 * tolerance_s], 0, 0)
        assert score([1001 + edge], [1000], bound=bound) == ([], 1, 1)


def test_a_tolerance_is_a_time_whatever_the_rate():
    assert score([1045], [1000], rate_hz=1000) == ([45], 0, 0)
    assert score([1045], [1000], rate_hz=250) == ([], 1, 1)


def test_the_nearest_pair_is_matched_first_and_each_bound_once():
    assert score([990, 1001], [1000]) == ([2], 0, 1)
    assert score([1000], [980, 1004]) == ([-8], 1, 0)
    assert score([1000, 1010], [1008, 1020]) == ([-40, 4], 0, 0), "1010 is nearest to 1008"


def test_what_is_found_outside_the_marked_span_is_not_wrong():
    assert score([100, 1000, 2000, 4000], [1000], span=(900, 3000)) == ([0], 0, 1)
    assert score([890], [900], span=(900, 3000)) == ([-20], 0, 0)
    assert score([100], [], span=None) == ([], 0, 0)


def test_pooling_adds_up():
    one = score_lead({"qrs_onset": np.array([100.0])}, {"qrs_onset": np.array([101.0, 900.0])}, (0, 1000))
    both = pooled([one, one]).bounds["qrs_onset"]
    assert (both.errors_ms.tolist(), both.missed, both.extra) == ([-2, -2], 2, 0)
    assert both.f1 == pytest.approx(2 / 3)
    assert (both.sensitivity, both.positive_predictive_value) == (0.5, 1)
    assert pooled([one]).macro_f1 == both.f1, "bounds that nobody marked or found have no F1"
    assert np.isnan(pooled([]).macro_f1)


def test_pairs_are_in_the_order_of_the_rows():
    differences = np.subtract.outer([10.0, 20.0, 30.0], [31.0, 12.0])
    assert nearest_pairs(differences, 5) == [(0, 1), (2, 0)]
