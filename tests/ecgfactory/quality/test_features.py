import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from ecgfactory.leads import EIGHT_LEADS, TWELVE_LEADS, derive_twelve
from ecgfactory.quality.feature import lead_key
from ecgfactory.quality.features import FEATURES, measure
from ecgfactory.quality.policy import load_policy, shipped_policies
from tests.drawn_ecgs import drawn_ecg
from tests.generated_ecgs import generated_ecgs

NAMES = [feature.name for feature in FEATURES]


def same(one, other):
    return all(a == b or (a != a and b != b) for a, b in zip(one.tolist(), other.tolist(), strict=True))


def test_every_feature_is_there_in_order_with_its_type():
    table = measure(generated_ecgs(4), EIGHT_LEADS)
    assert list(table)[: len(NAMES)] == NAMES
    for feature in FEATURES:
        assert table[feature.name].shape == (4,)
        assert table[feature.name].dtype == feature.dtype


def test_every_feature_has_a_definition_and_its_unit_in_its_name():
    assert len(set(NAMES)) == len(NAMES)
    for feature in FEATURES:
        assert feature.definition.endswith(".")
        if feature.unit in ("ms", "uV", "deg"):
            assert feature.name.endswith(f"_{feature.unit.lower()}")


def test_generated_ecgs_have_every_feature():
    table = measure(generated_ecgs(40), EIGHT_LEADS)
    missing = {
        name
        for name in NAMES
        if name not in ("p_duration_ms", "pr_ms")
        and (np.any(table[name] == "") if table[name].dtype == object else not np.isfinite(table[name]).all())
    }
    assert not missing


@pytest.mark.parametrize("rows", [[7], [0, 1, 2], [19, 3, 11, 7], list(range(1, 20))])
def test_features_of_a_record_do_not_depend_on_the_batch(rows):
    ecgs = generated_ecgs(20)
    together, alone = measure(ecgs, EIGHT_LEADS), measure(ecgs[rows], EIGHT_LEADS)
    assert not [name for name in together if not same(together[name][rows], alone[name])]


def test_an_ecg_has_the_same_features_with_twelve_leads_but_for_rounding_of_the_limb_leads():
    eight = generated_ecgs(10)
    of_eight, of_twelve = measure(eight, EIGHT_LEADS), measure(derive_twelve(eight), TWELVE_LEADS)
    differing = [name for name in of_eight if not same(of_eight[name], of_twelve[name])]
    assert differing == ["limb_lead_error_uv"]
    assert of_twelve["limb_lead_error_uv"].max() <= 0.5


def test_order_of_leads_does_not_matter():
    ecgs = generated_ecgs(6)
    there, back = measure(ecgs, EIGHT_LEADS), measure(ecgs[:, ::-1], EIGHT_LEADS[::-1])
    for name in NAMES:
        if there[name].dtype == np.float64:
            np.testing.assert_allclose(back[name], there[name], rtol=1e-4, atol=1e-3, err_msg=name)


def test_floats_are_measured_as_the_integers_they_round_to():
    ecgs = generated_ecgs(3)
    rounded, floats = measure(ecgs, EIGHT_LEADS), measure(ecgs + np.linspace(-0.4, 0.4, 5000), EIGHT_LEADS)
    assert all(same(rounded[name], floats[name]) for name in NAMES)


def test_samples_that_are_no_number_or_too_large_are_counted():
    ecgs = generated_ecgs(2).astype(float)
    ecgs[0, 3, 100:120] = np.nan
    ecgs[0, 4, 7] = np.inf
    ecgs[1, 0, 5] = -32_769
    table = measure(ecgs, EIGHT_LEADS)
    assert table["missing_samples"].tolist() == [21, 1]
    verdicts = load_policy("basic").judge(table, 2)
    assert verdicts.reasons[0][0] == "complete: 21 samples missing or beyond 32,767 uV"


def test_worst_lead_is_named():
    ecgs = generated_ecgs(2).copy()
    ecgs[1, 5] = 0
    table = measure(ecgs, EIGHT_LEADS)
    assert table[lead_key("lead_range_min_uv")][1] == "V4"
    assert "lead_alive: 0 uV in lead V4 is below 100" in load_policy("basic").judge(table, 2).reasons[1]


