from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from ecgfactory.storage.lock import FileLock
from ecgfactory.storage.process_folder import process_folder
from tests.looking import PATIENCE_S

MAKING = """
import sys, time
from ecgfactory.storage.process_folder import process_folder
folder = process_folder("work")
(folder / "left").write_bytes(b"much")
print(folder, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return {**os.environ, "TMPDIR": str(tmp_path)}


def begun(environment: dict[str, str]) -> tuple[subprocess.Popen[str], Path]:
    process = subprocess.Popen(
        [sys.executable, "-c", MAKING], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    )
    assert process.stdout is not None
    return process, Path(process.stdout.readline().strip())


def test_it_goes_with_its_process_and_that_of_a_killed_one_with_the_next(
    environment: dict[str, str], tmp_path: Path
) -> None:
    (killed, left), (alive, kept) = begun(environment), begun(environment)
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    assert (left / "left").exists()
    assert left.parent == kept.parent == tmp_path / f"ecgfactory-{os.getuid()}"
    another, _ = begun(environment)
    assert not left.exists()
    assert (kept / "left").exists()
    for process in (alive, another):
        process.communicate()
    assert not list(kept.parent.iterdir())


def test_it_is_made_once_and_is_another_in_a_forked_child() -> None:
    own = process_folder("test")
    assert process_folder("test") == own
    assert own.parent.stat().st_mode & 0o777 == 0o700
    receiving, sending = multiprocessing.Pipe(duplex=False)
    child = multiprocessing.get_context("fork").Process(target=_tell, args=(sending,))
    child.start()
    assert receiving.poll(PATIENCE_S)
    of_child = receiving.recv()
    child.join()
    assert of_child != own
    assert own.is_dir()
    assert not of_child.exists(), "it goes with children of pools too, which end without what `atexit` knows"


def _tell(sending: multiprocessing.connection.Connection) -> None:
    sending.send(process_folder("test"))


def test_another_machine_may_have_the_same_number_of_a_process(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Containers and nodes of a cluster may share the folder for temporary files; most have a process 1."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    theirs = tmp_path / f"ecgfactory-{os.getuid()}" / f"shared-{os.getpid()}"
    theirs.mkdir(parents=True)
    lock = FileLock(theirs / "lock")
    assert lock.try_acquire()
    assert process_folder("shared") != theirs
    lock.release()


def test_a_folder_of_somebody_else_is_not_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / f"ecgfactory-{os.getuid()}").symlink_to(tmp_path / "elsewhere")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(PermissionError):
        process_folder("another")
