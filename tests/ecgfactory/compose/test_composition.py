"""A composed ECG: any stretch of it, and what is true of it."""

from itertools import pairwise

import numpy as np
import pytest

from ecgfactory.leads import EIGHT_LEADS
from ecgfactory.quality.beats import find_beats
from ecgfactory.quality.waves import find_waves
from ecgfactory.rhythms.score import Activity, PShape
from ecgfactory.wave_table import ABSENT, WAVES, WaveTable
from tests.composing import composed, source, steady

FIBRILLATION = ((Activity.FIBRILLATION, -1.0, 40.0, 6.0),)
FLUTTER = ((Activity.FLUTTER, -1.0, 40.0, 5.0),)


@pytest.mark.parametrize("activities", [(), FIBRILLATION])
def test_pieces_are_what_the_whole_is(activities: tuple[tuple[Activity, float, float, float], ...]) -> None:
    score = steady(source().heart, duration_s=30.0, shapes=(0, 0, 1, 0, 2), activities=activities)
    whole = composed(score, source())
    again = composed(score, source())
    stretches = list(pairwise([0, 1, 4999, 5000, 7777, 15000]))
    pieces = [again.signal_uv(start, stop) for start, stop in reversed(stretches)]
    np.testing.assert_array_equal(np.concatenate(pieces[::-1], axis=1), whole.signal_uv(0, 15000))
    tables = [again.waves(EIGHT_LEADS, 500, start, stop) for start, stop in stretches]
    joined, at_once = WaveTable.of_one(tables), whole.waves(EIGHT_LEADS, 500, 0, 15000)
    for name in ("beat", "lead", "wave", "onset", "peak", "offset"):
        np.testing.assert_array_equal(getattr(joined, name), getattr(at_once, name))


def test_no_two_beats_and_no_two_candidates_are_alike() -> None:
    score = steady(source().heart)
    one, other = (composed(score, source(), candidate).signal_uv(0, 5000) for candidate in (0, 1))
    assert (one != other).any(axis=1).all()
    assert (one[:, 500:900] != one[:, 900:1300]).any(axis=1).all()


def test_beats_are_found_where_they_are() -> None:
    composition = composed(steady(source().heart), source())
    beats = find_beats(composition.signal_uv(0, 5000)[np.newaxis])
    found, true = beats.places[0][beats.exists[0]], composition.beats(EIGHT_LEADS, 500).sample
    assert len(found) == len(true) == 13
    assert np.abs(found - true).max() <= 4


@pytest.mark.parametrize("pr_s", [0.14, 0.26])
def test_pr_and_qt_are_measured_as_put_in(pr_s: float) -> None:
    heart = source().heart
    score = steady(heart, rr_s=1.0, pr_s=pr_s)
    score.qt_s[:] = heart.qt_s + 0.04
    waves = find_waves(find_beats(composed(score, source()).signal_uv(0, 5000)[np.newaxis]))
    assert (waves.qrs_onset[0] - waves.p_onset[0]) / 500 == pytest.approx(pr_s, abs=0.02)
    assert (waves.t_offset[0] - waves.qrs_onset[0]) / 500 == pytest.approx(heart.qt_s + 0.04, abs=0.025)


@pytest.mark.parametrize("rate_hz", [500, 360, 100])
def test_waves_are_in_order(rate_hz: int) -> None:
    score = steady(source().heart, shapes=(0, 0, 0, 1), p_shape=PShape.RETROGRADE)
    waves = composed(score, source()).waves(EIGHT_LEADS, rate_hz, 0, 10 * rate_hz)
    assert ((waves.onset <= waves.peak) | (waves.onset == ABSENT)).all()
    assert ((waves.peak <= waves.offset) | (waves.offset == ABSENT)).all()
    assert (waves.peak >= 0).all() and (waves.peak < 10 * rate_hz).all()
    order = np.lexsort((waves.onset, waves.wave, waves.lead, waves.beat))
    np.testing.assert_array_equal(order, np.arange(len(waves)))


def test_r_peaks_are_those_of_the_beats() -> None:
    composition = composed(steady(source().heart, shapes=(0, 0, 1)), source())
    beats = composition.beats(EIGHT_LEADS, 500)
    np.testing.assert_array_equal(composition.waves(EIGHT_LEADS, 500, 0, 5000).r_peaks()[0], beats.sample)
    assert set(beats.symbol_of_each) == {"N", "V"}


@pytest.mark.parametrize(("activities", "wave", "waves_a_second"), [(FIBRILLATION, "f", 6), (FLUTTER, "F", 5)])
def test_waves_of_the_atria_are_listed(
    activities: tuple[tuple[Activity, float, float, float], ...], wave: str, waves_a_second: int
) -> None:
    waves = composed(steady(source().heart, activities=activities), source()).waves(EIGHT_LEADS, 500, 0, 5000)
    over_all = (waves.lead == 0) & (waves.wave == WAVES.index(wave))
    assert np.count_nonzero(over_all) == pytest.approx(10 * waves_a_second, abs=3)
    assert (waves.beat[over_all] == -1).all()
    assert not (waves.wave == WAVES.index("P")).any()


def test_rhythms_fill_the_record() -> None:
    rhythms = composed(steady(source().heart), source()).rhythms(EIGHT_LEADS, 250)
    assert (rhythms.onset.tolist(), rhythms.offset.tolist()) == ([0], [2499])
