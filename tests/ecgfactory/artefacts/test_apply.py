"""Artefacts in arrays of one's own: as a build puts them in, in the unit and type that was given."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

import ecgfactory as ef
from ecgfactory.artefact_table import ArtefactTable
from ecgfactory.artefacts import ARTEFACTS
from ecgfactory.artefacts.mixture import USUAL_WEIGHTS
from ecgfactory.candidates.batch import CandidateBatch
from ecgfactory.candidates.injuring import injured
from ecgfactory.leads import INDEPENDENT_LEADS, TWELVE_LEADS, derive_twelve
from ecgfactory.request.build_request import BuildRequest
from ecgfactory.request.plan import make_plan
from ecgfactory.validation.artefact_contract import usual_ecg
from ecgfactory.validation.simulated import simulate_ecg

KINDS = {name: weight for name, weight in USUAL_WEIGHTS.items() if weight}
ADDED = ["baseline_wander", "muscle", "mains", "electrode_motion"]


@cache
def ecgs_uv(count: int = 6) -> npt.NDArray[np.int16]:
    """ECGs of 12 leads and 10 s at 500 Hz, as they are stored; for reading only."""
    rng = np.random.default_rng(5)
    uv = derive_twelve(np.stack([simulate_ecg(rng, 60 + 5 * row, 90, 5.0).signal_uv for row in range(count)]))
    uv.flags.writeable = False
    return uv


def rows_of(table: ArtefactTable) -> str:
    return table.to_frame().to_csv()


def test_it_gives_the_bytes_of_a_build() -> None:
    asked = {"clean_share": 0.3, "kinds": KINDS, "per_record": {"min": 2, "max": 5}, "snr_db": {"min": 0, "max": 12}}
    request = {"name": "x", "records": 6, "seed": 22, "leads": 12, "formats": ["csv"], "artefacts": asked}
    plan = make_plan(BuildRequest.model_validate(request))
    candidates = np.array([3, 4, 5, 6, 7, 8])
    none: list[list[str]] = [[] for _ in candidates]
    batch = CandidateBatch(candidates, np.array(["train"] * 6), ecgs_uv(), {}, failed_rules=none, reasons=none)
    built = injured(plan, plan.artefacts, batch)  # type: ignore[arg-type]
    noisy_uv, truth = ef.artefacts.apply(
        ecgs_uv(), 500, TWELVE_LEADS, KINDS, 22, clean_share=0.3, per_record=(2, 5), snr_db=(0, 12), first=3
    )
    assert noisy_uv.dtype == np.int16
    assert noisy_uv.tobytes() == built.signals_uv.tobytes()
    assert built.injury is not None
    assert rows_of(truth) == rows_of(built.injury.artefacts)
    assert 0 < (truth.counts == 0).sum() < 6
    alone_uv, of_it = ef.artefacts.apply(
        ecgs_uv()[4], 500, TWELVE_LEADS, KINDS, 22, clean_share=0.3, per_record=(2, 5), snr_db=(0, 12), first=7
    )
    assert alone_uv.tobytes() == noisy_uv[4].tobytes()
    assert rows_of(of_it) == rows_of(truth.of(4))


@pytest.mark.parametrize("kind", ARTEFACTS)
def test_a_kind_by_its_name_is_in_each_record_once(kind: str) -> None:
    noisy_uv, truth = ef.artefacts.apply(ecgs_uv(3), 500, TWELVE_LEADS, kind, 1)
    assert truth.kinds_of_records() == [[kind]] * 3
    different = (noisy_uv != ecgs_uv(3)).any(axis=-1)
    np.testing.assert_array_equal(different, truth.touched)
    for row, breaks in enumerate(truth.breaks_lead_equations):
        holds = np.array_equal(derive_twelve(noisy_uv[row][INDEPENDENT_LEADS]), noisy_uv[row])
        assert holds is not bool(breaks)


def test_a_sequence_puts_in_all_of_it_in_the_order_in_which_it_happens() -> None:
    _, truth = ef.artefacts.apply(ecgs_uv(2), 500, TWELVE_LEADS, ["clipping", "mains", "limb_lead_swap"], 1)
    assert truth.kinds_of_records() == [["limb_lead_swap", "mains", "clipping"]] * 2


def test_weights_draw_no_more_than_there_are() -> None:
    _, truth = ef.artefacts.apply(ecgs_uv(6), 500, TWELVE_LEADS, {"mains": 1, "muscle": 3, "clipping": 0}, 1)
    assert set(truth.counts) == {1, 2}
    assert set(truth.kind) == {"mains", "muscle"}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("unit", "uv_per_unit"), [(None, 1000), ("mV", 1000), ("uV", 1)])
def test_floats_come_back_in_their_unit_and_type(dtype: Any, unit: str | None, uv_per_unit: float) -> None:
    signal = (ecgs_uv(2) / uv_per_unit).astype(dtype)
    before = signal.copy()
    noisy, truth = ef.artefacts.apply(
        signal, 500, TWELVE_LEADS, ["mains", "inverted_lead"], 1, unit=unit, snr_db=(6, 6)
    )
    assert noisy.dtype == dtype
    assert noisy.shape == signal.shape
    np.testing.assert_array_equal(signal, before)
    np.testing.assert_allclose(truth.snr_db[truth.kind == "mains"], 6, atol=0.1)
    whole_uv, _ = ef.artefacts.apply(ecgs_uv(2), 500, TWELVE_LEADS, ["mains", "inverted_lead"], 1, snr_db=(6, 6))
    assert np.abs(noisy * uv_per_unit - whole_uv).max() < 20  # 0.1 dB of it, and rounding


def test_in_floats_what_is_not_touched_keeps_its_bits() -> None:
    signal = np.random.default_rng(1).normal(size=(3, 2000)).astype(np.float64)
    noisy, truth = ef.artefacts.apply(signal, 250, ["V1", "V2", "X"], "dropped_samples", 4)
    changed = np.zeros(2000, dtype=bool)
    changed[truth.onset[0] : truth.offset[0] + 1] = True
    np.testing.assert_array_equal(noisy[:, ~changed], signal[:, ~changed])
    assert np.ptp(noisy[:, changed], axis=1).max() == 0


@pytest.mark.parametrize("order", [[5, 3, 1, 11, 0, 2, 4, 9, 8, 7, 6, 10], [11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0]])
def test_twelve_leads_in_any_order_and_spelling_keep_exact_equations(order: list[int]) -> None:
    names = [f"Lead {TWELVE_LEADS[row].lower()}" for row in order]
    kinds = ["limb_lead_swap", "muscle", "quantisation", "dropped_samples"]
    noisy_uv, truth = ef.artefacts.apply(ecgs_uv()[:, order], 500, names, kinds, 2)
    back_uv = noisy_uv[:, np.argsort(order)]
    np.testing.assert_array_equal(derive_twelve(back_uv[:, INDEPENDENT_LEADS]), back_uv)
    assert truth.lead_names == tuple(names)
    assert not truth.breaks_lead_equations.any()


def test_leads_that_were_rounded_otherwise_stay_so() -> None:
    given_uv = ecgs_uv(1)[0].copy()
    given_uv[2] += 1  # III, as a recorder with a resolution of its own stores it
    noisy_uv, truth = ef.artefacts.apply(given_uv, 500, TWELVE_LEADS, "mains", 3)
    exact_uv, _ = ef.artefacts.apply(ecgs_uv(1)[0], 500, TWELVE_LEADS, "mains", 3)
    np.testing.assert_array_equal(noisy_uv[2], exact_uv[2] + 1)
    np.testing.assert_array_equal(np.delete(noisy_uv, 2, axis=0), np.delete(exact_uv, 2, axis=0))
    gap_uv, truth = ef.artefacts.apply(given_uv, 500, TWELVE_LEADS, "dropped_samples", 3)
    assert np.ptp(gap_uv[:, truth.onset[0] : truth.offset[0] + 1], axis=1).max() == 0


def test_another_seed_or_number_gives_other_artefacts_and_the_same_the_same() -> None:
    ecg = ecgs_uv()[:, :2]

    def made(seed: int, first: int) -> bytes:
        noisy_uv, _ = ef.artefacts.apply(ecg, 500, ["I", "II"], ADDED[:2], seed, first=first)
        return bytes(noisy_uv.tobytes())

    assert made(1, 0) == made(1, 0)
    assert len({made(1, 0), made(2, 0), made(1, 6)}) == 3


def test_lists_and_wider_whole_numbers_do_as_well() -> None:
    noisy_uv, _ = ef.artefacts.apply(ecgs_uv(1)[0, :2].tolist(), 500, ("I", "II"), "mains", 1)
    assert noisy_uv.dtype == np.int64
    exact_uv, _ = ef.artefacts.apply(ecgs_uv(1)[0, :2], 500, ("I", "II"), "mains", 1)
    np.testing.assert_array_equal(noisy_uv, exact_uv)


SIGNAL = np.zeros((2, 1000), dtype=np.int16)
NAMES = ["I", "II"]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"kinds": "muscel"}, "'muscel' is not a kind of artefact; did you mean muscle?"),
        ({"kinds": []}, "kinds is empty; choose from baseline_wander, "),
        ({"kinds": 3}, "kinds is 3; give the name of a kind, a list of names, or weights by name."),
        ({"kinds": ["mains", "mains"]}, "'mains' is named twice; each kind is put in once at most."),
        ({"kinds": {"mains": 0}}, "every weight is 0, so that no kind can be chosen; give one a weight above 0."),
        ({"kinds": {"mains": -1}}, "the weight of 'mains' is -1; it must be a number, 0 or more."),
        (
            {"kinds": "precordial_swap"},
            "precordial_swap needs two chest leads, but the leads are I, II; leave the kind out.",
        ),
        (
            {"kinds": "limb_lead_swap", "lead_names": ["MLII", "V1"]},
            "limb_lead_swap needs I, but the leads are MLII, V1; leave the kind out.",
        ),
        ({"kinds": {"mains": 1}, "per_record": (3, 1)}, "per_record is (3, 1), whose first is above its second"),
        ({"kinds": {"mains": 1}, "per_record": (1.5, 2)}, "per_record is (1.5, 2); give the fewest and the most"),
        ({"kinds": {"mains": 1}, "per_record": (0, 2)}, "per_record is (0, 2), not within 1..16"),
        ({"lead_names": ["I"]}, "lead_names has 1 names, but signal 2 leads; give one name for each lead."),
        ({"lead_names": ["II", "MLII"]}, "lead II is named 2 times; give each lead once."),
        ({"lead_names": ["-aVR", "II"]}, "lead -aVR is upside down; turn its sign, and call it aVR."),
        ({"lead_names": "II"}, "lead_names is 'II'; give a list of names."),
        ({"lead_names": [1, "II"]}, "lead_names holds 1; give a name for each lead."),
        ({"rate_hz": 10}, "rate_hz is 10, not within 50..100000; give the samples per second."),
        ({"rate_hz": "500"}, "rate_hz is '500'; give the samples per second as a number."),
        ({"rate_hz": 10**400}, "rate_hz is "),
        ({"rate_hz": 2000}, "signal has 1000 samples, less than 1 s at 2000 Hz; give a longer one."),
        ({"seed": -1}, "seed is -1; give a whole number from 0 to 2**63 - 1."),
        ({"seed": True}, "seed is True; give a whole number from 0 to 2**63 - 1."),
        ({"first": 2**63 - 1, "signal": np.stack([SIGNAL] * 2)}, "first is 9223372036854775807; give a whole number"),
        ({"signal": [[1, 2], [3]]}, "signal has leads of different lengths; cut them to the same."),
        ({"first": 2**63}, "first is 9223372036854775808; give a whole number"),
        ({"unit": "V"}, "unit is 'V'; give 'mV' or 'uV'."),
        ({"unit": "mV"}, "signal is of whole numbers in mV, which are too coarse; give them in uV, or floats."),
        ({"snr_db": 6}, "snr_db is 6; give the worst and the best ratio in dB, such as (-6, 24)."),
        ({"snr_db": (0, 99)}, "snr_db is (0, 99), not within -15..30"),
        ({"clean_share": 1.2}, "clean_share is 1.2; give a share from 0 to 1."),
        ({"signal": SIGNAL[0]}, "signal is of shape (1000,); give (leads, samples) or (records, leads, samples)."),
        ({"signal": np.zeros((0, 2, 1000))}, "signal is of shape (0, 2, 1000), and so empty; give an ECG at least."),
        ({"signal": np.full((2, 1000), np.nan)}, "signal holds NaN or infinite values; fill or cut them out before."),
        ({"signal": np.ma.masked_equal(SIGNAL, 0)}, "signal is masked in places; fill or cut them out before."),
        ({"signal": SIGNAL.astype(bool)}, "signal is of bool; give whole numbers of int16 or wider in uV, or floats"),
        ({"signal": SIGNAL.astype(np.uint16)}, "signal is of uint16; give whole numbers of int16 or wider in uV"),
        (
            {"signal": SIGNAL.astype(int) - 32768},
            "signal reaches 32,768 uV, beyond +-32,767; take its offset off, or give floats.",
        ),
        (
            {"signal": SIGNAL + 1500.0},
            "signal reaches 1,500 mV, more than electrodes give; if it is in uV, say unit='uV'.",
        ),
    ],
)
def test_bad_input_is_told_in_a_sentence(changes: dict[str, Any], told: str) -> None:
    usual: dict[str, Any] = {"signal": SIGNAL, "rate_hz": 500, "lead_names": NAMES, "kinds": "quantisation", "seed": 1}
    with pytest.raises(ef.BadInputError) as raised:
        ef.artefacts.apply(**(usual | changes))
    assert len(raised.value.problems) == 1
    assert raised.value.problems[0].startswith(f"apply: {told}")
    assert raised.value.problems[0][-1] in ".?"


def test_all_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(ef.BadInputError) as raised:
        ef.artefacts.apply(SIGNAL, 1, ["I"], "hum", -1, unit="V", snr_db=(9, 1), clean_share=2)
    assert len(raised.value.problems) == 7


def test_noise_by_ratio_in_flat_leads_is_told() -> None:
    with pytest.raises(ef.BadInputError, match="mains can't be put in by its signal-to-noise ratio, as all leads"):
        ef.artefacts.apply(SIGNAL, 500, NAMES, "mains", 1)


def test_noise_in_a_flat_lead_is_as_strong_as_in_the_others() -> None:
    """An augmentation of real ECGs does not stop at one whose electrode was off."""
    signal = np.stack([usual_ecg(8, 500)[1], np.zeros(5000)]) / 1000
    for seed in range(6):
        noisy, truth = ef.artefacts.apply(signal, 500, ["II", "V5"], "electrode_motion", seed, snr_db=(6, 6))
        reached = truth.touched[0]
        added = (noisy - signal)[reached, truth.onset[0] : truth.offset[0] + 1]
        power = signal[reached].var(axis=1).mean() or signal.var(axis=1).mean()
        assert 10 * np.log10(power / np.square(added).mean()) == pytest.approx(6, abs=0.05)
        assert np.isnan(truth.snr_db[0]) == (not reached[0])


def test_a_kind_of_no_weight_needs_no_leads() -> None:
    _, truth = ef.artefacts.apply(
        np.add(SIGNAL, [[5], [7]]), 500, ["II", "V5"], {"quantisation": 1, "limb_lead_swap": 0}, 1
    )
    assert set(truth.kind) == {"quantisation"}


def test_the_argument_of_an_unknown_name_of_the_room_is_told() -> None:
    with pytest.raises(AttributeError, match="no attribute 'aply'"):
        ef.artefacts.aply  # noqa: B018


@pytest.mark.parametrize("names", [["II"], ["ECG"], ["V1", "V2"], ["I", "II", "V1"]])
@pytest.mark.parametrize("rate_hz", [50, 128.0, 1000])
def test_any_leads_and_rates_do(names: Sequence[str], rate_hz: float) -> None:
    count = round(rate_hz * 3)
    signal = np.resize(ecgs_uv(1)[0, : len(names)], (len(names), count))
    allowed = [kind for kind in ARTEFACTS if kind not in ("limb_lead_swap", "precordial_swap")]
    noisy_uv, truth = ef.artefacts.apply(signal, rate_hz, names, allowed, 9)
    assert noisy_uv.shape == signal.shape
    assert len(truth) == len(allowed)
