"""Places on a page are found in its picture and back, flat, aslant and bent."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecgfactory.paper.page import Box
from ecgfactory.paper.page_map import Displacement, PageMap, node_places_mm

WIDTH_MM, HEIGHT_MM = 60.0, 40.0
SHARES = st.floats(0, 1)


@st.composite
def maps(draw: st.DrawFn) -> PageMap:
    """Pages turned, sheared, seen aslant, and bent by no more than paper can be: a tenth of the distance of nodes."""
    numbers = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    scale = draw(st.floats(2, 12))
    homography = np.eye(3) * (scale, scale, 1) + numbers.uniform(-0.2, 0.2, (3, 3)) * (scale, scale, 50)
    homography[2] = (*numbers.uniform(-1e-3, 1e-3, 2), 1)
    nodes = node_places_mm(WIDTH_MM, HEIGHT_MM)
    bent = Displacement(5.0, numbers.uniform(-0.1, 0.1, nodes.shape) * scale * 5)
    return PageMap(homography, bent if draw(st.booleans()) else None)


@settings(max_examples=60, deadline=None)
@given(maps(), st.lists(st.tuples(SHARES, SHARES), min_size=1, max_size=20))
def test_there_and_back(page_map: PageMap, shares: list[tuple[float, float]]) -> None:
    points_mm = np.array(shares) * (WIDTH_MM, HEIGHT_MM)
    points_px = page_map.to_picture(points_mm)
    found_px = page_map.to_picture(page_map.to_page(points_px))
    assert np.abs(found_px - points_px).max() < 0.05


def test_a_displacement_is_that_of_its_nodes_and_bilinear_between() -> None:
    nodes = node_places_mm(10, 10)
    offsets = np.random.default_rng(1).normal(size=nodes.shape)
    bent = Displacement(5.0, offsets)
    assert bent.at(nodes.reshape(-1, 2)) == pytest.approx(offsets.reshape(-1, 2))
    middle = bent.at(np.array([(2.5, 7.5)]))[0]
    assert middle == pytest.approx(offsets[1:3, 0:2].mean(axis=(0, 1)))
    assert bent.at(np.array([(-4.0, 99.0)]))[0] == pytest.approx(offsets[2, 0])


def test_missing_points_stay_missing() -> None:
    bent = Displacement(5.0, np.ones((3, 3, 2)))
    for displacement in (None, bent):
        seen = PageMap(PageMap.flat(100).homography, displacement).to_picture(np.array([(1.0, 2.0), (np.nan, np.nan)]))
        assert np.isfinite(seen[0]).all()
        assert np.isnan(seen[1]).all()
        page_map = PageMap(PageMap.flat(100).homography, displacement)
        assert page_map.to_page(seen) == pytest.approx(np.array([(1.0, 2.0), (np.nan, np.nan)]), nan_ok=True)
        assert np.isnan(page_map.to_page(seen[1:])).all()


def test_the_paper_s_corner_is_that_of_the_first_pixel() -> None:
    page_map = PageMap.flat(254)
    assert page_map.to_picture(np.array([(0.0, 0.0), (1.0, 2.0)])) == pytest.approx(
        np.array([(-0.5, -0.5), (9.5, 19.5)])
    )
    assert page_map.scale_at(Box(3, 3, 9, 9)) == pytest.approx(10)
    assert page_map.is_affine


def test_each_pixel_s_source() -> None:
    turned = PageMap(np.array([[3.9, 0.3, 5.0], [-0.3, 3.9, 12.0], [1e-4, 2e-4, 1.0]]))
    source = turned.sources(200, 150, 100).over(slice(0, 150), slice(0, 200))
    rows, columns = np.mgrid[0:150:7, 0:200:7]
    places_mm = turned.to_page(np.column_stack([columns.ravel(), rows.ravel()]).astype(np.float64))
    expected = PageMap.flat(100).to_picture(places_mm)
    found = source[rows, columns].reshape(-1, 2)
    assert np.abs(found - expected).max() < 0.02
    assert not turned.is_affine
