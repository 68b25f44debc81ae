from __future__ import annotations

from pathlib import Path

import pytest

from ecgfactory.errors import BadInputError
from ecgfactory.storage.sealed import MANIFEST_FILE, SUMS_FILE, check_outside, enclosing_sealed


@pytest.fixture
def sealed(tmp_path: Path) -> Path:
    """A sealed folder `sets/a`, and links to it, to a folder in it and to a file in it."""
    folder = tmp_path / "sets" / "a"
    (folder / "data").mkdir(parents=True)
    for name in (MANIFEST_FILE, SUMS_FILE, "data/x"):
        (folder / name).touch()
    (tmp_path / "sets" / "latest").symlink_to("a")
    (tmp_path / "to-data").symlink_to(folder / "data")
    (tmp_path / "to-file").symlink_to(folder / "data" / "x")
    (folder / "out").symlink_to(tmp_path)
    return folder


INSIDE = (
    "sets/a",
    "sets/a/new.pdf",
    "sets/a/data/x",
    "sets/a/new/deep/er.csv",
    "sets/latest",
    "sets/latest/data/x.csv",
    "sets/../sets/b/../a/x",
    "to-data/x.pdf",
    "to-file",
    "to-data/../y",
    "sets/a/out",
)
OUTSIDE = ("x.pdf", "sets/x", "sets/b/c", "sets/a/../x", "to-data/../../x", "sets/a.pdf", "sets/latest/out/x", "loop/x")


@pytest.mark.parametrize("absolute", [True, False])
def test_a_place_is_inside_by_whatever_way_it_is_named(
    sealed: Path, tmp_path: Path, absolute: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "loop").symlink_to("loop")
    root = tmp_path if absolute else Path()
    assert [path for path in INSIDE if enclosing_sealed(root / path) != sealed] == []
    assert [path for path in OUTSIDE if enclosing_sealed(root / path)] == []
    monkeypatch.chdir(sealed / "data")
    assert enclosing_sealed(Path("x")) == enclosing_sealed(Path("..")) == enclosing_sealed(Path()) == sealed
    assert enclosing_sealed(Path("../..")) is None


def test_the_dataset_is_named(sealed: Path) -> None:
    with pytest.raises(BadInputError, match=f"x.csv: is inside the published dataset {sealed}, which stays as it is"):
        check_outside(sealed / "x.csv")
