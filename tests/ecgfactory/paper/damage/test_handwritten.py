"""Letters, notes and marks of an invented hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecgfactory.arrays import Float64Array
from ecgfactory.paper.damage.ink import even, smooth
from ecgfactory.paper.damage.letters import KNOWN, strokes_of, width_of
from ecgfactory.paper.damage.notes import marks, note
from ecgfactory.paper.damage.pen import MARKS, Pen, PenMark, PenNote
from tests.flat_page import flat_page

POINTS = st.lists(st.tuples(st.integers(-50, 50), st.integers(-50, 50)), min_size=2, max_size=12, unique=True).map(
    lambda points: np.array(points, dtype=np.float64)
)


@pytest.mark.parametrize("letter", sorted(KNOWN))
def test_letters_stand_on_the_line(letter: str) -> None:
    """From half a height below it to a height above, and not wider than they are said to be."""
    points = np.concatenate([np.zeros((1, 2)), *strokes_of(letter)])
    assert points[:, 1].min() >= -0.5 and points[:, 1].max() <= 1
    assert points[:, 0].min() >= 0 and points[:, 0].max() < width_of(letter)


@given(POINTS)
def test_a_smooth_curve_goes_through_its_points(points: Float64Array) -> None:
    """Each is on it, and both ends are its ends."""
    curve = smooth(points)
    apart = np.abs(curve[:, np.newaxis] - points).sum(axis=-1)
    assert apart.min(axis=0).max() < 1e-9
    assert np.array_equal(curve[[0, -1]], points[[0, -1]])


@given(POINTS, st.floats(0.2, 5))
def test_even_steps_are_no_longer_than_asked(points: Float64Array, step: float) -> None:
    """They keep the ends too."""
    stepped = even(points, step)
    assert np.hypot(*np.diff(stepped, axis=0).T).max() <= step + 1e-9
    assert np.allclose(stepped[[0, -1]], points[[0, -1]])


def test_notes_have_letters_that_can_be_written_and_are_near_the_page() -> None:
    """Whatever is drawn; the hand is never twice the same."""
    page = flat_page()
    written = set()
    for seed in range(60):
        rng = np.random.default_rng(seed)
        drawn = note(page, Pen.draw(rng), rng)
        assert set(drawn.text) <= KNOWN
        assert 0 < drawn.x_mm < page.width_mm and 0 < drawn.y_mm < page.height_mm
        written.add(drawn.text)
    assert len(written) > 20


def test_the_same_letter_is_never_the_same_twice() -> None:
    """As by hand."""
    strokes = PenNote("aa", 10.0, 50.0, 5.0, 0.0, 0.0, (0, 0, 0), 0.5, 1).strokes_mm(np.random.default_rng(1))
    first, second = (stroke - stroke[0] for stroke in strokes)
    assert first.shape == second.shape
    assert 0.05 < np.abs(first - second).max() < 3


def test_all_shapes_of_marks_are_drawn() -> None:
    """Each comes up, in a pen's colour and width, near the page."""
    page, shapes = flat_page(), set()
    for seed in range(120):
        rng = np.random.default_rng(seed)
        pen = Pen.draw(rng)
        for mark in marks(page, pen, rng):
            assert isinstance(mark, PenMark)
            assert (mark.colour, mark.width_mm) == pen
            assert max(map(abs, mark.box_mm)) < 300
            shapes.add(mark.shape)
    assert shapes == MARKS.keys()
