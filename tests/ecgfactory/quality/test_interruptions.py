"""Where a recording pauses: all leads lack a value, or none changes its own."""

import numpy as np
import pytest

from ecgfactory.leads import EIGHT_LEADS
from ecgfactory.quality.batch import to_integers
from ecgfactory.quality.features import measure
from ecgfactory.quality.interruptions import interruptions
from tests.drawn_ecgs import drawn_ecg
from tests.generated_ecgs import generated_ecgs

RATE_HZ = 500


def pauses(signals_uv):
    """Begins and ends of the pauses of each record."""
    paused = interruptions(*to_integers(signals_uv), RATE_HZ)
    if paused is None:
        return [[] for _ in signals_uv]
    edges = [np.flatnonzero(np.diff(row.astype(int), prepend=0, append=0)) for row in paused]
    return [row.reshape(-1, 2).tolist() for row in edges]


def test_ecgs_have_none():
    assert interruptions(generated_ecgs(20), None, RATE_HZ) is None
    assert interruptions(generated_ecgs(2)[..., :300], None, RATE_HZ) is None
    assert interruptions(np.zeros((1, 8, 0), np.int16), None, RATE_HZ) is None


@pytest.mark.parametrize("begin", [0, 1, 1063, 3990, 4000])
def test_one_value_in_all_leads_for_two_seconds_is_a_pause(begin):
    ecgs = generated_ecgs(3) + np.arange(5000, dtype=np.int16) % 2  # never still
    ecgs[1, :, begin : begin + 1000] = np.arange(8)[:, np.newaxis] * 100 + 5000
    ecgs[2, :, begin : begin + 999] = 5000
    assert pauses(ecgs) == [[], [[begin, begin + 1000]], []]
    ecgs[1, 3, begin + 500] += 1
    assert pauses(ecgs) == [[], [], []]


@pytest.mark.parametrize("length", [1, 9, 10, 20, 2500])
def test_samples_that_all_leads_lack_are_a_pause_unless_they_are_too_few_to_hide_a_beat(length):
    ecgs = generated_ecgs(2).astype(np.float32)
    ecgs[1, :, 700 : 700 + length] = np.nan
    assert pauses(ecgs) == [[], [[700, 700 + length]] if length >= 10 else []]
    ecgs[1, 0, 700 : 700 + length] = np.arange(length)
    assert pauses(ecgs) == [[], []]


@pytest.mark.parametrize("rate_per_min", [20, 26, 60])
def test_a_recorder_that_rests_flat_between_beats_does_not_pause(rate_per_min):
    beats_s = np.arange(1, 29, 60 / rate_per_min)
    ecg = drawn_ecg(beats_s, duration_s=30)
    assert pauses(ecg[np.newaxis]) == [[]]
    torn = np.insert(ecg, 7000, np.zeros((5000, 1)), axis=1)
    ((pause,),) = pauses(torn[np.newaxis])
    assert 5000 <= pause[1] - pause[0] < 5000 + 60 / rate_per_min * RATE_HZ


def test_samples_lost_here_and_there_lose_no_beat():
    ecg = drawn_ecg(np.arange(0.4, 9.9, 0.8)).astype(np.float64)
    ecg[:, ::50] = np.nan
    table = measure(ecg[np.newaxis], EIGHT_LEADS)
    assert (table["beats"], table["missing_samples"]) == (12, 8 * 100)
    assert (table["rr_min_ms"], table["rr_max_ms"]) == pytest.approx((800, 800), abs=6)


def test_a_dead_record_is_one_pause_without_beats():
    dead = np.full((1, 8, 5000), 40, np.int16)
    assert pauses(dead) == [[[0, 5000]]]
    assert measure(dead, EIGHT_LEADS)["beats"] == 0
