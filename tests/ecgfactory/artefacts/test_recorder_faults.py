"""Faults of electrodes off, converters, gains, links and clocks: their truth is what the signals say."""

from __future__ import annotations

import json
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecgfactory.arrays import Float64Array
from ecgfactory.artefact_table import DROPPED_SAMPLES
from ecgfactory.artefacts.base import Artefact
from ecgfactory.artefacts.clipping import Clipping
from ecgfactory.artefacts.clock_jitter import ClockJitter, _at
from ecgfactory.artefacts.dropped_samples import DroppedSamples
from ecgfactory.artefacts.inverted_lead import InvertedLead
from ecgfactory.artefacts.lead_off import LeadOff
from ecgfactory.artefacts.put_in import Put
from ecgfactory.artefacts.quantisation import Quantisation
from ecgfactory.artefacts.wrong_gain import FACTORS, WrongGain
from ecgfactory.leads import TWELVE_LEADS
from ecgfactory.validation.artefact_contract import put, usual_ecg

CLEAN_UV = usual_ecg(12, 250, 4)
NEEDED = {"RA": {"I", "II"}, "LA": {"I"}, "LL": {"II"}} | {f"C{number}": {f"V{number}"} for number in range(1, 7)}
LIMBS = set(TWELVE_LEADS[:6])


def drawn(kind: type[Artefact], count: int) -> Iterator[tuple[Float64Array, Put, dict[str, object]]]:
    for number in range(count):
        noisy_uv, truth = put(kind, CLEAN_UV, TWELVE_LEADS, 250, number)
        yield noisy_uv, truth, json.loads(truth.parameters)


def touched(truth: Put) -> set[str]:
    return {TWELVE_LEADS[row] for row in np.flatnonzero(truth.touched)}


def test_an_electrode_off_takes_the_heart_from_the_leads_that_need_it() -> None:
    seen = set()
    for noisy_uv, truth, parameters in drawn(LeadOff, 120):
        style, electrode = str(parameters["style"]), str(parameters["electrode"])
        seen.add((style, electrode))
        span = noisy_uv[:, truth.onset : truth.offset + 1]
        for lead in NEEDED[electrode]:
            uv = span[TWELVE_LEADS.index(lead)]
            if style == "rail":
                assert np.ptp(uv) == 0
                assert abs(uv[0]) == truth.amount in (5000, 10000)
            elif style == "flat":
                assert truth.amount <= 3
                assert np.abs(uv).max() <= 12
        if electrode in ("LA", "LL", "RA"):
            chest = {f"V{number}" for number in range(1, 7)} if style == "floating" else set()
            assert touched(truth) <= LIMBS | chest
            assert touched(truth) >= NEEDED[electrode] | chest
        else:
            assert touched(truth) == NEEDED[electrode]
        assert not truth.breaks_lead_equations
    assert {style for style, _ in seen} == {"flat", "floating", "rail"}
    assert {electrode for _, electrode in seen} == set(NEEDED)


def test_a_floating_arm_leaves_the_leads_between_the_others_alone() -> None:
    off = {"RA": "III", "LA": "II", "LL": "I"}
    floating = [(uv, p["electrode"]) for uv, _, p in drawn(LeadOff, 120) if p["style"] == "floating"]
    for noisy_uv, electrode in floating:
        if lead := off.get(str(electrode)):
            row = TWELVE_LEADS.index(lead)
            assert np.abs(noisy_uv[row] - CLEAN_UV[row]).max() <= 1  # rounding of I and II
    assert {electrode for _, electrode in floating} >= set(off)


def test_clipping_is_below_the_peaks_and_at_the_limit_told() -> None:
    for noisy_uv, truth, _ in drawn(Clipping, 30):
        rows = np.flatnonzero(truth.touched)
        np.testing.assert_array_equal(noisy_uv[rows], np.clip(CLEAN_UV[rows], -truth.amount, truth.amount))
        assert np.abs(CLEAN_UV[rows]).max(axis=1).min() > truth.amount
        assert truth.breaks_lead_equations is bool(touched(truth) & LIMBS)


