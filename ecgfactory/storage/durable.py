"""Writing files so that they are there completely or not at all, whatever happens."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import shutil
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

_SHOWN = 40
"""Characters of a file's name in that of its temporary one, which else might be too long where its own is not."""

_FLUSHED_AT_ONCE = 16
"""Files that wait for the disk together share a commit of the file system's journal: of records of 15 files each,
flushed one file after the other took 50 to 80 ms a record on ext4, and takes 2 to 3."""


@contextlib.contextmanager
def atomic_path(target: Path) -> Iterator[Path]:
    """Give a temporary path beside `target` that takes its place when the block ends well.

    The file is flushed to disk before and its folder after the rename; on any error the temporary file is removed
    and `target` stays as it was.

    Parameters
    ----------
    target : Path
        The file to make or replace; its folder must exist.

    Yields
    ------
    Path
        A hidden name in the same folder, with the same suffix.
    """
    with atomic_paths([target]) as (temporary,):
        yield temporary


@contextlib.contextmanager
def atomic_paths(targets: Collection[Path]) -> Iterator[list[Path]]:
    """Give temporary paths, as `atomic_path` does, of files that are made or replaced together."""
    temporaries = [
        target.with_name(f".{target.stem[:_SHOWN]}.{secrets.token_hex(4)}{target.suffix}") for target in targets
    ]
    try:
        yield temporaries
        _sync_all(temporaries)
        for temporary, target in zip(temporaries, targets, strict=True):
            temporary.replace(target)
        _sync_all({target.parent for target in targets})
    except BaseException:
        for temporary in temporaries:
            temporary.unlink(missing_ok=True)
        raise


def link(source: Path, target: Path) -> None:
    """Make a file appear at a second path too, its folder with it; a copy where there are no hard links."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def write_text(target: Path, text: str) -> None:
    """Write UTF-8 text durably and atomically."""
    with atomic_path(target) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")


def sync(path: Path) -> None:
    """Flush a file's data, or a folder's entries, to disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_tree(folder: Path) -> None:
    """Flush every file below `folder` to disk, and then every folder below and with it."""
    walked = [(Path(parent), files) for parent, _, files in os.walk(folder)]
    _sync_all([parent / name for parent, files in walked for name in files])
    _sync_all([parent for parent, _ in walked])


def _sync_all(paths: Collection[Path]) -> None:
    if len(paths) == 1:
        sync(*paths)
        return
    with ThreadPoolExecutor(_FLUSHED_AT_ONCE) as threads:
        for _ in threads.map(sync, paths):  # raises what went wrong
            pass


def sha256_of(path: Path) -> str:
    """Hex sha256 of a file's content."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
