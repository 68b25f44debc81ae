import neurokit2 as nk
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecgfactory.quality.r_peaks import clean, r_peaks
from ecgfactory.validation.simulated import simulate_bench
from tests.generated_ecgs import generated_ecgs


def neurokit_peaks(cleaned_mv, sampling_rate_hz):
    return nk.ecg_peaks(cleaned_mv, sampling_rate=sampling_rate_hz)[1]["ECG_R_Peaks"]


def assert_equal_to_neurokit(signal_mv, sampling_rate_hz=500):
    """Cleaned signals bit for bit, and R peaks sample for sample."""
    cleaned = clean(signal_mv, sampling_rate_hz)
    for row, peaks in enumerate(r_peaks(cleaned, sampling_rate_hz)):
        expected = nk.ecg_clean(signal_mv[row], sampling_rate=sampling_rate_hz)
        np.testing.assert_array_equal(cleaned[row], expected, err_msg=f"row {row}")
        np.testing.assert_array_equal(peaks, neurokit_peaks(expected, sampling_rate_hz), err_msg=f"row {row}")


def test_equal_to_neurokit_on_100_generated_ecgs():
    lead_ii = generated_ecgs(100)[:, 1] / 1000
    peaks = r_peaks(clean(lead_ii))
    assert min(p.size for p in peaks) >= 8
    assert_equal_to_neurokit(lead_ii)


def test_equal_to_neurokit_on_every_lead_inverted_or_not():
    leads = np.concatenate([generated_ecgs(100)[:3].reshape(-1, 5000), -generated_ecgs(100)[:3].reshape(-1, 5000)])
    assert_equal_to_neurokit(leads / 1000)


@pytest.mark.parametrize("sampling_rate_hz", [100, 250, 360, 1000])
def test_equal_to_neurokit_at_other_sampling_rates(sampling_rate_hz):
    ecgs = simulate_bench(11, records=8, sampling_rate_hz=sampling_rate_hz)
    assert_equal_to_neurokit(np.stack([ecg.signal_uv[1] for ecg in ecgs]) / 1000, sampling_rate_hz)


@pytest.mark.filterwarnings("ignore::RuntimeWarning:numpy")  # NeuroKit2 averages no QRS at all
@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    samples=st.integers(400, 1500),
    scale=st.sampled_from([1, 30, 3000]),
    smooth=st.integers(1, 40),
    clip=st.sampled_from([2, 500, 32767]),
)
def test_equal_to_neurokit_on_noise(seed, samples, scale, smooth, clip):
    rng = np.random.default_rng(seed)
    noise = np.convolve(rng.normal(0, scale, samples), np.ones(smooth) / np.sqrt(smooth), "same")
    assert_equal_to_neurokit(np.clip(np.rint(noise), -clip, clip)[None] / 1000)


def test_a_plateau_counts_by_its_middle_as_in_neurokit():
    ecg = simulate_bench(12, records=1)[0].signal_uv[1] / 1000
    flat_topped = np.minimum(ecg, np.quantile(ecg, 0.99))[None]
    np.testing.assert_array_equal(r_peaks(flat_topped)[0], neurokit_peaks(flat_topped[0], 500))
    assert r_peaks(flat_topped)[0].size > 3


def test_peaks_do_not_depend_on_the_batch():
    cleaned = clean(generated_ecgs(100)[:20, 1] / 1000)
    together = r_peaks(cleaned)
    for row in range(20):
        np.testing.assert_array_equal(together[row], r_peaks(cleaned[row : row + 1])[0])


@pytest.mark.parametrize("samples", [0, 1, 3, 30, 374])
def test_a_short_record_has_no_peaks(samples):
    assert [p.size for p in r_peaks(clean(np.ones((2, samples))))] == [0, 0]


def test_flat_and_empty_batches_have_no_peaks():
    assert [p.size for p in r_peaks(clean(np.zeros((3, 5000))))] == [0, 0, 0]
    assert r_peaks(clean(np.zeros((0, 5000)))) == []
