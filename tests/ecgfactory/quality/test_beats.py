import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from ecgfactory.leads import EIGHT_LEADS, derive_twelve
from ecgfactory.quality.beat_features import measure_beats
from ecgfactory.quality.beats import find_beats, remove_baseline
from ecgfactory.quality.intervals import measure_intervals
from ecgfactory.validation.simulated import simulate_bench, simulate_ecg
from tests.generated_ecgs import generated_ecgs


def everything(signal_uv, lead_names=EIGHT_LEADS, sampling_rate_hz=500):
    beats = find_beats(signal_uv, lead_names, sampling_rate_hz)
    return {**measure_beats(beats), **measure_intervals(beats)}


def test_every_beat_of_the_bench_is_found_and_aligned_to_its_qrs():
    ecgs = simulate_bench(21, records=60)
    beats = find_beats(np.stack([ecg.signal_uv for ecg in ecgs]))
    found, expected, jitter_ms = 0, 0, []
    for row, ecg in enumerate(ecgs):
        onsets = ecg.qrs_onsets_s * 500
        places = beats.places[row, beats.exists[row]]
        after = places[:, None] - onsets
        within = (after >= 0) & (after <= ecg.truth["qrs_ms"] / 2)
        inner = (onsets > 200) & (onsets < 4700)
        expected += inner.sum()
        found += within.any(axis=0)[inner].sum()
        jitter_ms.append(2 * np.std(after[within]))
    assert found / expected >= 0.995
    assert np.median(jitter_ms) < 1.0  # as much as sampling every 2 ms leaves, 0.6 ms, and noise


def test_median_beat_of_a_steady_ecg_is_each_of_its_beats():
    ecg = simulate_ecg(np.random.default_rng(1), 70, 90, noise_uv=0)
    beats = find_beats(ecg.signal_uv[None])
    own = beats.cut_uv[0, beats.fits[0]][..., 100:400]
    middle = beats.median_uv[0][:, 100:400]
    assert beats.fits[0].sum() >= 9
    # Beats lie up to half a sample apart, which at the steepest place of a QRS is much.
    assert np.sqrt(np.mean((own - middle) ** 2)) < 0.06 * middle.std()


def test_median_beat_does_not_follow_one_odd_beat():
    ecg = simulate_ecg(np.random.default_rng(2), 70, 90, noise_uv=0)
    usual = find_beats(ecg.signal_uv[None]).median_uv[0]
    odd = ecg.signal_uv.copy()
    onset = int(ecg.qrs_onsets_s[4] * 500)
    odd[:, onset : onset + 200] += np.rint(600 * np.hanning(200)).astype(np.int16)
    changed = find_beats(odd[None]).median_uv[0]
    assert np.abs(changed - usual)[:, 100:400].max() < 60


@pytest.mark.parametrize("sampling_rate_hz", [100, 250, 360, 500, 1000])
def test_baseline_goes_and_the_ecg_stays(sampling_rate_hz):
    time_s = np.arange(16 * sampling_rate_hz + 7) / sampling_rate_hz
    waves = {hz: 1000 * np.sin(2 * np.pi * hz * time_s + 1) for hz in (0.2, 2.0, 10.0)}
    inner = slice(5 * sampling_rate_hz, 11 * sampling_rate_hz)
    left = {hz: remove_baseline(np.rint(wave).astype(np.int16), sampling_rate_hz)[inner] for hz, wave in waves.items()}
    assert np.abs(left[0.2]).max() < 20
    np.testing.assert_allclose(left[2.0], waves[2.0][inner], atol=15)
    np.testing.assert_allclose(left[10.0], waves[10.0][inner], atol=15)


def test_a_ramp_goes_too():
    ramp = np.arange(-2500, 2500, dtype=np.int16)
    assert np.abs(remove_baseline(ramp)[500:-500]).max() < 5


def test_measurements_do_not_depend_on_the_batch():
    signal_uv = np.concatenate([generated_ecgs(100)[:6], [ecg.signal_uv for ecg in simulate_bench(22, records=6)]])
    together = everything(signal_uv)
    for row in range(12):
        for name, values in everything(signal_uv[row : row + 1]).items():
            np.testing.assert_array_equal(values[0], together[name][row], err_msg=f"{name} of {row}")


