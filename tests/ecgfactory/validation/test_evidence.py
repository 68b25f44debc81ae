import functools

import numpy as np
import pytest

from benchmarks.quality_ecgs import simulated_ecgs
from ecgfactory.artefacts import ARTEFACTS
from ecgfactory.artefacts.mixture import kind_named
from ecgfactory.leads import EIGHT_LEADS
from ecgfactory.quality.policy import load_policy
from ecgfactory.quality.rule import Rule
from ecgfactory.validation.evidence import accept_sound, area_under_curve, with_artefact, with_fault
from ecgfactory.validation.faults import FAULTS
from tests.generated_ecgs import generated_ecgs

pytestmark = pytest.mark.slow

BASIC = load_policy("basic")
SEED = 5
LEAST = 0.95
GENERATED = 40
FAULTS_BY_NAME = {fault.name: fault for fault in FAULTS}


@functools.cache
def simulated():
    return simulated_ecgs(SEED, 4)


@functools.cache
def sound():
    return accept_sound(np.concatenate([generated_ecgs(GENERATED), simulated()]), EIGHT_LEADS, BASIC)


def times_of(name):
    """How often each ECG is used: clipping is often too mild to count, and needs more."""
    return 8 if name == "clipping" else 2


@functools.cache
def cases(name):
    if name in FAULTS_BY_NAME:
        return with_fault(sound(), FAULTS_BY_NAME[name], SEED, times=2)
    return with_artefact(sound(), kind_named(name), SEED, times=times_of(name), snr_db=(-12, 24))


def where(**wanted):
    return lambda found: np.array([all(told[name] == is_ for name, is_ in wanted.items()) for told in found.parameters])


def above(amount):
    return lambda found: found.amount >= amount


def below(amount):
    return lambda found: found.amount <= amount


def loud(snr_db, **wanted):
    return lambda found: (found.snr_db <= snr_db) & where(**wanted)(found)


def hum(snr_db, supply_hz):
    return lambda found: (
        loud(snr_db)(found) & (np.abs(np.array([told["frequency_hz"] for told in found.parameters]) - supply_hz) < 1)
    )


def of_narrow_qrs(condition):
    """Of generated ECGs alone: QRS of the simulated ones is 138 ms, where it may be a ventricle's own, of any axis."""
    return lambda found: condition(found) & (found.source < GENERATED)


STRONG = (
    ("baseline_wander", loud(-3.5), "baseline"),
    ("muscle", loud(8, activity="continuous"), "high_frequency"),
    ("muscle", loud(0), "jump"),
    ("mains", hum(10, 50), "mains_50hz"),
    ("mains", hum(10, 60), "mains_60hz"),
    ("poor_contact", hum(0, 50), "mains_50hz"),
    ("poor_contact", hum(0, 60), "mains_60hz"),
    ("electrode_pop", above(2000), "baseline"),
    ("lead_off", where(style="flat", duration_s=10.0), "lead_alive"),
    ("lead_off", where(style="floating", duration_s=10.0), "leads_agree"),
    ("lead_off", where(style="rail"), "flat_line"),
    ("clipping", below(600), "clipping"),
    ("limb_lead_swap", where(swap="RA-LA"), "arm_electrodes"),
    ("limb_lead_swap", of_narrow_qrs(where(swap="RA-LL")), "leg_electrode"),
    ("limb_lead_swap", where(swap="RA-RL"), "lead_alive"),
    ("precordial_swap", where(style="rotation"), "chest_electrodes"),
    ("dropped_samples", above(250), "flat_line"),
    ("flat line", above(0.04), "flat_line"),
    ("noise in place of a lead", of_narrow_qrs(above(0.67)), "leads_agree"),
    ("dropped beat", below(0.4), "beats_in_all_leads"),
    ("doubled beat", lambda found: (found.amount >= 0.45) & (found.amount <= 0.8), "beats_in_all_leads"),
    ("time-shifted lead", above(60), "leads_in_step"),
    ("missing samples (NaN)", above(2), "complete"),
    ("discontinuity", above(500), "jump"),
    ("step at an edge", above(500), "jump"),
)


def test_sound_ecgs_pass():
    assert accept_sound(generated_ecgs(100), EIGHT_LEADS, BASIC).rejected_share <= 0.02
    assert accept_sound(simulated(), EIGHT_LEADS, BASIC).rejected == 0


@pytest.mark.parametrize("name", [*ARTEFACTS, *FAULTS_BY_NAME])
def test_everything_is_tried_on_every_ecg(name):
    found, count, times = cases(name), len(sound().ecgs), times_of(name)
    assert 0.95 * times * count <= len(found) <= times * count
    assert set(found.source.tolist()) == set(range(count))
    if name in FAULTS_BY_NAME:
        assert np.all((found.amount >= FAULTS_BY_NAME[name].least) & (found.amount <= FAULTS_BY_NAME[name].most))
    elif kind_named(name).is_scaled:
        assert -12.1 < found.snr_db.min() < -9 < 21 < found.snr_db.max() < 24.1


@pytest.mark.parametrize(("name", "strong", "rule"), STRONG)
def test_the_rule_meant_for_it_catches_what_is_strong(name, strong, rule):
    found = cases(name).take(strong(cases(name)))
    assert len(found)
    assert found.broken(BASIC)[rule].mean() >= LEAST
    assert found.rejected(BASIC).mean() >= LEAST


def test_what_no_rule_can_see_is_not_rejected_by_chance():
    exchanged = cases("limb_lead_swap")
    assert not exchanged.take(where(swap="LA-LL")(exchanged)).rejected(BASIC).any()


def test_cases_are_taken_with_all_that_is_known_of_them():
    found = cases("electrode_pop")
    few = found.take(np.array([5, 2]))
    assert few.amount.tolist() == found.amount[[5, 2]].tolist()
    assert few.parameters == [found.parameters[5], found.parameters[2]]
    assert few.rejected(BASIC).tolist() == found.rejected(BASIC)[[5, 2]].tolist()
    assert not few.rejected(load_policy("off")).any()


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
