import numpy as np
import pytest
from pdf_lines import pdf_text

from ecgfactory.leads import derive_twelve
from ecgfactory.quality.features import measure
from ecgfactory.record import Record
from ecgfactory.recorder.rates import measured_form
from ecgfactory.recorder.recorder import Recorder
from ecgfactory.report.analysis import analysis_page
from ecgfactory.report.median_beat import find_median_beat
from ecgfactory.report.rhythm import analyse_rhythm, as_measured, cut_beats, record_beats, rr_intervals_ms
from tests.drawn_ecgs import drawn_ecg


def test_rhythm_agrees_with_the_measured_features(make_record):
    record = make_record()
    rhythm = analyse_rhythm(record, record_beats(record))
    features = measure(record.signal_uv[np.newaxis], record.lead_names)
    assert rhythm.lead == "II"
    assert rhythm.problem == ""
    assert rhythm.r_peaks.size == features["beats"][0]
    assert rr_intervals_ms(rhythm.r_peaks, 500).mean() == pytest.approx(features["rr_mean_ms"][0])
    between_peaks = rhythm.rate_bpm[rhythm.r_peaks[0] : rhythm.r_peaks[-1]]
    assert between_peaks.mean() == pytest.approx(features["heart_rate_bpm"][0], rel=0.03)


def test_page_shows_every_feature_and_lead(make_record):
    record = make_record(features={"heart_rate_bpm": 71.6, "qtc_bazett_ms": 417.2, "beats": 12, "pr_ms": None})
    text = pdf_text(analysis_page(record))
    for expected in ("QTc (Bazett)", "417 ms", "72 /min", "Beats", "–", "not for diagnosis", "NeuroKit2"):
        assert expected in text
    assert set(record.lead_names) <= set(text.split())


def test_a_record_of_another_rate_is_analysed_as_it_was_measured(make_record):
    whole = make_record()
    stored = Recorder(100).record(whole.signal_uv[np.newaxis])[0]
    record = make_record(signal_uv=stored, sampling_rate_hz=100)
    measured = as_measured(record)
    rhythm = analyse_rhythm(measured, record_beats(measured))
    features = measure(measured_form(stored[np.newaxis], 100), record.lead_names)
    assert rhythm.r_peaks.size == features["beats"][0] == analyse_rhythm(whole, record_beats(whole)).r_peaks.size
    assert rr_intervals_ms(rhythm.r_peaks, 500).mean() == pytest.approx(features["rr_mean_ms"][0])
    text = pdf_text(analysis_page(record))
    assert "10 s at 100 Hz" in text and "Median beat of each lead" in text


def two_beats():
    signal_uv = np.zeros((12, 5000), np.int16)
    signal_uv[:, 1000:1010] = signal_uv[:, 2500:2510] = 1000
    return signal_uv


@pytest.mark.parametrize(
    ("signal_uv", "why"),
    [
        (np.zeros((12, 5000), np.int16), "No beats found"),
        (np.full((12, 5000), -32768, np.int16), "No beats found"),
        (np.tile(np.array([32767, -32768], np.int16), (12, 2500)), "No beats found"),
        (two_beats(), "Only 2 beats found"),
        (np.arange(12 * 50, dtype=np.int16).reshape(12, 50), "too short to look for beats"),
        (np.ones((12, 1), np.int16), "too short to look for beats"),
    ],
    ids=["flat", "at the rail", "alternating rails", "two beats", "too short", "one sample"],
)
def test_page_says_why_there_is_less_to_see(make_record, signal_uv, why):
    assert why in pdf_text(analysis_page(make_record(signal_uv=signal_uv)))


def test_median_beat_agrees_with_the_measured_intervals(make_record):
    record = make_record()
    features = measure(record.signal_uv[np.newaxis], record.lead_names)
    beat = find_median_beat(record, record_beats(record))
    (p_onset, p_offset), (qrs_onset, qrs_offset), (_, t_offset) = (beat.waves_s[name] for name in ("P", "QRS", "T"))
    assert (p_offset - p_onset) * 1000 == pytest.approx(features["p_duration_ms"][0])
    assert (qrs_onset - p_onset) * 1000 == pytest.approx(features["pr_ms"][0])
    assert (qrs_offset - qrs_onset) * 1000 == pytest.approx(features["qrs_ms"][0])
    assert (t_offset - qrs_onset) * 1000 == pytest.approx(features["qt_ms"][0])
    assert beat.verdicts[1] == features["neurokit_quality_zhao2018_simple"][0]
    assert (beat.likeness > 0.8).all()
    r_wave = beat.time_s[beat.leads_mv[1].argmax()]
    assert qrs_onset < r_wave < qrs_offset


def test_median_beat_is_of_the_kind_that_was_measured(make_record):
    sinus_s = [0.6, 1.4, 2.2, 3.0, 4.6, 5.4, 7.0, 7.8, 8.6, 9.4]
    regular, premature = drawn_ecg(sinus_s), drawn_ecg([3.5, 5.9], width=2.5, r_mv=-1.6, t_mv=0.6, p_mv=0)
    (alone, among) = (
        find_median_beat(record, record_beats(record))
        for record in (make_record(signal_uv=derive_twelve(ecg)) for ecg in (regular, regular + premature))
    )
    np.testing.assert_allclose(among.leads_mv[1], alone.leads_mv[1], atol=0.03)
    assert among.waves_s["QRS"] == pytest.approx(alone.waves_s["QRS"], abs=0.006)


def test_page_marks_the_waves_and_grades_every_lead(make_record):
    words = pdf_text(analysis_page(make_record())).split()
    assert words.count("QRS") >= 4
    assert words.count("B") + words.count("E") + words.count("U") == 12


def test_record_without_lead_ii_is_analysed_by_its_first(make_record):
    record = make_record()
    assert "Lead V5, cleaned" in pdf_text(analysis_page(Record("a", ("V5",), record.signal_uv[10:11])))


def test_many_features_are_cut_short_and_said(make_record):
    text = pdf_text(analysis_page(make_record(features={f"feature_{number}": 1.0 for number in range(40)})))
    assert "and 26 more" in text


def test_beats_are_cut_around_the_peaks_and_centred():
    signal = np.arange(12_000, dtype=float).reshape(2, 6000)
    time_s, beats = cut_beats(signal, np.array([10, 1000, 2000, 3000, 5990]), 500)
    assert beats.shape == (2, 3, 401)
    assert (time_s[0], time_s[-1]) == (-0.3, 0.5)
    assert np.median(beats, axis=-1) == pytest.approx(np.zeros((2, 3)))


def test_windows_of_fast_beats_do_not_overlap():
    time_s, _ = cut_beats(np.zeros(5000), np.arange(100, 4900, 125), 500)
    assert time_s[-1] - time_s[0] <= 0.25
