"""Ventricular beats and P waves from elsewhere."""

import numpy as np
import pytest

from ecgfactory.compose.p_waves import p_shape
from ecgfactory.compose.shapes import QRS, T, in_leads
from ecgfactory.compose.streams import Streams
from ecgfactory.compose.ventricular import ventricular_shape
from ecgfactory.rhythms.score import PShape
from tests.composing import source


@pytest.mark.parametrize("candidate", range(12))
def test_a_ventricular_beat_is_wide_and_its_t_is_discordant(candidate: int) -> None:
    shape, qrs_offset, t_offset = ventricular_shape(source(), Streams(7, candidate), 1)
    onset, peak, offset = shape.points[0, QRS]
    assert 0.12 <= (offset - onset) / 500 <= 0.19
    assert onset <= peak <= offset < shape.points[0, T, 2]
    largest = np.abs(shape.signal_uv[:, :qrs_offset]).max(axis=1).argmax()
    area = [shape.signal_uv[largest, span].sum() for span in (slice(0, qrs_offset), slice(qrs_offset, t_offset))]
    assert area[0] * area[1] < 0


def test_shapes_of_a_record_differ_and_stay() -> None:
    one, other, again = (ventricular_shape(source(), Streams(7, 0), number)[0] for number in (1, 2, 1))
    np.testing.assert_array_equal(one.signal_uv, again.signal_uv)
    assert one.signal_uv.shape != other.signal_uv.shape or (one.signal_uv != other.signal_uv).any()


def test_a_retrograde_p_is_inverted_from_below() -> None:
    own, retrograde = (p_shape(kind, source(), Streams(7, 0), 1.0) for kind in (PShape.SINUS, PShape.RETROGRADE))
    inferior = ("III", "aVF")
    upright, inverted = (in_leads(shape.signal_uv, inferior) for shape in (own, retrograde))
    assert (np.sum(upright * inverted, axis=1) < 0).all()
    np.testing.assert_allclose(retrograde.signal_uv[0], own.signal_uv[0], atol=1e-3)
