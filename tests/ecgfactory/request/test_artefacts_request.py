"""The section `artefacts` of a request: what it means, and what is told of one that can't be met."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from ecgfactory.artefacts import ARTEFACTS
from ecgfactory.artefacts.mixture import USUAL_WEIGHTS
from ecgfactory.errors import BadInputError
from ecgfactory.quality.rule import PUBLISHED
from ecgfactory.request.artefacts import ArtefactsRequest
from ecgfactory.request.build_request import BuildRequest
from ecgfactory.request.plan import make_plan
from ecgfactory.request.request_file import load_request

HEAD = "name: a\nrecords: 1\n"
USUAL = "write {} for the usual mixture, or keys as {kinds: {muscle: 3, mains: 1}}."


def problems_of(path: Path, text: str, *settings: str) -> list[str]:
    path.write_text(HEAD + text + "\n", encoding="utf-8")
    with pytest.raises(BadInputError) as caught:
        load_request(path, settings)
    return [problem.removeprefix(str(path)) for problem in caught.value.problems]


def test_an_empty_section_is_the_usual_mixture() -> None:
    asked = ArtefactsRequest()
    assert asked.kinds == dict(USUAL_WEIGHTS)
    assert (asked.clean_share, asked.keep_clean, asked.clean_features) == (0.25, True, False)
    assert (asked.mixture.least, asked.mixture.most) == (1, 3)
    assert (asked.mixture.snr_db_min, asked.mixture.snr_db_max) == (-6, 24)
    assert asked.words == "artefacts in 75 % of records, clean twins kept"
    assert ArtefactsRequest(clean_share=0, keep_clean=False).words == "artefacts in 100 % of records"


@pytest.mark.parametrize("kinds", [{"mains": 1}, {"mains": 1, "muscle": 2}, {"mains": 1, "muscle": 0, "lead_off": 3}])
def test_a_record_has_no_more_artefacts_than_there_are_kinds(kinds: dict[str, float]) -> None:
    asked = ArtefactsRequest.model_validate({"kinds": kinds})
    assert asked.per_record.max == sum(weight > 0 for weight in kinds.values())
    assert ArtefactsRequest.model_validate_json(asked.model_dump_json()) == asked


@pytest.mark.parametrize(
    ("section", "told"),
    [
        ("", "artefacts has nothing after it; write its keys, {} for what is usual, or leave it out."),
        ("true", f"artefacts: True is no section; {USUAL}"),
        ("on", f"artefacts: 'on' is no section; {USUAL}"),
        ("[mains]", f"artefacts: a list is no section; {USUAL}"),
        ("none", "artefacts: 'none' is no section; leave the key out for no artefacts."),
        ("false", "artefacts: False is no section; leave the key out for no artefacts."),
        ("{mains: 1}", "it belongs under artefacts.kinds: `artefacts: {kinds: {mains: ...}}`."),
        ("{mask: true}", "unknown key artefacts.mask; it belongs under labels: `labels: {mask: ...}`."),
        ("{clean: true}", "unknown key artefacts.clean; known here: clean_share, keep_clean, clean_features,"),
        ("{kinds: [mains, muscle]}", "artefacts.kinds: give each kind a weight: {mains: 1, muscle: 1}."),
        ("{kinds: [hum]}", "artefacts.kinds: give each kind a weight: {muscle: 1, mains: 1}."),
        ("{kinds: mains}", "artefacts.kinds: give each kind a weight: {mains: 1}."),
        ("{kinds: all}", "artefacts.kinds: 'all' is no section; leave the key out for all kinds."),
        ("{kinds: null}", "artefacts.kinds: None is no section; leave the key out for all kinds."),
        ("{kinds: {}}", "artefacts.kinds is empty; give at least one value or leave the key out."),
        ("{kinds: {mucle: 1}}", "artefacts.kinds.mucle: there is no such kind of artefact; did you mean muscle?"),
        ("{kinds: {hum: 1}}", "choose from baseline_wander, muscle, mains,"),
        ("{kinds: {hum: 1}}", "wrong_gain, or install the package that brings it."),
        ("{kinds: {mains: -1}}", "artefacts.kinds.mains is -1; it must be at least 0."),
        ("{kinds: {mains: a lot}}", "artefacts.kinds.mains is 'a lot'; it must be a number."),
        ("{kinds: {mains: .nan}}", "artefacts.kinds.mains is nan; it must be a finite number."),
        ("{kinds: {mains: true}}", "artefacts.kinds.mains is True; it must be a number."),
        ("{kinds: {mains: 0, muscle: 0}}", "every weight is 0, so that no kind can be chosen; give one a weight above"),
        (
            "{kinds: {mains: 1}, per_record: {max: 2}}",
            "but only 1 kind has a weight above 0; write per_record: {min: 1, max: 1}",
        ),
        ("{per_record: {max: 17}}", "artefacts.per_record.max is 17; it must be at most 16."),
        ("{per_record: {min: 1.5}}", "artefacts.per_record.min is 1.5; it must be a whole number."),
        ("{per_record: 2}", "artefacts.per_record: say which is which: {min: 2, max: 2}."),
        ("{per_record: {min: 3, max: 2}}", "per_record: min, 3, is above max, 2; give both in order, or one number"),
        ("{per_record: {min: 5}}", "min, 5, is above max, 3 (what max is unless you give it); give both in order"),
        ("{clean_share: 25}", "artefacts.clean_share is 25; it must be at most 1."),
        ("{clean_share: 25%}", "artefacts.clean_share is '25%'; it must be a number."),
        ("{clean_share: .nan}", "artefacts.clean_share is nan; it must be a finite number."),
        ("{keep_clean: yes}", "artefacts.keep_clean is 'yes'; it must be true or false."),
        ("{snr_db: [-6, 24]}", "artefacts.snr_db: say which is which: {min: -6, max: 24}."),
        (
            "{snr_db: {min: -60}}",
            "-60 dB is below -15 dB, where noise is so large that recorders saturate; use -15 or mor",
        ),
        (
            "{snr_db: {max: 90}}",
            "90 dB is above 30 dB, where noise is below 5 uV, less than amplifiers make by themselv",
        ),
        ("{snr_db: {max: -10}}", "snr_db: min, -6 (what min is unless you give it), is above max, -10; give both in"),
    ],
)
def test_each_fault_is_told_with_its_line_and_mend(tmp_path: Path, section: str, told: str) -> None:
    (problem, *more) = problems_of(tmp_path / "r.yaml", f"artefacts: {section}")
    assert problem.startswith(":3: ")
    assert told in problem
    assert not [other for other in more if "artefacts.m" not in other]


def test_faults_are_told_all_at_once_each_on_its_line(tmp_path: Path) -> None:
    text = (
        "artefacts:\n  clean_share: 2\n  snr_db: {min: -60, max: 90}\n  kinds:\n    mucle: 1\n    mains: x\n    hum: 1"
    )
    problems = problems_of(tmp_path / "r.yaml", f"{text}\nlabels: {{mask: true}}")
    assert [problem.split(":")[1] for problem in problems] == ["4", "5", "5", "7", "8", "9", "10"]
    assert problems[-1].endswith("and where artefacts are if there are any; ask for waves: true too.")


def test_near_keys_and_settings(tmp_path: Path) -> None:
    path = tmp_path / "r.yaml"
    assert problems_of(path, "artifacts: {}") == [":3: unknown key artifacts; did you mean artefacts?"]
    (told,) = problems_of(path, "clean_share: 0.5")
    assert told.endswith("it belongs under artefacts: `artefacts: {clean_share: ...}`.")
    (told,) = problems_of(path, "artefacts: {}", "artefacts.kinds.mians=1")
    assert told.startswith("--set artefacts.kinds.mians=1: ")
    path.write_text(f"{HEAD}artefacts:\n", encoding="utf-8")
    asked = load_request(path, ["artefacts={clean_share: 0.5}", "artefacts.kinds.mains=1"]).artefacts
    assert asked
    assert (asked.clean_share, asked.kinds) == (0.5, {"mains": 1})
    path.write_text(f"{HEAD}artefacts: null\n", encoding="utf-8")
    assert load_request(path).artefacts is None


def test_a_dataset_with_a_kind_whose_package_is_gone_can_be_read() -> None:
    asked = {"kinds": {"of_a_package": 1}}
    assert ArtefactsRequest.model_validate(asked, context=PUBLISHED).kinds == {"of_a_package": 1}
    with pytest.raises(ValueError, match="no such kind of artefact"):
        ArtefactsRequest.model_validate(asked)


def test_the_form_offers_kinds_and_bounds() -> None:
    schema = BuildRequest.model_json_schema()
    section = schema["$defs"]["ArtefactsRequest"]["properties"]
    assert section["kinds"]["propertyNames"] == {"enum": list(ARTEFACTS)}
    assert all(field.get("description") or "$ref" in str(field) for field in section.values())
    check = Draft202012Validator(schema)
    sound: list[dict[str, Any]] = [{}, {"kinds": {"mains": 1}}, {"snr_db": {"min": 0, "max": 6}}]
    faulty: list[dict[str, Any]] = [{"kinds": {"hum": 1}}, {"snr_db": {"min": -60}}, {"kinds": {"mains": -1}}]
    for sections, is_valid in ((sound, True), (faulty, False)):
        for asked in sections:
            assert check.is_valid({"name": "a", "records": 1, "artefacts": asked}) is is_valid, asked


def test_artefacts_decide_the_bytes() -> None:
    def plan_id(**asked: Any) -> str:
        return make_plan(BuildRequest.model_validate({"name": "a", "records": 1, "seed": 7, **asked})).plan_id

    ids = [plan_id(), plan_id(artefacts={}), plan_id(artefacts={"clean_share": 0.5})]
    assert len(set(ids)) == 3
    assert plan_id(artefacts=None) == ids[0]


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (
            {"kinds": {"muscle": 1}, "per_record": {"min": 2}},
            r"2 artefacts are asked for, each of another kind, but only 1 kind has .*per_record: \{min: 1, max: 1\}",
        ),
        (
            {"kinds": {"muscle": 1, "mains": 2}, "per_record": {"min": 1, "max": 3}},
            r"1 to 3 artefacts are asked for, .* only 2 kinds have .*per_record: \{min: 1, max: 2\}",
        ),
    ],
)
def test_more_artefacts_than_kinds_are_told(asked: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        ArtefactsRequest.model_validate(asked)


def test_at_least_one_does_not_ask_for_more_than_there_are() -> None:
    asked = ArtefactsRequest.model_validate({"kinds": {"muscle": 1, "mains": 2}, "per_record": {"min": 1}})
    assert asked.per_record.max == 2


def test_two_ways_to_ask_for_the_same_are_the_same() -> None:
    def mixture(**asked: Any) -> Any:
        return repr(ArtefactsRequest.model_validate(asked).mixture)

    assert mixture(clean_share=-0.0, snr_db={"min": -0.0}) == mixture(clean_share=0, snr_db={"min": 0})
    assert mixture(kinds={"muscle": 0, "mains": 1}) == mixture(kinds={"mains": 1})


def test_weights_may_be_of_any_size() -> None:
    mixture = ArtefactsRequest.model_validate({"kinds": {"muscle": 1e-310, "mains": 1e300}, "clean_share": 0}).mixture
    assert {mixture.draw(1, number)[0].kind.name for number in range(20) if len(mixture.draw(1, number)) == 1} == {
        "mains"
    }
