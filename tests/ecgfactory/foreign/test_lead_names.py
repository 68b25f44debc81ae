"""Names of leads: as people write them; what says no lead is an ECG of unknown lead, or left out and told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecgfactory.foreign.lead_names import says_ecg, says_nothing, says_other, split_unit
from ecgfactory.lead_spelling import standard_lead
from ecgfactory.leads import EIGHT_LEADS, TWELVE_LEADS
from tests.foreign_files import MV, TIME_S, TWELVE, only, problem, read, table


@pytest.mark.parametrize(
    ("column", "lead", "unit"),
    [
        ("aVR", "aVR", ""), ("avr", "aVR", ""), (" MLII ", "II", ""), ("Lead V1", "V1", ""),
        ("ECG Lead II", "II", ""), ("ecg_v5_uV", "V5", "uV"), ("I (mV)", "I", "mV"), ("III [µV]", "III", "µV"),
        ("'II' ", "II", ""), ("DII", "II", ""), ("V1-REF", "V1", ""), ("LII", "II", ""), ("D1", "I", ""),
        ("Ableitung II", "II", ""), ("II (filtered)", "II", ""), ("I_filt", "I", ""), ("EKG II", "II", ""),
        ("lead_ii", "II", ""), ("ECG_Lead_II", "II", ""), ("leadII", "II", ""), ("ECG LEAD 2", "II", ""),
        ("DERIVATION 1", "I", ""), ("Dérivation III", "III", ""), ("ecgV3", "V3", ""), ("II,", "II", ""),
        ("V2, mV", "V2", "mV"), ("aVF in mV", "aVF", "mV"), ("ECG.aVL", "aVL", ""), ("V 4", "V4", ""),
        ("MDC_ECG_LEAD_V2", "V2", ""), ("Lead I (Einthoven)", "I", ""), ("aVL, augmented voltage, left", "aVL", ""),
        ("I..mV.", "I", "mV"),
    ],
)  # fmt: skip
def test_names_of_standard_leads(column: str, lead: str, unit: str) -> None:
    name, found = split_unit(column)
    said = standard_lead(name)
    assert said is not None
    assert (said.lead, said.is_inverted, found) == (lead, False, unit)


@pytest.mark.parametrize("name", ["-aVR", "\u2212aVR", "minus aVR", "inv_aVR"])
def test_an_inverted_lead_is_known_as_such(name: str) -> None:
    said = standard_lead(name)
    assert said is not None
    assert (said.lead, said.is_inverted) == ("aVR", True)


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        (says_ecg, ["ECG", "ECG1", "ECG 2", "ekg", "chest_ecg", "MCL1", "CM5", "V", "V7", "mod.V1", "ECG V", "V2-V3"]),
        (says_nothing, ["", "ch1", "chan 1", "signal", "Channel_3", "0", "value", "Lead 7", "Unnamed: 0", "column 2"]),
        (says_other, ["RESP", "PLETH,", "ABP", "SpO2", "EEG Fpz-Cz", "Fpz-Cz", "acc_x", "MARKER", "ecg_quality"]),
        (lambda name: not says_ecg(name) and not says_nothing(name), ["age", "foo", "static_noise", "range_I", "CS12"]),
    ],
)  # fmt: skip
def test_other_names_say_an_ecg_or_nothing_or_something_else(kind: Any, names: list[str]) -> None:
    for name in names:
        assert standard_lead(name) is None
        assert kind(name), name


@given(st.text(max_size=20))
def test_no_name_makes_trouble(column: str) -> None:
    name, _ = split_unit(column)
    said = standard_lead(name)
    assert said is None or said.lead in TWELVE_LEADS
    assert isinstance(says_ecg(name) or says_other(name) or says_nothing(name), bool)


def ecg(path: Path, names: list[str], signals: Any = MV) -> Path:
    """Write signals in mV under names, of which some may be the same."""
    columns = {str(place): signals[place] for place in range(len(names))}
    return table(path, {"time_s": TIME_S} | columns, header=",".join(["time_s", *names]))


UNIT = "assumed: mV, as no unit is given and leads span"


def notes(found: Any) -> list[str]:
    return [note for note in found.notes if not note.startswith(UNIT)]


def test_of_two_signals_of_one_lead_the_plainer_or_living_one_is_taken_and_the_other_told(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    found = only(ecg(path, ["II", "II"], np.stack([MV[1] * 0, MV[1]])))
    np.testing.assert_allclose(found.signal_uv, TWELVE[[1]], atol=1e-6)
    assert notes(found) == ["left out: signal 1 of 2 for lead II, 'II': never changes"]
    found = only(ecg(path, ["II (filtered)", "ECG II"], MV[:2]))
    np.testing.assert_allclose(found.signal_uv, TWELVE[[1]], atol=1e-6)
    assert notes(found) == ["left out: signal 1 of 2 for lead II, 'II (filtered)': 'ECG II' says that more plainly"]
    found = only(ecg(path, ["II", "II"], MV[[1, 1]]))
    assert notes(found) == ["left out: signal 2 of 2 for lead II, 'II': is the same again"]
    differing = ecg(path, ["II", "II"], MV[[1, 0]])
    assert "signals 'II' and 'II' are all lead II by their names, and differ; name all with --leads" in problem(
        differing
    )
    assert only(differing, lead_names=["II", "I"]).lead_names == ("II", "I")


def test_translated_and_inverted_names_are_told(tmp_path: Path) -> None:
    found = only(ecg(tmp_path / "a.csv", ["MLII", "-aVR"], np.stack([MV[1], -MV[3]])))
    np.testing.assert_allclose(found.signal_uv, TWELVE[[1, 3]], atol=1e-6)
    assert notes(found) == ["assumed: II for 'MLII'", "'-aVR' was turned over to give aVR"]


def test_an_ecg_whose_name_says_no_lead_is_an_ecg_too(tmp_path: Path) -> None:
    for names, leads in (
        (["ECG"], ("ECG",)),
        (["ECG1", "ECG2", "RESP"], ("ECG1", "ECG2")),
        (["ECG", "ECG"], ("ECG 1", "ECG 2")),
        (["ch1", "ch2", "MARKER"], ("ch1", "ch2")),
        ([""], ("ECG",)),
    ):
        found = only(ecg(tmp_path / "a.csv", names))
        assert found.lead_names == leads
        assert any("of unknown lead" in note for note in found.notes)
    assert "no signal is named as a lead or ECG: 'ABP', 'x'" in problem(
        ecg(tmp_path / "b.csv", ["ABP", "x"]), lead_map={"y": "I"}
    )
    assert "no column is named as a lead or ECG: 'time_s', 'foo'" in problem(ecg(tmp_path / "b.csv", ["foo"]))


@pytest.mark.parametrize("names", [["II", "V"], ["II", "ECG"], ["II", "MCL1"], ["ECG1", "II"]])
def test_beside_named_leads_an_ecg_of_unknown_lead_is_kept_and_what_is_something_else_left_out(
    tmp_path: Path, names: list[str]
) -> None:
    found = only(ecg(tmp_path / "a.csv", [*names, "PLETH", "x"]))
    assert found.lead_names == tuple(names)
    (other,) = set(names) - {"II"}
    assert notes(found) == [f"assumed: {other} is an ECG of unknown lead", "left out, as no lead: 'PLETH', 'x'"]


@pytest.mark.parametrize("stem", ["V", "ch", "Lead ", "D"])
def test_twelve_numbered_columns_are_the_standard_leads_only_if_the_limb_leads_fit(tmp_path: Path, stem: str) -> None:
    names = [f"{stem}{number}" for number in range(1, 13)]
    found = only(ecg(tmp_path / "a.csv", names))
    assert found.lead_names == TWELVE_LEADS
    assert any("as the first six fit each other" in note for note in found.notes)
    turned = ecg(tmp_path / "b.csv", names, MV[::-1])
    if stem == "ch":
        assert only(turned).lead_names == tuple(names)
    else:
        assert "12 are numbered, and not chest leads or the twelve leads in order" in problem(turned)
    assert only(turned, lead_names=TWELVE_LEADS[::-1]).lead_names == TWELVE_LEADS[::-1]


def test_names_of_r_for_eight_columns_are_not_chest_leads(tmp_path: Path) -> None:
    assert "signals V1 to V8 are numbered" in problem(ecg(tmp_path / "a.csv", [f"V{n}" for n in range(1, 9)]))
    assert "signals V2 to V7 are numbered" in problem(ecg(tmp_path / "a.csv", [f"V{n}" for n in range(2, 8)], MV[6:]))
    assert notes(only(ecg(tmp_path / "a.csv", ["V5"], MV[10:]))) == []
    found = only(ecg(tmp_path / "b.csv", ["V1", "V2", "V3"], MV[6:]))
    assert found.lead_names == ("V1", "V2", "V3")
    assert notes(found) == ["assumed: V1, V2, V3 are chest leads, though R names columns so that have no names"]


def test_names_of_r_for_time_and_twelve_columns_are_those_of_time_and_leads(tmp_path: Path) -> None:
    columns = {"V1": TIME_S} | {f"V{place + 2}": MV[place] for place in range(12)}
    found = only(table(tmp_path / "a.csv", columns))
    assert found.lead_names == TWELVE_LEADS
    np.testing.assert_allclose(found.signal_uv, TWELVE, atol=1e-6)
    assert found.notes[0] == "assumed: column 'V1' is in s, as it rises by 0.002 a sample"


def test_a_user_names_leads_in_order_or_by_a_map(tmp_path: Path) -> None:
    path = ecg(tmp_path / "a.csv", ["foo", "bar", "RESP"])
    assert only(path, lead_names=["II", "V5"]).lead_names == ("II", "V5")
    assert only(path, lead_map={"FOO": "MLII"}).lead_names == ("II",)
    assert "4 lead names are given for 3 signals: 'foo', 'bar', 'RESP'" in problem(path, lead_names=EIGHT_LEADS[:4])
    found = only(ecg(tmp_path / "b.csv", ["I", "II"]), lead_map={"I": "II", "x": "V1"})
    np.testing.assert_allclose(found.signal_uv, TWELVE[[0]], atol=1e-6)
    assert "the lead map names 'x', which is not among 'I', 'II'" in found.notes


@pytest.mark.parametrize("first", [TIME_S, np.arange(5000), np.arange(5000) * 2])
def test_names_of_r_behind_a_clock_are_no_chest_leads(tmp_path: Path, first: Any) -> None:
    def numbered(signals: Any) -> Path:
        columns = {"V1": first} | {f"V{place + 2}": values for place, values in enumerate(signals)}
        return table(tmp_path / "a.csv", columns)

    assert only(numbered(MV[:6]), rate_hz=500).lead_names == TWELVE_LEADS[:6]
    assert "V2 to V4 are only numbered, as R names columns, and not known to be chest leads" in problem(
        numbered(MV[:3]), rate_hz=500
    )
    assert only(numbered(MV[:2]), rate_hz=500, lead_names=["I", "II"]).lead_names == ("I", "II")


def test_more_names_of_leads(tmp_path: Path) -> None:
    of_r = [f"X{number}" for number in range(1, 13)]
    assert only(ecg(tmp_path / "a.csv", of_r)).lead_names == TWELVE_LEADS
    chest = only(ecg(tmp_path / "b.csv", [*TWELVE_LEADS[:6], *(f"C{number}" for number in range(1, 7))]))
    assert (chest.lead_names, notes(chest)) == (TWELVE_LEADS, ["assumed: C1 to C6 are V1 to V6"])
    eeg = only(ecg(tmp_path / "c.csv", ["II", "C3", "C4"], MV[[1, 8, 9]]))
    assert eeg.lead_names == ("II",)


@pytest.mark.parametrize("unit", ["[counts]", "(NU)", "[ADC]", "(a.u.)", "_adu"])
def test_a_unit_that_is_none_is_no_part_of_a_name_and_asked_for(tmp_path: Path, unit: str) -> None:
    path = ecg(tmp_path / "a.csv", [f"I {unit}", f"II {unit}"], np.rint(MV * 200))
    assert "is no unit of voltage; give --unit" in problem(path)
    found = only(path, unit="ADC:200")
    assert found.lead_names == ("I", "II")
    assert np.abs(found.signal_uv - TWELVE[:2]).max() <= 5
    for name in ("ECG", "ch1"):
        alone = ecg(tmp_path / "b.csv", [f"{name} [counts]"], np.rint(MV * 200))
        assert "unit 'counts' is no unit of voltage; give --unit" in problem(alone)
        assert only(alone, unit="ADC:200").lead_names == (name,)


def test_of_a_processed_ecg_the_raw_one_is_taken_and_marks_are_no_leads(tmp_path: Path) -> None:
    marks = (np.arange(5000) % 400 == 0).astype(int)
    columns = {"ECG_Raw": MV[1], "ECG_Clean": MV[1] * 0.9, "ECG_Rate": marks + 60, "ECG_R_Peaks": marks}
    columns |= {"ECG_P_Onsets": marks, "ECG_Phase_Atrial": marks, "ECG_x": marks}
    found = only(table(tmp_path / "a.csv", columns), rate_hz=500)
    assert found.lead_names == ("ECG_Raw",)
    assert notes(found)[0] == "left out: 'ECG_Clean', as 'ECG_Raw' is another version of it"


def test_signals_without_names_are_counted_where_names_given_do_not_fit(tmp_path: Path) -> None:
    path = table(tmp_path / "a.csv", {str(lead): MV[lead] for lead in range(3)}, header="")
    told = "2 lead names are given for 3 signals, which have no names"
    assert problem(path, rate_hz=500, lead_names=["I", "II"]) == told


def test_ids_under_the_name_that_r_gives_are_no_lead(tmp_path: Path) -> None:
    path = table(tmp_path / "a.csv", {"V1": np.repeat([7, 9], 2500), "V2": MV[0], "V3": MV[1]})
    assert "V2 to V3 are only numbered" in problem(path, rate_hz=500)
    first, second = read(path, rate_hz=500, lead_map={"V2": "I", "V3": "II"})
    assert (first.name, second.name) == ("a.csv:7", "a.csv:9")
