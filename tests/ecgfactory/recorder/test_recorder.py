"""What is stored of generated signals: nothing else at the defaults, and each record by itself."""

from typing import Any

import numpy as np
import pytest

from ecgfactory.candidates.generate import GeneratedEcgs, generate
from ecgfactory.candidates.pytorch import StreamDataset
from ecgfactory.candidates.stream import stream
from ecgfactory.leads import EIGHT_LEADS, INDEPENDENT_LEADS, derive_twelve
from ecgfactory.quality.beats import find_beats
from ecgfactory.recorder.filters import Filters
from ecgfactory.recorder.rates import measured_form
from ecgfactory.recorder.recorder import Recorder

MONITOR: dict[str, Any] = {"rate_hz": 250, "highpass_hz": 0.5, "lowpass_hz": 40, "notch_hz": 50, "phase": "causal"}


@pytest.fixture(scope="module")
def eight() -> GeneratedEcgs:
    """As generated."""
    return generate(8, seed=7, leads=8, policy="off", batch=8)


def test_at_the_defaults_nothing_is_touched(eight: GeneratedEcgs) -> None:
    assert Recorder().record(eight.signals_uv) is eight.signals_uv
    assert measured_form(eight.signals_uv, 500) is eight.signals_uv
    assert Recorder().describe() == ""


def test_no_record_depends_on_its_batch(eight: GeneratedEcgs) -> None:
    for recorder in (Recorder(100, Filters(0.5, 40)), Recorder(1000, Filters(notch_hz=50, phase="causal"))):
        together = recorder.record(eight.signals_uv)
        assert together.dtype == np.int16
        assert np.array_equal(recorder.record(eight.signals_uv[5:6])[0], together[5])


def test_what_int16_cannot_hold_is_cut_off() -> None:
    steps_uv = np.where(np.arange(5000) // 50 % 2, 32_767, -32_767).astype(np.int16)[np.newaxis, np.newaxis]
    recorded_uv = Recorder(250).record(steps_uv)
    assert recorded_uv.max() == 32_767 and recorded_uv.min() == -32_767
    assert np.abs(np.diff(recorded_uv.astype(int))).max() <= 2 * 32_767


def test_derived_leads_follow_from_stored_integers(eight: GeneratedEcgs) -> None:
    ecgs = generate(8, seed=7, policy="off", batch=8, signal=MONITOR)
    assert ecgs.signals_uv.shape == (8, 12, 2500)
    stored_uv = ecgs.signals_uv[:, INDEPENDENT_LEADS]
    assert np.array_equal(derive_twelve(stored_uv), ecgs.signals_uv)
    filters = Filters(0.5, 40, 50, "causal")
    assert np.array_equal(stored_uv, Recorder(250, filters).record(eight.signals_uv))
    assert ecgs.sampling_rate_hz == ecgs[0].sampling_rate_hz == ecgs[:3].sampling_rate_hz == 250
    assert ecgs[0].filters == ecgs[:3][0].filters == "filtered 0.5-40 Hz, notch 50 Hz, causal"
    assert ecgs[0].duration_s == 10


@pytest.mark.parametrize("rate_hz", [100, 125, 250, 1000])
def test_beats_stay_where_they_are_within_a_sample(eight: GeneratedEcgs, rate_hz: int) -> None:
    stored_uv = Recorder(rate_hz).record(eight.signals_uv)
    before = find_beats(eight.signals_uv, EIGHT_LEADS, 500)
    after = find_beats(measured_form(stored_uv, rate_hz), EIGHT_LEADS, 500)
    assert before.exists.sum() == after.exists.sum() > 80
    off = before.places[before.exists] - after.places[after.exists]
    assert np.abs(off).max() <= max(500 / rate_hz, 1)


def test_streams_give_the_same() -> None:
    ecgs = generate(3, seed=7, batch=8, signal={"rate_hz": 100})
    for record, expected in zip(stream(seed=7, batch=8, signal={"rate_hz": 100}), ecgs, strict=False):
        assert np.array_equal(record.signal_uv, expected.signal_uv)
        assert record.features == expected.features
        assert record.sampling_rate_hz == 100
    for_torch = StreamDataset(8, seed=7, batch=8, unit="uV", signal={"rate_hz": 100})
    assert for_torch.sampling_rate_hz == 100
    assert np.array_equal(next(iter(for_torch))["signal"], ecgs[0].signal_uv)


def test_what_is_done_is_told_in_sentences() -> None:
    told = Recorder(100, Filters(0.5, 40, None, "causal")).describe()
    assert (
        "Butterworth high-pass of order 2 (-3 dB at 0.5 Hz), a Butterworth low-pass of order 4 (-3 dB at 40 Hz)" in told
    )
    assert (
        "causal" in told and "brought to 100 Hz" in told and "flat up to 40 Hz and with nothing left from 50 Hz" in told
    )
