"""The drop folder of `serve`: whatever is put into it gets an answer, and nothing in it ends the service."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from prefect.client.orchestration import get_client

from ecgfactory.cli import drop_folder
from ecgfactory.cli.drop_folder import ACCEPTED, REJECTED, DropFolder
from ecgfactory.deployments.deploy import deploy
from ecgfactory.errors import BadInputError
from ecgfactory.request.build_request import BuildRequest

pytestmark = pytest.mark.slow

SOUND = "name: dropped\nrecords: 4\n"
UNSOUND = "name: no good\nrecords: 4\n"


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    return tmp_path / "inbox"


@pytest.fixture
def watcher(inbox: Path, monkeypatch: pytest.MonkeyPatch) -> DropFolder:
    monkeypatch.setattr(drop_folder, "SETTLED_S", 0.0)
    return DropFolder(inbox)


def looks(watcher: DropFolder, times: int = 2) -> list[str]:
    return [line for _ in range(times) for line in watcher.look()]


def note(inbox: Path, name: str) -> str:
    return (inbox / REJECTED / f"{name}.txt").read_text(encoding="utf-8")


ODD: dict[str, tuple[Callable[[Path], object], str]] = {
    "brackets.yaml": (lambda path: path.write_text("[" * 5000), "more than 20 levels inside each other"),
    "itself.yaml": (lambda path: path.write_text(f"{SOUND}formats: &f [parquet, *f]\n"), "an alias (*) stands for"),
    "comment.YAML": (lambda path: path.write_bytes(b"#" * 10_000_000), "is larger than the 250 kB"),
    "pipe.yml": (os.mkfifo, "is a pipe, not a file"),
    "folder.yaml": (Path.mkdir, "is a folder, not a file"),
    "zero.yaml": (lambda path: path.symlink_to("/dev/zero"), "is a symbolic link, which is not followed"),
    "bytes.yaml": (lambda path: path.write_bytes(b"\xff\xfe\0"), "it is not UTF-8 text"),
    "empty.yaml": (Path.touch, "holds no keys"),
    "[bold]name[red].yaml": (lambda path: path.write_text(UNSOUND), "name: 'no good' can't be a folder name"),
    "line\nbreak\x1b[1m.yaml": (lambda path: path.write_text(UNSOUND), "name: 'no good' can't be a folder name"),
    "policy.yaml": (
        lambda path: path.write_text(f"{SOUND}quality: {{policy: /etc/passwd}}\n"),
        "quality.policy: /etc/passwd: ",
    ),
}


def test_whatever_is_put_in_is_rejected_with_its_reason(inbox: Path, watcher: DropFolder) -> None:
    for name, (make, _) in ODD.items():
        make(inbox / name)
    told = looks(watcher)
    assert len(told) == len(ODD)
    assert all(line.startswith("rejected ") and line.isprintable() for line in told)
    assert {name: reason in note(inbox, name) for name, (_, reason) in ODD.items()} == dict.fromkeys(ODD, True)
    assert {path.name for path in inbox.iterdir()} == {ACCEPTED, REJECTED}
    assert looks(watcher) == []


def test_names_at_their_limit_and_of_odd_bytes_are_told(inbox: Path, watcher: DropFolder) -> None:
    (inbox / f"{'n' * 250}.yaml").write_text(UNSOUND)
    Path(os.fsdecode(os.fsencode(inbox) + b"/\xff.yaml")).write_text(UNSOUND)
    for line in looks(watcher):
        assert line.startswith("rejected ")
        line.encode("utf-8")
    assert len(list((inbox / REJECTED).iterdir())) == 4
    (inbox / f"{'n' * 250}.yaml").write_text(UNSOUND)
    assert "-2.yaml.txt" in looks(watcher)[0]


def test_a_file_that_grows_or_goes_meanwhile_waits(
    inbox: Path, watcher: DropFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = inbox / "growing.yaml"

    def change_while_read(path: Path) -> None:
        if path.stat().st_size < 200:
            path.write_text(f"{path.read_text()}# more\n")
        elif path.stat().st_size < 400:
            path.unlink()
        raise BadInputError("half of it")

    monkeypatch.setattr(drop_folder, "load_submission", change_while_read)
    file.write_text(UNSOUND)
    assert looks(watcher, 80) == []
    assert not file.exists()


def test_an_error_that_nobody_foresaw_rejects_one_file_and_quotes_nothing(
    inbox: Path, watcher: DropFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    load = drop_folder.load_submission

    def fail_on_one(path: Path) -> object:
        if path.name == "a.yaml":
            raise RecursionError("hunter2")
        return load(path)

    monkeypatch.setattr(drop_folder, "load_submission", fail_on_one)
    for name in ("a.yaml", "b.yaml"):
        (inbox / name).write_text(UNSOUND)
    assert [line.split(";")[0] for line in looks(watcher)] == ["rejected a.yaml", "rejected b.yaml"]
    assert note(inbox, "a.yaml") == "unexpected RecursionError; please report it\n"


def test_a_file_that_is_still_written_is_left_alone(
    inbox: Path, watcher: DropFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drop_folder, "SETTLED_S", 3600.0)
    (inbox / "half.yaml").write_text(UNSOUND)
    assert looks(watcher, 3) == []
    monkeypatch.setattr(drop_folder, "SETTLED_S", 0.0)
    (inbox / "half.yaml").write_text(f"{UNSOUND}seed: 1\n")
    assert looks(watcher, 1) == []
    assert len(looks(watcher, 1)) == 1


def test_a_file_that_takes_the_place_of_one_being_submitted_has_its_turn(
    inbox: Path, watcher: DropFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, submitted = inbox / "r.yaml", []

    def replace(request: BuildRequest, *_: object) -> str:
        submitted.append(request.records)
        if request.records == 4:
            path.write_text("name: dropped\nrecords: 5000\n")
        return "http://run"

    monkeypatch.setattr(drop_folder, "_submit", replace)
    path.write_text(SOUND)
    first, second = looks(watcher, 4)
    assert first == "submitted r.yaml: http://run; another has taken its place, and is next"
    assert second == "submitted r.yaml: http://run"
    assert submitted == [4, 5000]
    assert "5000" in (inbox / ACCEPTED / "r.yaml").read_text()


def test_what_can_not_be_moved_is_told_once_and_moved_when_it_can(inbox: Path, watcher: DropFolder) -> None:
    (inbox / REJECTED).rmdir()
    (inbox / REJECTED).touch()
    (inbox / "wrong.yaml").write_text(UNSOUND)
    (told,) = looks(watcher, 4)
    assert told.startswith(f"rejected wrong.yaml: {inbox / 'wrong.yaml'}:1: name: 'no good'")
    assert told.endswith("it stays until it can be moved (File exists), and is not submitted again")
    (inbox / REJECTED).unlink()
    assert looks(watcher) == []
    assert "no good" in note(inbox, "wrong.yaml")
    assert looks(watcher) == []


def test_a_folder_that_is_gone_is_told_once_and_looked_for(inbox: Path, watcher: DropFolder) -> None:
    for _ in range(2):
        shutil.rmtree(inbox)
        assert looks(watcher, 4) == [f"{inbox} can't be looked at (No such file or directory); it is tried again"]
        inbox.mkdir()
        (inbox / "wrong.yaml").write_text(UNSOUND)
        assert len(looks(watcher)) == 1
        assert "no good" in note(inbox, "wrong.yaml")


def test_a_sound_file_is_submitted_once_even_if_it_can_not_be_moved(
    prefect_server: str, inbox: Path, watcher: DropFolder
) -> None:
    deploy(inbox)
    (inbox / ACCEPTED).rmdir()
    (inbox / ACCEPTED).touch()
    (inbox / "sound.yaml").write_text(SOUND)
    (told,) = looks(watcher, 4)
    assert told.startswith("submitted sound.yaml: http")
    assert "is not submitted again" in told
    (inbox / ACCEPTED).unlink()
    (again,) = looks(DropFolder(inbox))  # as after a restart
    assert again == told.split(";")[0]  # the same run
    with get_client(sync_client=True) as client:
        assert len([run for run in client.read_flow_runs() if run.name == "build-dropped"]) == 1
