"""Assessing arrays: the same numbers as for generated ECGs and for files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import wfdb
from hypothesis import given, settings
from hypothesis import strategies as st

from ecgfactory.candidates.generate import GeneratedEcgs, generate
from ecgfactory.errors import BadInputError
from ecgfactory.foreign.arrays import assess, measure
from ecgfactory.foreign.assessment import Assessment, assess_records
from ecgfactory.foreign.reader import read_ecgs
from ecgfactory.leads import TWELVE_LEADS
from ecgfactory.quality.policy import load_policy


@pytest.fixture(scope="module")
def ecgs() -> GeneratedEcgs:
    return generate(3, seed=7, batch=4)


def test_some_ecgs_give_the_features_they_were_generated_with(ecgs: GeneratedEcgs) -> None:
    for signal, unit in ((ecgs.signals_uv, "uV"), (ecgs.signals_uv / 1e3, "mV"), (ecgs.signals_uv / 1e6, "V")):
        found = measure(signal, rate_hz=500, lead_names=TWELVE_LEADS, unit=unit)  # type: ignore[arg-type]
        pd.testing.assert_frame_equal(found, ecgs.features.reset_index(drop=True))


@pytest.mark.parametrize("unit", ["uV", "UV", "uv", "\u00b5V", "\u03bcV", "\u03bcv"])
def test_a_microvolt_may_be_written_in_any_way(ecgs: GeneratedEcgs, unit: Any) -> None:
    found = measure(ecgs.signals_uv[:1, :2], rate_hz=500, lead_names=["I", "II"], unit=unit)
    assert found.range_II_uv[0] == ecgs.features.range_II_uv.iloc[0]


def test_one_ecg_is_one_assessment_and_some_are_a_list(ecgs: GeneratedEcgs) -> None:
    one = assess(ecgs.signals_uv[1], rate_hz=500, lead_names=ecgs.lead_names, unit="uV")
    some = assess(ecgs.signals_uv, rate_hz=500, lead_names=ecgs.lead_names, unit="uV")
    assert isinstance(one, Assessment)
    assert isinstance(some, list)
    assert one.accepted
    assert repr(one) == "Assessment of 0: accepted"
    assert one.features == some[1].features == ecgs[1].features
    assert [assessment.name for assessment in some] == ["0", "1", "2"]
    assert measure(ecgs.signals_uv[1], rate_hz=500, lead_names=ecgs.lead_names, unit="uV").shape[0] == 1


def test_an_array_is_assessed_as_its_file_is(ecgs: GeneratedEcgs, tmp_path: Path) -> None:
    signal_mv = ecgs.signals_uv[0][[1, 10]].T[::2] / 1000  # at 250 Hz
    wfdb.wrsamp("r", 250, ["mV"] * 2, ["MLII", "V5"], signal_mv, fmt=["16"] * 2, write_dir=str(tmp_path))
    (of_file,) = assess_records(read_ecgs(str(tmp_path)), load_policy("basic"))
    stored = wfdb.rdrecord(str(tmp_path / "r")).p_signal
    of_array = assess(stored.T, rate_hz=250, lead_names=["MLII", "V5"], unit="mV")
    assert isinstance(of_array, Assessment)
    assert of_array.lead_names == ("II", "V5")
    assert of_array.features == of_file.features
    assert of_array.reasons == of_file.reasons


def test_missing_values_are_counted_and_rejected(ecgs: GeneratedEcgs) -> None:
    signal = ecgs.signals_uv[0].astype(np.float32)
    signal[2, 100:110] = np.nan
    found = assess(signal, rate_hz=500, lead_names=TWELVE_LEADS, unit="uV")
    assert isinstance(found, Assessment)
    assert found.features["missing_samples"] == 10
    assert "complete" in found.failed_rules
    assert repr(found).startswith("Assessment of 0: rejected: complete: ")


@pytest.mark.parametrize("offset_mv", [6, -10, 40, 400])
def test_an_offset_is_taken_off_and_told(ecgs: GeneratedEcgs, offset_mv: float) -> None:
    several = [ecgs.signals_uv[0] / 1000, ecgs.signals_uv[1] / 1000 + offset_mv]
    one, other = assess(several, rate_hz=500, lead_names=TWELVE_LEADS, unit="mV")  # type: ignore[misc]
    assert (one.name, one.notes, other.name, len(other.notes)) == ("0", (), "1", 12)
    assert other.notes[1].endswith(" mV was taken off II")
    assert other.accepted
    assert other.features["missing_samples"] == 0
    assert other.features["range_II_uv"] == pytest.approx(ecgs[1].features["range_II_uv"], abs=1)
    stored = ecgs.signals_uv[:1] + np.int16(6000)
    assert measure(stored, rate_hz=500, lead_names=TWELVE_LEADS, unit="uV").amplitude_max_uv[0] < 5000


def test_what_is_masked_is_missing(ecgs: GeneratedEcgs) -> None:
    masked = np.ma.array(ecgs.signals_uv[0], mask=np.zeros((12, 5000), dtype=bool))
    masked[1, :20] = np.ma.masked
    for signal in (masked, list(masked), [masked]):
        found = measure(signal, rate_hz=500, lead_names=TWELVE_LEADS, unit="uV")
        assert found.missing_samples.tolist() == [20]


@given(order=st.permutations(range(12)), records=st.integers(1, 3))
@settings(max_examples=8, deadline=None)
def test_neither_the_order_of_leads_nor_the_company_matters(
    ecgs: GeneratedEcgs, order: list[int], records: int
) -> None:
    names = [TWELVE_LEADS[lead] for lead in order]
    found = measure(ecgs.signals_uv[:records][:, order], rate_hz=500, lead_names=names, unit="uV")
    assert found.heart_rate_bpm.tolist() == ecgs.features.heart_rate_bpm.iloc[:records].tolist()
    assert found.limb_lead_error_uv.tolist() == ecgs.features.limb_lead_error_uv.iloc[:records].tolist()


def test_many_records_go_through_in_batches(ecgs: GeneratedEcgs) -> None:
    many = np.tile(ecgs.signals_uv[:, :2, :1000], (30, 1, 1))
    found = measure(many, rate_hz=500, lead_names=["I", "II"], unit="uV")
    assert len(found) == 90
    assert (found.range_I_uv.to_numpy().reshape(30, 3) == found.range_I_uv.to_numpy()[:3]).all()


TWO = np.zeros((2, 500))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"signal": np.zeros(500)}, r"signal has shape \(500,\); with 2 lead names it must be \(2, samples\)"),
        ({"signal": np.zeros((3, 500))}, r"signal has shape \(3, 500\)"),
        ({"signal": np.zeros((2, 0))}, "and not empty"),
        ({"signal": [[1, 2], [3]]}, "signal is ragged"),
        ({"signal": None}, "signal holds object; give an array of real numbers"),
        ({"signal": TWO + 1j}, "signal holds complex128"),
        ({"lead_names": ["II", "X"]}, "lead names are II, X; give distinct names of I, II"),
        ({"lead_names": ["II", "MLII"]}, "give distinct names of"),
        ({"lead_names": "II"}, "lead_names is 'II'; give a list of names"),
        ({"lead_names": None}, "lead_names is None; give a list of names"),
        ({"lead_names": {"I", "II"}}, "lead_names is {.*}; give a list of names"),
        ({"lead_names": []}, "lead names are none; give distinct names of"),
        ({"lead_names": ["II", 5]}, "lead names are II, 5; give distinct names of"),
        ({"unit": "bar"}, "unit is 'bar'; give uV, mV, V, a number of these"),
        ({"unit": None}, "unit is None; give uV, mV, V, a number of these"),
        ({"rate_hz": 5}, "sampling rate 5 Hz is not within 50..100000; give the samples per second"),
        ({"rate_hz": float("nan")}, "sampling rate nan Hz is not within"),
        ({"rate_hz": "500"}, "rate_hz is '500'; give the samples per second as a number"),
        ({"policy": "lenient"}, "'lenient' is neither a shipped policy"),
    ],
)
def test_a_bad_argument_is_told_in_a_sentence(changes: dict[str, Any], sentence: str) -> None:
    good = {"signal": TWO, "rate_hz": 500, "lead_names": ["I", "II"], "unit": "mV"}
    with pytest.raises(BadInputError, match=sentence) as caught:
        assess(**(good | changes))
    assert len(caught.value.problems) == 1
    if "policy" not in changes:
        with pytest.raises(BadInputError, match=sentence):
            measure(**(good | changes))
