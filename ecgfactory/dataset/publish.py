"""Publishing: a sealed dataset gets its name by one rename, and `latest` is pointed at it."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from ecgfactory.dataset.manifest import published_at
from ecgfactory.dataset.names import LATEST, MANIFEST_FILE, PIN_FILE
from ecgfactory.errors import BadInputError, BuildFailedError
from ecgfactory.storage.durable import sync, write_text
from ecgfactory.storage.faults import fault_point


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
        When there is something at the target that is not a dataset.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    if not (target / MANIFEST_FILE).is_file():  # else another session was first, with the same bytes
        try:
            staged.rename(target)
        except OSError as error:
            raise BuildFailedError(
                f"{target}: can't be published there ({error.strerror}); move away what is in its place."
            ) from error
    sync(target.parent)
    fault_point("dataset-published")
    FolderShelf(target).point_latest()
    fault_point("latest-pointed")


@dataclass(frozen=True)
class FolderShelf:
    """The place of a dataset in a folder; see `ecgfactory.dataset.shelf.Shelf`.

    Parameters
    ----------
    target : Path
        `<output>/<name>/<plan id>`.
    """

    target: Path

    def check(self) -> None:
        """Make sure that nothing else has a name that publishing needs; see `Shelf.check`."""
        target, latest = self.target, self.target.parent / LATEST
        if target.parent.exists() and not target.parent.is_dir():
            taken, use = target.parent, "the datasets of this name go"
        elif os.path.lexists(latest) and not latest.is_symlink():
            taken, use = latest, "a link to the newest dataset goes"
        elif os.path.lexists(target) and not _is_free(target):
            taken, use = target, "this dataset goes, and it is none"
        else:
            return
        kind = "folder" if taken.is_dir() else "file"
        raise BadInputError(
            f"output: {taken} is a {kind}, where {use}; move it away, or choose another output or name."
        )

    def point_latest(self) -> None:
        """Replace the old link in one step; see `Shelf.point_latest`."""
        target = self.target
        link = target.parent / f".{LATEST}.{secrets.token_hex(4)}"
        link.symlink_to(target.name)
        try:
            link.replace(target.parent / LATEST)
        except OSError:
            link.unlink()
            raise
        sync(target.parent)

    def settle_latest(self) -> None:
        """Compare when both were published; see `Shelf.settle_latest`."""
        named = self.target.parent / LATEST / MANIFEST_FILE
        if not named.is_file() or published_at(named.read_bytes()) < published_at(
            (self.target / MANIFEST_FILE).read_bytes()
        ):
            self.point_latest()

    def pin(self, reason: str) -> None:
        """Write a file; see `Shelf.pin`."""
        if not os.path.lexists(self.target / PIN_FILE):
            write_text(self.target / PIN_FILE, f"{reason}\n")


def _is_free(target: Path) -> bool:
    """Return whether a dataset is at its place already, or an empty folder, which gives way to it."""
    return target.is_dir() and ((target / MANIFEST_FILE).is_file() or not any(target.iterdir()))
