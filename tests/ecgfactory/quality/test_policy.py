import itertools
import os

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecgfactory.errors import BadInputError
from ecgfactory.leads import EIGHT_LEADS
from ecgfactory.quality.feature import lead_key
from ecgfactory.quality.policy import Policy, load_policy, shipped_policies
from ecgfactory.quality.rule import Bounds, Rule
from ecgfactory.validation.evidence import measure_all
from tests.generated_ecgs import generated_ecgs

RATE = {"name": "rate", "feature": "heart_rate_bpm", "unit": "/min", "source": "here"}


def rule(**changes):
    return Rule.model_validate(RATE | changes)


def judged(one_rule, *values, leads=None):
    table = {one_rule.feature: np.array(values, dtype=object if isinstance(values[0], str) else float)}
    if leads:
        table[lead_key(one_rule.feature)] = np.array(leads, dtype=object)
    return Policy(name="p", description="d", rules=(one_rule,)).judge(table, len(values))


def test_bounds_themselves_pass():
    assert judged(rule(min=50, max=100), 50, 100, 49.9, 100.1, np.nan).accepted.tolist() == [True, True] + 3 * [False]


@pytest.mark.parametrize(
    ("value", "bounds", "reason"),
    [
        (32767.0, {"max": 5000}, "rate: 32,767 /min is above 5,000"),
        (100.0001, {"max": 100}, "rate: 100.0001 /min is above 100"),
        (0.28512, {"min": 0.3}, "rate: 0.285 /min is below 0.3"),
        (-37.84, {"min": -30}, "rate: -37.8 /min is below -30"),
        (0.0, {"min": 100}, "rate: 0 /min is below 100"),
        (1e9, {"max": 200}, "rate: 1,000,000,000 /min is above 200"),
        (np.nan, {"max": 200}, "rate: not measurable"),
    ],
)
def test_reasons_are_readable(value, bounds, reason):
    assert judged(rule(**bounds), value).reasons == [[reason]]


def test_reasons_name_the_lead():
    assert judged(rule(min=1), 0, np.nan, leads=["V3", "aVL"]).reasons == [
        ["rate: 0 /min in lead V3 is below 1"],
        ["rate: not measurable in lead aVL"],
    ]


@pytest.mark.parametrize(
    ("feature", "bounds", "value", "reason"),
    [
        ("missing_samples", {"max": 0}, 1, "1 sample missing or beyond 32,767 uV"),
        ("missing_samples", {"max": 0}, 5000, "5,000 samples missing or beyond 32,767 uV"),
        ("missing_samples", {"max": 2}, 3, "3 samples missing or beyond 32,767 uV, more than 2"),
        ("beats", {"min": 3}, 1, "1 beat, fewer than 3"),
        ("beats", {"min": 3}, 0, "no beats, fewer than 3"),
        ("beats", {"max": 20}, 21, "21 beats, more than 20"),
    ],
)
def test_a_reason_counts_as_people_do(feature, bounds, value, reason):
    counting = Rule(name="r", feature=feature, unit=feature.split("_")[-1], source="here", **bounds)
    assert judged(counting, value).reasons == [[f"r: {reason}"]]


@given(st.floats(-1e8, 1e8), st.floats(-1e8, 1e8))
def test_a_reason_never_prints_the_bound_as_the_value(value, bound):
    verdicts = judged(rule(max=bound), value)
    if value > bound:
        shown, limit = verdicts.reasons[0][0].removeprefix("rate: ").split(" /min is above ")
        assert shown != limit
    else:
        assert verdicts.accepted[0]


def test_words_must_be_allowed():
    word = Rule(name="w", feature="neurokit_quality_zhao2018_simple", allowed=("Excellent",), source="here")
    verdicts = judged(word, "Excellent", "Unacceptable", "")
    assert verdicts.reasons == [[], ["w: Unacceptable is not Excellent"], ["w: not measurable"]]


def test_what_is_not_measurable_can_be_accepted():
    lenient = rule(max=100, if_not_measurable="accept")
    assert judged(lenient, np.nan, 101, 99).accepted.tolist() == [True, False, True]
    word = Rule(
        name="w",
        feature="neurokit_quality_zhao2018_simple",
        allowed=("Excellent",),
        source="x",
        if_not_measurable="accept",
    )
    assert judged(word, "", "Unacceptable").accepted.tolist() == [True, False]


def test_every_broken_rule_is_named():
    ecgs = generated_ecgs(2).copy()
    ecgs[1] = 0
    verdicts = load_policy("basic").judge(measure_all(ecgs, EIGHT_LEADS), 2)
    assert {"lead_alive", "flat_line", "leads_agree", "heart_rate"} <= set(verdicts.failed_rules[1])
    assert [reason.split(":")[0] for reason in verdicts.reasons[1]] == verdicts.failed_rules[1]


@pytest.mark.parametrize("name", shipped_policies())
def test_shipped_policies_load_and_say_where_their_bounds_come_from(name):
    policy = load_policy(name)
    assert policy.name == name
    assert all(len(one.source) > 10 for one in policy.rules)


def test_each_policy_is_stricter_than_the_one_it_extends():
    table = measure_all(generated_ecgs(100), EIGHT_LEADS)
    accepted = [load_policy(name).judge(table, 100).accepted for name in ("off", "basic", "normal", "strict")]
    for wider, narrower in itertools.pairwise(accepted):
        assert not (narrower & ~wider).any()
    shares = [float(found.mean()) for found in accepted]
    assert shares[0] == 1
    assert shares[1] >= 0.98
    assert 0.75 <= shares[2] < shares[1]
    assert 0.5 <= shares[3] < shares[2]


