"""Disk use of folders: what they hold, and what deleting them would free."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

Inode = tuple[int, int]
"""Device and number of a file, whatever names it has."""


@dataclass(frozen=True)
class LinkedFile:
    """A file with more than one name.

    Parameters
    ----------
    size_bytes : int
        Its size.
    names : int
        Names it has on the whole file system.
    names_here : int
        Names it has inside the folder.
    """

    size_bytes: int
    names: int
    names_here: int


@dataclass(frozen=True)
class DiskUse:
    """The files below a folder; symbolic links are not followed.

    Parameters
    ----------
    unshared_bytes : int
        Size of the files that have one name only.
    linked : mapping of Inode to LinkedFile
        The others: a dataset shares its files with the workspace that made it.
    """

    unshared_bytes: int = 0
    linked: Mapping[Inode, LinkedFile] = field(default_factory=dict)

    @property
    def size_bytes(self) -> int:
        """Size of all files, each counted once."""
        return self.unshared_bytes + sum(file.size_bytes for file in self.linked.values())


def disk_use(path: Path) -> DiskUse:
    """Measure a folder or file; what vanishes meanwhile counts nothing."""
    unshared_bytes = 0
    linked: dict[Inode, LinkedFile] = {}
    for status in _files(path):
        if status.st_nlink == 1:
            unshared_bytes += status.st_size
            continue
        inode = (status.st_dev, status.st_ino)
        before = linked[inode].names_here if inode in linked else 0
        linked[inode] = LinkedFile(status.st_size, status.st_nlink, before + 1)
    return DiskUse(unshared_bytes, linked)


def freed_bytes(uses: Iterable[DiskUse]) -> int:
    """Bytes that are free once all of these are deleted: a file goes with the last of its names."""
    freed = 0
    names_gone: Counter[Inode] = Counter()
    for use in uses:
        freed += use.unshared_bytes
        for inode, file in use.linked.items():
            names_gone[inode] += file.names_here
            if names_gone[inode] == file.names:
                freed += file.size_bytes
    return freed


def _files(path: Path) -> Iterator[os.stat_result]:
    try:
        if path.is_symlink() or path.is_file():
            yield path.lstat()
            return
        with os.scandir(path) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    yield from _files(Path(entry.path))
                elif entry.is_file(follow_symlinks=False):
                    yield entry.stat(follow_symlinks=False)
    except FileNotFoundError:
        return
