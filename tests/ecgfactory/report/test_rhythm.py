"""The rhythm on the analysis page: beats of all leads, shown as NeuroKit2 would."""

import neurokit2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecgfactory.quality.features import measure
from ecgfactory.report.rhythm import analyse_rhythm, heart_rate_bpm, record_beats


@pytest.mark.parametrize("number", range(4))
@pytest.mark.parametrize("rate_hz", [500, 360, 250])
def test_cleaned_signal_and_rate_are_those_of_neurokit2(make_record, number, rate_hz):
    record = make_record(number, sampling_rate_hz=rate_hz)
    rhythm = analyse_rhythm(record, record_beats(record))
    cleaned = neurokit2.ecg_clean(record.lead("II") / 1000, sampling_rate=rate_hz)
    rate = neurokit2.signal_rate(rhythm.r_peaks, sampling_rate=rate_hz, desired_length=cleaned.size)
    assert np.array_equal(rhythm.cleaned_mv, cleaned)
    assert np.array_equal(rhythm.rate_bpm, rate)


@pytest.mark.parametrize("leads", [8, 12])
def test_r_peaks_are_the_beats_that_the_features_count(make_record, leads):
    record = make_record(leads=leads)
    features = measure(record.signal_uv[np.newaxis], record.lead_names)
    peaks = analyse_rhythm(record, record_beats(record)).r_peaks
    assert peaks.size == features["beats"][0]
    assert 2 * np.diff(peaks).mean() == pytest.approx(features["rr_mean_ms"][0])


@given(st.lists(st.integers(1, 900), min_size=4, max_size=40), st.integers(0, 500), st.sampled_from([100, 257, 500]))
def test_rate_of_any_rhythm_is_that_of_neurokit2(gaps, after, rate_hz):
    peaks = np.cumsum(gaps)
    samples = int(peaks[-1]) + 1 + after
    expected = neurokit2.signal_rate(peaks, sampling_rate=rate_hz, desired_length=samples)
    assert np.array_equal(heart_rate_bpm(peaks, rate_hz, samples), expected)


@pytest.mark.filterwarnings("ignore::neurokit2.misc.NeuroKitWarning")
@pytest.mark.parametrize("beats", [0, 2, 3])
def test_too_few_beats_have_no_rate_here_and_there(make_record, beats):
    signal_uv = np.random.default_rng(3).integers(-2, 3, (12, 5000)).astype(np.int16)  # exact rest would be a pause
    for beat in range(beats):
        signal_uv[:, 1000 + 1000 * beat : 1020 + 1000 * beat] = 1000
    record = make_record(signal_uv=signal_uv)
    rhythm = analyse_rhythm(record, record_beats(record))
    assert rhythm.r_peaks.size == beats
    assert np.isnan(rhythm.rate_bpm).all()
    assert rhythm.problem
    assert np.isnan(neurokit2.signal_rate(np.arange(1, beats + 1) * 1000, sampling_rate=500, desired_length=5000)).all()