@pytest.mark.filterwarnings("error::RuntimeWarning")  # NumPy's; others may come from other threads
@settings(max_examples=60, deadline=None)
@given(
    signal_uv=hnp.arrays(
        np.int16,
        st.tuples(st.integers(0, 3), st.integers(1, 3), st.sampled_from([0, 1, 3, 40, 499, 500, 501, 1200])),
        elements=st.integers(-32768, 32767) | st.sampled_from([0, 0, 0, 32767, -32768]),
    )
)
def test_arbitrary_arrays_are_measured_or_nan(signal_uv):
    features = everything(signal_uv, ("V1", "II", "I")[: signal_uv.shape[1]])
    assert {values.shape for values in features.values()} == {(signal_uv.shape[0],)}
    assert {values.dtype for values in features.values()} == {np.dtype(np.float64)}
    assert not any(np.isinf(values).any() for values in features.values())


def odd_signals():
    rng = np.random.default_rng(3)
    good = simulate_ecg(rng, 75, 90, noise_uv=5).signal_uv
    one_beat = np.zeros_like(good)
    one_beat[:, 2300:2700] = good[:, 2300:2700]
    return {
        "zeros": np.zeros_like(good),
        "constant": np.full_like(good, -32768),
        "clipped": np.clip(good, -100, 100),
        "inverted": -good,
        "one beat": one_beat,
        "one step": np.repeat(np.array([[0, 32767]], np.int16), 2500, axis=1).repeat(8, axis=0),
        "one spike": np.where(np.arange(5000) == 2500, 32767, 0).astype(np.int16)[None].repeat(8, axis=0),
        "noise": rng.integers(-32768, 32768, good.shape, dtype=np.int16),
        "alternating": np.tile(np.array([-32768, 32767], np.int16), (8, 2500)),
        "ramp": np.arange(-2500, 2500, dtype=np.int16)[None].repeat(8, axis=0),
        "half dead": np.where(np.arange(8)[:, None] < 5, 0, good).astype(np.int16),
        "3 samples": good[:, :3],
        "1 s": good[:, :500],
    }


@pytest.mark.filterwarnings("error::RuntimeWarning")  # NumPy's; others may come from other threads
@pytest.mark.parametrize("kind", odd_signals())
def test_odd_signals_are_measured_or_nan(kind):
    features = everything(odd_signals()[kind][None])
    assert not any(np.isinf(values).any() for values in features.values())
    if kind in ("zeros", "constant", "noise", "alternating", "ramp", "3 samples"):
        assert np.isnan([features[name][0] for name in ("pr_ms", "qrs_ms", "qt_ms", "qrs_axis_deg")]).all()


def test_inversion_changes_no_interval():
    signal_uv = np.stack([ecg.signal_uv for ecg in simulate_bench(23, records=8)])
    upright, inverted = (measure_intervals(find_beats(uv)) for uv in (signal_uv, -signal_uv))
    for name in ("p_duration_ms", "pr_ms", "qrs_ms", "qt_ms"):
        np.testing.assert_allclose(upright[name], inverted[name])
    turned = (upright["qrs_axis_deg"] - inverted["qrs_axis_deg"]) % 360
    np.testing.assert_allclose(turned, 180)


@pytest.mark.parametrize("lead_names", [("II",), ("V5",), ("I", "II"), ("V2", "I"), EIGHT_LEADS[2:]])
def test_fewer_leads_are_measured_with_what_is_there(lead_names):
    ecgs = [simulate_ecg(np.random.default_rng(seed), 75, 95, noise_uv=5) for seed in range(12)]
    places = [EIGHT_LEADS.index(name) for name in lead_names]
    features = everything(np.stack([ecg.signal_uv[places] for ecg in ecgs]), lead_names)
    qt_error = features["qt_ms"] - [ecg.truth["qt_ms"] for ecg in ecgs]
    assert np.nanmedian(np.abs(qt_error)) < 25
    assert np.isnan(features["qrs_axis_deg"]).all() == (not {"I", "II"} <= set(lead_names))
    assert {f"beat_correlation_mean_{name}" for name in lead_names} <= features.keys()


def test_twelve_leads_measure_as_eight():
    signal_uv = generated_ecgs(100)[:40]
    eight = measure_intervals(find_beats(signal_uv))
    names = ("I", "II", "III", "aVR", "aVL", "aVF", *EIGHT_LEADS[2:])
    twelve = measure_intervals(find_beats(derive_twelve(signal_uv), names))
    for name in ("pr_ms", "qrs_ms", "qt_ms", "qrs_axis_deg"):
        assert np.nanmedian(np.abs(eight[name] - twelve[name])) <= 6, name
