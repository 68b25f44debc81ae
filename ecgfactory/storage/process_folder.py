"""Folders for temporary files of this process; each goes with it, or, where it was killed, soon."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import threading
from multiprocessing.util import Finalize
from pathlib import Path

from ecgfactory.storage.lock import FileLock

_LOCK_FILE = "lock"


def process_folder(name: str) -> Path:
    """Return a folder of this process; it is made when it is first asked for, and again when it was removed.

    It is below the system's folder for temporary files, as TMPDIR says, or below that of `process_folders_below`. What
    killed processes left there goes. A forked child has folders of its own.

    Parameters
    ----------
    name : str
        What it is called, before what tells it from others.
    """
    with _making:
        if name not in _held or not _held[name].path.exists():  # whoever used it may have removed it
            _held[name] = _made(name)
        return _held[name].path.parent


def own_folders() -> list[Path]:
    """Return the folders that this process has now."""
    with _making:
        return [lock.path.parent for lock in _held.values() if lock.path.exists()]


def process_folders_below(parent: Path) -> None:
    """Have this process make its folders below another one from now on; those that it has stay where they are."""
    global _place
    _place = parent


def remove_folders_of_killed() -> None:
    """Remove what killed processes left: whoever kills some may call it then, or else the next process does it."""
    if _parent_path().is_dir():
        with contextlib.suppress(PermissionError):  # it is another user's, so nothing of this one is there
            _sweep(_parent())


_place: Path | None = None
"""Where this process makes its folders; None for the system's folder for temporary files."""

_held: dict[str, FileLock] = {}
"""The locks of the folders of this process, held for as long as it lives."""

_making = threading.Lock()


def _forget() -> None:
    global _making
    _making = threading.Lock()
    _held.clear()


os.register_at_fork(after_in_child=_forget)


def _made(name: str) -> FileLock:
    parent = _parent()
    _sweep(parent)
    # Not by the number of the process: another machine, or container, may have the same below the same folder.
    folder = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=parent))
    lock = FileLock(folder / _LOCK_FILE)
    while not lock.try_acquire():  # another process sweeps, and takes the lock for that of a killed one
        folder.mkdir(exist_ok=True)
    Finalize(None, shutil.rmtree, (folder,), {"ignore_errors": True}, exitpriority=0)  # in children of a pool too
    return lock


def _parent_path() -> Path:
    return (_place or Path(tempfile.gettempdir())) / f"ecgfactory-{os.getuid()}"


def _parent() -> Path:
    """Return this user's folder for scratch; nobody else may look into it."""
    parent = _parent_path()
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
