import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from ecgfactory.leads import EIGHT_LEADS, TWELVE_LEADS, derive_twelve
from ecgfactory.quality.batch import EcgBatch, independent_leads
from ecgfactory.quality.integrity import limb_lead_error, measure_integrity
from ecgfactory.quality.qrs_activity import find_activity
from tests.drawn_ecgs import drawn_ecg
from tests.generated_ecgs import generated_ecgs
from tests.real_ecgs import ludb_ecgs


def measured(*leads):
    signals = np.array([leads], dtype=np.int16)
    return {name: values[0] for name, values in integrity_of(signals, EIGHT_LEADS[: len(leads)]).items()}


def integrity_of(signals, lead_names=EIGHT_LEADS):
    batch = EcgBatch(signals, lead_names)
    return measure_integrity(batch, find_activity(batch))


def test_ranges_and_amplitude():
    found = measured([0, 100, -50, 3], [7, 7, 8, 9])
    assert (found["amplitude_max_uv"], found["lead_range_min_uv"]) == (100, 2)
    assert (found["range_I_uv"], found["range_II_uv"]) == (150, 2)
    assert np.isnan(found["range_V1_uv"])


def test_extremes_do_not_overflow():
    found = measured([-32768, 32767] * 10)
    assert (found["amplitude_max_uv"], found["lead_range_min_uv"]) == (32768, 65535)
    assert found["jump_max_uv"] <= 65535


def longest_flat(lead):
    best = run = 1
    for before, after in itertools.pairwise(lead):
        run = run + 1 if before == after else 1
        best = max(best, run)
    return best


@settings(max_examples=50, deadline=None)
@given(hnp.arrays(np.int16, st.tuples(st.integers(1, 3), st.integers(1, 40)), elements=st.integers(-1, 1)))
def test_longest_flat_stretch_is_what_counting_finds(leads):
    assert measured(*leads)["flat_longest_ms"] == 2 * max(map(longest_flat, leads))


def test_flat_stretches_do_not_run_from_lead_to_lead():
    assert measured([1, 2, 5, 5], [5, 5, 9, 8])["flat_longest_ms"] == 4


@pytest.mark.parametrize("at", [0, 40, 93])
def test_a_clipped_stretch_is_measured_wherever_it_lies(at):
    lead = np.tile([10, -10, 20, 5], 25)
    lead[at : at + 7] = 1000
    assert measured(lead, -lead)["clipped_longest_ms"] == 14


def test_the_round_top_of_a_slow_wave_is_not_clipped():
    wave = np.rint(200 * np.sin(np.linspace(0, np.pi, 200)))
    assert (wave == wave.max()).sum() > 6
    assert measured(wave)["clipped_longest_ms"] == 0


def test_clipping_generated_ecgs_at_1_mv_shows():
    ecgs = generated_ecgs(40)
    whole = integrity_of(ecgs)["clipped_longest_ms"]
    clipped = integrity_of(ecgs.clip(-1000, 1000))["clipped_longest_ms"]
    high = np.abs(ecgs).max(axis=(1, 2)) > 1300
    assert whole.max() <= 6 < np.median(clipped[high])


BEATS_S = np.arange(0.5, 10, 0.83)


def in_steps(ecgs, step_uv):
    return np.rint(np.rint(ecgs / step_uv) * step_uv).astype(np.int16)


@pytest.mark.parametrize("step_uv", [1, 4.88, 10, 20, 40])
@pytest.mark.parametrize("width", [1.0, 1.5, 2.0])
def test_a_round_top_cut_into_steps_is_not_clipped_and_a_clipped_one_is(step_uv, width):
    ecg = drawn_ecg(BEATS_S, r_mv=np.linspace(0.4, 1.3, 8), width=width)[np.newaxis]
    assert integrity_of(in_steps(ecg, step_uv))["clipped_longest_ms"] <= 6
    for share in (0.4, 0.6, 0.8):
        clipped = in_steps(np.minimum(ecg, share * ecg.max(axis=2, keepdims=True)), step_uv)
        assert integrity_of(clipped)["clipped_longest_ms"] > 6


def test_steps_only_at_the_top_of_a_qrs_are_heeded():
    lead = np.arange(100) % 7
    lead[40:58] = [-420, -500, -620, -740, -780, -840, *[-900] * 4, -880, -860, -820, -800, -720, -660, -500, -300]
    assert measured(lead)["clipped_longest_ms"] < 8
    lead[50:58] = [-800, -720, -600, -460, -380, -320, -240, -200]
    assert measured(lead)["clipped_longest_ms"] == 8


@pytest.mark.parametrize("step_uv", [1, 10, 40])
def test_real_ecgs_in_steps_are_not_clipped_and_clipped_ones_are(step_uv):
    ecgs = ludb_ecgs()
    assert np.mean(integrity_of(in_steps(ecgs, step_uv))["clipped_longest_ms"] > 6) <= 0.1
    lowest, highest = ecgs.min(axis=2, keepdims=True), ecgs.max(axis=2, keepdims=True)
    clipped = in_steps(ecgs.clip(0.6 * lowest, 0.6 * highest), step_uv)
    assert np.all(integrity_of(clipped)["clipped_longest_ms"] > 6)


def test_a_jump_stands_out_where_a_slope_does_not():
    slope = np.cumsum([0, 0, 0, 100, 200, 200, 100, 0, 0, 0, 0])
    assert measured(slope)["jump_max_uv"] == 0
    slope[6:] += 500
    assert measured(slope)["jump_max_uv"] == 400  # 600 beside a step of 200


def test_a_pacing_spike_is_no_jump():
    lead = np.zeros(100)
    lead[50] = 3000
    assert measured(lead)["jump_max_uv"] == 0


@pytest.mark.parametrize(("at", "at_edge"), [(100, True), (2500, False), (4900, True)])
def test_jumps_near_the_ends_count_as_edge_transients(at, at_edge):
    lead = np.zeros(5000)
    lead[at:] = 700
    found = measured(lead)
    assert found["jump_max_uv"] == 700
    assert found["edge_jump_uv"] == (700 if at_edge else 0)


def test_limb_leads_that_follow_have_no_error_and_others_do():
    twelve = derive_twelve(generated_ecgs(2)).copy()
    assert limb_lead_error(twelve, TWELVE_LEADS)["limb_lead_error_uv"].max() <= 0.5
    twelve[1, TWELVE_LEADS.index("aVL"), 17] += 300
    table = limb_lead_error(twelve, TWELVE_LEADS)
    assert table["limb_lead_error_uv"][1] == pytest.approx(300, abs=0.5)
    assert table["limb_lead_error_uv@lead"][1] == "aVL"


def test_no_limb_leads_no_contradiction():
    assert limb_lead_error(generated_ecgs(2), EIGHT_LEADS)["limb_lead_error_uv"].tolist() == [0, 0]
    assert limb_lead_error(generated_ecgs(2)[:, :2], ("I", "aVF"))["limb_lead_error_uv"].tolist() == [0, 0]


def test_leads_that_follow_from_others_are_left_out():
    assert [TWELVE_LEADS[i] for i in independent_leads(TWELVE_LEADS)] == list(EIGHT_LEADS)
    assert independent_leads(("V1", "II", "aVF")) == [0, 1, 2]
    assert independent_leads(("V7", "II", "III", "I")) == [3, 1, 0]
