"""A lock that the kernel releases when its holder dies, however it dies."""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from weakref import WeakSet

POLL_INTERVAL_S = 0.2


_held: WeakSet[FileLock] = WeakSet()
"""By this process."""


class FileLock:
    """An exclusive lock on a file, of this process.

    Parameters
    ----------
    path : Path
        The lock file; created when missing. It can't be taken where its folder does not exist.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor: int | None = None

    def try_acquire(self) -> bool:
        """Take the lock if it is free; return whether it is held now."""
        try:
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o644)
        except FileNotFoundError:  # its folder has just been moved or removed
            return False
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # The holder before may have removed the file: then this is a lock on nothing.
            if os.fstat(descriptor).st_ino == self.path.stat().st_ino:
                self._descriptor = descriptor
                _held.add(self)
                return True
        except (BlockingIOError, FileNotFoundError):
            pass
        os.close(descriptor)
        return False

    def release(self) -> None:
        """Release the lock; the file stays."""
        if self._descriptor is not None:
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)  # also where a child has inherited the descriptor
            self._forget()

    def _forget(self) -> None:
        """Close the descriptor: in a forked child, without releasing the lock of its parent."""
        _held.discard(self)
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def _forget_all() -> None:
    for lock in list(_held):
        lock._forget()


os.register_at_fork(after_in_child=_forget_all)  # or a child that outlives this process would keep its locks


def is_held(path: Path) -> bool:
    """Return whether some process holds the lock on an existing file."""
    try:
        descriptor = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


@contextlib.contextmanager
def waiting_lock(path: Path, on_wait: Callable[[], None]) -> Iterator[None]:
    """Hold a lock for the length of the block, waiting for it where needed; the file is gone afterwards.

    Parameters
    ----------
    path : Path
        The lock file; made when missing, with its folder.
    on_wait : callable
        Called once when the lock is not free at first.
    """
    lock = FileLock(path)

    def is_ours() -> bool:
        path.parent.mkdir(parents=True, exist_ok=True)  # the last one removes it
        return lock.try_acquire()

    if not is_ours():
        on_wait()
        while not is_ours():
            time.sleep(POLL_INTERVAL_S)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
        lock.release()
