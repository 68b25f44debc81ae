"""A sheet that stands up from the table."""

import numpy as np
import pytest

from ecgfactory.paper.damage.curl import Curl, curled
from tests.seen_pages import blank_page

CURL = Curl((148.5, 105.0), 400.0, 0.0, 20.0, 148.5, 8.0, 0.5)


def test_what_lies_flat_stays() -> None:
    flat = np.array([[(0.0, 0.0), (100.0, 200.0), (168.0, 5.0)]])
    assert np.array_equal(CURL.offsets_mm(flat), np.zeros((1, 3, 2)))
    assert np.array_equal(CURL.light(flat), np.ones((1, 3)))


def test_what_stands_up_looks_larger_and_turns_to_the_light() -> None:
    edge = np.array([(297.0, 105.0), (297.0, 0.0)])
    assert CURL.offsets_mm(edge) == pytest.approx((edge - (148.5, 105.0)) * 8 / 392)
    assert CURL.light(edge) == pytest.approx(1 + 0.5 * 2 * 8 / 128.5)


def test_drawn_curls_rise_by_some_mm_at_the_edge_of_the_paper() -> None:
    page = blank_page()
    corners = np.array([(0.0, 0.0), (297.0, 0.0), (297.0, 210.0), (0.0, 210.0)])
    for seed in range(60):
        curl = curled(page, np.random.default_rng(seed))
        moved = np.hypot(*curl.offsets_mm(corners).T)
        assert 0.5 < moved.max() < 4.5
        assert (np.abs(curl.light(corners) - 1) < 0.3).all()
