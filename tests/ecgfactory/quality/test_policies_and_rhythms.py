"""What policies make of rhythms: `basic` takes none for a defect, `normal` none but sinus rhythm."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from ecgfactory.compose.composition import compose
from ecgfactory.compose.hearts import Source
from ecgfactory.leads import EIGHT_LEADS, SignalUv
from ecgfactory.quality.beats import find_beats
from ecgfactory.quality.feature import FeatureTable
from ecgfactory.quality.features import measure
from ecgfactory.quality.policy import load_policy
from ecgfactory.quality.wide_beats import are_wide
from ecgfactory.rhythms import RHYTHMS as COMPOSED
from ecgfactory.validation.simulated_rhythms import RHYTHMS, simulate_rhythm
from tests.composing import sources
from tests.real_ecgs import ludb_ecgs, ludb_records


@cache
def hearts() -> tuple[int, ...]:
    """Hearts that `basic` accepts in sinus rhythm."""
    ecgs = np.stack([simulate_rhythm("sinus rhythm", heart) for heart in range(30)])
    return tuple(np.flatnonzero(load_policy("basic").judge(measure(ecgs, EIGHT_LEADS), 30).accepted).tolist())


@cache
def ecgs_of(rhythm: str) -> SignalUv:
    return np.stack([simulate_rhythm(rhythm, heart) for heart in hearts()])


@cache
def measured(rhythm: str) -> FeatureTable:
    return measure(ecgs_of(rhythm), EIGHT_LEADS)


@pytest.mark.parametrize("rhythm", RHYTHMS)
def test_no_rhythm_is_a_defect(rhythm: str) -> None:
    verdicts = load_policy("basic").judge(measured(rhythm), len(hearts()))
    assert len(hearts()) > 12
    assert verdicts.accepted.mean() >= 0.8, verdicts.reasons


@pytest.mark.parametrize("rhythm", [name for name in RHYTHMS if name != "sinus rhythm"])
def test_normal_takes_nothing_but_sinus_rhythm(rhythm: str) -> None:
    normal = load_policy("normal").judge(measured(rhythm), len(hearts()))
    assert normal.accepted.mean() <= 0.1


def test_a_wide_beat_that_a_lead_lacks_has_no_strength() -> None:
    ecgs = ecgs_of("premature ventricular beats").copy()
    activity = find_beats(ecgs).activity
    wide = are_wide(activity)[:, 2:-2]
    rows = np.flatnonzero(wide.any(axis=1))
    steps = activity.beats_side_by_side[0][rows, 2 + wide[rows].argmax(axis=1)]
    for row, place in zip(rows, steps * activity.step, strict=True):
        ecgs[row, 3, place - 100 : place + 150] = ecgs[row, 3, place - 100]
    found = measure(ecgs[rows], EIGHT_LEADS)["beat_strength_min"]
    beats = find_beats(ecgs[rows]).activity.beats
    still_a_beat = np.array([np.abs(of_row - step).min() < 10 for of_row, step in zip(beats, steps, strict=True)])
    assert still_a_beat.sum() > 12  # to the leads that are left
    assert (found[still_a_beat] < 0.3).all()


def test_ventricular_beats_are_wide_and_others_are_not() -> None:
    shares = {}
    for rhythm in ("sinus rhythm", "atrial fibrillation", "ventricular tachycardia", "ventricular bigeminy"):
        activity = find_beats(ecgs_of(rhythm)).activity
        shares[rhythm] = are_wide(activity).sum() / activity.beats_side_by_side[1].sum()
    assert shares["sinus rhythm"] < 0.2
    assert shares["atrial fibrillation"] < 0.15
    assert 0.35 < shares["ventricular bigeminy"] < 0.6
    assert shares["ventricular tachycardia"] > 0.9


def composed_ecgs(rhythm: str) -> SignalUv:
    """Ventricular beats, whose leads are active at different times and which some hardly show."""
    hearts = [found for found in sources() if isinstance(found, Source)]
    rhythms = [compose(heart, COMPOSED[rhythm], 10, 3, number) for number, heart in enumerate(hearts)]
    return np.stack([one.signal_uv(0, 5000) for one in rhythms])


@pytest.mark.parametrize("rhythm", ["ventricular_tachycardia", "ventricular_bigeminy", "av_block_3"])
def test_no_composed_rhythm_is_a_defect(rhythm: str) -> None:
    ecgs = composed_ecgs(rhythm)
    verdicts = load_policy("basic").judge(measure(ecgs, EIGHT_LEADS), len(ecgs))
    broken = {rule for rules in verdicts.failed_rules for rule in rules}
    assert not broken & {"leads_agree", "leads_in_step", "beats_in_all_leads", "leg_electrode", "heart_rate"}


def test_noise_in_place_of_a_lead_is_found_beside_wide_beats_alone() -> None:
    ecgs = composed_ecgs("ventricular_tachycardia")
    noise = np.random.default_rng(5).normal(size=(len(ecgs), 5000)).cumsum(axis=1)
    noise -= np.stack([np.convolve(row, np.ones(500) / 500, mode="same") for row in noise])
    ecgs[:, 3] = 400 * noise / noise.std(axis=1, keepdims=True)
    found = measure(ecgs, EIGHT_LEADS)
    assert (found["qrs_agreement_min"] < 0.6).all()
    assert (found["qrs_agreement_min@lead"] == "V2").all()


def test_exchanged_electrodes_are_found_beside_wide_beats() -> None:
    ecgs = composed_ecgs("ventricular_bigeminy")
    ecgs[:, 0], ecgs[:, 1] = ecgs[:, 0] - ecgs[:, 1], -ecgs[:, 1]  # right arm and left leg
    assert (measure(ecgs, EIGHT_LEADS)["lead_ii_v6_correlation"] < -0.2).mean() > 0.8


def test_a_lead_that_comes_late_makes_no_beat_wide() -> None:
    late = ecgs_of("sinus rhythm").copy()
    late[:, 4] = np.roll(late[:, 4], 30, axis=-1)
    found = measure(late, EIGHT_LEADS)
    assert (found["lead_delay_max_ms"] > 40).mean() > 0.8  # all but some hearts whose every QRS is wide
    assert (found["lead_delay_max_ms@lead"] == "V3").mean() > 0.9


def test_no_rhythm_of_patients_is_a_defect_and_normal_takes_none_but_sinus() -> None:
    table, count = measure(ludb_ecgs(), EIGHT_LEADS), len(ludb_records())
    basic, normal = (load_policy(name).judge(table, count) for name in ("basic", "normal"))
    of_rhythm = {"leads_agree", "leads_in_step", "beats_in_all_leads", "heart_rate", "leg_electrode"}
    verdicts = zip(ludb_records(), basic.failed_rules, strict=True)
    broken = [record.name for record, rules in verdicts if of_rhythm & {*rules}]
    assert len(broken) <= 1  # in one that jumps by a millivolt
    accepted = [record for record, passes in zip(ludb_records(), normal.accepted, strict=True) if passes]
    assert len(accepted) >= 40
    for record in accepted:
        assert record.rhythm.startswith("Sinus")
        assert not [said for said in record.findings if said.split()[0] in {"Ventricular", "Atrial", "III", "UNIpolar"}]
