"""What a request may ask of `match`, and what becomes of it in a plan."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecgfactory.candidates.planning import planned
from ecgfactory.errors import BadInputError
from ecgfactory.request.build_request import BuildRequest
from ecgfactory.request.cutting import MOST_CANDIDATES, default_candidates_per_shard
from ecgfactory.request.plan import Plan, make_plan
from ecgfactory.request.preflight import with_absolute_paths
from ecgfactory.request.request_file import load_request, request_from_keys, request_without_match
from tests.made_profile import made_profile, write_made_profile

MakeRequest = Callable[..., BuildRequest]


@pytest.mark.parametrize(
    ("match", "sentence"),
    [
        ("{}", "match: nothing is to be followed; give a reference, or shares as in"),
        ("{reference: {unit: mV}}", "match: reference names no path; add the path of a profile, or of a folder"),
        ("{reference: {path: r.yaml, unit: mV, rate_hz: 9}}", "rate_hz and unit would tell of ECGs, and r.yaml is no"),
        ("{reference: {path: ., units: mV}}", "unknown key match.reference.units; did you mean unit?"),
        ("3", "match is 3; it must be a section of keys."),
        ("{reference: nowhere.json}", "match.reference: there is no file 'nowhere.json'; give a profile that"),
        ("{reference: r.yaml, strength: 2}", "match.strength is 2; it must be at most 1."),
        ("{reference: x, heart_rate_bpm: {1-2: 1}}", "match: both a reference and 'heart_rate_bpm' are given"),
        ("{heart_rate_bpm: {1-2: 1}, strength: 0.5}", "match: strength is for a reference"),
        ("{strenght: {1-2: 1}}", "match.strenght: unknown key; did you mean strength?"),
        ('{"heart_rate_bpm ": {1-2: 1}}', "match: unknown key 'heart_rate_bpm '; did you mean heart_rate_bpm?"),
        ("{heart_rate: {1-2: 1}}", "match.heart_rate: unknown key; did you mean heart_rate_bpm?"),
        ("{pulse: {1-2: 1}}", "match.pulse: 'pulse' is no feature that is a number, reference or strength; `assess"),
        ("{neurokit_quality_zhao2018_fuzzy: {1-2: 1}}", "is a word; shares are given of features that are numbers."),
        ("{heart_rate_bpm: {1..2: 1}}", "match.heart_rate_bpm: '1..2' is no bin; write the two ends with `-`"),
        ("{heart_rate_bpm: {1-2: a}}", "match.heart_rate_bpm.1-2 is 'a'; it must be a number."),
        ("{heart_rate_bpm: {1-2: 0.5}}", "match.heart_rate_bpm: the shares sum to 0.5; make them sum to 1."),
        ("{heart_rate_bpm: [1-2]}", "match.heart_rate_bpm is a list; it must be a section of keys."),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, match: str, sentence: str) -> None:
    path = tmp_path / "r.yaml"
    path.write_text(f"name: a\nrecords: 1\nmatch: {match}\n", encoding="utf-8")
    with pytest.raises(BadInputError) as caught:
        load_request(path)
    (problem,) = caught.value.problems
    assert problem.startswith(f"{path}:3: ")
    assert sentence in problem
    assert request_without_match(path).match is None


@pytest.mark.parametrize(("key", "kind"), [(50, "int"), ((50, 60), "tuple")])
def test_keys_that_are_no_text_are_told(key: object, kind: str) -> None:
    with pytest.raises(BadInputError) as caught:
        request_from_keys({"name": "a", "records": 1, "match": {"heart_rate_bpm": {key: 1.0}}})
    told = f"request: a key of match.heart_rate_bpm is no text but a {kind}; write it as text, in quotes."
    assert caught.value.problems == [told]


def test_a_rule_of_the_name_is_told(tmp_path: Path) -> None:
    policy = tmp_path / "p.yaml"
    rule = "{name: match, feature: beats, min: 1, unit: beats, source: none}"
    policy.write_text(f"name: p\ndescription: d\nrules: [{rule}]\n", encoding="utf-8")
    path = tmp_path / "r.yaml"
    path.write_text(
        f"name: a\nrecords: 1\nquality: {{policy: {policy}}}\nmatch: {{beats: {{1-9: 1}}}}\n", encoding="utf-8"
    )
    with pytest.raises(BadInputError, match="match: policy 'p' has a rule named 'match' too; give that another name"):
        load_request(path)


def test_a_plan_holds_what_is_followed_and_a_plan_without_is_as_it_was(
    make_request: MakeRequest, tmp_path: Path
) -> None:
    path = write_made_profile(tmp_path)
    plan = planned(make_request(match={"reference": path, "strength": 0.5}))
    assert plan.match == made_profile().match(0.5)
    assert Plan.model_validate_json(plan.model_dump_json()) == plan
    assert "match" not in make_plan(make_request()).identity()
    (tmp_path / "other").mkdir()
    elsewhere = write_made_profile(tmp_path / "other")
    assert planned(make_request(match={"reference": elsewhere, "strength": 0.5})).plan_id == plan.plan_id
    another = write_made_profile(tmp_path / "other", log_cap=made_profile().log_cap + 0.01)
    ids = {
        make_plan(make_request()).plan_id,
        plan.plan_id,
        planned(make_request(match={"reference": path})).plan_id,
        planned(make_request(match={"reference": another})).plan_id,
    }
    assert len(ids) == 4


def test_a_request_and_its_meaning_are_made_together(make_request: MakeRequest, tmp_path: Path) -> None:
    asked = make_request(match={"reference": write_made_profile(tmp_path)})
    with pytest.raises(ValueError, match="belong together"):
        make_plan(asked)


@pytest.mark.parametrize(
    "changes", [{"signal": {"rate_hz": 250}}, {"generator": {"checkpoint": "weights.pt"}}], ids=str
)
def test_a_profile_of_other_settings_is_refused(
    make_request: MakeRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changes: dict[str, object]
) -> None:
    (tmp_path / "weights.pt").write_bytes(b"other")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BadInputError, match=r"match\.reference: the profile of 'larger' was made by .* instead of"):
        planned(make_request(match={"reference": write_made_profile(tmp_path)}, **changes))


def test_what_settings_hold_is_told_in_a_line(make_request: MakeRequest, tmp_path: Path) -> None:
    settings = {**made_profile().settings, "duration_s": "\x1b[31m\n", "x" * 10_000: "y" * 10_000}
    with pytest.raises(BadInputError) as caught:
        planned(make_request(match={"reference": write_made_profile(tmp_path, settings=settings)}))
    (problem,) = caught.value.problems
    assert problem.isprintable()
    assert r"duration_s '\x1b[31m\n' instead of 10" in problem
    assert len(problem) < 1000


def test_a_profile_of_another_feature_space_is_refused(make_request: MakeRequest, tmp_path: Path) -> None:
    text = Path(write_made_profile(tmp_path)).read_text()
    name = made_profile().ratio.features[0]
    (tmp_path / "profile.json").write_text(text.replace(name, "gone"))
    with pytest.raises(BadInputError, match="by ecgfactory 0 with the feature gone; make one for this request"):
        planned(make_request(match={"reference": str(tmp_path / "profile.json")}))


def test_the_path_is_made_whole_for_another_machine(make_request: MakeRequest, tmp_path: Path) -> None:
    request = with_absolute_paths(make_request(match={"reference": "mine.json"}))
    assert request.match is not None
    assert request.match.path == Path("mine.json").absolute()


def test_where_few_are_accepted_a_shard_has_more_candidates(make_request: MakeRequest) -> None:
    request = make_request(records=100_000, shard_records=None, formats=["parquet"], splits={"train": 1.0})
    usual = default_candidates_per_shard(request)
    assert usual <= default_candidates_per_shard(request, 0.5) <= 2 * usual + 16
    assert default_candidates_per_shard(request, 0.05) == MOST_CANDIDATES


@given(
    st.dictionaries(
        st.sampled_from(["reference", "strength", "heart_rate_bpm", "beats"]) | st.text(max_size=8),
        st.dictionaries(st.sampled_from(["1-2", "2-3", "60-70"]) | st.text(max_size=8), st.floats() | st.integers())
        | st.none()
        | st.floats(),
        max_size=4,
    )
)
def test_any_match_gives_a_request_or_sentences(match: dict[str, object]) -> None:
    try:
        request_from_keys({"name": "a", "records": 1, "output": "/tmp", "match": match})
    except BadInputError as error:
        assert error.problems
        assert all(len(problem) < 1000 and problem.isprintable() for problem in error.problems)
