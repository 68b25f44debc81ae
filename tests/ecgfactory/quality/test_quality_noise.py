import numpy as np
import pytest

from ecgfactory.leads import EIGHT_LEADS
from ecgfactory.quality.batch import EcgBatch
from ecgfactory.quality.noise import measure_noise
from tests.generated_ecgs import generated_ecgs

TIME_S = np.arange(5000) / 500


def measured(signals, rate=500):
    return measure_noise(EcgBatch(np.rint(signals).astype(np.int16), EIGHT_LEADS[: signals.shape[1]], rate))


@pytest.mark.parametrize("hertz", [50, 60])
@pytest.mark.parametrize("offset_hz", [-0.1, 0, 0.07])
@pytest.mark.parametrize("amplitude_uv", [20, 100])
def test_hum_is_measured_in_uv_on_a_generated_ecg(hertz, offset_hz, amplitude_uv):
    ecg = generated_ecgs(3).astype(float)
    ecg[:, 4] += amplitude_uv * np.sin(2 * np.pi * (hertz + offset_hz) * TIME_S + 1)
    table = measured(ecg)
    assert table[f"mains_{hertz}hz_uv"] == pytest.approx(amplitude_uv, rel=0.15, abs=4)
    assert table[f"mains_{110 - hertz}hz_uv"].max() < 10
    assert set(table[f"mains_{hertz}hz_uv@lead"]) == {"V3"}


@pytest.mark.parametrize("amplitude_uv", [300, 1000])
def test_wander_is_measured_in_uv_on_a_generated_ecg(amplitude_uv):
    ecg = generated_ecgs(3).astype(float)
    ecg[:, 1] += amplitude_uv * np.sin(2 * np.pi * 0.25 * TIME_S)
    assert measured(ecg)["baseline_wander_uv"] == pytest.approx(2 * amplitude_uv, rel=0.2)


def test_high_frequency_noise_is_the_part_above_the_smooth():
    rng = np.random.default_rng(0)
    quiet = generated_ecgs(3)
    noise = 40 * rng.standard_normal(quiet.shape)
    table = measured(quiet + noise)
    kept = np.sqrt(1 - 59 / 231)  # of white noise by 1 less the central weight of the 9-point cubic smooth
    assert table["high_frequency_noise_uv"] == pytest.approx(40 * kept, rel=0.15)
    assert measured(quiet)["high_frequency_noise_uv"].max() < 10


def test_qrs_is_not_taken_for_noise():
    lead = np.zeros((1, 1, 5000))
    lead[0, 0, 250::500] = 2000
    assert measured(lead)["high_frequency_noise_uv"].tolist() == [0]


def test_hum_beyond_the_sampling_rate_is_not_measurable():
    table = measured(generated_ecgs(1)[..., ::5], rate=100)
    assert np.isnan(table["mains_50hz_uv"][0])
    assert np.isnan(table["mains_60hz_uv"][0])
