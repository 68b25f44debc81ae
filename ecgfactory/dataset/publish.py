"""Sealing a dataset folder with sums and manifest, and making it appear by one rename."""

from __future__ import annotations

import ctypes
import json
import os
import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path

from ecgfactory.dataset.manifest import Manifest
from ecgfactory.errors import BuildFailedError
from ecgfactory.storage.durable import sha256_of, sync, sync_tree, write_text
from ecgfactory.storage.faults import fault_point

MANIFEST_FILE = "manifest.json"
SUMS_FILE = "SHA256SUMS.txt"
LATEST = "latest"
PIN_FILE = "PIN"
"""Put beside the manifest by a user who wants a dataset left alone by retention; no part of the dataset."""

_AT_FDCWD, _RENAME_EXCHANGE = -100, 2
"""Constants of Linux's renameat2(2)."""


def seal(dataset: Path, manifest: Manifest, known_sums: Mapping[str, str]) -> Manifest:
    """Write SHA256SUMS.txt over every file, then, last of all, manifest.json.

    Parameters
    ----------
    dataset : Path
        The folder, otherwise complete.
    manifest : Manifest
        What is to be written, digests missing.
    known_sums : mapping of str to str
        sha256 of files that are known already, by path below the dataset; the others are read.

    Returns
    -------
    Manifest
        As written.
    """
    lines = [f"{known_sums.get(path) or sha256_of(dataset / path)}  {path}\n" for path in dataset_files(dataset)]
    write_text(dataset / SUMS_FILE, "".join(lines))
    sync_tree(dataset)
    fault_point("sums-written")
    sealed = manifest.sealed(sha256_of(dataset / SUMS_FILE))
    write_text(dataset / MANIFEST_FILE, sealed.to_json())
    fault_point("manifest-written")
    return sealed


def dataset_files(dataset: Path) -> list[str]:
    """Paths below a dataset of every file that SHA256SUMS.txt covers, sorted."""
    paths = (path.relative_to(dataset).as_posix() for path in dataset.rglob("*") if not path.is_dir())
    return sorted(path for path in paths if path not in {MANIFEST_FILE, SUMS_FILE, PIN_FILE})


def publish(staged: Path, target: Path) -> None:
    """Make a sealed dataset appear under its name, and `latest` beside it point there.

    Parameters
    ----------
    staged : Path
        The sealed folder, on the file system of the target.
    target : Path
        `<output>/<name>/<plan id>`.

    Raises
    ------
    BuildFailedError
        When something that is no dataset stands at the target.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    if not (target / MANIFEST_FILE).is_file():  # else another session was first, with the same bytes
        try:
            staged.rename(target)
        except OSError as error:
            raise BuildFailedError(
                f"{target}: can't be published there ({error.strerror}); move away what stands in its place."
            ) from error
    sync(target.parent)
    fault_point("dataset-published")
    point_latest(target)
    fault_point("latest-pointed")


def pin(target: Path, reason: str) -> None:
    """Pin a published dataset, unless it is."""
    if not os.path.lexists(target / PIN_FILE):
        write_text(target / PIN_FILE, f"{reason}\n")


def remake_folder(target: Path) -> Path:
    """Return where a published dataset is made anew, beside it, before it is replaced."""
    return target.with_name(f".{target.name}.report")


def remake_lock(target: Path) -> Path:
    """Return the lock file of whoever makes a published dataset anew."""
    return target.with_name(f".{target.name}.lock")


def replace(staged: Path, target: Path) -> None:
    """Put a sealed folder in the place of a published one, and delete that.

    Linux exchanges the two in one step, so that a dataset stands at the target at every moment; elsewhere there is
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
    """Exchange two folders by renameat2(2), where there is such a call; tell whether it was done."""
    renameat2 = getattr(ctypes.CDLL(None), "renameat2", None)
    if renameat2 is None:
        return False
    return bool(renameat2(_AT_FDCWD, os.fsencode(first), _AT_FDCWD, os.fsencode(second), _RENAME_EXCHANGE) == 0)


def settle_latest(target: Path) -> None:
    """Let `latest` point at a published dataset unless it points at one that was published later.

    For a session that finds the dataset there: the one that published it may have died before it got to this.
    """
    named = target.parent / LATEST / MANIFEST_FILE
    if not named.is_file() or _published_at(named) < _published_at(target / MANIFEST_FILE):
        point_latest(target)


def _published_at(manifest: Path) -> str:
    published_at: str = json.loads(manifest.read_text(encoding="utf-8"))["published_at"]
    return published_at


def point_latest(target: Path) -> None:
    """Let `latest` beside a dataset point at it, replacing the old link in one step."""
    link = target.parent / f".{LATEST}.{secrets.token_hex(4)}"
    link.symlink_to(target.name)
    try:
        link.replace(target.parent / LATEST)
    except OSError:
        link.unlink()
        raise
    sync(target.parent)
