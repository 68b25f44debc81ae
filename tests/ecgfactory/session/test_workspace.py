"""The workspace of a session whose work is kept in a store."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from ecgfactory.session.workspace import SESSIONS_FOLDER, Workspace
from ecgfactory.storage import process_folder
from ecgfactory.storage.store_path import StorePath

FETCH_AND_DIE = """
import os
from ecgfactory.storage.process_folder import process_folder
print(process_folder("fetched"), flush=True)
os._exit(0)
"""


def test_with_a_session_goes_what_its_killed_workers_had_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pool ends its workers by killing them."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(process_folder, "_place", None)
    workspace = Workspace.of_store(StorePath.parse(f"file://{tmp_path}/store") / SESSIONS_FOLDER / "0123456789abcdef")
    worker = subprocess.run(
        [sys.executable, "-c", FETCH_AND_DIE],
        env={"TMPDIR": str(tmp_path), "PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    fetched = Path(worker.stdout.strip())
    assert fetched.is_dir()
    workspace.remove()
    assert not fetched.exists()
