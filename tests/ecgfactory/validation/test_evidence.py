import functools

import numpy as np
import pytest
from ecgfactory.validation.defects import DEFECTS, GRADES

from benchmarks.quality_ecgs import simulated_ecgs
from ecgfactory.leads import EIGHT_LEADS
from ecgfactory.quality.policy import load_policy
from ecgfactory.quality.rule import Rule
from ecgfactory.validation.evidence import accept_sound, area_under_curve, catch_defects
from tests.generated_ecgs import generated_ecgs

pytestmark = pytest.mark.slow

BASIC = load_policy("basic")
SEED = 5


@functools.cache
def sound(source):
    ecgs = generated_ecgs(40) if source == "generated" else simulated_ecgs(SEED, 4)
    return accept_sound(ecgs, EIGHT_LEADS, BASIC)


@functools.cache
def caught(source):
    return {(case.defect.name, case.grade): case for case in catch_defects(sound(source), BASIC, SEED)}


def test_sound_ecgs_pass():
    assert accept_sound(generated_ecgs(200), EIGHT_LEADS, BASIC).rejected_share <= 0.02
    assert sound("simulated").rejected == 0


def test_every_defect_and_grade_is_tried_on_every_ecg_that_it_changes():
    assert list(caught("generated")) == [(defect.name, grade) for defect in DEFECTS for grade in GRADES]
    assert all(case.cases <= len(sound("generated").ecgs) for case in caught("generated").values())
    assert sum(case.cases == len(sound("generated").ecgs) for case in caught("generated").values()) >= 45


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.name)
def test_basic_catches_the_defect(defect):
    cases = {grade: [caught(source)[defect.name, grade] for source in ("generated", "simulated")] for grade in GRADES}
    shares = {
        grade: sum(case.caught for case in both) / sum(case.cases for case in both) for grade, both in cases.items()
    }
    assert shares["gross"] >= 0.95  # 98 % on the bench; here one case of 44 more or less is 2.3 %
    assert shares["moderate"] >= 0.88
    assert shares["mild"] <= shares["gross"]


def test_what_is_caught_is_caught_by_the_rule_meant_for_it():
    meant = {
        "lead off": "lead_alive",
        "flat line": "flat_line",
        "noise in place of a lead": "leads_agree",
        "limb-lead reversal": "arm_electrodes",
        "electrode pop": "jump",
        "baseline wander": "baseline",
        "muscle noise": "high_frequency",
        "50 Hz hum": "mains_50hz",
        "60 Hz hum": "mains_60hz",
        "clipping": "clipping",
        "dropped beat": "no_pause",
        "doubled beat": "no_early_beat",
        "time-shifted lead": "leads_in_step",
        "missing samples (NaN)": "complete",
        "discontinuity": "jump",
        "step at an edge": "jump",
    }
    for name, rule in meant.items():
        case = caught("generated")[name, "gross"]
        assert case.rules[rule] >= 0.95 * case.cases, name


def test_area_under_the_curve_is_the_share_of_pairs_in_order():
    rng = np.random.default_rng(0)
    good, bad = rng.normal(0, 1, 300).round(1), rng.normal(1, 1, 200).round(1)
    by_pairs = np.mean((bad[:, None] > good) + 0.5 * (bad[:, None] == good))
    name = "heart_rate_bpm"
    above = Rule(name="r", feature=name, max=3, unit="/min", source="s")
    below = Rule(name="r", feature=name, min=3, unit="/min", source="s")
    assert area_under_curve(above, {name: good}, {name: bad}) == pytest.approx(by_pairs)
    assert area_under_curve(below, {name: good}, {name: bad}) == pytest.approx(1 - by_pairs)
    assert area_under_curve(above, {name: good}, {name: np.full(3, np.nan)}) == 1


def test_area_of_a_word_is_that_of_its_verdict():
    rule = Rule(name="r", feature="neurokit_quality_zhao2018_simple", allowed=("Excellent",), source="s")
    good = {"neurokit_quality_zhao2018_simple": np.array(["Excellent"] * 3 + [""], dtype=object)}
    bad = {"neurokit_quality_zhao2018_simple": np.array(["Unacceptable", "Excellent"], dtype=object)}
    assert area_under_curve(rule, good, bad) == pytest.approx(0.5 + (0.5 - 0.25) / 2)
