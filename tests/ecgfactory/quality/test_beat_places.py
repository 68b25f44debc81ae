"""Where beats are found: right places by construction, on all kinds of ECG."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecgfactory.quality.beats import find_beats
from ecgfactory.validation.beat_score import BeatScore, score_beats
from ecgfactory.validation.ludb import marked_beats
from ecgfactory.validation.simulated import simulate_ecg
from tests.drawn_ecgs import NAMES, drawn_ecg
from tests.generated_ecgs import generated_ecgs
from tests.real_ecgs import ludb_ecgs, ludb_records

STEADY = np.arange(0.3, 9.9, 0.8)


def beats_s(signal_uv, rate_hz=500):
    beats = find_beats(signal_uv[None], NAMES[: len(signal_uv)], rate_hz)
    return beats.places[0, beats.exists[0]] / rate_hz


def assert_found(found_s, expected_s, within_s=0.003):
    assert found_s.size == len(expected_s), (found_s, expected_s)
    np.testing.assert_allclose(found_s, expected_s, atol=within_s)


@pytest.mark.parametrize("leads", [1, 2, 3, 8, 12, 15])
@pytest.mark.parametrize("rate_bpm", [20, 30, 60, 100, 150, 200, 220])
def test_any_rate_on_any_number_of_leads(leads, rate_bpm):
    rr_s = 60 / rate_bpm
    times_s = np.arange(0.3, 9.95, rr_s)
    ecg = drawn_ecg(times_s, leads=leads, qt_s=min(0.3, 0.42 * rr_s), p_mv=0.12 if rate_bpm <= 150 else 0)
    assert_found(beats_s(ecg), times_s)


@pytest.mark.parametrize("rate_hz", [100, 250, 360, 500, 1000])
def test_steady_rhythm_has_no_spread(rate_hz):
    ecg = drawn_ecg(STEADY, rate_hz=rate_hz)
    found_s = beats_s(ecg, rate_hz)
    assert_found(found_s, STEADY, 1.5 / rate_hz)
    assert 1000 * np.std(np.diff(found_s)) < max(2, 400 / rate_hz)


@pytest.mark.parametrize("duration_s", [2, 2.5, 3, 5, 20, 65])
def test_short_and_long_records(duration_s):
    times_s = np.arange(0.25, duration_s - 0.05, 0.85)
    assert_found(beats_s(drawn_ecg(times_s, duration_s=duration_s)), times_s)


def test_a_record_whose_amplitude_changes_tenfold():
    times_s = np.arange(0.3, 59.9, 0.8)
    gain = np.linspace(1, 0.1, 30_000)
    assert_found(beats_s(np.rint(gain * drawn_ecg(times_s, duration_s=60)).astype(np.int16)), times_s)


@pytest.mark.parametrize("t_mv", [0.25, 0.5, 0.9])
@pytest.mark.parametrize("r_mv", [0.12, 0.3])
def test_low_r_and_tall_t_in_lead_ii(r_mv, t_mv):
    r_mv, t_mv = ([1, of_ii, *[1] * 6] for of_ii in (r_mv, t_mv / 0.25))
    ecg = drawn_ecg(STEADY, r_mv=r_mv, t_mv=0.25 * np.array(t_mv))
    assert_found(beats_s(ecg), STEADY)


@pytest.mark.parametrize("t_mv", [0.25, 0.8, -0.8])
def test_tall_t_of_a_single_lead(t_mv):
    assert_found(beats_s(drawn_ecg(STEADY, leads=1, r_mv=0.8, t_mv=t_mv)), STEADY)


@pytest.mark.parametrize("rate_bpm", [40, 50, 75])
@pytest.mark.parametrize("t_mv", [1.2, 1.5])
def test_t_waves_four_times_as_tall_as_r(rate_bpm, t_mv):
    times_s = np.arange(0.4, 9.4, 60 / rate_bpm)
    assert_found(beats_s(drawn_ecg(times_s, r_mv=0.3, t_mv=t_mv)), times_s, 0.006)


@pytest.mark.parametrize("rate_bpm", [45, 60, 90])
@pytest.mark.parametrize("sd_s", [0.02, 0.025, 0.035])
def test_peaked_t_waves_twice_as_tall_as_r(rate_bpm, sd_s):
    times_s = np.arange(0.4, 9.4, 60 / rate_bpm)
    after_s = np.arange(5000) / 500 - (times_s[:, np.newaxis] + 0.28)
    peaked_uv = 1200 * np.exp(-0.5 * (after_s / sd_s) ** 2).sum(axis=0)
    ecg = drawn_ecg(times_s, r_mv=0.6, t_mv=0) + np.rint(peaked_uv).astype(np.int16)
    assert_found(beats_s(ecg), times_s, 0.006)


@pytest.mark.parametrize("coupling_s", [0.3, 0.36, 0.42])
def test_bigeminy_of_beats_alike(coupling_s):
    times_s = np.sort(np.ravel([np.arange(0.4, 9.4, 1.3), np.arange(0.4, 9.4, 1.3) + coupling_s]))
    assert_found(beats_s(drawn_ecg(times_s, p_mv=0.08)), times_s, 0.01)


@pytest.mark.parametrize("leads", [1, 8])
@pytest.mark.parametrize("spike_ms", [2, 4, 12])
@pytest.mark.parametrize("spike_mv", [-3.0, 0.5, 5.0])
@pytest.mark.parametrize(("width", "spike_s"), [(2.2, 0.12), (1.0, 0.2)], ids=["ventricular", "atrial"])
def test_pacing_spikes_neither_add_nor_hide_nor_move_beats(leads, spike_ms, spike_mv, width, spike_s):
    paced = drawn_ecg(STEADY, leads=leads, width=width, p_mv=0, spike_mv=spike_mv, spike_s=spike_s, spike_ms=spike_ms)
    assert_found(beats_s(paced), STEADY, 0.006)


def test_an_irregular_rhythm_without_p_waves():
    times_s = 0.3 + np.cumsum(np.random.default_rng(4).uniform(0.4, 1.2, 11))
    assert_found(beats_s(drawn_ecg(times_s, p_mv=0, duration_s=times_s[-1] + 0.5)), times_s)


@pytest.mark.parametrize("leads", [1, 8])
def test_wide_premature_beats_of_another_shape(leads):
    normal_s = np.delete(STEADY, [3, 8])
    early_s = STEADY[[3, 8]] - 0.28
    shape = np.linspace(1.2, -1.8, leads) if leads > 1 else 1.5
    early = drawn_ecg(early_s, leads=leads, r_mv=shape, t_mv=-0.4, width=2, p_mv=0, qt_s=0.36)
    found_s = beats_s(drawn_ecg(normal_s, leads=leads) + early)
    assert_found(found_s, np.sort([*normal_s, *early_s]), 0.03)


def test_bigeminy_of_large_and_small_beats():
    normal_s, early_s = np.arange(0.4, 9.5, 1.6), np.arange(0.9, 9.5, 1.6)
    early = drawn_ecg(early_s, r_mv=np.linspace(2.5, 1.5, 8), t_mv=-0.5, width=2, p_mv=0, qt_s=0.36)
    assert_found(beats_s(drawn_ecg(normal_s) + early), np.sort([*normal_s, *early_s]), 0.03)


@pytest.mark.parametrize("coupling_s", [0.42, 0.55, 0.65])
@pytest.mark.parametrize(("width", "gain"), [(2.4, 0.45), (2, 0.6), (2.4, 0.8), (3, 1)])
def test_bigeminy_of_narrow_beats_and_low_wide_ones(width, gain, coupling_s):
    normal_s = np.arange(0.5, 9.5, 1.6)
    early_s = normal_s[:-1] + coupling_s
    shape = gain * np.array([0.6, -0.5, 0.7, 1.3, 1.2, 1.0, 0.8, 0.6])
    early = drawn_ecg(early_s, r_mv=shape, t_mv=-0.25 * gain, width=width, p_mv=0, qt_s=0.36)
    noise = np.random.default_rng(3).normal(0, 5, (8, 5000))
    found_s = beats_s(np.rint(drawn_ecg(normal_s) + early + noise).astype(np.int16))
    assert_found(found_s, np.sort([*normal_s, *early_s]), 0.05)


@pytest.mark.parametrize("width", [1, 2, 2.5])
@pytest.mark.parametrize("qt_s", [0.28, 0.34, 0.4])
def test_t_waves_are_no_wide_beats(width, qt_s):
    times_s = np.arange(0.4, 9.4, 1.2)
    assert_found(beats_s(drawn_ecg(times_s, width=width, t_mv=0.5, qt_s=qt_s)), times_s, 0.006)


def test_bundle_branch_block():
    assert_found(beats_s(drawn_ecg(STEADY, width=2)), STEADY, 0.006)


@pytest.mark.parametrize("how", ["noise", "dead", "flickering", "inverted", "small", "popping"])
def test_one_bad_lead_of_eight_changes_nothing(how):
    rng = np.random.default_rng(9)
    ecg = drawn_ecg(STEADY)
    bad = {
        "noise": rng.normal(0, 400, 5000),
        "dead": np.zeros(5000),
        "flickering": rng.integers(-1, 2, 5000),
        "inverted": -ecg[3],
        "small": ecg[3] / 40,
        "popping": ecg[3] + 4000 * np.isin(np.arange(5000) // 50, (13, 37, 61)),
    }
    ecg[3] = np.rint(bad[how])
    assert_found(beats_s(ecg), STEADY)


@pytest.mark.parametrize("seed", range(5))
def test_two_sound_leads_beside_one_of_noise(seed):
    ecg = drawn_ecg(STEADY, leads=3)
    ecg[0] = np.rint(np.random.default_rng(seed).normal(0, 300, 5000))
    assert_found(beats_s(ecg), STEADY, 0.01)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("jump_uv", [1000, 3000, 30_000])
def test_two_sound_leads_beside_one_of_a_loose_electrode(seed, jump_uv):
    ecg = drawn_ecg(STEADY, leads=3)
    jumping = np.random.default_rng(seed).random(5000) < 0.004
    ecg[0] = (ecg[0] + jump_uv * (np.cumsum(jumping) % 2)).clip(-32_000, 32_000)
    assert_found(beats_s(ecg), STEADY, 0.01)


@pytest.mark.parametrize("dead", [4, 5, 6, 7])
def test_dead_leads_of_eight(dead):
    ecg = drawn_ecg(STEADY)
    ecg[:dead] = 0
    assert_found(beats_s(ecg), STEADY)


@pytest.mark.parametrize("noise_uv", [20, 60])
def test_muscle_noise_in_all_leads(noise_uv):
    noise = np.random.default_rng(3).normal(0, noise_uv, (8, 5000))
    assert_found(beats_s(np.rint(drawn_ecg(STEADY) + noise).astype(np.int16)), STEADY, 0.01)


@pytest.mark.parametrize("seed", [130, 146, 147, 227])
def test_p_waves_between_the_wide_beats_of_a_fast_heart_are_no_beats(seed):
    ecg = simulate_ecg(np.random.default_rng(seed), 100, 115, 25)
    found_s = beats_s(ecg.signal_uv)
    assert abs(found_s.size - ecg.qrs_onsets_s.size) <= 1
    assert np.diff(found_s).min() > 0.5


@pytest.mark.parametrize("margin_s", [0.01, 0.03, 0.05, 0.08])
def test_a_beat_counts_when_its_qrs_is_whole(margin_s):
    times_s = margin_s + 0.75 * np.arange(13)
    ecg = drawn_ecg(times_s, duration_s=times_s[-1] + margin_s + 0.002)
    whole = times_s if margin_s >= 0.04 else times_s[1:-1]
    found_s = beats_s(ecg)
    found_s = found_s if margin_s >= 0.04 else found_s[(found_s > 0.06) & (found_s < times_s[-1] - 0.06)]
    assert_found(found_s, whole)


@pytest.mark.parametrize("kind", ["flat", "flickering", "white", "brown", "hum"])
def test_no_heart_no_beats(kind):
    rng = np.random.default_rng(6)
    signals = {
        "flat": np.full((4, 5000), -77),
        "flickering": rng.integers(0, 2, (4, 5000)),
        "white": rng.normal(0, 100, (4, 5000)),
        "brown": np.cumsum(rng.normal(0, 10, (4, 5000)), axis=1),
        "hum": 300 * np.sin(np.arange(5000) * 2 * np.pi / 10) + rng.normal(0, 5, (4, 5000)),
    }
    assert beats_s(np.rint(signals[kind]).astype(np.int16)).size <= 1


@settings(max_examples=15, deadline=None)
@given(row=st.integers(0, 39), level_uv=st.integers(-3000, 3000), inverted=st.sets(st.integers(0, 7)), data=st.data())
def test_level_sign_and_order_of_leads_do_not_matter(row, level_uv, inverted, data):
    ecg = generated_ecgs(40)[row]
    order = data.draw(st.permutations(range(8)))
    other = (ecg[order] + np.int16(level_uv)).astype(np.int16)
    other[list(inverted)] *= -1
    np.testing.assert_allclose(beats_s(other), beats_s(ecg), atol=0.003)


@settings(max_examples=15, deadline=None)
@given(row=st.integers(0, 39), gain=st.floats(0.3, 5))
def test_gain_does_not_matter(row, gain):
    ecg = generated_ecgs(40)[row]
    np.testing.assert_allclose(beats_s(np.rint(gain * ecg).astype(np.int16)), beats_s(ecg), atol=0.005)


@settings(max_examples=15, deadline=None)
@given(row=st.integers(0, 39), shift=st.integers(1, 400))
def test_a_later_start_moves_all_beats_alike(row, shift):
    ecg = generated_ecgs(40)[row]
    there_s, here_s = beats_s(ecg), beats_s(ecg[:, shift:]) + shift / 500
    there_s = there_s[there_s > shift / 500 + 0.1]  # an end of the record may cut those before
    assert 0 <= here_s.size - there_s.size <= 1
    np.testing.assert_allclose(here_s[-there_s.size :], there_s, atol=0.005)


@pytest.mark.slow
def test_experts_marks_on_real_ecgs():
    total, offsets_ms = BeatScore(0, 0, 0), []
    for record, ecg in zip(ludb_records(), ludb_ecgs(), strict=True):
        beats = find_beats(ecg[None])
        found, marked = beats.places[0, beats.exists[0]], marked_beats(record.marks)
        total += score_beats(found, marked, 500)
        apart_ms = 2 * (found[:, None] - marked)
        nearest_ms = apart_ms[np.abs(apart_ms).argmin(axis=0), np.arange(marked.size)]
        offsets_ms += nearest_ms[np.abs(nearest_ms) <= 75].tolist()
    assert total.sensitivity >= 0.998
    assert total.positive_predictive_value >= 0.998
    assert abs(np.median(offsets_ms)) <= 5
    assert np.std(offsets_ms) <= 10