def test_few_bits_leave_few_levels_one_step_apart() -> None:
    for noisy_uv, truth, parameters in drawn(Quantisation, 20):
        bits = int(str(parameters["bits"]))
        assert truth.amount == 10_000 / 2**bits
        levels = noisy_uv[[0, 1, 6, 7, 8, 9, 10, 11]] / truth.amount
        assert np.abs(levels - np.rint(levels)).max() * truth.amount < 0.501
        assert not truth.breaks_lead_equations


def test_a_converter_ends_at_its_range() -> None:
    large_uv = np.rint(CLEAN_UV[:2] * 8)
    noisy_uv, truth = put(Quantisation, large_uv, ("V1", "V2"), 250)
    assert np.abs(large_uv).max() > 5000
    assert noisy_uv.min() >= -5000
    assert noisy_uv.max() <= np.rint(5000 - truth.amount)


def test_a_wrong_gain_and_a_wrong_sign_are_that_and_say_whether_equations_break() -> None:
    alone = 0
    for noisy_uv, truth, _ in drawn(WrongGain, 40):
        np.testing.assert_array_equal(noisy_uv[truth.touched], np.rint(CLEAN_UV[truth.touched] * truth.amount))
        assert truth.amount in FACTORS
        assert truth.touched.sum() in (1, 12)
        alone += truth.touched.sum() == 1
    assert 8 < alone < 32
    for noisy_uv, truth, _ in drawn(InvertedLead, 40):
        (lead,) = touched(truth)
        np.testing.assert_array_equal(noisy_uv[truth.touched], -CLEAN_UV[truth.touched])
        assert truth.breaks_lead_equations is (lead in LIMBS)


def test_a_gap_holds_the_value_before_it_or_the_first_after_it() -> None:
    assert DroppedSamples.name == DROPPED_SAMPLES
    for noisy_uv, truth, _ in drawn(DroppedSamples, 30):
        held = CLEAN_UV[:, truth.onset - 1 if truth.onset else truth.offset + 1]
        assert (noisy_uv[:, truth.onset : truth.offset + 1] == held[:, np.newaxis]).all()
        assert truth.amount == pytest.approx(4 * (truth.offset - truth.onset + 1))
        assert 20 <= truth.amount <= 1000


@given(st.integers(2, 60), st.integers(0, 500))
def test_a_gap_never_takes_all_there_is_and_holds_the_first_value_after_one_at_the_start(
    samples: int, number: int
) -> None:
    clean_uv = np.arange(1.0, samples + 1)[np.newaxis]
    noisy_uv, truth = put(DroppedSamples, clean_uv, ("II",), 50, number)
    held = clean_uv[0, truth.onset - 1 if truth.onset else truth.offset + 1]
    assert set(noisy_uv[0, truth.onset : truth.offset + 1]) == {held}
    assert truth.offset - truth.onset + 1 < samples


def test_an_uneven_clock_changes_steep_places_most_and_all_leads_at_once() -> None:
    for noisy_uv, truth, parameters in drawn(ClockJitter, 10):
        assert 0.05 < truth.amount < 5
        assert truth.amount < float(str(parameters["largest_ms"])) < 12
        slope = np.abs(np.gradient(CLEAN_UV[0]))
        change = np.abs(noisy_uv[0] - CLEAN_UV[0])
        steep = slope > np.quantile(slope, 0.98)
        assert change[steep].mean() > 5 * change[~steep].mean()


@given(st.tuples(*[st.floats(-2, 2)] * 3), st.lists(st.floats(2, 37), min_size=1, max_size=20))
def test_between_samples_parabolas_are_met_and_samples_themselves_kept(
    weights: tuple[float, ...], instants: list[float]
) -> None:
    def parabola(times: Float64Array) -> Float64Array:
        return weights[0] + weights[1] * times + weights[2] * times**2

    leads = parabola(np.arange(40.0))[np.newaxis]
    at = np.array(instants)
    np.testing.assert_allclose(_at(leads, at)[0], parabola(at), atol=1e-8)
    np.testing.assert_array_equal(_at(leads, np.arange(40.0)), leads)


def test_hours_at_a_low_rate_are_put_in_as_well() -> None:
    long_uv = np.tile(usual_ecg(8, 100)[:2], (1, 360))
    for kind in (LeadOff, ClockJitter, DroppedSamples, Quantisation):
        noisy_uv, truth = put(kind, long_uv, ("I", "II"), 100)
        assert noisy_uv.shape == long_uv.shape
        assert truth.touched.any()
