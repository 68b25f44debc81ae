"""The text of a file that somebody handed in, which may be anything: a pipe, a device, gigabytes."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from ecgfactory.errors import BadInputError

LARGEST_BYTES = 250_000
"""Beyond any request or policy that people write; what is read takes a second at most."""

KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


def read_text(path: Path) -> str:
    """Read a text file.

    Raises
    ------
    BadInputError
        When it is no file, can't be read, is too large, or is not UTF-8.
    """
    try:
        kind = stat.S_IFMT(path.stat().st_mode)
        if kind in KINDS:
            raise BadInputError(f"{path}: is {KINDS[kind]}, not a file; give the path of a YAML file.")
        # A pipe that has taken the file's place meanwhile is not waited for.
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
            data = file.read(LARGEST_BYTES + 1)
    except (OSError, ValueError) as error:  # a path with a null character is a ValueError
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise BadInputError(f"{path}: can't be read ({reason}); give the path of a YAML file.") from None
    if len(data) > LARGEST_BYTES:
        raise BadInputError(
            f"{path}: is larger than the {LARGEST_BYTES // 1000} kB that are read; give the right file, or shorten it."
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadInputError(
            f"{path}: can't be read (it is not UTF-8 text); save it as UTF-8, or give the path of a YAML file."
        ) from None


def kind_of(path: Path) -> int | None:
    """Return what stands at a path, as `stat.S_IFMT` does; None for nothing, as far as this user may see."""
    try:
        return stat.S_IFMT(path.stat().st_mode)
    except (OSError, ValueError):  # a path with a null character is a ValueError
        return None


def is_file(path: Path) -> bool:
    """Return whether there is a file at a path, as far as this user may see."""
    return kind_of(path) == stat.S_IFREG
