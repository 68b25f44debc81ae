"""The section `signal` of a request: what it takes, what it refuses, and what it makes of a plan."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from ecgfactory.candidates.generate import generate
from ecgfactory.errors import BadInputError
from ecgfactory.recorder.filters import Filters
from ecgfactory.recorder.recorder import Recorder
from ecgfactory.request.build_request import BuildRequest
from ecgfactory.request.plan import make_plan
from ecgfactory.request.signal import SignalRequest

MakeRequest = Callable[..., BuildRequest]


@pytest.mark.parametrize(
    ("signal", "sentences"),
    [
        ({"rate_hz": 300}, ["signal.rate_hz is 300; choose 100, 125, 250, 500 or 1000."]),
        ({"rate_hz": 10**400}, [f"signal.rate_hz is 1{79 * '0'}...; choose 100 or 125 or 250 or 500 or 1000."]),
        ({"highpass_hz": 0}, ["signal.highpass_hz is 0; it must be at least 0.01."]),
        ({"highpass_hz": 249.999999}, ["signal.highpass_hz is 249.999999; it must be at most 10."]),
        ({"lowpass_hz": 1e-300}, ["signal.lowpass_hz is 1e-300; it must be at least 5."]),
        ({"notch_hz": 5}, ["signal.notch_hz is 5; it must be at least 10."]),
        ({"notch_hz": 249.99}, ["signal.notch_hz is 249.99; it must be at most 240."]),
        ({"phase": "linear"}, ["signal.phase is 'linear'; choose 'zero' or 'causal'."]),
        ({"lowpas_hz": 40}, ["unknown key signal.lowpas_hz; did you mean lowpass_hz?"]),
        ({"lowpass_hz": "40"}, ["signal.lowpass_hz is '40'; it must be a number; leave out its quotes."]),
        (
            {"highpass_hz": 8, "lowpass_hz": 6},
            ["signal.lowpass_hz: 6 Hz is not above highpass_hz, 8 Hz, so that nothing would be kept"],
        ),
        (
            {"rate_hz": 100, "lowpass_hz": 60, "notch_hz": 50},
            [
                "signal.lowpass_hz: 60 Hz is not below 50 Hz, half of the rate_hz",
                "signal.notch_hz: 50 Hz is not below 50 Hz, half of the rate_hz",
            ],
        ),
        (
            {"rate_hz": 1000, "lowpass_hz": 300},
            ["signal.lowpass_hz: 300 Hz is not below 250 Hz, half of the rate at which ECGs are generated"],
        ),
    ],
    ids=str,
)
def test_what_can_not_be_is_told_all_at_once(signal: dict[str, Any], sentences: list[str]) -> None:
    with pytest.raises(BadInputError) as caught:
        generate(1, seed=1, signal=signal)
    assert len(caught.value.problems) == len(sentences)
    for problem, sentence in zip(caught.value.problems, sentences, strict=True):
        assert problem.startswith(f"generate: {sentence}")


@pytest.mark.parametrize("phase", ["zero", "causal"])
@pytest.mark.parametrize("rate_hz", [100, 125, 250, 500, 1000])
@pytest.mark.filterwarnings("error::scipy.signal.BadCoefficients", "error::RuntimeWarning")
def test_no_filter_that_may_be_asked_for_is_ill_conditioned(rate_hz: int, phase: str) -> None:
    below_half_hz = math.nextafter(min(rate_hz, 500) / 2, 0)
    extremes = [
        {"highpass_hz": 0.01},
        {"highpass_hz": 10},
        {"lowpass_hz": 5},
        {"lowpass_hz": below_half_hz},
        {"notch_hz": 10},
        {"notch_hz": min(below_half_hz, 240)},
        {"highpass_hz": 0.01, "lowpass_hz": 5, "notch_hz": 10},
        {"highpass_hz": 10, "lowpass_hz": below_half_hz, "notch_hz": min(below_half_hz, 240)},
        {"highpass_hz": 4.999999, "lowpass_hz": 5},
    ]
    signals_uv = np.random.default_rng(1).normal(0, 300, (1, 8, 5000)).astype(np.int16)
    for extreme in extremes:
        recorder = SignalRequest.model_validate({"rate_hz": rate_hz, "phase": phase, **extreme}).recorder
        assert np.abs(recorder.record(signals_uv)).max() < 3000


def test_a_plan_knows_its_recorder_and_its_samples(make_request: MakeRequest) -> None:
    plan = make_plan(make_request(signal={"rate_hz": 125, "lowpass_hz": 40}))
    assert plan.recorder == Recorder(125, Filters(lowpass_hz=40))
    assert (plan.generated_samples, plan.samples_per_lead, plan.signal_spec.samples) == (5000, 1250, 1250)
    assert plan.signal_spec.sampling_rate_hz == 125


def test_only_what_differs_from_the_defaults_is_part_of_the_plan(make_request: MakeRequest) -> None:
    usual = make_plan(make_request())
    said = make_plan(make_request(signal={"rate_hz": 500, "highpass_hz": None}))
    assert "signal" not in usual.identity()
    assert said.plan_id == usual.plan_id
    others = [{"rate_hz": 250}, {"lowpass_hz": 40}, {"lowpass_hz": 40, "phase": "causal"}, {"notch_hz": 50}]
    assert len({make_plan(make_request(signal=other)).plan_id for other in others} | {usual.plan_id}) == 5


def test_shards_of_a_low_rate_hold_more(make_request: MakeRequest) -> None:
    large = {"records": 10_000_000, "shard_records": None, "generator": {"batch": 64}}
    sizes = [make_plan(make_request(**large, signal={"rate_hz": rate})).candidates_per_shard for rate in (100, 500)]
    assert 4.5 < sizes[0] / sizes[1] < 5.5
