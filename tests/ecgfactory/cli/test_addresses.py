"""Commands that read, given addresses in a store. Here the store is a folder."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ecgfactory.storage.attempts import SOMEONE_WAITS_S, patience_s
from ecgfactory.storage.folder_store import FolderStore
from ecgfactory.storage.store import StoreError
from tests.foreign_files import MV, TIME_S, table


@pytest.fixture
def run(run_here: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Runs a command with the temporary folder as working folder."""
    monkeypatch.chdir(tmp_path)
    return run_here


@pytest.fixture
def ecgs(tmp_path: Path) -> str:
    """The address of two ECGs, and of one that can't be read."""
    (tmp_path / "ecgs").mkdir()
    for name in ("one", "two"):
        table(tmp_path / "ecgs" / f"{name}.csv", {"time": TIME_S[::5], "MLII": MV[1, ::5], "V5": MV[10, ::5]})
    (tmp_path / "ecgs" / "void.csv").write_bytes(b"")
    return f"file://{tmp_path}/ecgs"


def test_verify_and_show_name_addresses(built: Path, pictured: Path, run: Callable[..., Any], tmp_path: Path) -> None:
    verified = run("verify", f"file://{built}")
    assert (verified.returncode, verified.stderr) == (0, "")
    assert verified.stdout.replace("\n", "").startswith(f"file://{built}: intact; 40 records")
    shown = run("show", f"file://{built}", "samples", "--png-dir", "pages")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert list((tmp_path / "pages").iterdir())
    picture = run("show", f"file://{pictured}", "0", "--image", "0", "--output", "pictures")
    assert f"file://{pictured}/images/" in picture.stdout.replace("\n", "")
    assert len(list((tmp_path / "pictures").iterdir())) == 3


def test_ecgs_are_assessed_and_annotated_as_those_of_a_folder(
    ecgs: str, run: Callable[..., Any], tmp_path: Path
) -> None:
    for command in (["assess", "--json"], ["annotate", "--format", "json"]):
        stored, local = (run(command[0], place, *command[1:]) for place in (ecgs, tmp_path / "ecgs"))
        assert json.loads(stored.stdout) == json.loads(local.stdout)
        assert stored.returncode == local.returncode == 1
        assert stored.stderr == local.stderr.replace(str(tmp_path / "ecgs"), ecgs)
    assert run("annotate", ecgs, "--output", "marks").returncode == 1
    assert len(list((tmp_path / "marks").glob("one.*"))) == 3


def test_profiles_and_comparisons_take_what_is_in_a_store(built: Path, ecgs: str, run: Callable[..., Any]) -> None:
    few = run("profile", ecgs, "--output", "made.json")
    assert few.returncode == 2
    assert few.stderr.startswith("ecgfactory: ecgs: 0 ECGs can be used")
    compared = run("compare", f"file://{built}", ecgs)
    assert compared.returncode == 2
    assert "ecgs" in compared.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["verify", "file://{}/none"], 2, "file://{}/none: holds no dataset"),
        (["report", "file://{}/none"], 2, "file://{}/none: holds no dataset"),
        (["show", "s4://bucket/none", "1"], 2, "is of no storage that is known"),
        (["assess", "file://{}/none"], 2, "file://{}/none: there is no such file, prefix or WFDB record in the store"),
        (["annotate", "ecgs", "--output", "s3://bucket/marks"], 2, "s3://bucket/marks is an address in a store"),
        (["profile", "ecgs", "--output", "s3://bucket/made"], 2, "s3://bucket/made is an address in a store"),
    ],
)
def test_what_can_t_be_is_one_sentence(
    arguments: list[str], code: int, words: str, run: Callable[..., Any], tmp_path: Path
) -> None:
    done = run(*(argument.format(tmp_path) for argument in arguments))
    assert done.returncode == code
    assert words.format(tmp_path) in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


def test_a_store_that_fails_exits_1(run: Callable[..., Any], built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(*_: object) -> bytes:
        raise StoreError("the store is closed; open it.")

    monkeypatch.setattr(FolderStore, "read", closed)
    done = run("verify", f"file://{built}")
    assert (done.returncode, done.stderr) == (1, "ecgfactory: the store is closed; open it.\n")


@pytest.mark.parametrize("command", ["verify", "show", "report", "sessions", "assess", "retention"])
def test_who_reads_hears_soon_that_a_store_does_not_answer(
    command: str, run: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits_s: list[float] = []

    def closed(*_: object) -> None:
        waits_s.append(patience_s())
        raise StoreError("the store is closed; open it.")

    for method in ("stat", "read", "folders", "objects"):
        monkeypatch.setattr(FolderStore, method, closed)
    file = tmp_path / "retention.yaml"
    file.write_text(f"output: file://{tmp_path}\n")
    place = f"file://{tmp_path}"
    arguments = {"show": [place, "0"], "sessions": ["--output", place], "retention": [file]}
    done = run(command, *arguments.get(command, [place]))
    assert "the store is closed; open it.\n" in done.stderr
    assert waits_s == [SOMEONE_WAITS_S]
