"""NumPy arrays."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from ecgfactory.foreign.formats import npy
from ecgfactory.foreign.reader import read_ecgs
from ecgfactory.foreign.recording import Recording
from ecgfactory.foreign.standard import ForeignEcg
from ecgfactory.foreign.stated import Stated
from ecgfactory.leads import EIGHT_LEADS, TWELVE_LEADS
from tests.ecgfactory.foreign.reader_contract import ReaderContract
from tests.foreign_files import EIGHT, only, problem, read


def save(folder: Path, array: Any, name: str = "a.npy") -> Path:
    np.save(folder / name, array)
    return folder / name


def recordings(path: Path, lead_names: tuple[str, ...] = ()) -> list[Recording]:
    return list(npy.read(path, path.name, Stated(lead_names=lead_names)))


class TestContract(ReaderContract):
    suffix = ".npy"
    stated: ClassVar[dict[str, Any]] = {"rate_hz": 500, "lead_names": EIGHT_LEADS, "unit": "uV"}

    def write(self, folder: Path) -> Path:
        return save(folder, EIGHT)


@pytest.mark.parametrize(
    ("shape", "leads", "expected", "is_told"),
    [
        ((5000,), 0, [(1, 5000)], False),
        ((12, 5000), 0, [(12, 5000)], True),
        ((5000, 12), 0, [(12, 5000)], True),
        ((5000, 12), 12, [(12, 5000)], False),
        ((12, 100), 100, [(100, 12)], False),
        ((12, 12), 12, [(12, 12)], True),
        ((300, 5000), 0, [(1, 5000)] * 300, True),
        ((3, 5000), 1, [(1, 5000)] * 3, False),
        ((3, 8, 5000), 0, [(8, 5000)] * 3, True),
        ((3, 5000, 8), 8, [(8, 5000)] * 3, False),
        ((1, 2, 5000), 2, [(2, 5000)], False),
    ],
)
def test_axes_follow_from_their_lengths(
    tmp_path: Path, shape: tuple[int, ...], leads: int, expected: list[tuple[int, int]], is_told: bool
) -> None:
    array = np.arange(np.prod(shape), dtype=np.int32).reshape(shape)
    found = recordings(save(tmp_path, array), tuple(f"lead {n}" for n in range(leads)))
    assert [(len(one.signals), len(one.signals[0].values)) for one in found] == expected
    assert {bool(one.notes) for one in found} == {is_told}
    samples_in_order = expected[0][0] == 1 or shape[-1] == expected[0][1]
    assert found[0].signals[0].values[1] == (1 if samples_in_order else shape[-1])


def test_records_are_named_by_their_rows(tmp_path: Path) -> None:
    assert [one.name for one in recordings(save(tmp_path, np.zeros((2, 3, 50))))] == ["a.npy:0", "a.npy:1"]
    assert [one.name for one in recordings(save(tmp_path, np.zeros((3, 50))))] == ["a.npy"]


@pytest.mark.parametrize(
    ("array", "expected"),
    [
        (np.array(["II"]), "instead of numbers"),
        (np.zeros((2, 500), dtype=complex), "instead of numbers"),
        (np.zeros((2, 500), dtype=bool), "instead of numbers"),
        (np.zeros(500, dtype=[("I", "f4")]), "instead of numbers"),
        (np.zeros((2, 2, 2, 500)), "is no ECG"),
        (np.float64(3), "is no ECG"),
        (np.zeros((2, 100, 500)), "no axis of leads"),
        (np.zeros((2, 0)), "is no ECG"),
    ],
)
def test_other_arrays_are_told(tmp_path: Path, array: Any, expected: str) -> None:
    assert expected in problem(save(tmp_path, array), rate_hz=500)


class Payload:
    def __reduce__(self) -> Any:
        return (pytest.fail, ("a pickle was loaded",))


def test_nothing_is_unpickled(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.array([Payload()], dtype=object), allow_pickle=True)
    (tmp_path / "b.npy").write_bytes(pickle.dumps(Payload()))
    assert all("no whole array of numbers" in found.problem for found in read(tmp_path))


def test_more_than_the_file_holds_does_not_get_the_memory(tmp_path: Path) -> None:
    path = save(tmp_path, np.zeros((2, 500)))
    path.write_bytes(path.read_bytes().replace(b"(2, 500), }          ", b"(2, 500000000000), } "))
    assert "no whole array" in problem(path)


def test_of_ours_the_manifest_tells_all(few: Path) -> None:
    found = read(few / "npy")
    assert len(found) == 8
    assert {one.lead_names for one in found} == {TWELVE_LEADS}
    assert {one.notes for one in found} == {()}
    index = next((few / "npy").glob("*.candidates.npy"))
    assert "it holds no ECG, but numbers, waves or masks" in problem(index)


def test_of_ours_without_the_manifest_is_as_any_other(few: Path, tmp_path: Path) -> None:
    file = next((few / "npy").glob("test-*[0-9].npy"))
    for one in (file, file.with_suffix(".candidates.npy")):
        (tmp_path / one.name).write_bytes(one.read_bytes())
    found = read(tmp_path, rate_hz=500, lead_names=TWELVE_LEADS, unit="uV")
    np.testing.assert_array_equal([one.signal_uv for one in found], np.load(file))


def test_one_ecg_of_many_leads_needs_their_names(tmp_path: Path) -> None:
    path = save(tmp_path, EIGHT.T)
    assert only(path, rate_hz=500, lead_names=EIGHT_LEADS, unit="uV").lead_names == EIGHT_LEADS
    assert "sampling rate" in problem(path, lead_names=EIGHT_LEADS, unit="uV")


COUNT = 200


@pytest.mark.parametrize(
    "labels",
    [
        np.arange(COUNT) % 5,
        np.arange(COUNT) % 2.0,
        np.arange(COUNT)[:, np.newaxis] % 5,
        np.eye(7)[np.arange(COUNT) % 7],
        np.linspace(20, 90, COUNT),
        np.arange(30),
        np.array(["NORM", "MI"] * 100),
        np.array(["NORM", "MI"] * 100, dtype=object),
        np.arange(COUNT) % 2 == 0,
    ],
)
def test_labels_beside_ecgs_are_passed_over(tmp_path: Path, labels: Any) -> None:
    save(tmp_path, np.tile(EIGHT[:2, :500], (COUNT, 1, 1)), "x.npy")
    save(tmp_path, labels, "y.npy")
    reading = read_ecgs(tmp_path, rate_hz=500, unit="uV", lead_names=["I", "II"])
    assert len(list(reading)) == COUNT
    assert [one.name for one in reading.passed_over] == ["y.npy"]


def test_a_lead_of_its_own_is_no_label(tmp_path: Path) -> None:
    save(tmp_path, EIGHT.T, "a.npy")
    save(tmp_path, EIGHT[1], "b.npy")
    save(tmp_path, np.zeros(5000), "c.npy")
    found = read(tmp_path, rate_hz=500, unit="uV")
    assert [one.name for one in found if isinstance(one, ForeignEcg)] == ["a.npy", "b.npy", "c.npy"]
