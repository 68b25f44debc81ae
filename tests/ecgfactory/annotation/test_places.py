"""Names of annotation files: those of the records, below one folder whatever a record is called."""

from __future__ import annotations

from pathlib import PurePosixPath

from hypothesis import given
from hypothesis import strategies as st

from ecgfactory.annotation.places import RecordPlaces, extensions, safe_path
from ecgfactory.leads import TWELVE_LEADS


def test_a_record_keeps_its_name_and_folder() -> None:
    files = ["100.hea", "sub/100.hea", "sub/100.csv", "many.parquet", "1.2.840.5", "a:b.csv"]
    places = RecordPlaces(files)
    expected = {
        "100.hea": "100",
        "sub/100.hea": "sub/100",
        "sub/100.csv": "sub/100.csv",
        "many.parquet:p/7": "many/p/7",
        "many.parquet:../../x": "many/__/__/x",
        "1.2.840.5": "1.2.840.5",
        "a:b.csv": "a:b",
        "a:b.csv:c:d": "a:b/c_d",
        "many.parquet:a b": "many/a_b",
        "many.parquet:a_b": "many/a_b-2",
    }
    assert {name: places.new(name) for name in expected} == expected


@given(st.text())
def test_no_id_leads_out_of_the_folder_or_is_hidden(record_id: str) -> None:
    parts = PurePosixPath(safe_path(record_id)).parts
    assert parts
    assert not any(part.startswith((".", "/")) or "\0" in part or len(part.encode()) > 200 for part in parts)


@given(st.lists(st.text(min_size=1), min_size=1, unique=True))
def test_each_lead_has_an_extension_of_its_own(names: list[str]) -> None:
    found = extensions(names)
    assert len(set(found)) == len(names)
    assert all(extension.isascii() and extension.isalnum() and extension == extension.lower() for extension in found)
    assert not {"atr", "hea", "csv"} & set(found)


def test_standard_leads_have_those_of_ludb() -> None:
    assert extensions(TWELVE_LEADS) == ["i", "ii", "iii", "avr", "avl", "avf", "v1", "v2", "v3", "v4", "v5", "v6"]
    assert extensions(["ECG 1", "ECG1", "V7"]) == ["ecg1", "ecg1x2", "v7"]
