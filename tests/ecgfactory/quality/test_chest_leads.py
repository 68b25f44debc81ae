"""Chest leads that were exchanged or inverted: in generated ECGs, and in real ones where they are at hand."""

from __future__ import annotations

import numpy as np
import pytest

from ecgfactory.leads import EIGHT_LEADS, SignalUv
from ecgfactory.quality.feature import lead_key
from ecgfactory.quality.features import measure
from ecgfactory.quality.policy import load_policy
from tests.generated_ecgs import generated_ecgs
from tests.real_ecgs import ludb_ecgs

FEATURE = "chest_exchange_gain"
BOUND = next(rule.max for rule in load_policy("basic").rules if rule.name == "chest_electrodes")


def exchanged(ecgs: SignalUv, first: str, second: str) -> SignalUv:
    order = list(EIGHT_LEADS)
    a, b = order.index(first), order.index(second)
    order[a], order[b] = order[b], order[a]
    return ecgs[:, [EIGHT_LEADS.index(name) for name in order]]


def inverted(ecgs: SignalUv, lead: str) -> SignalUv:
    copy = ecgs.copy()
    copy[:, EIGHT_LEADS.index(lead)] *= -1
    return copy


def reversed_order(ecgs: SignalUv) -> SignalUv:
    return ecgs[:, [0, 1, 7, 6, 5, 4, 3, 2]]


def caught(ecgs: SignalUv) -> float:
    return float((measure(ecgs, EIGHT_LEADS)[FEATURE] > BOUND).mean())


def test_generated_ecgs_fit_as_they_are() -> None:
    assert caught(generated_ecgs(100)) == 0


@pytest.mark.parametrize("lead", EIGHT_LEADS[2:])
def test_an_inverted_lead_is_found_and_named(lead: str) -> None:
    table = measure(inverted(generated_ecgs(60), lead), EIGHT_LEADS)
    assert (table[FEATURE] > BOUND).mean() > 0.95
    assert (table[lead_key(FEATURE)] == lead).mean() > 0.9


@pytest.mark.parametrize(("first", "second"), [("V1", "V2"), ("V2", "V3"), ("V1", "V3"), ("V3", "V5"), ("V1", "V6")])
def test_exchanged_leads_are_found(first: str, second: str) -> None:
    assert caught(exchanged(generated_ecgs(60), first, second)) > 0.9


def test_a_reversed_order_is_found() -> None:
    assert caught(reversed_order(generated_ecgs(60))) > 0.9


def test_a_record_is_measured_alone_as_among_others_and_with_any_order_of_leads() -> None:
    ecgs = generated_ecgs(12)
    together = measure(ecgs, EIGHT_LEADS)[FEATURE]
    alone = [measure(ecgs[row : row + 1], EIGHT_LEADS)[FEATURE][0] for row in range(12)]
    other = measure(ecgs[:, ::-1], EIGHT_LEADS[::-1])[FEATURE]
    assert together.tolist() == alone == other.tolist()


def test_without_all_chest_leads_or_without_any_activity_nothing_is_said() -> None:
    assert np.isnan(measure(generated_ecgs(2)[:, :7], EIGHT_LEADS[:7])[FEATURE]).all()
    assert np.isnan(measure(np.zeros((2, 8, 5000), dtype=np.int16), EIGHT_LEADS)[FEATURE]).all()


def test_real_ecgs_hardly_ever_seem_exchanged() -> None:
    assert caught(ludb_ecgs()) <= 0.01


def test_in_real_ecgs_most_exchanges_are_found() -> None:
    ecgs = ludb_ecgs()
    assert min(caught(inverted(ecgs, lead)) for lead in EIGHT_LEADS[2:]) > 0.93
    assert min(caught(exchanged(ecgs, first, "V3")) for first in ("V1", "V2", "V4", "V5", "V6")) > 0.8
    assert caught(exchanged(ecgs, "V1", "V2")) > 0.85
    assert caught(exchanged(ecgs, "V1", "V6")) > 0.95
    assert caught(reversed_order(ecgs)) > 0.8
