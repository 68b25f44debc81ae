"""Reports of a dataset in a store, which here is a folder, are made again as on a disk."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from ecgfactory.dataset.foreign_files import foreign_files
from ecgfactory.dataset.reader import Dataset
from ecgfactory.dataset.seal import seal
from ecgfactory.dataset.verify import verify
from ecgfactory.errors import DamagedDatasetError
from ecgfactory.report.remake import remake_reports
from ecgfactory.report.remake_in_store import NEW_SUMS_FILE
from ecgfactory.session import lease
from ecgfactory.storage.faults import ENVIRONMENT_VARIABLE as KILL_AT
from ecgfactory.storage.faults import RemakeFaultPoint
from ecgfactory.storage.folder_store import FolderStore
from ecgfactory.storage.store import StoreError
from ecgfactory.storage.store_path import StorePath


def in_store(dataset: Path) -> StorePath:
    return StorePath.parse(f"file://{dataset}")


def state(dataset: Path) -> dict[str, bytes]:
    return {path.relative_to(dataset).as_posix(): path.read_bytes() for path in dataset.rglob("*") if path.is_file()}


@pytest.fixture
def older(copy: Path) -> Path:
    """A dataset that has a report which would not be made any more, and a note beside the reports."""
    (copy / "reports" / "old.pdf").write_bytes(b"old")
    (copy / "SHA256SUMS.txt").unlink()
    seal(copy, Dataset(copy).manifest, {})
    (copy / "reports" / "note.txt").write_bytes(b"mine")
    return copy


def test_they_are_those_of_a_disk(older: Path, tmp_path: Path) -> None:
    other = tmp_path / "other" / "small" / older.name
    shutil.copytree(older, other)
    remake_reports(Dataset(other))
    (older / "reports" / "index.html").write_bytes(b"damaged")
    assert remake_reports(Dataset(in_store(older))) == in_store(older / "reports")
    assert state(older) == state(other)
    assert (older / "reports" / "note.txt").exists()
    assert not (older / "reports" / "old.pdf").exists()
    verify(in_store(older))
    assert {path.name for path in tmp_path.iterdir()} == {"small", "other"}


def test_columns_are_described_anew_where_croissant_is_not_as_published(older: Path) -> None:
    before = (older / "croissant.json").read_bytes()
    (older / "croissant.json").write_text("{}")
    remake_reports(Dataset(in_store(older)))
    assert json.loads((older / "croissant.json").read_bytes())["recordSet"] == json.loads(before)["recordSet"]
    verify(in_store(older), with_signals=False)


@pytest.mark.parametrize("point", get_args(RemakeFaultPoint))
def test_a_killed_one_disturbs_no_reader_and_is_mended_by_the_next(point: str, older: Path, tmp_path: Path) -> None:
    signals = Dataset(older).signals()
    (older / "reports" / "index.html").write_bytes(b"damaged")
    killed = report(in_store(older), {KILL_AT: point})
    assert killed.returncode == -9, killed.stderr
    assert np.array_equal(Dataset(in_store(older)).signals(), signals)
    (lease,) = tmp_path.glob(".sessions/*/lease.json")
    os.utime(lease, (0, 0))  # it lapses
    mended = report(in_store(older), {})
    assert mended.returncode == 0, mended.stderr
    assert f"{in_store(older)}/reports/index.html" in mended.stdout.replace("\n", "")
    assert verify(in_store(older), with_signals=False).path == in_store(older)
    assert foreign_files(older) == ["reports/note.txt"]
    assert [path.name for path in tmp_path.iterdir()] == ["small"], "nothing of the session is left"


def report(place: StorePath, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "ecgfactory", "report", str(place)]
    return subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True, check=False)


def test_sums_that_follow_from_nothing_are_told_and_stay(copy: Path) -> None:
    sums = (copy / "SHA256SUMS.txt").read_text().replace("0", "1", 1)
    (copy / "SHA256SUMS.txt").write_text(sums)
    before = state(copy)
    with pytest.raises(DamagedDatasetError, match=r"SHA256SUMS\.txt: content changed"):
        remake_reports(Dataset(in_store(copy)))
    assert state(copy) == before


def test_what_is_missing_is_told_before_anything_is_changed(copy: Path) -> None:
    gone = min((copy / "edf" / "00000").iterdir())
    gone.unlink()
    before = state(copy)
    with pytest.raises(DamagedDatasetError, match=f"{gone.name}: missing"):
        remake_reports(Dataset(in_store(copy)))
    assert state(copy) == before


def test_a_dataset_that_is_removed_meanwhile_is_told(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    swap = FolderStore.swap

    def late(store: FolderStore, name: str, content: bytes, version: str) -> bool:
        if name.endswith("manifest.json"):
            (copy / "manifest.json").write_text(json.dumps({}))
        return swap(store, name, content, version)

    monkeypatch.setattr(FolderStore, "swap", late)
    with pytest.raises(StoreError, match="somebody else changed or removed it meanwhile"):
        remake_reports(Dataset(in_store(copy)))


def test_one_whose_lease_has_lapsed_changes_no_more(older: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lease, "_keep_renewing", lambda *_: None)
    copy = FolderStore.copy

    def copy_and_pause(store: FolderStore, source: str, target: str) -> None:
        copy(store, source, target)
        monkeypatch.setattr(lease, "now_s", lambda: 1e9)

    monkeypatch.setattr(FolderStore, "copy", copy_and_pause)
    with pytest.raises(lease.LeaseLostError):
        remake_reports(Dataset(in_store(older)))
    assert (older / NEW_SUMS_FILE).exists()
