"""Flat stretches: the rest of a denoising recorder is no fault, a lost lead or a break in the recording is one."""

from __future__ import annotations

import numpy as np
import pytest

from ecgfactory.foreign.resampling import resample
from ecgfactory.leads import EIGHT_LEADS, SignalUv
from ecgfactory.quality.batch import EcgBatch
from ecgfactory.quality.integrity import measure_integrity
from ecgfactory.quality.qrs_activity import find_activity
from tests.generated_ecgs import generated_ecgs
from tests.real_ecgs import ludb_ecgs

RATE_HZ = 500
BEATS = np.arange(200, 5000, 450)
"""Samples of the R peaks: every 0.9 s."""

T_END, P_ONSET = 180, 350
"""Samples after an R peak, between which a denoising recorder rests: 0.34 s."""


def denoised(leads: int = 8) -> SignalUv:
    """An ECG of P, QRS and T that is exactly flat between T and P, shape (leads, 5000), in uV."""
    time = np.arange(5000.0)
    phase = (time[:, None] - BEATS).T
    wave = sum(
        height * np.exp(-(((phase - place) / width) ** 2))
        for height, place, width in ((120, -70, 15), (1000, 0, 8), (-200, 15, 8), (250, 110, 25))
    ).sum(axis=0)
    signal = np.linspace(0.4, 1.3, leads)[:, None] * wave
    for beat in BEATS:
        signal[:, beat + T_END : beat + P_ONSET] = 0
    return np.rint(signal).astype(np.int16)


def flat_longest_ms(signal: SignalUv) -> float:
    batch = EcgBatch(np.ascontiguousarray(signal)[np.newaxis], EIGHT_LEADS[: len(signal)])
    return float(measure_integrity(batch, find_activity(batch))["flat_longest_ms"][0])


@pytest.mark.parametrize("leads", [1, 2, 3, 8])
def test_rest_between_t_and_p_is_no_fault(leads: int) -> None:
    assert flat_longest_ms(denoised(leads)) < 200


def held(signal: SignalUv, leads: slice, start: int, length: int) -> SignalUv:
    copy = signal.copy()
    copy[leads, start : start + length] = copy[leads, start : start + 1]
    return copy


def in_steps(ecg: SignalUv, step_uv: float, rate_hz: int) -> SignalUv:
    """An ECG as a recorder of coarse steps has it, made 500 Hz again."""
    recorded_uv = np.rint(ecg[:, :: RATE_HZ // rate_hz] / step_uv) * step_uv
    return np.rint(resample(recorded_uv, rate_hz)).astype(np.int16)


@pytest.mark.parametrize("step_uv", [4.88, 10, 20, 40])
@pytest.mark.parametrize("rate_hz", [250, 500])
def test_rest_within_a_coarse_step_is_no_fault(step_uv: float, rate_hz: int) -> None:
    sway_uv = 30 * np.sin(2 * np.pi * (np.arange(5000) / 1500 + np.linspace(0, 1, 8)[:, np.newaxis]))
    ecg = in_steps((denoised() + sway_uv).astype(np.int16), step_uv, rate_hz)
    assert flat_longest_ms(ecg) <= 200
    assert flat_longest_ms(held(ecg, ONE, BEATS[4] - 120, 240)) >= 480
    assert flat_longest_ms(held(ecg, HALF, BEATS[4] - 120, 240)) >= 480
    assert flat_longest_ms(held(ecg, ALL, BEATS[4] + 20, 800)) >= 1600


ONE, HALF, ALL = slice(3, 4), slice(0, 4), slice(0, 8)


@pytest.mark.parametrize(
    ("leads", "start", "length"),
    [
        pytest.param(ONE, 0, 5000, id="a dead lead"),
        pytest.param(ONE, BEATS[4] - 120, 240, id="a QRS hidden in one lead"),
        pytest.param(ONE, BEATS[4] + 50, 130, id="a T wave hidden in one lead"),
        pytest.param(HALF, BEATS[4] - 120, 240, id="a QRS hidden in half of the leads"),
        pytest.param(ALL, BEATS[4] + 20, 800, id="all leads lost over a beat"),
        pytest.param(ALL, 0, 1000, id="two seconds of padding before"),
        pytest.param(ALL, 4000, 1000, id="two seconds of padding behind"),
        pytest.param(ALL, 0, 5000, id="nothing at all"),
    ],
)
def test_in_a_denoised_ecg_what_hides_something_is_a_fault(leads: slice, start: int, length: int) -> None:
    assert flat_longest_ms(held(denoised(), leads, start, length)) >= 2 * length


@pytest.mark.parametrize("leads", [ONE, HALF, ALL])
@pytest.mark.parametrize("start", [0, 1234, 2345, 4850])
def test_in_an_ecg_with_noise_every_flat_stretch_is_a_fault(leads: slice, start: int) -> None:
    for ecg in generated_ecgs(5):
        assert flat_longest_ms(held(ecg, leads, start, 150)) >= 300


def test_a_flat_record_without_beats_is_a_fault() -> None:
    assert flat_longest_ms(np.zeros((2, 5000), dtype=np.int16)) == 10_000
    assert flat_longest_ms(np.zeros((1, 300), dtype=np.int16)) == 600


def test_the_rest_in_real_ecgs_is_no_fault_and_a_lost_lead_is_one() -> None:
    ecgs = ludb_ecgs()
    assert max(map(flat_longest_ms, ecgs)) <= 200
    assert min(flat_longest_ms(held(ecg, ONE, 1500, 1000)) for ecg in ecgs) >= 2000


@pytest.mark.parametrize("step_uv", [10, 40])
def test_the_rest_of_real_ecgs_in_coarse_steps_is_no_fault_and_a_lost_lead_is_one(step_uv: float) -> None:
    ecgs = [in_steps(ecg, step_uv, 250) for ecg in ludb_ecgs()]
    assert np.mean([flat_longest_ms(ecg) > 200 for ecg in ecgs]) <= 0.05
    assert min(flat_longest_ms(held(ecg, ONE, 1500, 1000)) for ecg in ecgs) >= 2000
