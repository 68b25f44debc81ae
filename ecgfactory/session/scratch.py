"""Scratch folders of this machine, for sessions whose work is kept in a store; each goes with its process, or soon."""

from __future__ import annotations

import atexit
import contextlib
import hashlib
import os
import shutil
import tempfile
from functools import lru_cache
from pathlib import Path

from ecgfactory.storage.lock import FileLock
from ecgfactory.storage.store_path import StorePath

_LOCK_FILE = "lock"


def scratch_folder(kept: StorePath) -> Path:
    """Return the folder in which this process works for a session; made when it is first asked for.

    It is below the system's folder for temporary files, as TMPDIR says. What killed processes left there goes.

    Parameters
    ----------
    kept : StorePath
        Where the session keeps its work.
    """
    folder = _scratch_folder(str(kept), os.getpid())
    if not folder.is_dir():  # its session was removed, and is begun again
        _scratch_folder.cache_clear()
        return _scratch_folder(str(kept), os.getpid())
    return folder


@lru_cache(maxsize=8)
def _scratch_folder(kept: str, process: int) -> Path:
    parent = _parent()
    _sweep(parent)
    folder = parent / f"{hashlib.sha256(kept.encode()).hexdigest()[:16]}-{process}"
    folder.mkdir(exist_ok=True)
    lock = FileLock(folder / _LOCK_FILE)
    lock.try_acquire()
    _locks.append(lock)
    atexit.register(_remove, folder, process)
    return folder


_locks: list[FileLock] = []
"""Held by this process for as long as it lives."""


def _parent() -> Path:
    """Return this user's folder for scratch; nobody else may look into it."""
    parent = Path(tempfile.gettempdir()) / f"ecgfactory-{os.getuid()}"
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
