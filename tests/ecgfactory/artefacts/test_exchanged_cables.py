"""Exchanged cables: what every exchange makes of twelve leads, as textbooks list it, and exactly."""

from __future__ import annotations

import itertools
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecgfactory.arrays import Float64Array
from ecgfactory.artefacts.base import Recording
from ecgfactory.artefacts.limb_lead_swap import SWAPS, LimbLeadSwap, cables_of, exchange
from ecgfactory.artefacts.montage import LIMB_ELECTRODES, montage_of
from ecgfactory.artefacts.precordial_swap import PrecordialSwap
from ecgfactory.leads import EIGHT_LEADS, INDEPENDENT_LEADS, TWELVE_LEADS, derive_twelve
from ecgfactory.validation.artefact_contract import put, usual_ecg

TEXTBOOK = {
    "RA-LA": "-I III II aVL aVR aVF",
    "RA-LL": "-III -II -I aVF aVL aVR",
    "LA-LL": "II I -III aVR aVF aVL",
    "RA-LA-LL": "III -I -II aVL aVF aVR",
    "RA-LL-LA": "-II -III I aVF aVR aVL",
    "RA-RL": "-III 0 III",
    "LA-RL": "II II 0",
    "RA-RL, LA-LL": "0 -III -III",
    "RA-LL, LA-RL": "0 -II -II",
    "RA-LA-RL": "III III 0",
    "RA-RL-LA": "-II 0 II",
}
"""What leads I, II and III show, and, where Wilson's terminal stays, aVR, aVL and aVF (Batchvarov, Malik, Camm,
doi:10.1093/europace/eum198; Rosen, Koppikar, Shaw, Baranchuk, doi:10.5195/ijms.2014.95)."""

LIMBS = TWELVE_LEADS[:6]
CHEST_ROWS = slice(6, 12)


def exchanged(twelve_uv: Float64Array, places: tuple[str, str, str]) -> Float64Array:
    recording = Recording(montage_of(TWELVE_LEADS), twelve_uv.shape[1], 500)
    after_uv = twelve_uv.copy()
    exchange(after_uv, recording, places)
    after_uv = np.rint(after_uv)
    recording.montage.derive(after_uv, whole=True)
    return after_uv


def shown(twelve_uv: Float64Array, told: str) -> Float64Array:
    """Lead `II`, `-III` with the sign turned, or `0`."""
    lead = told.removeprefix("-")
    return np.zeros_like(twelve_uv[0]) if lead == "0" else twelve_uv[LIMBS.index(lead)] * (-1 if "-" in told else 1)


@pytest.mark.parametrize("swap", SWAPS)
def test_each_exchange_shows_what_textbooks_say(swap: str) -> None:
    clean_uv = usual_ecg(12, 500)
    after_uv = exchanged(clean_uv, SWAPS[swap].places)
    for name, now, told in zip(LIMBS, after_uv, TEXTBOOK[swap].split(), strict=False):
        np.testing.assert_array_equal(now, shown(clean_uv, told), err_msg=f"{swap}: {name}")


@pytest.mark.parametrize("swap", SWAPS)
def test_chest_leads_change_with_wilsons_terminal_alone(swap: str) -> None:
    clean_uv = usual_ecg(12, 500)
    after_uv = exchanged(clean_uv, SWAPS[swap].places)
    if "RL" not in swap:
        np.testing.assert_array_equal(after_uv[CHEST_ROWS], clean_uv[CHEST_ROWS])
        return
    potentials = {"RA": 0 * clean_uv[0], "LA": clean_uv[0], "LL": clean_uv[1], "RL": clean_uv[1]}
    fall = (
        sum(potentials[name] for name in LIMB_ELECTRODES) - sum(potentials[name] for name in SWAPS[swap].places)
    ) / 3
    assert np.abs(after_uv[CHEST_ROWS] - (clean_uv[CHEST_ROWS] + fall)).max() <= 0.5
    assert (after_uv[CHEST_ROWS] != clean_uv[CHEST_ROWS]).any(axis=1).all()


