"""Replacing a published dataset by one that was made anew."""

from __future__ import annotations

import ctypes
import os
import shutil
from pathlib import Path

from ecgfactory.storage.durable import sync

_AT_FDCWD, _RENAME_EXCHANGE = -100, 2
"""Constants of Linux's renameat2(2)."""


def remake_folder(target: Path) -> Path:
    """Return the folder, beside a published dataset, in which it is made anew."""
    return target.with_name(f".{target.name}.report")


def remake_lock(target: Path) -> Path:
    """Return the lock file of whoever makes a published dataset anew."""
    return target.with_name(f".{target.name}.lock")


def replace(staged: Path, target: Path) -> None:
    """Replace a published folder by a sealed one, and delete the old one.

    Linux exchanges the two in one step, so that there is a dataset at the target at every moment; elsewhere there is
    none between two renames.
    """
    if not _exchange(staged, target):
        aside = staged.with_name(f"{staged.name}.old")
        target.rename(aside)
        try:
            staged.rename(target)
        except OSError:
            aside.rename(target)
            raise
        aside.rename(staged)
    sync(target.parent)
    shutil.rmtree(staged)


def _exchange(first: Path, second: Path) -> bool:
    """Exchange two folders by renameat2(2), where there is such a call; return whether it was done."""
    renameat2 = getattr(ctypes.CDLL(None), "renameat2", None)
    if renameat2 is None:
        return False
    return bool(renameat2(_AT_FDCWD, os.fsencode(first), _AT_FDCWD, os.fsencode(second), _RENAME_EXCHANGE) == 0)
