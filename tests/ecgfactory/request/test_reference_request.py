"""A request's reference: how it is asked for, and what of it decides a plan."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from ecgfactory.request.build_request import BuildRequest
from ecgfactory.request.plan import make_plan
from ecgfactory.request.preflight import preflight_problems, with_absolute_paths
from ecgfactory.request.reference import ReferenceDigest

MakeRequest = Callable[..., BuildRequest]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "real"
    (folder / "deep").mkdir(parents=True)
    (folder / "one.csv").write_text("1", encoding="utf-8")
    (folder / "deep" / "two.csv").write_text("2", encoding="utf-8")
    return folder


def test_a_path_alone_is_the_section(make_request: MakeRequest, folder: Path) -> None:
    assert make_request(reference=str(folder)) == make_request(reference={"path": str(folder)})
    assert make_request().reference.path is None


def test_the_plan_follows_from_the_files_and_what_is_said_of_them(
    make_request: MakeRequest, folder: Path, tmp_path: Path
) -> None:
    plain = make_plan(make_request()).identity()
    assert "reference" not in plain
    assert "scikit-learn" not in plain["versions"]

    first = make_plan(make_request(reference=str(folder)))
    assert "scikit-learn" in first.versions
    elsewhere = tmp_path / "elsewhere" / "real"
    shutil.copytree(folder, elsewhere)
    (elsewhere / ".hidden").touch()
    assert make_plan(make_request(reference=str(elsewhere))).plan_id == first.plan_id
    assert make_plan(make_request(reference={"path": str(folder), "unit": "mV"})).plan_id != first.plan_id
    (folder / "deep" / "two.csv").write_text("3", encoding="utf-8")
    assert make_plan(make_request(reference=str(folder))).plan_id != first.plan_id


def test_a_record_is_known_by_all_its_files(tmp_path: Path) -> None:
    for name in ("a.hea", "a.dat", "b.hea"):
        (tmp_path / name).write_text(name, encoding="utf-8")
    first = ReferenceDigest.of(tmp_path / "a")
    (tmp_path / "b.hea").write_text("other", encoding="utf-8")
    assert ReferenceDigest.of(tmp_path / "a") == first
    (tmp_path / "a.dat").write_text("other", encoding="utf-8")
    assert ReferenceDigest.of(tmp_path / "a") != first


@pytest.mark.parametrize("name", ["rec[1].csv", "a*.csv", "1.csv"])
def test_a_file_is_known_by_itself_and_not_by_what_begins_like_it(tmp_path: Path, name: str) -> None:
    file, other = tmp_path / name, tmp_path / f"{Path(name).stem}0.csv"
    file.write_text("1", encoding="utf-8")
    first = ReferenceDigest.of(file)
    other.write_text("1", encoding="utf-8")
    assert ReferenceDigest.of(file) == first
    file.write_text("2", encoding="utf-8")
    assert ReferenceDigest.of(file) != first


def test_files_of_signals_that_a_header_names_are_part_of_the_record(tmp_path: Path) -> None:
    (tmp_path / "1.hea").write_text("1 1 500 10\n1_limb.flac 516\n", encoding="utf-8")
    (tmp_path / "1_limb.flac").write_text("1", encoding="utf-8")
    first = ReferenceDigest.of(tmp_path / "1")
    assert ReferenceDigest.of(tmp_path / "1.hea").sha256 == first.sha256
    (tmp_path / "1_limb.flac").write_text("2", encoding="utf-8")
    assert ReferenceDigest.of(tmp_path / "1") != first


def test_a_dataset_of_ours_is_known_by_its_signals(built: Path, copy: Path) -> None:
    (copy / "notes.txt").touch()
    assert ReferenceDigest.of(built) == ReferenceDigest.of(copy) == ReferenceDigest.of(built.parent)
    assert ReferenceDigest.of(built).name == built.name


def test_no_reference_where_one_is_named(make_request: MakeRequest, tmp_path: Path) -> None:
    missing = make_request(output=str(tmp_path), reference="nowhere")
    assert ("reference.path", "there is no file or folder 'nowhere'; give ECGs to compare with.") in preflight_problems(
        missing
    )
    assert Path(with_absolute_paths(missing).reference.path or "").is_absolute()
    without = make_request(output=str(tmp_path), reference={"unit": "mV"})
    assert preflight_problems(without) == [
        ("reference.path", "nothing is compared without a path; add one, or leave the section out.")
    ]