def test_every_order_of_four_cables_is_one_of_them_or_can_not_be_told_from_the_right_one() -> None:
    clean_uv = usual_ecg(12, 500)
    right_bytes = clean_uv.astype(np.int16).tobytes()
    known = {exchanged(clean_uv, swap.places).astype(np.int16).tobytes() for swap in SWAPS.values()}
    assert len(known) == len(SWAPS) == len(TEXTBOOK) == 11
    orders = list(itertools.permutations((*LIMB_ELECTRODES, "RL")))
    made = [exchanged(clean_uv, (ra, la, ll)).astype(np.int16).tobytes() for ra, la, ll, _ in orders]
    right = [order for order, uv in zip(orders, made, strict=True) if uv == right_bytes]
    assert right == [("RA", "LA", "LL", "RL"), ("RA", "LA", "RL", "LL")]
    assert {uv for uv in made if uv != right_bytes} == known


@given(st.lists(st.tuples(*[st.integers(-3500, 3500)] * 8), min_size=2, max_size=5), st.sampled_from(list(SWAPS)))
def test_whole_numbers_stay_exact_and_an_exchange_twice_is_none(samples: list[tuple[int, ...]], swap: str) -> None:
    clean_uv = derive_twelve(np.array(samples, dtype=np.int16).T).astype(np.float64)
    once_uv = exchanged(clean_uv, SWAPS[swap].places)
    np.testing.assert_array_equal(derive_twelve(once_uv[INDEPENDENT_LEADS].astype(np.int16)), once_uv)
    for name, now, told in zip(LIMBS, once_uv, TEXTBOOK[swap].split(), strict=False):
        if name in ("I", "II", "III"):
            np.testing.assert_array_equal(now, shown(clean_uv, told))
    if swap in ("RA-LA", "RA-LL", "LA-LL"):
        np.testing.assert_array_equal(exchanged(once_uv, SWAPS[swap].places), clean_uv)


def test_arms_are_exchanged_most_often_and_the_truth_says_which_cable_is_where() -> None:
    clean_uv = usual_ecg(8, 100, 1)
    drawn = [json.loads(put(LimbLeadSwap, clean_uv, EIGHT_LEADS, 100, number)[1].parameters) for number in range(300)]
    counts = {swap: sum(one["swap"] == swap for one in drawn) for swap in SWAPS}
    assert max(counts, key=lambda swap: counts[swap]) == "RA-LA"
    assert all(counts.values())
    assert all(one["cables"] == cables_of(SWAPS[one["swap"]].places) for one in drawn)
    assert cables_of(SWAPS["RA-LA"].places) == {"RA": "LA", "LA": "RA"}
    assert cables_of(SWAPS["RA-RL, LA-LL"].places) == {"RA": "RL", "LA": "LL", "LL": "LA", "RL": "RA"}
    assert cables_of(SWAPS["RA-LA-RL"].places) == {"RA": "LA", "LA": "RL", "RL": "RA"}


def test_chest_cables_show_each_others_leads_and_nothing_else_changes() -> None:
    clean_uv = usual_ecg(12, 100, 1)
    styles: dict[str, int] = {}
    for number in range(200):
        noisy_uv, truth = put(PrecordialSwap, clean_uv, TWELVE_LEADS, 100, number)
        parameters = json.loads(truth.parameters)
        styles[parameters["style"]] = styles.get(parameters["style"], 0) + 1
        cables = {cable.replace("C", "V"): place.replace("C", "V") for cable, place in parameters["cables"].items()}
        assert [name for name, is_touched in zip(TWELVE_LEADS, truth.touched, strict=True) if is_touched] == sorted(
            cables
        )
        assert sorted(cables) == sorted(cables.values())
        for row, name in enumerate(TWELVE_LEADS):
            np.testing.assert_array_equal(noisy_uv[row], clean_uv[TWELVE_LEADS.index(cables.get(name, name))])
        assert len(cables) == {"neighbours": 2, "pair": 2, "reversed": 6, "rotation": 6}[parameters["style"]]
    assert max(styles, key=lambda style: styles[style]) == "neighbours"
    assert styles.keys() == {"neighbours", "pair", "reversed", "rotation"}


@pytest.mark.parametrize(
    ("kind", "names", "lacking"),
    [
        (LimbLeadSwap, ("II", "V1"), "I"),
        (LimbLeadSwap, ("ECG",), "I and II"),
        (LimbLeadSwap, ("II", "X", "I"), ""),
        (PrecordialSwap, ("I", "II", "V3"), "two chest leads"),
        (PrecordialSwap, ("V6", "V3"), ""),
    ],
)
def test_a_kind_says_which_leads_it_lacks(
    kind: type[LimbLeadSwap | PrecordialSwap], names: tuple[str, ...], lacking: str
) -> None:
    assert kind.lacks(montage_of(names)) == lacking
