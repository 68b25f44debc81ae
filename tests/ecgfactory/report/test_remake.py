"""Making the reports of a published dataset again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ecgfactory.dataset.names import CROISSANT_FILE, PIN_FILE
from ecgfactory.dataset.reader import Dataset
from ecgfactory.dataset.replace import replace
from ecgfactory.dataset.seal import seal
from ecgfactory.dataset.verify import verify
from ecgfactory.errors import BadInputError, DamagedDatasetError
from ecgfactory.report.remake import remake_reports

pytestmark = pytest.mark.slow


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def run_report(dataset: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "ecgfactory", "report", str(dataset)]
    return subprocess.run(command, capture_output=True, text=True, env=os.environ | environment, check=False)


def test_reports_come_back_the_same_and_sealed(copy: Path) -> None:
    for name in (PIN_FILE, "notes.txt", ".DS_Store", "reports/notes.txt"):
        (copy / name).write_text("stays", encoding="utf-8")
    before = contents(copy)
    (copy / "reports" / "index.html").write_text("old", encoding="utf-8")
    done = run_report(copy)
    assert (done.returncode, done.stderr) == (0, "")
    assert "index.html" in done.stdout
    assert contents(copy) == before
    assert [path.name for path in copy.parent.iterdir()] == [copy.name]
    verify(copy)


@pytest.mark.parametrize("place", ["sums-written", "manifest-written"])
def test_a_killed_one_leaves_the_dataset_as_it_was(copy: Path, place: str) -> None:
    before = contents(copy)
    killed = run_report(copy, ECGFACTORY_KILL_AT=place)
    assert killed.returncode == -signal.SIGKILL
    assert contents(copy) == before
    assert len(list(copy.parent.iterdir())) > 1
    remake_reports(Dataset(copy))
    assert [path.name for path in copy.parent.iterdir()] == [copy.name], "what the killed one left is gone"


def test_damage_is_neither_hidden_nor_taken_in(copy: Path) -> None:
    victim = sorted((copy / "csv").rglob("*.csv"))[0]
    victim.write_bytes(victim.read_bytes().replace(b"time_ms", b"time_mS"))
    remake_reports(Dataset(copy))
    with pytest.raises(DamagedDatasetError, match=f"{victim.name}: content changed"):
        verify(copy)
    victim.unlink()
    with pytest.raises(DamagedDatasetError, match=f"{victim.name}: missing"):
        remake_reports(Dataset(copy))
    assert [path.name for path in copy.parent.iterdir()] == [copy.name]


def test_columns_mean_what_they_meant_when_they_were_measured(copy: Path) -> None:
    words = b"Beats that an older version found."
    croissant = copy / CROISSANT_FILE
    croissant.write_bytes(croissant.read_bytes().replace(b"60,000 divided by rr_mean_ms.", words))
    remake_reports(Dataset(copy))
    assert words not in croissant.read_bytes(), "what was changed after publishing is not taken in"
    croissant.write_bytes(croissant.read_bytes().replace(b"60,000 divided by rr_mean_ms.", words))
    seal(copy, Dataset(copy).manifest, {})
    remake_reports(Dataset(copy))
    assert words in croissant.read_bytes()
    verify(copy, with_signals=False)


def test_a_dataset_without_reports_says_so(copy: Path) -> None:
    dataset = Dataset(copy)
    none = dataset.plan.request.report.model_copy(update={"samples": 0})
    request = dataset.plan.request.model_copy(update={"report": none})
    dataset.plan = dataset.plan.model_copy(update={"request": request})
    with pytest.raises(BadInputError, match=r"report\.samples 0"):
        remake_reports(dataset)


@pytest.mark.parametrize("has_exchange", [True, False])
def test_replace_with_and_without_an_exchange(
    tmp_path: Path, has_exchange: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not has_exchange:
        monkeypatch.setattr("ecgfactory.dataset.replace._exchange", lambda first, second: False)
    for name in ("staged", "target"):
        (tmp_path / name).mkdir()
        (tmp_path / name / name).touch()
    replace(tmp_path / "staged", tmp_path / "target")
    assert [path.name for path in tmp_path.iterdir()] == ["target"]
    assert [path.name for path in (tmp_path / "target").iterdir()] == ["staged"]


def test_replace_that_fails_puts_the_old_back(tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.mkdir()
    with pytest.raises(FileNotFoundError):
        replace(tmp_path / "missing", target)
    assert [path.name for path in tmp_path.iterdir()] == ["target"]
