"""The user's working folder comes last among the places that modules are imported from."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import ecgfactory
from ecgfactory.import_path import import_path

PACKAGE_FOLDER = Path(ecgfactory.__file__).parents[1]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PYTHONPATH", raising=False)
    return tmp_path


@pytest.mark.parametrize("entry", ["", ".", "{here}", "{here}/"])
def test_the_working_folder_goes_last(here: Path, entry: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [entry.format(here=here), "/elsewhere", "/further"])
    assert import_path() == ["/elsewhere", "/further", str(here)]


def test_it_is_not_added(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", ["/elsewhere", Path("/ignored"), "/further"])
    assert import_path() == ["/elsewhere", "/further"]


def test_it_stays_where_the_user_put_it(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", f"/other:{here}")
    monkeypatch.setattr(sys, "path", [str(here), "/elsewhere"])
    assert import_path() == [str(here), "/elsewhere"]


def test_it_stays_where_it_is_in_a_checkout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(PACKAGE_FOLDER)
    monkeypatch.setattr(sys, "path", [str(PACKAGE_FOLDER), "/elsewhere"])
    assert import_path() == [str(PACKAGE_FOLDER), "/elsewhere"]


@pytest.mark.slow
def test_no_file_of_the_working_folder_takes_the_place_of_a_module(here: Path) -> None:
    for name in ("flows", "tasks", "logging", "torch", "yaml", "numpy", "sitecustomize", "socket", "random"):
        (here / f"{name}.py").write_text("raise RuntimeError(f'{__file__} was imported')")
    (here / "request.yaml").write_text("{name: shadowed, records: 2, seed: 1, report: {samples: 0}, workers: {cpu: 1}}")
    done = subprocess.run(
        [sys.executable, "-m", "ecgfactory", "build", "request.yaml"],
        env=os.environ | {"PYTHONPATH": str(PACKAGE_FOLDER)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert (here / "datasets" / "shadowed" / "latest" / "manifest.json").is_file()
