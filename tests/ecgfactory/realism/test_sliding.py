"""Halves of leads slid along others: equal to what NumPy's own correlation says, and 1 where a half lies."""

import numpy as np
import pytest

from ecgfactory.realism.sliding import half_norms, half_places, halves, slide, snapped_scales


def test_slide_is_the_correlation_at_every_shift() -> None:
    mine, other = np.random.default_rng(1).standard_normal((2, 1, 1, 1000)).astype(np.float32)
    templates = halves(mine[np.newaxis, 0], np.ones(1))
    correlations = slide(templates, other[np.newaxis, 0], half_norms(other[np.newaxis, 0]))
    starts, half = half_places(1000)
    template = mine[0, 0, starts[1] : starts[1] + half]
    for shift in (0, 137, 560):
        stretch = other[0, 0, shift : shift + half]
        expected = template @ stretch / np.linalg.norm(template) / np.linalg.norm(stretch)
        assert correlations[0, 1, 0, shift] == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize(("shift", "gain"), [(0, 1), (250, -2), (500, 0.1)])
def test_a_half_is_found_where_it_was_taken(shift: int, gain: float) -> None:
    other = np.random.default_rng(2).standard_normal((1, 1, 1000)).astype(np.float32)
    mine = np.zeros_like(other)
    mine[..., :500] = gain * other[..., shift : shift + 500]
    correlations = slide(halves(mine, np.ones(1)), other[:, np.newaxis], half_norms(other)[:, np.newaxis])[0, 0, 0]
    place = shift + half_places(1000)[0][0]
    assert np.abs(correlations).argmax() == place
    assert correlations[place] == pytest.approx(np.sign(gain), abs=1e-5)


def test_halves_are_slowed_around_their_middles() -> None:
    ramp = np.arange(1000, dtype=np.float32)[np.newaxis, np.newaxis]
    first, second = halves(ramp, np.array([1.02]))[0, :, 0]
    assert second[220] / second[320] == pytest.approx(750 / 852)
    assert first[220] / first[120] == pytest.approx(250 / 148)


def test_scales_are_half_percents_and_other_rhythms_are_left() -> None:
    assert snapped_scales(np.array([1.0012, 0.9787, 1.03, 1.04, 0.8])) == pytest.approx([1, 0.98, 1.03, 1, 1])
