"""The user's working folder comes last among the places that modules are imported from.

That a build imports nothing of it is tested in cli/test_cli.py.
"""

from __future__ import annotations

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