@pytest.mark.parametrize("shape", [(2, 7, 100), (8, 5000), (0, 0, 10)])
def test_shapes_that_do_not_fit_are_refused(shape):
    with pytest.raises(ValueError, match="expected"):
        measure(np.zeros(shape, np.int16), EIGHT_LEADS[: shape[1] if len(shape) == 3 and not shape[1] else 8])


def test_odd_sampling_rates_are_refused():
    with pytest.raises(ValueError, match="multiple of 100"):
        measure(generated_ecgs(1), EIGHT_LEADS, 360)


def odd_signals():
    """Signals that no heart makes, by name, each (samples, leads) free."""
    time = np.arange(5000) / 500
    return {
        "zeros": np.zeros(5000),
        "one value": np.full(5000, -1234),
        "largest": np.full(5000, 32767),
        "smallest": np.full(5000, -32768),
        "extremes in turn": np.where(np.arange(5000) % 2, 32767, -32768),
        "one impulse": np.where(np.arange(5000) == 2500, 3000, 0),
        "slow sine": 1000 * np.sin(time),
        "one step": np.where(time > 5, 1000, 0),
        "two beats": np.where(np.isin(np.arange(5000) // 25, (40, 140)), 1000, 0),
        "impulses at the ends": np.where(np.isin(np.arange(5000), (0, 4999)), 3000, 0),
    }


@pytest.mark.parametrize("name", odd_signals())
@pytest.mark.parametrize("leads", [("II",), ("V5",), EIGHT_LEADS, TWELVE_LEADS])
def test_a_signal_without_a_heart_is_rejected_with_reasons(name, leads):
    signal = np.tile(odd_signals()[name].astype(np.int16), (1, len(leads), 1))
    verdicts = load_policy("basic").judge(measure(signal, leads), 1)
    assert not verdicts.accepted[0]
    assert all(": " in reason for reason in verdicts.reasons[0])


@pytest.mark.parametrize("samples", [0, 1, 3, 20, 250, 499, 500, 800, 1000, 1250, 2500, 7500])
def test_any_length_can_be_measured(samples):
    ecgs = np.tile(generated_ecgs(2), 2)[..., :samples]
    verdicts = load_policy("strict").judge(measure(ecgs, EIGHT_LEADS), 2)
    if samples < 1250:
        assert not verdicts.accepted.any()


def test_an_inverted_ecg_is_measured_and_keeps_its_rhythm():
    upright = generated_ecgs(5)
    there, inverted = measure(upright, EIGHT_LEADS), measure(-upright, EIGHT_LEADS)
    np.testing.assert_allclose(inverted["rr_longest_share"], there["rr_longest_share"])
    np.testing.assert_allclose(inverted["qrs_agreement_min"], there["qrs_agreement_min"], rtol=1e-5)


def test_a_single_lead_can_pass_basic():
    ecgs = generated_ecgs(20)
    for lead in ("II", "V2"):
        table = measure(ecgs[:, [EIGHT_LEADS.index(lead)]], [lead])
        assert load_policy("basic").judge(table, 20).accepted.mean() > 0.8


arrays = st.one_of(
    hnp.arrays(np.int16, st.tuples(st.just(1), st.integers(1, 12), st.integers(0, 1200))),
    hnp.arrays(
        np.float64,
        st.tuples(st.just(1), st.integers(1, 12), st.integers(0, 1200)),
        elements=st.floats(width=64),
        fill=st.sampled_from([0.0, np.nan, 1e300]),
    ),
)


@settings(max_examples=60, deadline=None)
@given(signals=arrays, leads=st.permutations(TWELVE_LEADS))
def test_no_array_makes_a_feature_or_a_rule_raise(signals, leads):
    table = measure(signals, leads[: signals.shape[1]])
    for policy in shipped_policies():
        verdicts = load_policy(policy).judge(table, 1)
        assert all(isinstance(reason, str) for reason in verdicts.reasons[0])
        assert policy == "off" or not verdicts.accepted[0]


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32), scale=st.sampled_from([1, 30, 1000, 1e4, 1e6]), share=st.floats(0, 1))
def test_no_noise_makes_a_feature_raise(seed, scale, share):
    rng = np.random.default_rng(seed)
    signal = rng.normal(0, scale, (1, 3, 4000))
    signal[0, :, : int(share * 4000)] = rng.choice([0, np.nan, np.inf, 5e4])
    table = measure(signal, ("V1", "II", "aVF"))
    assert list(table)[: len(NAMES)] == NAMES
    load_policy("strict").judge(table, 1)


