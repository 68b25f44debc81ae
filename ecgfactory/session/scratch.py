"""Scratch folders of this machine, for sessions whose work is kept in a store; each goes with its process, or soon."""

from __future__ import annotations

import atexit
import contextlib
import hashlib
import os
import shutil
import tempfile
from pathlib import Path

from ecgfactory.storage.lock import FileLock
from ecgfactory.storage.store_path import StorePath

_LOCK_FILE = "lock"


def scratch_folder(kept: StorePath) -> Path:
    """Return the folder in which this process works for a session; made when it is first asked for.

    It is below the system's folder for temporary files, as TMPDIR says, unless `scratch_below` named another. What
    killed processes left there goes.

    Parameters
    ----------
    kept : StorePath
        Where the session keeps its work.
    """
    mine = str(kept), os.getpid()
    lock = _held.get(mine) or _held.setdefault(mine, _made(*mine))
    return lock.path.parent


def remove_scratch(kept: StorePath) -> None:
    """Remove the folder in which this process worked for a session, if there is one."""
    lock = _held.pop((str(kept), os.getpid()), None)
    if lock is not None:
        shutil.rmtree(lock.path.parent, ignore_errors=True)
        lock.release()


def scratch_below(parent: Path) -> None:
    """Have this process make its scratch folders below another folder; those that it has already stay."""
    _places[os.getpid()] = parent


_held: dict[tuple[str, int], FileLock] = {}
"""In each scratch folder, a file that its process locks for as long as it lives; by session, and by process."""

_places: dict[int, Path] = {}
"""Where scratch folders are made, in place of the folder for temporary files; by process, since some are forked."""


def _made(kept: str, process: int) -> FileLock:
    parent = _parent()
    _sweep(parent)
    folder = parent / f"{hashlib.sha256(kept.encode()).hexdigest()[:16]}-{process}"
    folder.mkdir(exist_ok=True)
    lock = FileLock(folder / _LOCK_FILE)
    lock.try_acquire()
    atexit.register(_remove, folder, process)
    return lock


def _parent() -> Path:
    """Return this user's folder for scratch; nobody else may look into it."""
    parent = _places.get(os.getpid(), Path(tempfile.gettempdir())) / f"ecgfactory-{os.getuid()}"
    parent.mkdir(mode=0o700, exist_ok=True)
    status = parent.lstat()
    if status.st_uid != os.getuid() or parent.is_symlink():
        raise PermissionError(1, "is not this user's", str(parent))
    return parent


def _sweep(parent: Path) -> None:
    """Remove what killed processes left: the folders whose lock nobody holds."""
    for folder in parent.iterdir():
        lock = FileLock(folder / _LOCK_FILE)
        if (folder / _LOCK_FILE).exists() and lock.try_acquire():
            shutil.rmtree(folder, ignore_errors=True)
            lock.release()


def _remove(folder: Path, process: int) -> None:
    if os.getpid() == process:  # not in a forked child
        with contextlib.suppress(OSError):
            shutil.rmtree(folder)
