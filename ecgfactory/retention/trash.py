"""Deleting by renaming first: a thing disappears at once, and the next run finishes what was cut short.

Every folder on the way is opened without following symbolic links, and renamed from and deleted through that handle, so
that nothing outside the output folder can be touched, even when somebody swaps a folder for a link meanwhile.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from ecgfactory.session.workspace import SESSIONS_FOLDER, TRASH_PREFIX
from ecgfactory.storage.faults import fault_point

_FOLDER = os.O_RDONLY | os.O_DIRECTORY


def discard(output: Path, path: str) -> None:
    """Rename something below an output folder into the trash, durably; a symbolic link goes itself, not its target.

    Parameters
    ----------
    output : Path
        The output folder; its folder of sessions, which is the trash, must exist.
    path : str
        What is to go, below it.

    Raises
    ------
    OSError
        When it is not there, a folder above it is a symbolic link, or permissions forbid it.
    """
    *parents, name = PurePosixPath(path).parts
    trashed = f"{TRASH_PREFIX}{secrets.token_hex(4)}-{name[:100]}"
    with _opened(output, parents) as source, _opened(output, [SESSIONS_FOLDER]) as trash:
        os.rename(name, trashed, src_dir_fd=source, dst_dir_fd=trash)
        fault_point("item-renamed")
        os.fsync(trash)
        os.fsync(source)


def empty_trash(output: Path) -> list[str]:
    """Delete what is in the trash, whoever put it there.

    Returns
    -------
    list of str
        What could not be deleted, below the output folder; empty when all is gone.
    """
    kept = []
    with _opened(output, [SESSIONS_FOLDER]) as trash:
        with os.scandir(trash) as entries:
            names = [entry.name for entry in entries if entry.name.startswith(TRASH_PREFIX)]
        for name in names:
            if _is_folder(name, trash):
                shutil.rmtree(name, ignore_errors=True, dir_fd=trash)
                if _is_folder(name, trash):
                    kept.append(f"{SESSIONS_FOLDER}/{name}")
            else:
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(name, dir_fd=trash)
            fault_point("trash-half-emptied")
    return kept


@contextlib.contextmanager
def _opened(root: Path, parts: Sequence[str]) -> Iterator[int]:
    """Open a folder below a root for the length of the block, following no link on the way."""
    handle = os.open(root, _FOLDER)
    try:
        for part in parts:
            inner = os.open(part, _FOLDER | os.O_NOFOLLOW, dir_fd=handle)
            os.close(handle)
            handle = inner
        yield handle
    finally:
        os.close(handle)


def _is_folder(name: str, parent: int) -> bool:
    try:
        handle = os.open(name, _FOLDER | os.O_NOFOLLOW, dir_fd=parent)
    except OSError:  # a link, a file, or gone
        return False
    os.close(handle)
    return True
