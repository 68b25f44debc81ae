"""WebDataset tar files."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ecgfactory.foreign.recording import UnreadableEcg
from ecgfactory.foreign.standard import ForeignEcg
from ecgfactory.leads import EIGHT_LEADS, TWELVE_LEADS
from tests.ecgfactory.foreign.reader_contract import ReaderContract
from tests.foreign_files import EIGHT, only, problem, read

TOLD = {"leads": EIGHT_LEADS, "sampling_rate_hz": 500, "unit": "uV"}


def npy(array: Any) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


def write(path: Path, members: dict[str, bytes], mode: Any = "w") -> Path:
    with tarfile.open(path, mode) as tar:
        for name, content in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return path


class TestContract(ReaderContract):
    suffix = ".tar"

    def write(self, folder: Path) -> Path:
        return write(folder / "a.tar", {"1.npy": npy(EIGHT), "1.json": json.dumps(TOLD).encode()})


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:xz"])
def test_records_are_the_members_of_one_name_in_any_order(tmp_path: Path, mode: str) -> None:
    told = json.dumps(TOLD).encode()
    members = {"a/1.json": told, "a/1.npy": npy(EIGHT), "a/1.cls": b"3", "b/1.npy": npy(EIGHT), "b/1.json": told}
    found = read(write(tmp_path / "a.tar", members, mode))
    assert [one.name for one in found] == ["a.tar:a/1", "a.tar:b/1"]
    for one in found:
        np.testing.assert_allclose(one.signal_uv, EIGHT, atol=1e-3)


def test_what_is_not_told_may_be_stated(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tar", {"1.npy": npy(EIGHT.T / 1000)})
    assert "sampling rate" in problem(path, lead_names=EIGHT_LEADS)
    found = only(path, rate_hz=500, lead_names=EIGHT_LEADS)
    np.testing.assert_allclose(found.signal_uv, EIGHT, atol=1e-3)


def test_one_record_that_fails_leaves_the_others(tmp_path: Path) -> None:
    told = json.dumps(TOLD).encode()
    huge = npy(np.zeros((2, 500))).replace(b"(2, 500), }          ", b"(2, 500000000000), } ")
    members = {"1.npy": b"", "2.npy": huge, "3.npy": npy(EIGHT), "3.json": b"{", "4.npy": npy(np.array([{}]))}
    members |= {"5.npy": npy(EIGHT), "5.json": told, "6.npy": npy(EIGHT), "6.json": b"[]"}
    found = read(write(tmp_path / "a.tar", members))
    assert [isinstance(one, UnreadableEcg) for one in found] == [True, True, True, True, False, True]
    assert "JSON file can't be parsed" in found[2].problem


def test_no_name_in_a_tar_file_leads_anywhere(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    told = json.dumps(TOLD).encode()
    path = inner / "a.tar"
    with tarfile.open(path, "w") as tar:
        link = tarfile.TarInfo("2.npy")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(link)
        for name, content in (("../../1.npy", npy(EIGHT)), ("../../1.json", told)):
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    np.testing.assert_allclose(only(path).signal_uv, EIGHT, atol=1e-3)
    assert [one.name for one in tmp_path.rglob("*")] == ["inner", "a.tar"]


def test_a_tar_file_that_is_cut_off_gives_what_it_holds(tmp_path: Path) -> None:
    told = json.dumps(TOLD).encode()
    members = {"1.json": told, "1.npy": npy(EIGHT), "2.json": told, "2.npy": npy(EIGHT)}
    path = write(tmp_path / "a.tar", members)
    path.write_bytes(path.read_bytes()[:100_000])
    whole, cut = read(path)
    np.testing.assert_allclose(whole.signal_uv, EIGHT, atol=1e-3)
    assert "no whole tar file" in cut.problem


def test_a_tar_file_of_other_things_is_told(tmp_path: Path) -> None:
    assert "without arrays" in problem(write(tmp_path / "a.tar", {"1.jpg": b"1", "1.json": b"{}"}))


def test_ours_say_all_but_the_unit_which_is_known(few: Path) -> None:
    found = read(few / "webdataset")
    assert len(found) == 8
    assert {one.lead_names for one in found} == {TWELVE_LEADS}
    assert {one.notes for one in found} == {()}


@pytest.mark.parametrize(
    ("leads", "expected"),
    [(1, "1 as leads"), ([["I"]], "as leads, where a list of names is expected"), ({"I": 0}, "as leads"), ("II", "")],
)
def test_odd_names_of_leads_concern_their_record_alone(tmp_path: Path, leads: Any, expected: str) -> None:
    odd, sound = ({"leads": names, "sampling_rate_hz": 500, "unit": "uV"} for names in (leads, "II, V5"))
    members = {"1.npy": npy(EIGHT[1:2]), "1.json": json.dumps(odd).encode()}
    members |= {"2.npy": npy(EIGHT[[1, 6]]), "2.json": json.dumps(sound).encode()}
    first, second = read(write(tmp_path / "a.tar", members))
    assert isinstance(second, ForeignEcg)
    assert second.lead_names == ("II", "V5")
    assert expected in first.problem if isinstance(first, UnreadableEcg) else first.lead_names == ("II",)


def test_two_records_of_one_name_are_told_apart(tmp_path: Path) -> None:
    told = json.dumps(TOLD).encode()
    with tarfile.open(tmp_path / "a.tar", "w") as tar:
        for name, content in (
            ("1.npy", npy(EIGHT)),
            ("1.json", told),
            ("2.npy", b""),
            ("1.npy", npy(EIGHT)),
            ("1.json", told),
        ):
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    assert [one.name for one in read(tmp_path)] == ["a.tar:1", "a.tar:2", "a.tar:1:2"]
