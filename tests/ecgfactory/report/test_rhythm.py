"""The rhythm on the analysis page against NeuroKit2 itself."""

import neurokit2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecgfactory.report.rhythm import analyse_rhythm, heart_rate_bpm


@pytest.mark.parametrize("number", range(4))
@pytest.mark.parametrize("rate_hz", [500, 360, 250])
def test_cleaned_signal_peaks_and_rate_are_those_of_neurokit2(make_record, number, rate_hz):
    record = make_record(number, sampling_rate_hz=rate_hz)
    rhythm = analyse_rhythm(record)
    cleaned = neurokit2.ecg_clean(record.lead("II") / 1000, sampling_rate=rate_hz)
    peaks = neurokit2.ecg_peaks(cleaned, sampling_rate=rate_hz)[1]["ECG_R_Peaks"]
    rate = neurokit2.signal_rate(peaks, sampling_rate=rate_hz, desired_length=cleaned.size)
    assert np.array_equal(rhythm.cleaned_mv, cleaned)
    assert np.array_equal(rhythm.r_peaks, peaks)
    assert np.array_equal(rhythm.rate_bpm, rate)


@given(st.lists(st.integers(1, 900), min_size=4, max_size=40), st.integers(0, 500), st.sampled_from([100, 257, 500]))
def test_rate_of_any_rhythm_is_that_of_neurokit2(gaps, after, rate_hz):
    peaks = np.cumsum(gaps)
    samples = int(peaks[-1]) + 1 + after
    expected = neurokit2.signal_rate(peaks, sampling_rate=rate_hz, desired_length=samples)
    assert np.array_equal(heart_rate_bpm(peaks, rate_hz, samples), expected)


@pytest.mark.filterwarnings("ignore::neurokit2.misc.NeuroKitWarning")
@pytest.mark.parametrize("beats", [0, 1, 3])
def test_too_few_beats_have_no_rate_here_and_there(make_record, beats):
    signal_uv = np.zeros((12, 5000), np.int16)
    for beat in range(beats):
        signal_uv[:, 1000 + 1000 * beat : 1010 + 1000 * beat] = 1000
    signal_uv[:, 0] = 1
    rhythm = analyse_rhythm(make_record(signal_uv=signal_uv))
    assert np.isnan(rhythm.rate_bpm).all()
    assert rhythm.problem
    assert np.isnan(neurokit2.signal_rate(np.arange(1, beats + 1) * 1000, sampling_rate=500, desired_length=5000)).all()
