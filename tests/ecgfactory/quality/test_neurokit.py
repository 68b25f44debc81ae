import neurokit2
import numpy as np
import pytest

from ecgfactory.leads import EIGHT_LEADS
from ecgfactory.quality.batch import EcgBatch
from ecgfactory.quality.beats import find_beats
from ecgfactory.quality.neurokit import measure_neurokit
from tests.drawn_ecgs import NAMES, drawn_ecg
from tests.generated_ecgs import generated_ecgs

STEADY = np.arange(0.5, 9.9, 0.8)


def measured(signals_uv, names=EIGHT_LEADS):
    return measure_neurokit(EcgBatch(signals_uv, tuple(names)), find_beats(signals_uv, names))


def test_beats_and_rate_are_those_of_neurokit2():
    ecgs = generated_ecgs(20)
    table = measured(ecgs)
    for row, ecg in enumerate(ecgs):
        cleaned = neurokit2.ecg_clean(ecg[1] / 1000, sampling_rate=500)
        peaks = neurokit2.ecg_peaks(cleaned, sampling_rate=500)[1]["ECG_R_Peaks"]
        assert table["neurokit_beats"][row] == len(peaks)
        assert table["neurokit_heart_rate_bpm"][row] == pytest.approx(30_000 / np.diff(peaks).mean())


def test_a_sound_ecg_has_no_difference():
    table = measured(drawn_ecg(STEADY)[None])
    assert abs(table["neurokit_rate_difference_bpm"][0]) < 0.1
    assert table["neurokit_r_peak_agreement"][0] == 1


def test_lead_ii_that_misleads_neurokit2_shows_in_one_feature():
    r_mv = np.ones(8)
    r_mv[1] = 0.12
    ecg = drawn_ecg(STEADY, r_mv=r_mv)
    table = measured(ecg[None])
    assert table["neurokit_heart_rate_bpm"][0] > 100
    assert table["neurokit_rate_difference_bpm"][0] == pytest.approx(table["neurokit_heart_rate_bpm"][0] - 75, abs=0.1)
    assert table["neurokit_r_peak_agreement"][0] < 0.9


def test_r_peaks_that_lead_ii_misses_lower_the_agreement():
    ecg = drawn_ecg(STEADY)
    for beat_s in STEADY[3:6]:
        beat = slice(int(500 * beat_s) - 40, int(500 * beat_s) + 40)
        ecg[1, beat] = ecg[1, beat.start]
    assert measured(ecg[None])["neurokit_r_peak_agreement"][0] < 0.95


def test_the_first_lead_stands_in_for_lead_ii():
    ecg = drawn_ecg(STEADY, leads=2)[None]
    assert measured(ecg, ("V1", "V2"))["neurokit_beats"] == measured(ecg[:, :1], ("V1",))["neurokit_beats"]


def test_records_do_not_mix():
    ecgs = np.stack([drawn_ecg(STEADY), drawn_ecg(STEADY + 0.2), np.zeros((8, 5000), np.int16), drawn_ecg([5.0])])
    together = measured(ecgs)
    assert np.isnan(together["neurokit_r_peak_agreement"][2])
    for row in range(4):
        for name, values in measured(ecgs[row : row + 1]).items():
            np.testing.assert_array_equal(values, together[name][row : row + 1], err_msg=name)


def test_a_long_record_is_measured_in_little_memory():
    hour = np.tile(drawn_ecg(np.arange(0.4, 10, 0.8), leads=1, rate_hz=250), (1, 180))[None]
    table = measure_neurokit(EcgBatch(hour, NAMES[:1], 250), find_beats(hour, NAMES[:1], 250))
    assert table["neurokit_r_peak_agreement"][0] > 0.9