def test_a_user_policy_extends_another_and_replaces_its_rules(tmp_path):
    (tmp_path / "mine.yaml").write_text(
        "name: mine\ndescription: d\nextends: basic\nrules:\n"
        "  - {name: heart_rate, feature: heart_rate_bpm, min: 60, max: 70, unit: /min, source: wanted}\n"
        "  - {name: slow, feature: rr_min_ms, min: 800, unit: ms, source: wanted}\n"
    )
    (tmp_path / "ours.yaml").write_text("{name: ours, description: d, extends: mine.yaml, rules: []}")
    mine, basic = load_policy(str(tmp_path / "mine.yaml")), load_policy("basic")
    assert [one.name for one in mine.rules] == [*(one.name for one in basic.rules), "slow"]
    assert next(one for one in mine.rules if one.name == "heart_rate").max == 70
    assert load_policy(str(tmp_path / "ours.yaml")).rules == mine.rules


def test_a_policy_is_made_for_some_rhythms_or_all(tmp_path):
    mine = tmp_path / "mine.yaml"
    mine.write_text("name: mine\ndescription: d\nextends: normal\nrhythms: [sinus, sinus_arrhythmia]\nrules: []")
    rhythms = {name: load_policy(name).rhythms for name in ("off", "basic", "normal", "strict", str(mine))}
    assert list(rhythms.values()) == [None, None, ("sinus",), ("sinus",), ("sinus", "sinus_arrhythmia")]


POLICY = "name: x\ndescription: d\nrules: [{{name: r, feature: qrs_ms, unit: ms, source: s, {}}}]"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name: x\ndescription: d\nextends: nothing\nrules: []", "'nothing' is neither a shipped policy"),
        ("name: x\ndescription: d\nrhythms: [atrial_flatter]\nrules: []", "did you mean atrial_flutter?"),
        ("name: x\ndescription: d\nrhythms: []\nrules: []", "rhythms"),
        ("name: x\ndescription: d\nextends: broken.yaml\nrules: []", "extends this file in turn"),
        ("[1, 2]", "broken.yaml"),
        ("name: [", ":1: not valid YAML"),
        ("name: x\ndescription: d\nrules: [{name: r, feature: nothing, max: 1, source: s}]", "is not measured"),
        ("name: x\ndescription: d\nrules: [{name: r, feature: qrs_ms, max: 1, source: s}]", "write unit: 'ms'"),
        (
            "name: x\ndescription: d\nrules: [{name: r, feature: qrs_ms, max: 1, min: 2, unit: ms, source: s}]",
            "swap them",
        ),
        ("name: x\ndescription: d\nrules: [{name: r, feature: qrs_ms, unit: ms, source: s}]", "give `min`, `max`"),
        (
            "name: x\ndescription: d\n"
            "rules: [{name: r, feature: neurokit_quality_zhao2018_fuzzy, allowed: [Excelent], source: s}]",
            "is never 'Excelent'; it is one of Unacceptable, Barely acceptable, Excellent",
        ),
        (
            "name: x\ndescription: d\nrules:\n" + 2 * " - {name: r, feature: beats, unit: beats, min: 1, source: s}\n",
            "rule 'r' is listed twice",
        ),
        (
            'name: x\ndescription: d\nrules: [{name: "a|b", feature: beats, unit: beats, min: 1, source: s}]',
            "'a|b' can't name a rule",
        ),
        (POLICY.format("max: .nan"), ":3: rules.0.max is a number; it must be a finite number"),
        (POLICY.format("min: -.inf"), ":3: rules.0.min is a number; it must be a finite number"),
        (POLICY.format("max: 'nan'"), ":3: rules.0.max is text; it must be a number"),
        (POLICY.format("max: true"), ":3: rules.0.max is True; it must be a number"),
        (POLICY.format("maxx: 5"), ":3: unknown key rules.0.maxx; did you mean max?"),
        ("name: x\ndescription: d\n", "rules is missing; add `rules: []`"),
        ("name: x\ndescription: d\nrules: {}\n", ":3: rules is a section; it must be a list"),
        ("name: x\ndescription: d\nrules: " + "[" * 5000, ":3: more than 20 levels"),
    ],
)
def test_policies_that_can_not_be_are_refused_with_the_mend(tmp_path, text, words):
    path = tmp_path / "broken.yaml"
    path.write_text(text)
    with pytest.raises(BadInputError, match=r"broken\.yaml") as caught:
        load_policy(str(path))
    assert words in str(caught.value)


def test_policies_that_extend_each_other_for_ever_are_refused(tmp_path):
    for number in range(20):
        text = f"name: x\ndescription: d\nextends: {number + 1}.yaml\nrules: []"
        (tmp_path / f"{number}.yaml").write_text(text)
    with pytest.raises(BadInputError, match="more than 10 policies"):
        load_policy(str(tmp_path / "0.yaml"))


def test_a_pipe_is_no_policy(tmp_path):
    os.mkfifo(tmp_path / "pipe.yaml")
    with pytest.raises(BadInputError, match="is a pipe, not a file"):
        load_policy(str(tmp_path / "pipe.yaml"))


def test_a_missing_policy_is_named():
    with pytest.raises(BadInputError, match=r"'none\.yaml' is neither a shipped policy"):
        load_policy("none.yaml")


def test_single_bounds_are_replaced_and_wrong_ones_named():
    policy = load_policy("basic", {"heart_rate": Bounds(max=90)})
    changed = next(one for one in policy.rules if one.name == "heart_rate")
    assert (changed.min, changed.max) == (20, 90)
    with pytest.raises(BadInputError) as caught:
        load_policy("basic", {"heart_rate": Bounds(max=10), "nothing": Bounds(min=1)})
    assert len(caught.value.problems) == 2