def test_no_rr_interval_spans_a_pause_of_the_recording():
    ecg = drawn_ecg(np.arange(0.4, 9.9, 0.8)).astype(np.float64)
    paused = np.insert(ecg, 2350, np.full((600, 1), np.nan), axis=1)
    whole, torn = (measure(signal_uv[np.newaxis], EIGHT_LEADS) for signal_uv in (ecg, paused))
    assert torn["beats"] == whole["beats"] == 12
    assert torn["heart_rate_bpm"] == pytest.approx(75, abs=0.1)
    assert torn["rr_longest_share"] == pytest.approx(1, abs=0.01)
    assert torn["rr_rmssd_ms"] < 4
    for name in ("qrs_ms", "qt_ms", "pr_ms"):
        assert torn[name] == pytest.approx(whole[name], abs=6), name
    assert torn["missing_samples"] == 8 * 600
    in_one_lead = ecg.copy()
    in_one_lead[3, 2350:2950] = np.nan
    assert measure(in_one_lead[np.newaxis], EIGHT_LEADS)["beats"] == 12


@pytest.mark.parametrize("leads", [("II",), ("V1",), ("II", "V5"), EIGHT_LEADS])
def test_a_record_has_the_same_features_alone_and_among_others(leads):
    fast = drawn_ecg(np.arange(0.3, 9.9, 0.45), qt_s=0.2)
    ecgs = np.concatenate([generated_ecgs(12), fast[np.newaxis]])[:, [EIGHT_LEADS.index(lead) for lead in leads]]
    together = measure(ecgs, leads)
    for row in range(len(ecgs)):
        alone = measure(ecgs[[row]], leads)
        for name in NAMES:
            assert same(alone[name], together[name][[row]]), name


@pytest.mark.parametrize("fill", [np.nan, 0, -32_768, 700])
@pytest.mark.parametrize("part", range(4))
def test_only_beats_are_counted_beside_a_gap(fill, part):
    """Three quarters of the record are missing, or written as one value: T and P are what half of the rest exceeds."""
    beats_s = np.arange(0.4, 9.9, 0.8)
    ecg = 300 + drawn_ecg(beats_s, t_mv=0.5).astype(np.float64)  # with an offset, from which 0 is a step
    ecg += np.random.default_rng(part).normal(0, 4, ecg.shape)
    kept = slice(1250 * part, 1250 * (part + 1))
    torn = np.full_like(ecg, fill)
    torn[:, kept] = ecg[:, kept]
    expected = np.count_nonzero((beats_s > 2.5 * part + 0.05) & (beats_s < 2.5 * part + 2.45))
    found = measure(torn[np.newaxis], EIGHT_LEADS)
    assert found["beats"] == expected
    assert found["rr_min_ms"] == pytest.approx(800, abs=6)
    assert found["rr_max_ms"] == pytest.approx(800, abs=6)
    assert found["missing_samples"] == (0 if fill in (0, 700) else 8 * 3750)


@pytest.mark.parametrize("cut_s", [-0.03, 0, 0.03])
def test_a_beat_that_a_gap_cuts_counts_as_little_as_one_cut_by_an_end(cut_s):
    ecg = drawn_ecg(np.arange(0.4, 9.9, 0.8)).astype(np.float64)
    begin = round((4.4 + cut_s) * 500)
    ecg[:, begin : begin + 1000] = np.nan  # with those at 5.2 and 6.0 s
    assert measure(ecg[np.newaxis], EIGHT_LEADS)["beats"] == 12 - 3


def test_less_than_two_seconds_beside_a_gap_hold_no_beats():
    ecg = drawn_ecg(np.arange(0.4, 9.9, 0.8)).astype(np.float64)
    ecg[:, 990:] = np.nan
    table = measure(ecg[np.newaxis], EIGHT_LEADS)
    assert table["beats"] == 0
    assert np.isnan(table["rr_mean_ms"][0])
