"""Candidates accepted by match: the same whichever way they are asked for, each rejected one with its reason."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ecgfactory.candidates import by_hand
from ecgfactory.candidates.clock import StageClock
from ecgfactory.candidates.generate import GeneratedEcgs, generate
from ecgfactory.candidates.pipeline import assessed_batches
from ecgfactory.candidates.planning import planned
from ecgfactory.candidates.remake import remade
from ecgfactory.candidates.stream import stream
from ecgfactory.candidates.yields import Yield
from ecgfactory.draws import Purpose, uniform
from ecgfactory.errors import BadInputError, HopelessYieldError
from ecgfactory.request.build_request import BuildRequest
from ecgfactory.request.plan import Plan
from tests.made_profile import write_made_profile


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    profile = write_made_profile(tmp_path_factory.mktemp("profile"))
    return {"seed": 7, "match": {"reference": profile, "strength": 0.7}, "bounds": {"heart_rate": {"min": 62}}}


@pytest.fixture(scope="module")
def plan(asked: dict[str, Any]) -> Plan:
    quality = {"bounds": asked["bounds"]}
    keys = {"name": "x", "records": 12, "seed": 7, "generator": {"batch": 8}, "quality": quality}
    return planned(BuildRequest.model_validate(keys | {"match": asked["match"]}))


@pytest.fixture(scope="module")
def ecgs(asked: dict[str, Any]) -> GeneratedEcgs:
    return generate(12, batch=8, **asked)


def test_who_passes_the_policy_is_accepted_by_a_number_of_its_own(plan: Plan, ecgs: GeneratedEcgs) -> None:
    assert plan.match is not None
    examined = int(ecgs.candidates[-1]) + 1
    without = plan.model_copy(update={"match": None})
    (batch,) = assessed_batches(
        without.model_copy(update={"request": _in_one(without.request, examined)}), range(examined), StageClock()
    )
    passed = batch.take(np.flatnonzero(batch.accepted))
    probabilities = plan.match.probabilities(passed.signals_uv, plan.lead_names, passed.features)
    drawn = uniform(7, passed.candidates, Purpose.MATCH)
    assert ecgs.candidates.tolist() == passed.candidates[drawn < probabilities].tolist()
    by_match = ecgs.rejected[ecgs.rejected.failed_rules.map(lambda rules: "match" in rules)]
    assert by_match.index.astype(int).tolist() == passed.candidates[drawn >= probabilities].tolist()
    assert (by_match.failed_rules.map(len) == 1).all()
    assert by_match.reasons.str[0].str.fullmatch(r"match: accepted with probability [\d.]+, drawn [\d.]+").all()
    assert 5 < len(by_match) < len(ecgs.rejected), "both kinds of rejects are there"


def _in_one(request: BuildRequest, batch: int) -> BuildRequest:
    return request.model_copy(update={"generator": request.generator.model_copy(update={"batch": batch})})


def test_a_stream_and_a_candidate_made_again_agree(plan: Plan, ecgs: GeneratedEcgs, asked: dict[str, Any]) -> None:
    streamed = list(itertools.islice(stream(batch=16, **asked), len(ecgs)))
    assert [record.record_id for record in streamed] == ecgs.record_ids
    rejected = ecgs.rejected.iloc[len(ecgs.rejected) // 2]
    again = remade(plan, int(str(rejected.name)))
    assert again.reasons[0] == rejected.reasons
    assert remade(plan, int(ecgs.candidates[3])).accepted.all()


def test_no_strength_rejects_nobody(asked: dict[str, Any]) -> None:
    asked = asked | {"match": asked["match"] | {"strength": 0}, "policy": "off", "bounds": None}
    assert generate(8, batch=8, **asked).candidates.tolist() == list(range(8))


def test_a_folder_is_for_builds(asked: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match=r"generate: match\.reference: .* is a folder, which only a build"):
        generate(1, seed=1, match={"reference": str(tmp_path)})


def test_a_low_yield_by_match_is_expected_and_a_lower_one_told(monkeypatch: pytest.MonkeyPatch) -> None:
    few = Yield(expected=0.05)
    few.add(10_000, 20, {"match": 9_980})
    few.check()
    few.add(10_000, 0, {"match": 10_000})
    few.add(10_000, 0, {"jump": 10_000})
    with pytest.raises(HopelessYieldError, match=r"only 20 of 30,000 .* under 0.1%; .* lower match\.strength"):
        few.check()


def test_records_have_the_shares_asked_for_by_hand_within_sampling_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(by_hand, "FEWEST_CANDIDATES", 200)
    monkeypatch.setattr(by_hand, "MOST_CANDIDATES", 200)
    shares = {"55-66": 0.25, "66-74": 0.35, "74-110": 0.4}
    rates = generate(80, seed=5, leads=8, match={"heart_rate_bpm": shares}).features.heart_rate_bpm
    for text, share in shares.items():
        low, high = map(float, text.split("-"))
        found = ((rates >= low) & (rates < high)).mean()
        # Of 80 records, and of the 200 candidates of the probe, whose share of the bin is in the factor.
        assert abs(found - share) < 3 * np.sqrt(share * (1 - share) * (1 / 80 + 1 / 200)), text


@pytest.fixture
def small_probe(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"FEWEST_CANDIDATES": 100, "MOST_CANDIDATES": 100, "LEAST_IN_BIN": 1}.items():
        monkeypatch.setattr(by_hand, name, value)


@pytest.mark.usefixtures("small_probe")
def test_a_bin_that_is_not_reached_is_refused_with_what_is() -> None:
    with pytest.raises(BadInputError) as caught:
        generate(1, seed=1, match={"heart_rate_bpm": {"30-50": 0.2, "60-80": 0.6, "110-130": 0.2}})
    assert [problem.split(",")[0] for problem in caught.value.problems] == [
        "generate: match.heart_rate_bpm: 20% of the records are to be in 30-50",
        "generate: match.heart_rate_bpm: 20% of the records are to be in 110-130",
    ]
    assert "and none of " in str(caught.value)
    assert "they lie between " in str(caught.value)


@pytest.mark.usefixtures("small_probe")
def test_shares_of_several_features_hold_together_or_are_refused() -> None:
    def with_shares(rates: dict[str, float], intervals: dict[str, float]) -> Plan:
        match = {"heart_rate_bpm": rates, "qrs_ms": intervals}
        return planned(BuildRequest.model_validate({"name": "a", "records": 1, "match": match}))

    assert 0.05 < with_shares({"55-68": 0.5, "68-110": 0.5}, {"80-114": 0.5, "114-170": 0.5}).expected_yield < 1
    match = {"heart_rate_bpm": {"55-70": 0.1, "70-110": 0.9}, "rr_mean_ms": {"500-857": 0.1, "857-1200": 0.9}}
    with pytest.raises(BadInputError, match="heart_rate_bpm and rr_mean_ms can't have these shares, as no choice of"):
        planned(BuildRequest.model_validate({"name": "a", "records": 1, "match": match}))


@pytest.mark.usefixtures("small_probe")
def test_a_share_that_would_take_a_hundred_times_the_work_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(by_hand, "LEAST_YIELD", 0.5)
    with pytest.raises(BadInputError, match=r"match: only [\d.]+% of the candidates would be .* so ask for less"):
        generate(1, seed=1, match={"heart_rate_bpm": {"50-80": 0.1, "80-110": 0.9}})
