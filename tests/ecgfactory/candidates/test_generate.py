"""Accepted ECGs in memory and as a stream: the candidates of a plan, whichever way they are asked for."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecgfactory.candidates.batch import CandidateBatch
from ecgfactory.candidates.clock import StageClock
from ecgfactory.candidates.generate import GeneratedEcgs, generate
from ecgfactory.candidates.pipeline import assessed_batches
from ecgfactory.candidates.remake import remade
from ecgfactory.candidates.stream import stream
from ecgfactory.ecgs import Ecgs
from ecgfactory.errors import BadInputError, HopelessYieldError
from ecgfactory.record import record_id
from ecgfactory.request.build_request import BuildRequest
from ecgfactory.request.plan import Plan, make_plan

ASKED: dict[str, Any] = {"seed": 7, "bounds": {"heart_rate": {"min": 66}}, "batch": 8}


@pytest.fixture(scope="module")
def plan() -> Plan:
    keys = {"name": "x", "records": 20, "seed": 7, "generator": {"batch": 8}, "quality": {"bounds": ASKED["bounds"]}}
    return make_plan(BuildRequest.model_validate(keys))


@pytest.fixture(scope="module")
def candidates(plan: Plan) -> list[CandidateBatch]:
    """Candidates 0..47 of the plan, as a build makes them."""
    return list(assessed_batches(plan, range(48), StageClock()))


@pytest.fixture(scope="module")
def ecgs() -> GeneratedEcgs:
    return generate(20, **ASKED)


def test_they_are_the_first_accepted_candidates_of_the_plan(
    ecgs: GeneratedEcgs, candidates: list[CandidateBatch]
) -> None:
    accepted = [batch.take(np.flatnonzero(batch.accepted)) for batch in candidates]
    signals_uv = np.concatenate([batch.signals_uv for batch in accepted])
    assert ecgs.signals_uv.dtype == np.int16
    assert ecgs.signals_uv.shape == (20, 12, 5000)
    assert np.array_equal(ecgs.signals_uv, signals_uv[:20])
    assert np.array_equal(ecgs.candidates, np.concatenate([batch.candidates for batch in accepted])[:20])
    assert ecgs.record_ids == [record_id(candidate) for candidate in ecgs.candidates]


def test_features_are_a_table(ecgs: GeneratedEcgs) -> None:
    assert ecgs.features.index.name == "record_id"
    assert list(ecgs.features.index) == ecgs.record_ids
    assert (ecgs.features.heart_rate_bpm >= 66).all()
    assert ecgs.features.beats.dtype == np.int32


def test_rejects_have_rules_and_reasons_and_fill_the_gaps(ecgs: GeneratedEcgs) -> None:
    rejected = ecgs.rejected
    assert len(rejected) > 0
    assert (rejected.failed_rules.str.len() == rejected.reasons.str.len()).all()
    slow = rejected[rejected.failed_rules.map(lambda rules: rules == ["heart_rate"])]
    assert (slow.heart_rate_bpm < 66).all()
    assert slow.reasons.iloc[0][0].startswith("heart_rate: ")
    last = int(ecgs.candidates[-1])
    assert sorted([*ecgs.record_ids, *rejected.index]) == [record_id(candidate) for candidate in range(last + 1)]


def test_none_rejected_is_an_empty_table() -> None:
    rejected = generate(2, seed=7, policy="off", batch=2).rejected
    assert len(rejected) == 0
    assert "heart_rate_bpm" in rejected


def test_records_one_by_one(ecgs: GeneratedEcgs) -> None:
    records = list(ecgs)
    assert len(records) == len(ecgs) == 20
    last = ecgs[-1]
    assert last.record_id == records[-1].record_id == ecgs.record_ids[-1]
    assert last.features == records[-1].features
    assert np.array_equal(last.signal_uv, ecgs.signals_uv[-1])
    assert last.seed == 7
    assert last.features["heart_rate_bpm"] == ecgs.features.heart_rate_bpm.iloc[-1]
    assert all(isinstance(value, float | int | str | None) for value in last.features.values())


def test_records_by_index_by_id_and_by_slice(ecgs: GeneratedEcgs) -> None:
    name = ecgs.record_ids[3]
    assert ecgs[name].record_id == ecgs[str(int(name))].record_id == ecgs[np.int64(3)].record_id == name
    assert name in ecgs and ecgs.rejected.index[0] not in ecgs
    some = ecgs[10:2:-3]
    assert type(some) is Ecgs
    assert some.record_ids == ecgs.record_ids[10:2:-3]
    assert some[0].features == ecgs[10].features
    assert np.array_equal(some.signals_uv, ecgs.signals_uv[10:2:-3])
    pd.testing.assert_frame_equal(some.features, ecgs.features[10:2:-3])


def test_what_is_no_index_is_told(ecgs: GeneratedEcgs) -> None:
    for index in (20, -21):
        with pytest.raises(IndexError, match=f"these ECGs: index is {index}; there are 20 records, counted from 0"):
            _ = ecgs[index]
    for wrong in (True, 1.0, None, [1], np.array([1])):
        with pytest.raises(TypeError, match=f"index can't be of type {type(wrong).__name__}; give a whole number"):
            _ = ecgs[wrong]  # type: ignore[call-overload]
    with pytest.raises(BadInputError, match="record '99999999' is not in these ECGs; the nearest one is"):
        _ = ecgs["99999999"]
    with pytest.raises(BadInputError, match="record '1' is not in these ECGs; there are none at all"):
        _ = ecgs[:0]["1"]


def test_eight_leads() -> None:
    ecgs = generate(1, seed=7, leads=8, policy="off", batch=1)
    assert ecgs.signals_uv.shape == (1, 8, 5000)
    assert ecgs.lead_names == ("I", "II", "V1", "V2", "V3", "V4", "V5", "V6")
    assert repr(ecgs) == "1 ECGs: 8 leads, 10 s at 500 Hz"


def test_a_seed_is_drawn_where_none_is_given() -> None:
    drawn = generate(1, seed=None, policy="off", batch=1)
    assert np.array_equal(drawn.signals_uv, generate(1, seed=drawn.seed, policy="off", batch=1).signals_uv)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"records": 0}, "generate: records is 0; it must be at least 1."),
        ({"records": 2.5}, "generate: records is 2.5; it must be a whole number."),
        ({"seed": -1}, "generate: seed is -1; it must be at least 0."),
        ({"leads": 3}, "generate: leads is 3; choose 8 or 12."),
        ({"device": "gpu"}, "generate: device is 'gpu'; choose 'auto', 'cpu' or 'cuda'."),
        ({"batch": 0}, "generate: batch is 0; it must be at least 1."),
        ({"model": "none"}, "generate: model: 'none' is not a generator; choose from"),
        (
            {"duration_s": 5},
            "generate: duration_s: deepfakeecg makes none of 5 s, and others are composed, which takes 10 s or more",
        ),
        ({"rhythm": {"sinus": 0.4}}, "generate: rhythm: the shares sum to 0.4; make them sum to 1."),
        ({"edges": "torn"}, "generate: edges is 'torn'; choose 'mended' or 'as_published'."),
        ({"policy": "lenient"}, "generate: policy: 'lenient' is neither a shipped policy"),
        ({"bounds": {"heart": {"min": 1}}}, "generate: bounds.heart: policy 'basic' has no such rule"),
        ({"checkpoint": "nowhere.pt"}, "generate: checkpoint: there is no file 'nowhere.pt'"),
    ],
)
def test_a_bad_argument_is_told_in_a_sentence(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(BadInputError) as caught:
        generate(**({"records": 1, "seed": 1} | changes))
    assert len(caught.value.problems) == 1
    assert str(caught.value).startswith(sentence)


def test_numbers_and_paths_are_taken_as_they_come(tmp_path: Any) -> None:
    policy = tmp_path / "mine.yaml"
    policy.write_text("name: mine\ndescription: all pass\nrules: []\n", encoding="utf-8")
    assert len(generate(np.int64(1), seed=np.uint32(3), policy=policy, batch=np.int8(1))) == 1  # type: ignore[arg-type]


def test_a_policy_that_nothing_passes_ends_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ecgfactory.candidates.yields.YIELD_JUDGED_AFTER", 16)
    impossible = {"heart_rate": {"min": 1000, "max": 1001}}
    with pytest.raises(HopelessYieldError, match=r"only 0 of 16 candidates were accepted.* by heart_rate 16"):
        generate(1, seed=7, bounds=impossible, batch=8)
    with pytest.raises(HopelessYieldError, match="choose a less strict quality policy"):
        next(stream(seed=7, bounds=impossible, batch=8))


def test_a_stream_gives_the_same_records(ecgs: GeneratedEcgs) -> None:
    for streamed, expected in zip(stream(**ASKED), ecgs, strict=False):
        assert streamed.record_id == expected.record_id
        assert np.array_equal(streamed.signal_uv, expected.signal_uv)
        assert streamed.features == expected.features


@given(taken=st.integers(0, 20))
@settings(max_examples=6, deadline=None)
def test_a_stream_goes_on_exactly_where_another_stopped(ecgs: GeneratedEcgs, taken: int) -> None:
    first = stream(**ASKED)
    assert len(list(itertools.islice(first, taken))) == taken
    assert first.position == (int(ecgs.candidates[taken - 1]) + 1 if taken else 0)
    going_on = stream(start=first.position, **ASKED)
    for record, expected in zip(itertools.islice(going_on, 3), [*ecgs][taken : taken + 3], strict=False):
        assert record.record_id == expected.record_id
        assert np.array_equal(record.signal_uv, expected.signal_uv)


@pytest.mark.parametrize("start", [-1, 1.5, "3", None, True])
def test_a_start_that_is_no_candidate_number_is_told(start: Any) -> None:
    with pytest.raises(BadInputError, match=r"stream: start is .*; it must be a whole number, at least 0\."):
        stream(seed=7, start=start)


def test_a_rejected_candidate_is_made_again_alone(plan: Plan, candidates: list[CandidateBatch]) -> None:
    batch = next(batch for batch in candidates if not batch.accepted.all())
    row = int(np.flatnonzero(~batch.accepted)[0])
    again = remade(plan, int(batch.candidates[row]))
    assert np.array_equal(again.signals_uv[0], batch.signals_uv[row])
    assert again.reasons[0] == batch.reasons[row]
    pd.testing.assert_series_equal(
        pd.Series({name: values[0] for name, values in again.features.items()}),
        pd.Series({name: values[row] for name, values in batch.features.items()}),
    )
