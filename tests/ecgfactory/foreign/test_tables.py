"""Tables as text: however they are separated, encoded and headed, with one record or several, or with none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecgfactory.foreign.formats.text_layout import layout_of
from ecgfactory.foreign.recording import UnreadableEcg, UnreadableError
from ecgfactory.foreign.standard import ForeignEcg
from tests.foreign_files import EIGHT, MV, TIME_S, TWELVE, only, problem, read, table

TWO = {"time_s": TIME_S, "I": MV[0], "II": MV[1]}


def is_right(found: ForeignEcg) -> bool:
    return found.lead_names == ("I", "II") and bool(np.abs(found.signal_uv - TWELVE[:2]).max() < 1e-6)


@pytest.mark.parametrize("separator", [",", ";", "\t", "|", "  ", ", "])
@pytest.mark.parametrize("decimal", [".", ","])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_a_table_is_read_however_it_is_separated_and_encoded(
    tmp_path: Path, separator: str, decimal: str, encoding: str
) -> None:
    if separator.strip() == decimal:
        return
    header = separator.join(["Zeit_s", "I", "II"])
    assert is_right(
        only(table(tmp_path / "a.csv", TWO, separator=separator, decimal=decimal, header=header, encoding=encoding))
    )


@pytest.mark.parametrize(
    "header",
    [
        "# made on a Tuesday\n# time_s,I,II",
        "; remarks, with a comma\n% more\n\ntime_s,I,II",
        "Holter of May\nName: X Y\n\n'time_s','I','II'",
        '"time_s","I","II"\n"s","mV","mV"',
        "'Elapsed time','I','II'\n'seconds','mV','mV'",
        "sep=,\ntime_s,I,II",
        "time_s,I,II,",
        ",I,II",
    ],
)
def test_what_stands_above_a_table_is_no_data(tmp_path: Path, header: str) -> None:
    assert is_right(only(table(tmp_path / "a.csv", TWO, header=header)))


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_lines_may_end_in_any_way_and_rows_with_a_separator(tmp_path: Path, end: str) -> None:
    path = table(tmp_path / "a.csv", TWO)
    path.write_bytes(path.read_bytes().replace(b"\n", b"," + end.encode()) + b",,," + end.encode())
    found = only(path)
    assert is_right(found)
    assert "left out: empty rows at the end (1)" in found.notes


def test_without_a_header_columns_have_no_names(tmp_path: Path) -> None:
    timed = only(table(tmp_path / "a.csv", TWO, header=""))
    assert timed.lead_names == ("ECG 1", "ECG 2")
    assert timed.notes[0] == "assumed: the first column is in s, as it rises by 0.002 a sample"
    assert only(table(tmp_path / "b.csv", {"": MV[1]}, header=""), rate_hz=500).lead_names == ("ECG",)
    assert is_right(only(table(tmp_path / "a.csv", TWO, header=""), lead_names=["I", "II"]))


@pytest.mark.parametrize("options", [{}, {"index": False}, {"header": False, "index": False}, {"sep": "\t"}])
def test_tables_of_pandas_without_names_of_columns(tmp_path: Path, options: dict[str, object]) -> None:
    pd.DataFrame(MV[:2].T).to_csv(tmp_path / "a.csv", **options)  # type: ignore[call-overload]
    assert is_right(only(tmp_path / "a.csv", rate_hz=500, lead_names=["I", "II"]))


def test_tables_of_r_with_names_of_rows(tmp_path: Path) -> None:
    rows = "".join(f'"{row}" {i:.3f} {ii:.3f}\n' for row, (i, ii) in enumerate(MV[:2].T, start=1))
    (tmp_path / "a.txt").write_text('"I" "II"\n' + rows, encoding="utf-8")
    assert is_right(only(tmp_path / "a.txt", rate_hz=500))


def test_remarks_may_tell_rate_unit_and_lead(tmp_path: Path) -> None:
    values = "".join(f"{value}\n" for value in EIGHT[0])
    (tmp_path / "a.csv").write_text(
        f"Name,X Y\nDevice,Watch\nSample Rate,500 hertz\n\nLead,Lead I\nUnit,µV\n\n{values}", encoding="utf-8"
    )
    found = only(tmp_path / "a.csv")
    assert (found.lead_names, found.notes) == (("I",), ("a remark above the table says 500 Hz",))
    np.testing.assert_array_equal(found.signal_uv, EIGHT[:1])
    assert is_right(only(table(tmp_path / "b.csv", {"I": MV[0], "II": MV[1]}, header="# fs: 500 Hz\nI,II")))


def test_decimal_commas_in_one_column_are_no_second_column(tmp_path: Path) -> None:
    found = only(table(tmp_path / "a.csv", {"II": MV[1]}, decimal=","), rate_hz=500)
    np.testing.assert_allclose(found.signal_uv, TWELVE[[1]], atol=1e-6)


def test_missing_values_stay_missing_and_other_words_are_told(tmp_path: Path) -> None:
    values = MV[1].astype(object)
    values[[10, 11, 12, 13]] = ["-", "NaN", "", "lead off"]
    found = only(table(tmp_path / "a.csv", TWO | {"II": values}))
    assert np.isnan(found.signal_uv).sum(axis=1).tolist() == [0, 4]
    assert "column 'II' holds 1 value that is no number, as 'lead off'" in found.notes


def test_a_lead_without_values_is_left_out_and_a_record_without_any_unreadable(tmp_path: Path) -> None:
    nothing = [""] * 5000
    found = only(table(tmp_path / "a.csv", TWO | {"V1": nothing}))
    assert is_right(found)
    assert "left out: V1 holds no values" in found.notes
    path = table(tmp_path / "b.csv", {"time_s": TIME_S, "I": nothing, "II": ["x"] * 5000})
    assert "none of their samples is a number" in problem(path)


def test_separated_thousands_are_refused(tmp_path: Path) -> None:
    values = [f'"{value:,}"' for value in TWELVE[1]]
    assert "column 'II' separates thousands, as in '1," in problem(table(tmp_path / "a.csv", TWO | {"II": values}))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "the file is empty"),
        ("\ufeff\n \n", "the file is empty"),
        ("time,I,II\n", "leads are named (I, II), but no table of numbers follows"),
        ("I,II\n" + "1,2\n" * 30 + "1,2,3\n", "line 32 has 3 columns instead of 2; mend or cut it"),
        (
            "id,label\n" + "".join(f"{row},{row % 3}\n" for row in range(90)),
            "no column is named as a lead or ECG: 'id'",
        ),
        (",description,form\nNDT,x,1.0\nNST,y,1.0\n", "no column is named as a lead or ECG: 'description', 'form'"),
        ("dear,reader\nno,ECG\n", "no table of numbers"),
        ("I,II\n" + "0,001,-0,012\n" * 30, "its header has 2 columns and its rows 4; mend one of them"),
        (",".join("7" * 187) + "\n" + ",".join("5" * 187) + "\n", "if the rows are leads or records, turn the table"),
    ],
)
def test_what_is_no_ecg_is_unreadable_in_a_sentence(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    assert told in problem(tmp_path / "a.csv", rate_hz=500)


@given(st.binary(max_size=300))
@settings(max_examples=60, deadline=None)
def test_no_text_makes_trouble(data: bytes) -> None:
    lines = data.decode("cp1252", errors="replace").splitlines(keepends=True)
    try:
        layout = layout_of(lines)
    except UnreadableError:
        return
    assert len(layout.names) == len(layout.units)


def test_records_below_each_other_are_told_apart_by_their_ids(tmp_path: Path) -> None:
    ids = np.repeat(["a", "b", "c"], [1500, 1500, 2000])
    for name in ("record_id", "patient", "ECG ID", "file"):
        found = read(table(tmp_path / "a.csv", {name: ids, "I": MV[0], "II": MV[1]}), rate_hz=500)
        assert [one.name for one in found] == ["a.csv:a", "a.csv:b", "a.csv:c"]
        np.testing.assert_allclose(found[2].signal_uv, TWELVE[:2, 3000:], atol=1e-6)  # type: ignore[union-attr]
    number = table(tmp_path / "b.csv", {"patient": ids, "id": np.arange(5000) // 500, "II": MV[1]})
    assert [one.name for one in read(number, rate_hz=500)][:4] == [f"b.csv:a/{n}" for n in range(3)] + ["b.csv:b/3"]
    mixed = table(tmp_path / "c.csv", {"patient": np.resize(["a", "b"], 5000), "I": MV[0]})
    assert "rows of one record are not together; sort them" in problem(mixed, rate_hz=500)


def test_tables_beside_ecgs_are_passed_over_and_alone_they_are_unreadable(tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_text("ecg_id,age,report\n" + '1,56.0,"of two\nlines, ok"\n' * 40, encoding="utf-8")
    (tmp_path / "LICENSE.txt").write_text("You may copy this.\n\n1. No warranty.\n", encoding="utf-8")
    pd.DataFrame({"age": [1.0, 2.0]}).to_parquet(tmp_path / "age.parquet")
    alone = read(tmp_path)
    assert [type(one) for one in alone] == [UnreadableEcg] * 3
    table(tmp_path / "z.csv", TWO)
    assert is_right(only(tmp_path))


@pytest.mark.parametrize(
    ("name", "ids"),
    [
        ("participant_id", ["sub-01", "sub-02"]),
        ("who", ["a", "b"]),
        ("measured", [17, 12]),
        ("dog", [0, 1]),
        ("date", ["2024-01-01", "2024-01-02"]),
    ],
)
def test_what_stands_still_in_long_blocks_tells_records_apart_whatever_its_name(
    tmp_path: Path, name: str, ids: list[Any]
) -> None:
    columns = {"I": MV[0], "II": MV[1], name: np.repeat(ids, 2500)}
    found = read(table(tmp_path / "a.csv", columns), rate_hz=500)
    assert [one.name for one in found] == [f"a.csv:{value}" for value in ids]
    is_guess = name != "participant_id"
    assert (f"assumed: one record per value of column {name!r}" in found[0].notes) == is_guess  # type: ignore[union-attr]


def test_a_state_during_which_time_runs_on_and_other_words_part_nothing_and_are_told(tmp_path: Path) -> None:
    state, words = np.repeat([3, 4], 2500), np.resize(["x", "y"], 5000)
    found = only(table(tmp_path / "a.csv", TWO | {"state": state, "remark": words}))
    assert is_right(found)
    assert "left out, as it holds no numbers: 'remark'" in found.notes
    assert "left out, as no lead: 'state'" in found.notes


def test_of_remarks_only_a_sampling_rate_is_one(tmp_path: Path) -> None:
    for remark in ("Frequency: 250 Hz low pass", "fs: 250 Hz low pass", "sampling rate: unknown"):
        path = table(tmp_path / "a.csv", {"I": MV[0], "II": MV[1]}, header=f"# {remark}\nI,II")
        assert "it states no sampling rate" in problem(path)
    told = table(tmp_path / "a.csv", {"I": MV[0], "II": MV[1]}, header="# fs = 250 Hz, filter 40 Hz\nI,II")
    assert only(told).signal_uv.shape == (2, 10_000)
    assert "a remark above the table says 250 Hz" in only(told).notes


@pytest.mark.parametrize("order", ["lead", "time"])
@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_a_tidy_table_is_one_ecg(tmp_path: Path, order: str, suffix: str) -> None:
    wide = pd.DataFrame({"time": TIME_S, "I": MV[0], "II": MV[1]})
    tidy = wide.melt("time", var_name="lead", value_name="mV").sort_values([order], kind="stable")
    path = tmp_path / f"a.{suffix}"
    tidy.to_csv(path, index=False) if suffix == "csv" else tidy.to_parquet(path)
    found = only(path)
    assert is_right(found)
    assert found.notes[0] == "column 'lead' names the lead of each row, of which column 'mV' holds the samples"


def test_a_tidy_table_that_does_not_fit_is_unreadable_in_a_sentence(tmp_path: Path) -> None:
    tidy = pd.DataFrame({"time": TIME_S, "I": MV[0], "II": MV[1]}).melt("time", var_name="lead", value_name="mV")
    for frame, told in (
        (tidy[:-7], "the rows of 'II' are not those of 'I'"),
        (tidy.assign(uV=tidy["mV"]), "it is not told which column holds its samples (one of 'mV', 'uV')"),
        (tidy.assign(lead=tidy["lead"].str.replace("I", "q")), "'q', 'qq' are no leads"),
    ):
        frame.to_csv(tmp_path / "a.csv", index=False)
        assert told in problem(tmp_path / "a.csv")


def test_comments_may_stand_anywhere(tmp_path: Path) -> None:
    rows = table(tmp_path / "a.csv", TWO, header="").read_text(encoding="utf-8").splitlines()
    text = ["time_s,I,II", "# a remark, between, two", *rows[:40], "# lead off", *rows[40:], "// the end"]
    (tmp_path / "a.csv").write_text("\n".join(text), encoding="utf-8")
    found = only(tmp_path / "a.csv")
    assert is_right(found)
    assert "left out: comments among the data (2)" in found.notes
    (tmp_path / "b.csv").write_text("\n".join(["# Samsung Health ECG", *map(str, MV[1])]), encoding="utf-8")
    assert only(tmp_path / "b.csv", rate_hz=500).lead_names == ("ECG",)


def test_decimal_commas_are_seen_before_a_flat_end_and_within_quotes(tmp_path: Path) -> None:
    spelt = [[f"{value:.3f}".replace(".", ",") for value in lead] for lead in MV[:2]]
    flat = {"time_ms": range(0, 10_000, 2), **{str(lead): [*spelt[lead][:4970], *["0"] * 30] for lead in (0, 1)}}
    path = table(tmp_path / "a.csv", flat, separator="\t", header="time_ms\tI\tII")
    np.testing.assert_allclose(only(path, unit="mV").signal_uv[:, :4900], TWELVE[:2, :4900], atol=1e-6)
    quoted = {name: [f'"{value}"' for value in spelt[lead]] for lead, name in enumerate(("I", "II"))}
    assert is_right(only(table(tmp_path / "b.csv", quoted), rate_hz=500))


def test_infinite_values_are_missing_ones(tmp_path: Path, recwarn: pytest.WarningsRecorder) -> None:
    values = MV[1].astype(object)
    values[7] = "inf"
    found = only(table(tmp_path / "a.csv", TWO | {"II": values}))
    assert np.isnan(found.signal_uv[1]).any()
    assert "column 'II' is infinite in places (1), which were taken as missing" in found.notes
    assert not recwarn.list


def test_a_lead_named_i_that_rises_slowly_is_no_count_of_samples(tmp_path: Path) -> None:
    """Its steps are 1 uV in the median, as of a smooth signal in whole uV."""
    waves_uv = np.cumsum(np.tile([1, 2, 0, 3, -1, 1, -6], 200)) + 1000 * (np.arange(1400) % 100 == 50)
    assert np.median(np.diff(waves_uv)) == 1
    found = only(table(tmp_path / "a.csv", {"time_ms": np.arange(1400) * 2, "I": waves_uv, "II": waves_uv[::-1]}))
    assert found.lead_names == ("I", "II")
    assert np.array_equal(found.signal_uv[0], waves_uv)
