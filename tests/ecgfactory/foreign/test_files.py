"""Which files of a path are read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from pydicom.data import get_testdata_file

from ecgfactory.errors import BadInputError
from ecgfactory.foreign.files import ecg_files
from ecgfactory.foreign.formats import READERS
from ecgfactory.foreign.reader import read_ecgs
from tests.foreign_files import only, problem, read


def names(path: Path) -> list[str]:
    return [file.name for file in ecg_files(path, READERS)[0]]


def test_a_wfdb_record_is_found_by_any_of_its_files(tmp_path: Path) -> None:
    for name in (
        "100.hea",
        "100.dat",
        "100.atr",
        "100.mat",
        "rec.1.hea",
        "rec.1.dat",
        "a.csv",
        "a.csv.hea",
        "b.csv",
        "b.hea",
    ):
        (tmp_path / name).touch()
    for name in ("100", "100.hea", "100.dat", "100.atr", "100.mat"):
        assert names(tmp_path / name) == ["100.hea"]
    assert names(tmp_path / "rec.1") == names(tmp_path / "rec.1.dat") == ["rec.1.hea"]
    assert names(tmp_path / "a.csv") == ["a.csv.hea"]
    assert names(tmp_path / "b.csv") == ["b.csv"]


def test_a_folder_is_searched_at_any_depth_and_for_suffixes_of_any_case(tmp_path: Path) -> None:
    (tmp_path / "x.hea").mkdir()
    for name in ("x.hea/b.CSV", "x.hea/notes.md", "c.DCM", ".hidden.csv", "npy.npy", "npy.candidates.npy"):
        (tmp_path / name).touch()
    assert names(tmp_path) == ["c.DCM", "npy.npy", "b.CSV"]
    assert names(tmp_path / "x.hea") == ["b.CSV"]


def test_links_are_followed_to_files_and_told_where_they_lead_nowhere(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text("I,II\n1,2\n")
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "a.csv").symlink_to(tmp_path / "elsewhere")
    (folder / "b.csv").symlink_to(tmp_path / "gone")
    (folder / "c.csv").symlink_to(folder)
    assert names(folder) == ["a.csv", "b.csv"]
    assert read(folder)[1].problem == "it can't be opened (No such file or directory)"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.hea").write_text("a 1 500 10\n")
    (tmp_path / "a.hea").chmod(0)
    assert problem(tmp_path) == "it can't be opened (Permission denied)"


def test_files_of_other_formats_are_named_and_those_of_records_are_not(tmp_path: Path) -> None:
    for name in ("a.csv", "b.NPZ", "c.csv.gz", "d.xlsx", "e.mat", "f.mat", "f.hea", "g.md", "LICENSE"):
        (tmp_path / name).touch()
    reading = read_ecgs(tmp_path)
    assert reading.not_read == ["b.NPZ", "c.csv.gz", "d.xlsx", "e.mat"]
    (tmp_path / "a.csv").unlink()
    (tmp_path / "f.hea").unlink()
    with pytest.raises(BadInputError, match=r"no .hea, .* file in this folder \(b.NPZ is none\)"):
        read_ecgs(tmp_path)


@pytest.mark.parametrize("name", ["IM000001", "1.2.840.10008.17", "ecg.ima"])
def test_a_dicom_file_is_known_by_its_beginning(tmp_path: Path, name: str) -> None:
    example = get_testdata_file("waveform_ecg.dcm", download=False)
    (tmp_path / name).symlink_to(str(example))
    assert names(tmp_path) == names(tmp_path / name) == [name]
    assert only(tmp_path).lead_names[:2] == ("I", "II")


@pytest.mark.parametrize(
    ("name", "expected"),
    [("gone", "no such file"), ("gone.hea", "no such file"), ("empty", "no .hea"), ("a.xml", "suffix")],
)
def test_where_there_is_nothing_to_read_it_is_said(tmp_path: Path, name: str, expected: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "a.xml").touch()
    with pytest.raises(BadInputError, match=expected):
        ecg_files(tmp_path / name, READERS)


def test_clean_twins_of_a_dataset_count_where_they_are_asked_for_alone(tmp_path: Path) -> None:
    dataset = tmp_path / "all" / "noisy" / "0123456789abcdef"
    for name in ("wfdb/1.hea", "wfdb_clean/1.hea", "data/a.parquet", "clean/b.parquet", "other/clean/2.hea"):
        (dataset / name).parent.mkdir(parents=True, exist_ok=True)
        (dataset / name).touch()
    for name in ("manifest.json", "records.parquet"):
        (dataset / name).touch()
    for folder in (tmp_path, dataset):
        assert names(folder) == ["a.parquet", "2.hea", "1.hea"]
    assert names(dataset / "wfdb_clean") == ["1.hea"]
    assert names(dataset / "clean") == ["b.parquet"]


def test_pictures_of_a_dataset_are_no_ecgs(tmp_path: Path) -> None:
    """Boxes are text and tables too, which a reader of either might take for signals."""
    beside = ["records.parquet", "images.parquet", "manifest.json"]
    made = ["images/train/metadata.parquet", "images/train/labels/00000/00000001.txt", "images/test/a.csv"]
    for name in ("data/train.parquet", *beside, *made):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert names(tmp_path) == ["train.parquet"]
    (tmp_path / "manifest.json").unlink()
    assert {"metadata.parquet", "00000001.txt", "a.csv"} < {*names(tmp_path)}, "in a folder of others"
